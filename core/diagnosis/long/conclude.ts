// Ends a long investigation: the record, the session if it may still run, and the words in the thread. Its result changes the diagnosis that people
// read and that is learned from; it leads to no action.
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { LongEnded, LongOutcome } from '../../model/long-investigation.ts';
import type { TimelineEntry } from '../../model/timeline.ts';
import type { Ports } from '../../ports/index.ts';
import { record } from '../../record/timeline.ts';
import { deliver, fitted } from '../../reporting/deliver.ts';
import { type LongEnding, longMessage, longSteps } from '../../reporting/long-progress.ts';
import { diagnosisMessage } from '../../reporting/report.ts';
import { shorten } from '../../text.ts';
import { diagnosisMade } from '../synthesize.ts';

export type ConcludePorts = Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'evidence' | 'long' | 'longRunner'>;

const maxFound = 5;
const step = 'ConcludeLonger';

export async function concludeLong(input: LongEnded, ports: ConcludePorts): Promise<{ diagnosis: Diagnosis }> {
  const { incident, longOutcome: outcome = { kind: 'lost' } } = input;
  const known = await ports.long.get(incident.id);
  const running = await ports.long.end(incident.id, { state: 'ended' });
  // Whatever ended the wait, nothing may go on and cost.
  if (running !== undefined && outcome.kind !== 'finished')
    await ports.longRunner?.stop(running.session).catch(() => undefined);
  const timeline = await ports.incidents.timeline(incident.id);
  const startedAt = known?.startedAt ?? incident.openedAt;
  const event = {
    type: 'LongInvestigationEnded' as const,
    how: outcome.kind,
    ...(outcome.kind === 'stopped' ? { by: outcome.by } : {}),
    ...(outcome.kind === 'failed' ? { why: outcome.why } : {}),
    seconds: Math.max(0, Math.round((ports.clock.now().getTime() - new Date(startedAt).getTime()) / 1000)),
    steps: longSteps(timeline).length,
  };
  await record(incident.id, event, { step }, ports);
  const diagnosis = diagnosisAfter(input.diagnosis, outcome);
  const adds = outcome.kind === 'finished' && addsTo(input.diagnosis, diagnosis);
  if (outcome.kind === 'finished') {
    await ports.incidents.saveDiagnosis(incident.id, diagnosis);
    const evidenceIds = diagnosis.hypotheses[0]?.evidenceIds.slice(0, 8) ?? [];
    await record(incident.id, diagnosisMade(diagnosis), { step, evidenceIds }, ports);
  }
  const ending: LongEnding = { ...event, lines: endingLines(outcome, adds, timeline) };
  await ports.chat.publish(fitted(longMessage(incident, timeline, ending))).catch(() => undefined);
  if (adds) {
    const message = await diagnosisMessage({ ...input, diagnosis }, ports);
    const { failures } = await deliver(
      {
        ...message,
        key: `diagnosis-long-${incident.id}`,
        headline: shorten(`After looking further: ${message.headline}`, 300),
        lines: [diagnosis.text, 'Nothing is done because of this.'],
      },
      'diagnosis',
      incident.trigger,
      ports,
    );
    for (const failure of failures) await record(incident.id, failure, { step, key: failure.place }, ports);
  }
  return { diagnosis };
}

/** A further investigation without a result is a gap of the first diagnosis. */
function diagnosisAfter(first: Diagnosis, outcome: LongOutcome): Diagnosis {
  switch (outcome.kind) {
    case 'finished':
      return outcome.diagnosis;
    case 'stopped':
      return first;
    case 'failed':
      return withGap(first, outcome.why);
    case 'lost':
      return withGap(first, 'Nothing more was heard of it.');
  }
}

const withGap = (diagnosis: Diagnosis, reason: string): Diagnosis => ({
  ...diagnosis,
  gaps: [...diagnosis.gaps, { source: 'further investigation', reason: shorten(reason, 300) }].slice(-30),
});

/** The result says more than the first diagnosis: another first hypothesis, another confidence, or a hypothesis of a model. */
const addsTo = (before: Diagnosis, after: Diagnosis): boolean => {
  const brief = ({ hypotheses, text }: Diagnosis) =>
    JSON.stringify([text, hypotheses.map(({ entity, cause, proposal }) => [entity, cause, proposal?.causeName])]);
  return brief(before) !== brief(after);
};

function endingLines(outcome: LongOutcome, adds: boolean, timeline: readonly TimelineEntry[]): string[] {
  switch (outcome.kind) {
    case 'finished':
      return [adds ? 'The result is below.' : 'It found nothing that changes the diagnosis above.'];
    case 'failed':
      return [outcome.why, ...foundUntil(timeline)];
    case 'stopped':
    case 'lost':
      return foundUntil(timeline);
  }
}

/** What the specialists answered since it began. */
function foundUntil(timeline: readonly TimelineEntry[]): string[] {
  const began = timeline.findIndex(({ event }) => event.type === 'LongInvestigationBegan');
  const answers = (began === -1 ? [] : timeline.slice(began)).flatMap(({ event }) =>
    event.type === 'SpecialistReported' && event.question !== undefined ? [event] : [],
  );
  if (answers.length === 0) return ['It had found nothing until then.'];
  return [
    'Found until then:',
    ...answers
      .slice(-maxFound)
      .map(({ specialist, question, summary }) => shorten(`${specialist}, asked "${question}": ${summary}`, 600)),
  ];
}
