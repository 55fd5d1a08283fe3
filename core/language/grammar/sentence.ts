// Splits a person's message into words with their positions, so that a slot returns the person's own spelling. It unifies spelling, contractions and
// abbreviations, and leaves names as they are. Pure.
import { clean } from '../../text.ts';
import { spellings } from '../tokens.ts';
import { abbreviations } from './abbreviations.ts';

export interface Word {
  /** In lower case and unified spelling. */
  readonly word: string;
  /** Position in `source`, without the marks around the word. Words of one contraction share a position. */
  readonly start: number;
  readonly end: number;
  /** The marks before and after the word, such as `(` and `,` or `?!`; empty if there are none. */
  readonly front: string;
  readonly mark: string;
}

export interface Sentence {
  /** One line, without mentions. */
  readonly source: string;
  readonly words: readonly Word[];
}

const before = /^[\s,;:.!?*_~'"“”„«»<>()[\]…–—-]+/u;
const after = /[\s,;:.!?*_~'"“”„«»<>()[\]…–—-]+$/u;

export function sentenceOf(text: string): Sentence {
  const source = clean(text.replace(/<[@!#][^>]{0,80}>/g, ' '))
    .normalize('NFKC')
    .replace(/[’‘`´]/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
  const words: Word[] = [];
  for (const { 0: piece, index } of source.matchAll(/\S+?(?:[,;!?]+(?=\p{L})|(?=\s|$))/gu)) {
    const front = before.exec(piece)?.[0].length ?? 0;
    const bare = piece.slice(front).replace(after, '');
    if (bare === '') {
      const last = words.pop();
      if (last) words.push({ ...last, mark: last.mark + piece });
      continue;
    }
    const start = index + front;
    const end = start + bare.length;
    const parts = spellingsOf(bare.toLowerCase());
    const mark = piece.slice(front + bare.length);
    // "That's" is two words at two positions, "dont" two words at one.
    const [first = ''] = parts;
    const cut = parts.length === 2 && bare.toLowerCase().startsWith(first) ? start + first.length : undefined;
    parts.forEach((word, place) => {
      const isLast = place === parts.length - 1;
      words.push({
        word,
        start: place === 0 ? start : (cut ?? start),
        end: isLast ? end : (cut ?? end),
        front: place === 0 ? piece.slice(0, front) : '',
        mark: isLast ? mark : '',
      });
    });
  }
  return { source, words: joined(words) };
}

function spellingsOf(word: string): readonly string[] {
  const known = abbreviations[word] ?? (Object.hasOwn(spellings, word) ? spellings[word] : undefined);
  if (known !== undefined) return known.split(' ');
  const [, stem, short] = /^(\p{L}+)'(s|re|m|ve|ll|d)$/u.exec(word) ?? [];
  const full =
    short === undefined ? undefined : short === 's' ? (shortens.has(stem ?? '') ? 'is' : undefined) : longer[short];
  return stem === undefined || full === undefined ? [word] : [stem, full];
}
const shortens: ReadonlySet<string> = new Set(
  'what that it where how who this when why there here he she everything nothing one'.split(' '),
);
const longer: Readonly<Record<string, string>> = { re: 'are', m: 'am', ve: 'have', ll: 'will', d: 'would' };

/** "Re run" is one word. */
const pairs: Readonly<Record<string, string>> = {
  're run': 'rerun',
  're try': 'retry',
  're start': 'restart',
  'cron job': 'cronjob',
  'un cordon': 'uncordon',
  'kill switch': 'killswitch',
};
function joined(words: readonly Word[]): readonly Word[] {
  const made: Word[] = [];
  for (const one of words) {
    const last = made.at(-1);
    const both = last && last.mark === '' ? pairs[`${last.word} ${one.word}`] : undefined;
    if (last === undefined || both === undefined) made.push(one);
    else made.splice(-1, 1, { ...one, word: both, start: last.start, front: last.front });
  }
  return made;
}

/** The person's own text from one word to another (exclusive), without the marks around it. */
export function lettersOf({ source, words }: Sentence, from: number, to: number): string {
  const [first, last] = [words[from], words[to - 1]];
  return first === undefined || last === undefined ? '' : source.slice(first.start, last.end);
}

/** The same text with brackets and quotation marks, but without the marks that end a sentence. */
export function clauseOf({ source, words }: Sentence, from: number, to: number): string {
  const [first, last] = [words[from], words[to - 1]];
  return first === undefined || last === undefined
    ? ''
    : source
        .slice(first.start - first.front.length, last.end + last.mark.length)
        .replace(/^[\s,;:.!?*_~…–—-]+|[\s,;:.!?*_~…–—-]+$/gu, '');
}

export const isQuestion = ({ words }: Sentence): boolean => words.some(({ mark }) => mark.includes('?'));
