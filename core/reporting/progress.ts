// How far an incident is, in one message that is updated in place: the first one that people saw of it. Made from the record alone, so that
// whoever tells it last tells the latest, in whatever order they come. It is a courtesy: a thread that cannot be reached fails nothing.
import { threadOf } from '../incidents/thread.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident, IncidentStatus, TimelineEntry } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';

type ProgressPorts = Pick<Ports, 'incidents' | 'chat'>;

export async function tellProgress(incidentId: string, { incidents, chat }: ProgressPorts): Promise<void> {
  try {
    const [incident, timeline, diagnosis] = await Promise.all([
      incidents.get(incidentId),
      incidents.timeline(incidentId),
      incidents.diagnosis(incidentId),
    ]);
    if (incident) await chat.publish(progressOf(incident, timeline, diagnosis));
  } catch {
    // The diagnosis, the question and the end are told for themselves, and those are not let go.
  }
}

const heads: Readonly<Record<IncidentStatus, string>> = {
  investigating: 'Looking into',
  'awaiting-approval': 'Waiting for an answer',
  acting: 'Acting',
  verifying: 'Checking whether it helped',
  closed: 'Over',
  failed: 'Broke off',
};

/** Between the diagnosis and what is decided nobody looks any more. */
const headOf = ({ status }: Incident, diagnosis: Diagnosis | undefined): string =>
  status === 'investigating' && diagnosis !== undefined ? 'Looked into' : heads[status];

/** A line a specialist while they look; what came of it afterwards. Pure. */
export function progressOf(
  incident: Incident,
  timeline: readonly TimelineEntry[],
  diagnosis: Diagnosis | undefined,
): Message {
  const context = timeline.find(({ kind }) => kind === 'context');
  const latest = timeline.filter(({ kind }) => kind === 'action' || kind === 'verification').at(-1);
  return {
    key: `opened-${incident.id}`,
    incidentId: incident.id,
    kind: 'opened',
    headline: shorten(`${headOf(incident, diagnosis)}: ${incident.title}`, 300),
    lines: [
      ...(context ? [shorten(context.text, 600)] : []),
      ...(diagnosis ? [outcomeOf(timeline, diagnosis)] : specialistLines(timeline, incident)),
      ...(latest ? [shorten(latest.text, 600)] : []),
    ],
    ...threadOf(incident.trigger),
  };
}

function outcomeOf(timeline: readonly TimelineEntry[], { hypotheses: [first] }: Diagnosis): string {
  const who = reportedIn(timeline).map(([name]) => name);
  const found = first === undefined || first.cause === 'unknown' ? 'No cause was found.' : first.summary;
  return shorten(who.length === 0 ? found : `${capital(who.join(', '))} have looked. ${found}`, 800);
}

function specialistLines(timeline: readonly TimelineEntry[], { status }: Incident): string[] {
  const reported = reportedIn(timeline);
  const lines = reported.map(([who, { kind, text }]) =>
    shorten(`${capital(who)}${kind === 'gap' ? ' could not learn something' : ''}: ${text}`, 300),
  );
  if (status !== 'investigating') return lines;
  return [...lines, lines.length === 0 ? 'The specialists are on their way.' : 'Others may still be at work.'];
}

/** What each specialist said last, in the order in which they first spoke. */
const reportedIn = (timeline: readonly TimelineEntry[]): [string, TimelineEntry][] => [
  ...new Map(
    timeline
      .filter(({ step, kind }) => step === 'Investigate' && (kind === 'finding' || kind === 'gap'))
      .map((entry) => [entry.actor, entry] as const),
  ),
];

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
