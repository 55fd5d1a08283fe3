// Finds the intent of a message in an incident's thread: the kill switch, an answer to a question, or one of the grammar's intents. If the grammar
// is not sure, the intent is `unclear` and we ask back: a guess never acts, and never answers another question than the one that we asked.
import { grammarOf } from './grammar/grammar.ts';
import type { Reading } from './grammar/intent.ts';
import { sentenceOf } from './grammar/sentence.ts';
import type { evidence } from './intents/evidence.ts';
import { incidentIntents, intents } from './intents/index.ts';
import { type Answer, parseAnswer } from './parse-answer.ts';

/** The specialist whose evidence the person wants. */
export type Source = NonNullable<Reading<typeof evidence>['slots']['source']>;

/** A question that the record of an incident answers. */
export type IncidentQuestion = Reading<(typeof incidentIntents)[number]>;

export type Intent =
  | {
      readonly kind:
        | Exclude<(typeof intents)[number]['id'], IncidentQuestion['id'] | 'evidence' | 'correct' | 'agree'>
        | 'unclear';
    }
  | { readonly kind: 'incident'; readonly question: IncidentQuestion }
  | { readonly kind: 'evidence'; readonly source: Source | undefined }
  /** An answer to the open question. open-question.ts decides what it decides, if anything. */
  | { readonly kind: 'answer'; readonly answer: Exclude<Answer, { kind: 'nothing' | 'switch' }> }
  | Extract<Answer, { kind: 'switch' }>
  /** `correction`: the cause in the person's words. */
  | { readonly kind: 'correct'; readonly correction: string }
  /** Agreement with the diagnosis, and never with an action. `sure`: the words can be about nothing else. */
  | { readonly kind: 'agree'; readonly sure: boolean };

/** People paste longer texts rather than type them. */
const maxLength = 600;
const read = grammarOf(...intents);

export const readIntent = (text: string): Intent => intentOf(text, parseAnswer(text));

/** `answer`: the same text, parsed as an answer. */
export function intentOf(text: string, answer: Answer): Intent {
  const sentence = sentenceOf(text);
  if (sentence.source.length > maxLength) return { kind: 'unclear' };
  if (/^\??$/.test(sentence.source)) return { kind: 'help' };
  if (answer.kind === 'switch') return answer;
  const plain = isPlain(answer);
  if (plain && answer.kind !== 'order') return { kind: 'answer', answer };
  const found = read(sentence);
  // No action deletes a namespace or a database or starts a workflow of PagerDuty, so such an order is no answer to any question.
  const isBeyond = found?.id === 'cannot' && (found.slots.request === 'delete' || found.slots.request === 'workflow');
  if (plain && !isBeyond) return { kind: 'answer', answer };
  if (found === undefined) return answer.kind === 'nothing' ? { kind: 'unclear' } : { kind: 'answer', answer };
  switch (found.id) {
    case 'correct':
      return { kind: 'correct', correction: found.slots.correction ?? '' };
    case 'agree':
      return { kind: 'agree', sure: found.slots.sure === 'yes' };
    case 'evidence':
      return { kind: 'evidence', source: found.slots.source };
    default:
      return isAboutIncident(found) ? { kind: 'incident', question: found } : { kind: found.id };
  }
}

type Found = NonNullable<ReturnType<typeof read>>;
const idsAboutIncident: ReadonlySet<string> = new Set(incidentIntents.map(({ id }) => id));
const isAboutIncident = (found: Found): found is Extract<Found, IncidentQuestion> => idsAboutIncident.has(found.id);

/** A plain answer takes precedence over other meanings; but "retry logs" may ask for logs. */
const isPlain = (answer: Answer): answer is Extract<Answer, { kind: 'yes' | 'no' | 'order' }> => {
  if (answer.kind !== 'order') return answer.kind === 'yes' || answer.kind === 'no';
  return answer.readings.some(({ object }) => !object.some((word) => pieceRequests.has(word)));
};
const pieceRequests: ReadonlySet<string> = new Set(
  'log logs metric metrics graph graphs chart charts runbook runbooks'.split(' '),
);
