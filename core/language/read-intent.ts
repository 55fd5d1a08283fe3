// What a person wants who writes into an incident's thread: the kill switch, an answer to a question, else one of the intents of the grammar.
// What is not read for sure is `unclear` and is asked back: a guess never acts, and never answers another question than the one that was put.
import { grammarOf } from './grammar/grammar.ts';
import type { Reading } from './grammar/intent.ts';
import { sentenceOf } from './grammar/sentence.ts';
import type { evidence } from './intents/evidence.ts';
import { intents } from './intents/index.ts';
import { type Answer, parseAnswer } from './parse-answer.ts';

/** Whose evidence is meant; the names of specialists. */
export type Source = NonNullable<Reading<typeof evidence>['slots']['source']>;

export type Intent =
  | { readonly kind: Exclude<(typeof intents)[number]['id'], 'evidence' | 'correct' | 'agree'> | 'unclear' }
  | { readonly kind: 'evidence'; readonly source: Source | undefined }
  /** To the question that waits. What it decides, if anything, is for open-question.ts. */
  | { readonly kind: 'answer'; readonly said: Exclude<Answer, { kind: 'nothing' | 'switch' }> }
  | Extract<Answer, { kind: 'switch' }>
  /** `meant` is what it was in their words. */
  | { readonly kind: 'correct'; readonly meant: string }
  /** With the diagnosis, and never with an action. `sure`: in words that can be about nothing else. */
  | { readonly kind: 'agree'; readonly sure: boolean };

/** Longer texts are pasted, not said. */
const maxLength = 600;
const read = grammarOf(...intents);

export const readIntent = (text: string): Intent => intentOf(text, parseAnswer(text));

/** `answer`: the same text as an answer. */
export function intentOf(text: string, answer: Answer): Intent {
  const sentence = sentenceOf(text);
  if (sentence.source.length > maxLength) return { kind: 'unclear' };
  if (/^\??$/.test(sentence.source)) return { kind: 'help' };
  if (answer.kind === 'switch') return answer;
  if (isPlain(answer)) return { kind: 'answer', said: answer };
  const found = read(sentence);
  if (found === undefined) return answer.kind === 'nothing' ? { kind: 'unclear' } : { kind: 'answer', said: answer };
  switch (found.id) {
    case 'correct':
      return { kind: 'correct', meant: found.slots.meant ?? '' };
    case 'agree':
      return { kind: 'agree', sure: found.slots.sure === 'yes' };
    case 'evidence':
      return { kind: 'evidence', source: found.slots.source };
    default:
      return { kind: found.id };
  }
}

/** It is read as an answer whatever else it could be; but "retry logs" may ask for logs. */
const isPlain = (answer: Answer): answer is Extract<Answer, { kind: 'yes' | 'no' | 'order' }> => {
  if (answer.kind !== 'order') return answer.kind === 'yes' || answer.kind === 'no';
  return answer.readings.some(({ object }) => !object.some((word) => asksForPieces.has(word)));
};
const asksForPieces: ReadonlySet<string> = new Set(
  'log logs metric metrics graph graphs chart charts runbook runbooks'.split(' '),
);
