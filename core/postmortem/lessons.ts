// Lists what went well and what went badly, each from a fact of the record. Pure.

import { expiredIn, knowledgeIn, troublesIn, unreadIn, usedTeaching } from './facts.ts';
import { bare, bullets, plain } from './markdown.ts';
import { correctionsIn, diagnosedAt, endingOf, onsetOf, type PostmortemRecord } from './record.ts';
import { msBetween, span } from './times.ts';

/** From this confidence on, people can act on a diagnosis (core/wording.ts: "likely"). */
const sureEnough = 0.65;
/** An alert this many milliseconds after the onset counts as late. */
const lateMs = 5 * 60_000;
const maxLines = 15;

export const wentWell = (record: PostmortemRecord): string[] =>
  bullets(well(record).slice(0, maxLines), 'Nothing that the record shows.');
export const wentBadly = (record: PostmortemRecord): string[] =>
  bullets(badly(record).slice(0, maxLines), 'Nothing that the record shows.');

function well(record: PostmortemRecord): string[] {
  const { diagnosis, incident, approvals } = record;
  const [first] = diagnosis.hypotheses;
  const at = diagnosedAt(record);
  const sure =
    first && first.cause !== 'unknown' && first.confidence >= sureEnough && correctionsIn(record).length === 0;
  const ending = endingOf(record);
  return [
    ...(at !== undefined && sure
      ? [`A cause with evidence was named ${span(msBetween(incident.trigger.occurredAt, at))} after the page.`]
      : []),
    ...approvals.flatMap((one) =>
      one.state === 'decided'
        ? [
            `"${plain(one.action.title, 300)}" was answered by ${plain(one.decidedBy, 100)} in ${span(msBetween(one.requestedAt, one.decidedAt))}.`,
          ]
        : [],
    ),
    ...(usedTeaching(record) ? ['A taught permission applied: the action waited for nobody.'] : []),
    ...(ending.kind === 'verified' ? ['Recovery was measured, not assumed.'] : []),
    ...(knowledgeIn(record)?.runbooks.slice(0, 3) ?? []).map(
      (name) => `It was written down before: ${plain(name, 160)}.`,
    ),
    ...(unreadIn(record).length === 0 && diagnosis.specialists.length > 0
      ? [`Every source answered: ${plain(diagnosis.specialists.join(', '), 200)}.`]
      : []),
  ];
}

function badly(record: PostmortemRecord): string[] {
  const { diagnosis, incident, approvals, timeline, material } = record;
  const [first] = diagnosis.hypotheses;
  const onset = onsetOf(record);
  const lagMs = onset === undefined ? 0 : msBetween(onset, incident.trigger.occurredAt);
  const knowledge = knowledgeIn(record);
  const reminded = approvals.filter(
    ({ id, state }) => state === 'decided' && timeline.some((entry) => entry.id.endsWith(`:${id}:reminder`)),
  );
  return [
    ...(lagMs >= lateMs ? [`The page came ${span(lagMs)} after it had begun.`] : []),
    ...correctionsIn(record).map(
      ({ by, words: correction }) => `${plain(by, 100)} corrected the diagnosis: ${plain(correction, 300)}`,
    ),
    ...(!first || first.cause === 'unknown'
      ? ['Watchkeeper did not find the cause.']
      : first.confidence < sureEnough
        ? [`The cause is no more than ${Math.round(first.confidence * 100)} % sure.`]
        : []),
    ...unreadIn(record).map(({ source, reason }) => `Could not be read: ${plain(source, 80)}: ${plain(reason)}`),
    ...material.context.questions.map((question) => `Had to be left open: ${plain(question)}`),
    ...(knowledge && knowledge.runbooks.length === 0 ? ['No runbook spoke of it.'] : []),
    ...(knowledge?.past ?? []).map((name) => `The same problem occurred before: ${plain(name, 160)}.`),
    ...reminded.map(({ question }) => `People had to be reminded of the question: ${plain(question, 300)}`),
    ...expiredIn(record).map(({ question }) => `Nobody answered in time: ${plain(question, 300)}`),
    ...(material.verification && material.verification.kind !== 'recovered'
      ? [`The action did not demonstrably help: ${plain(material.verification.text)}`]
      : []),
    ...(endingOf(record).kind === 'open' ? ['That it is over is not on record.'] : []),
    ...troublesIn(record).map((text) => `${plain(bare(text))}.`),
  ];
}
