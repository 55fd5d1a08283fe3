// Splits a sentence into words of one spelling, and finds phrases with a slot in them. Pure.

export type Tokens = readonly string[];

/** One spelling for words that people spell in several ways. It applies to whole words only, so that parts of names stay. */
export const spellings: Readonly<Record<string, string>> = {
  rollback: 'roll back',
  'roll-back': 'roll back',
  rolback: 'roll back',
  rollforward: 'roll forward',
  're-run': 'rerun',
  rerrun: 'rerun',
  're-try': 'retry',
  'retry-it': 'retry it',
  're-start': 'restart',
  'un-cordon': 'uncordon',
  'scale-up': 'scale up',
  scaleup: 'scale up',
  'cron-job': 'cronjob',
  aprove: 'approve',
  approv: 'approve',
  appove: 'approve',
  apporve: 'approve',
  aproved: 'approved',
  "let's": 'let us',
  lets: 'let us',
  "don't": 'do not',
  dont: 'do not',
  "dont't": 'do not',
  donot: 'do not',
  "can't": 'can not',
  cant: 'can not',
  cannot: 'can not',
  "won't": 'will not',
  wont: 'will not',
  "shouldn't": 'should not',
  shouldnt: 'should not',
  "wouldn't": 'would not',
  "isn't": 'is not',
  "wasn't": 'was not',
  "doesn't": 'does not',
  "didn't": 'did not',
  didnt: 'did not',
  "haven't": 'have not',
  "hasn't": 'has not',
  "i'd": 'i would',
  "i'll": 'i will',
  "we'll": 'we will',
  "that's": 'that is',
  "it's": 'it is',
  pls: 'please',
  plz: 'please',
  pleas: 'please',
  pleae: 'please',
};
/** Pairs of words that are one word. */
const joined: Readonly<Record<string, string>> = {
  're run': 'rerun',
  're try': 'retry',
  're start': 'restart',
  'cron job': 'cronjob',
  'un cordon': 'uncordon',
};

/** Stands for a mention of anybody but us: words to that person are no answer to us. */
export const somebody = '@somebody';

/** The marks that end, separate or emphasise words. Every other mark is part of the text: a glob, a percent sign, a bracket, a question mark. */
const ends = /^[.,;:!*_'\-–—…。！、，]+|[.,;:!*_'\-–—…。！、，]+$/gu;

/** Words in lower case, without emphasis and the marks that end a word. */
export function tokensOf(text: string): Tokens {
  const normalized = text
    .normalize('NFKC')
    .replace(/<[@!][^>]{0,80}>/g, ` ${somebody} `)
    .replace(/<#[^>]{0,80}>/g, ' #channel ')
    .replace(/[’‘`´]/g, "'")
    .replace(/👍\p{EMod}?\uFE0F?|:(?:\+1|thumbsup)(?:::skin-tone-\d)?:|(?<!\S)\+1(?=[\s.,!]|$)/gu, ' thumbsup ')
    .replace(/👎\p{EMod}?\uFE0F?|:(?:-1|thumbsdown)(?:::skin-tone-\d)?:|(?<!\S)-1(?=[\s.,!]|$)/gu, ' thumbsdown ')
    .replace(/🙏\p{EMod}?|:pray:/gu, ' please ')
    .replace(/\p{C}/gu, ' ')
    .toLowerCase();
  const words = normalized
    .split(/\s+/)
    .map((word) => word.replace(ends, ''))
    .filter((word) => word !== '')
    .flatMap((word) => (Object.hasOwn(spellings, word) ? (spellings[word] ?? word).split(' ') : [word]));
  const tokens: string[] = [];
  for (const word of words) {
    const both = `${tokens.at(-1)} ${word}`;
    const one = Object.hasOwn(joined, both) ? joined[both] : undefined;
    if (one === undefined) tokens.push(word);
    else tokens.splice(-1, 1, one);
  }
  return tokens;
}

/** The words before and after the slot, if there is one. */
export interface Phrase {
  readonly front: Tokens;
  readonly slot: boolean;
  readonly back: Tokens;
}

/** `*` marks the slot. */
export function phraseOf(text: string): Phrase {
  const [front = '', back] = text.split('*');
  const words = (part: string) => part.split(' ').filter((word) => word !== '');
  return { front: words(front), slot: back !== undefined, back: words(back ?? '') };
}

/** The words in the slot if the sentence is exactly this phrase; undefined otherwise. */
export function slotOf({ front, slot, back }: Phrase, tokens: Tokens): Tokens | undefined {
  const end = tokens.length - back.length;
  if (end < front.length || (!slot && end > front.length)) return undefined;
  if (!front.every((word, place) => tokens[place] === word)) return undefined;
  if (!back.every((word, place) => tokens[end + place] === word)) return undefined;
  return tokens.slice(front.length, end);
}
