// What counts as a word when runbooks and alerts meet: names taken apart, templates and small figures left out, plurals and participles
// on their stem, and each pair of neighbours as a phrase. Pure; the same for what is kept and for what is asked.

const template = /\{\{[^{}]*\}\}|\$(?:labels\.\w+|value)\b/g;
const name = /[\p{L}\p{N}]+/gu;
const hump = /([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g;
const longestWord = 60;

const stopWords = new Set(
  'a an and are as at be by for from has have if in is it its not of on or than that the this to was were will with you'.split(
    ' ',
  ),
);

/**
 * A word of every text, a single character, a small figure with or without its unit (how much or how long, never what), or a number as
 * long as only ids are. Status codes, exit codes and ports stay.
 */
const saysNothing = (word: string): boolean =>
  stopWords.has(word) ||
  word.length < 2 ||
  word.length > longestWord ||
  /^(?:\d{6,}|\d{1,2}(?:ms|[smhdx]|[kmgt]i?b?)?)$/.test(word);

/** Plural and participle meet their stem; more would make other words of them. */
const stem = (word: string): string =>
  word.length > 5 ? word.replace(/(?:ing|ed|es|s)$/, '') : word.length > 3 ? word.replace(/s$/, '') : word;

interface Word {
  readonly term: string;
  readonly spelled: string;
  /** A name as it stands that is also given in parts; no neighbour of theirs. */
  readonly whole: boolean;
}

/** `KubePodCrashLooping` is itself and "kube pod crash looping"; `container_memory_rss` and `ledger-api` are their parts. */
function wordsOf(text: string): Word[] {
  return (text.replaceAll(template, ' ').match(name) ?? []).flatMap((found) => {
    const parts = found.replaceAll(hump, '$& ').split(' ');
    return [...(parts.length > 1 ? [found] : []), ...parts].flatMap((part, place) => {
      const spelled = part.toLowerCase();
      return saysNothing(spelled) ? [] : [{ term: stem(spelled), spelled, whole: parts.length > 1 && place === 0 }];
    });
  });
}

/** Terms in order; a phrase is two of them with a space between. */
export function termsOf(text: string): string[] {
  let before: string | undefined;
  return wordsOf(text).flatMap(({ term, whole }) => {
    if (whole) return [term];
    const phrase = before === undefined ? [] : [`${before} ${term}`];
    before = term;
    return [term, ...phrase];
  });
}

export const isPhrase = (term: string): boolean => term.includes(' ');

/** Each term of a text as it was first spelled there. */
export function spellings(text: string): ReadonlyMap<string, string> {
  const spelled = new Map<string, string>();
  for (const word of wordsOf(text)) if (!spelled.has(word.term)) spelled.set(word.term, word.spelled);
  return spelled;
}
