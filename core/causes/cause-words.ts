// Finds the causes that a text names: by title, by code, or by aliases. The result can be several causes: "the database" does not tell what was wrong
// with it.
import { type CauseCode, causeCodes, causes } from './causes.ts';

/** The text in lower case with single spaces between words; ` | ` marks the end of a clause. */
export const normalizePhrases = (text: string): string =>
  ` ${text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[,;:.!?](?=\s|$)|[\n()]+/g, ' | ')
    .replace(/[^a-z0-9|]+/g, ' ')
    .trim()} `;

const all = causeCodes.filter((code) => code !== 'unknown' && code !== 'other');

/** One row of aliases as a pattern: it matches any of the phrases, as whole words of `spoken`; a trailing `*` matches any ending. */
const rowOf = (phrases: readonly string[]): RegExp =>
  new RegExp(`\\b(?:${phrases.map((phrase) => phrase.replace('*', '\\w+')).join('|')})\\b`);

const filler = new Set(['a', 'an', 'and', 'any', 'is', 'it', 'its', 'of', 'on', 'own', 'that', 'the', 'to', 'was']);
const wordsOf = (text: string): readonly string[] => [
  ...new Set(
    normalizePhrases(text)
      .split(' ')
      .filter((word) => word !== '' && !filler.has(word)),
  ),
];
const catalogue = all.map((code) => ({
  code,
  title: normalizePhrases(causes[code].title),
  coded: normalizePhrases(code),
  parts: [wordsOf(code), wordsOf(causes[code].title)],
  aliases: causes[code].aliases.map(rowOf),
}));

/** The longest catalogue title in `said`, and the rest of the text. */
export function titleIn(text: string): { readonly cause: CauseCode; readonly rest: string } | undefined {
  const found = catalogue
    .filter(({ title }) => text.includes(title) && !text.includes(` not${title}`))
    .sort((a, b) => b.title.length - a.title.length)[0];
  return found && { cause: found.code, rest: text.replace(found.title, ' | ') };
}

/** The causes that match `said` best; all of them if several match equally. */
export function causesIn(text: string): readonly CauseCode[] {
  const words = new Set(text.split(' '));
  const scored = catalogue.map(({ code, coded: asCode, parts, aliases }) => ({
    code,
    score:
      (text.includes(asCode) ? asCode.length : 0) +
      Math.max(...parts.map((part) => (part.every((word) => words.has(word)) ? part.length : 0))) +
      aliases.filter((row) => row.test(text)).length,
  }));
  const best = Math.max(...scored.map(({ score }) => score));
  return best === 0 ? [] : scored.filter(({ score }) => score === best).map(({ code }) => code);
}
