// Reads people's feedback on a diagnosis from the record: whether it was right, and the cause that they named instead. The timeline keeps the
// original words, and each call reads them again, so that better rules improve old feedback too. Pure.
import type { causes } from '../causes/causes.ts';
import type { Hypothesis } from '../model/diagnosis.ts';
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Feedback, StatedCause } from '../model/feedback.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import { type IncidentEntities, incidentEntitiesIn, isWorkload } from '../record/incident-entities.ts';
import { redact } from '../redaction/redact.ts';
import { shorten } from '../text.ts';
import { formatList } from '../wording.ts';
import { resolveCorrection } from './resolve-correction.ts';

/** The event in which a person judges the diagnosis. */
export type Judgement = EventOf<'DiagnosisCorrected' | 'DiagnosisConfirmed'>;

/** A judgement with its author and time. */
interface RecordedJudgement extends Pick<TimelineEntry, 'at' | 'actor'> {
  readonly event: Judgement;
}

const judgementsIn = (timeline: readonly TimelineEntry[]): readonly RecordedJudgement[] =>
  timeline.flatMap(({ at, actor, event }) =>
    event.type === 'DiagnosisCorrected' || event.type === 'DiagnosisConfirmed' ? [{ at, actor, event }] : [],
  );
export const maxWordsLength = 600;

/** Oldest first. */
export function feedbackOf(record: IncidentEntities): readonly Feedback[] {
  const diagnosisIndex = record.timeline.findIndex(({ step, kind }) => step === 'Synthesize' && kind === 'diagnosis');
  // Words before the diagnosis are not about it.
  const [before, after] = [
    record.timeline.slice(0, Math.max(0, diagnosisIndex)),
    record.timeline.slice(Math.max(0, diagnosisIndex)),
  ];
  const [early, late] = [judgementsIn(before), judgementsIn(after)];
  if (early.length + late.length === 0) return [];
  const read = readerOf(record);
  return [...early.map((one) => read(one, false)), ...late.map((one) => read(one, true))];
}

function readerOf(record: IncidentEntities): (judgement: RecordedJudgement, aboutDiagnosis: boolean) => Feedback {
  const seen = incidentEntitiesIn(record);
  const first = diagnosedIn(record.diagnosis?.hypotheses[0]);
  const fingerprint = record.diagnosis?.fingerprint ?? record.incident.fingerprint;
  return ({ at, actor, event }, aboutDiagnosis) => {
    const diagnosed = aboutDiagnosis ? first : undefined;
    const words = shorten(redact(event.words), maxWordsLength);
    const stated = resolveCorrection(words, seen);
    return {
      incidentId: record.incident.id,
      at,
      by: actor,
      said: words,
      verdict: verdictOf(event, stated, diagnosed),
      ...(diagnosed === undefined ? {} : { diagnosed }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      meant: stated,
    };
  };
}

/** Feedback from a judgement that is not on record yet. */
export const feedbackOn = (judgement: RecordedJudgement, record: IncidentEntities): Feedback =>
  readerOf(record)(judgement, true);

export type Diagnosed = NonNullable<Feedback['diagnosed']>;

const diagnosedIn = (first: Hypothesis | undefined): Diagnosed | undefined =>
  first === undefined || first.cause === 'unknown'
    ? undefined
    : { entity: first.entity, cause: first.cause, confidence: first.confidence };

/**
 * The named entity and cause decide, and not the yes or no before them. "Yes, it was the cache" is a correction if something else was diagnosed,
 * and "no, it was …" with the diagnosed cause is none.
 */
function verdictOf({ type }: Judgement, stated: StatedCause, diagnosed: Diagnosed | undefined): Feedback['verdict'] {
  const claimed = type === 'DiagnosisConfirmed' ? 'right' : 'wrong';
  if (diagnosed === undefined) return claimed;
  const { entity, cause } = fitOf(stated, diagnosed);
  if (claimed === 'right')
    return entity === true || cause === true || (entity !== false && cause !== false) ? 'right' : 'wrong';
  return entity === true && stated.cause === diagnosed.cause ? 'right' : 'wrong';
}

/** Whether the named entity and cause are the diagnosed ones; undefined if none is named. */
function fitOf(stated: StatedCause, diagnosed: Diagnosed): { entity: boolean | undefined; cause: boolean | undefined } {
  const entities = stated.entity ? [stated.entity] : stated.entities;
  const codes = stated.cause ? [stated.cause] : stated.causes;
  return {
    entity: entities.length === 0 ? undefined : entities.some((one) => isSame(one, diagnosed.entity)),
    cause: codes.length === 0 ? undefined : codes.includes(diagnosed.cause),
  };
}

const isSame = (a: EntityRef, b: EntityRef): boolean =>
  sameWorkload(a, b) && (a.kind === b.kind || (isWorkload(a) && isWorkload(b)));

/** The truth of a scenario, in the format of `expected.json`. */
export interface Truth {
  readonly vocabulary: 'watchkeeper';
  readonly rootCause: {
    readonly entity: { readonly kind: string; readonly name: string; readonly namespace?: string };
    readonly cause: keyof typeof causes;
  };
}

/** The truth according to the last feedback, or a sentence about what is missing. */
export function truthOf(
  feedback: readonly Feedback[],
):
  | { readonly kind: 'known'; readonly truth: Truth; readonly from: Feedback }
  | { readonly kind: 'open'; readonly why: string } {
  const from = feedback.at(-1);
  if (!from) return { kind: 'open', why: 'Nobody has said whether the diagnosis was right.' };
  const { verdict, diagnosed, meant: stated, by } = from;
  if (verdict === 'right' && diagnosed) return { kind: 'known', from, truth: truth(diagnosed.entity, diagnosed.cause) };
  if (stated.entity && stated.cause)
    // A person who names a workload does not state its kind; `Service` accepts every kind.
    return {
      kind: 'known',
      from,
      truth: truth(isWorkload(stated.entity) ? { ...stated.entity, kind: 'Service' } : stated.entity, stated.cause),
    };
  const lacks = [
    ...(stated.entity
      ? []
      : [stated.entities.length > 1 ? 'one thing (several fit)' : 'a thing that the incident has seen']),
    ...(stated.cause ? [] : [stated.causes.length > 1 ? 'one cause (several fit)' : 'a cause of the catalogue']),
  ];
  return {
    kind: 'open',
    why: `What ${by} said last ("${shorten(from.said, 120)}") does not name ${formatList(lacks)}.`,
  };
}

const truth = ({ kind, name, namespace }: EntityRef, cause: keyof typeof causes): Truth => ({
  vocabulary: 'watchkeeper',
  rootCause: { entity: { kind, name, ...(namespace === undefined ? {} : { namespace }) }, cause },
});
