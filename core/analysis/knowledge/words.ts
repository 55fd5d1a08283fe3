// Splits runbooks and alerts into search terms. It takes names apart, drops templates and small figures, stems plurals and participles, and adds
// each pair of neighbours as a phrase. Pure; documents and queries use the same rules.

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
 * Words without search value: stop words, single characters, small figures with or without a unit (they say how much or how long, never what), and
 * numbers as long as ids. Status codes, exit codes and ports stay.
 */
const isUninformative = (word: string): boolean =>
  stopWords.has(word) ||
  word.length < 2 ||
  word.length > longestWord ||
  /^(?:\d{6,}|\d{1,2}(?:ms|[smhdx]|[kmgt]i?b?)?)$/.test(word);

/** Reduces plurals and participles to their stem. Stronger stemming would turn them into other words. */
const stem = (word: string): string =>
  word.length > 5 ? word.replace(/(?:ing|ed|es|s)$/, '') : word.length > 3 ? word.replace(/s$/, '') : word;

interface Word {
  readonly term: string;
  readonly spelled: string;
  /** A whole name whose parts are also listed; it forms no phrase with its parts. */
  readonly whole: boolean;
}

/** `KubePodCrashLooping` gives itself and "kube pod crash looping"; `container_memory_rss` and `ledger-api` give their parts. */
function wordsOf(text: string): Word[] {
  return (text.replaceAll(template, ' ').match(name) ?? []).flatMap((found) => {
    const parts = found.replaceAll(hump, '$& ').split(' ');
    return [...(parts.length > 1 ? [found] : []), ...parts].flatMap((part, place) => {
      const spelled = part.toLowerCase();
      return isUninformative(spelled) ? [] : [{ term: stem(spelled), spelled, whole: parts.length > 1 && place === 0 }];
    });
  });
}

/** Terms in order; a phrase is two terms with a space between. */
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

/** Maps each term of a text to its first spelling there. */
export function spellings(text: string): ReadonlyMap<string, string> {
  const spelled = new Map<string, string>();
  for (const word of wordsOf(text)) if (!spelled.has(word.term)) spelled.set(word.term, word.spelled);
  return spelled;
}
