// Publishes the progress of an incident in one message that is updated in place; it is the first message that people see of the incident. The message
// is made from the record alone, so the last publisher always publishes the latest state, whatever the order. It is a courtesy: an unreachable thread
// fails nothing.

import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import type { MemberName } from '../ports/records.ts';
import { placeFields } from '../record/place-fields.ts';
import { threadOf } from '../record/thread.ts';
import { shorten } from '../text.ts';
import { capitalize, formatList } from '../wording.ts';
import { alsoAffectedBy, membersLine, placeInGroup } from './membership.ts';
import { type StatusView, statusViewOf } from './status-view.ts';

type ProgressPorts = Pick<Ports, 'incidents' | 'chat'>;

export async function publishProgress(incidentId: string, { incidents, chat }: ProgressPorts): Promise<void> {
  try {
    const [incident, timeline, diagnosis, members] = await Promise.all([
      incidents.get(incidentId),
      incidents.timeline(incidentId),
      incidents.diagnosis(incidentId),
      incidents.memberNames(incidentId),
    ]);
    if (incident) await chat.publish(progressOf(incident, timeline, diagnosis, members));
  } catch {
    // Diagnosis, approval request and outcome have their own messages, and a failure of those is not ignored.
  }
}

/** Reports that arrive within this time are published together: chats limit updates per minute, and a storm has many incidents. */
const gatherMs = 1500;

/**
 * Publishes progress after a specialist reported. The first caller in each period waits for the others and publishes all of their reports. If a
 * diagnosis exists by then, its own publication has covered them. `pause` waits the given number of milliseconds.
 */
export async function publishProgressOften(
  incidentId: string,
  ports: ProgressPorts & Pick<Ports, 'seen' | 'clock'>,
  pause: (ms: number) => Promise<unknown>,
): Promise<void> {
  const span = Math.floor(ports.clock.now().getTime() / gatherMs);
  if (!(await ports.seen.claim(`progress-${incidentId}-${span}`, 60))) return;
  await pause(gatherMs);
  if ((await ports.incidents.diagnosis(incidentId)) === undefined) await publishProgress(incidentId, ports);
}

/** Between the diagnosis and the decision no specialist is at work, so the status is not "Looking into". */
const headOf = (incident: Incident, diagnosis: Diagnosis | undefined): StatusView =>
  incident.status === 'investigating' && diagnosis !== undefined ? { text: 'Investigated' } : statusViewOf(incident);

/** One line per specialist during the investigation, then the outcome. Pure. */
export function progressOf(
  incident: Incident,
  timeline: readonly TimelineEntry[],
  diagnosis: Diagnosis | undefined,
  members: readonly MemberName[] = [],
): Message {
  const context = timeline.find(({ kind }) => kind === 'context');
  const latest = timeline.findLast(({ kind }) => kind === 'action' || kind === 'verification');
  const { text: status, tone, has } = headOf(incident, diagnosis);
  return {
    key: `opened-${incident.id}`,
    incidentId: incident.id,
    kind: 'opened',
    ...(tone === undefined ? {} : { tone }),
    headline: shorten(`${status}: ${incident.title}`, 300),
    ...factsOf(incident, alsoAffectedBy(diagnosis, members, incident.place?.service)),
    lines: [
      ...placeInGroup(incident),
      ...(diagnosis ? [outcomeOf(diagnosis)] : specialistLines(timeline, incident)),
      ...(latest ? [shorten(latest.text, 600)] : []),
      ...(has === undefined ? [] : [has]),
      ...membersLine(members),
    ],
    ...(incident.status === 'grouped' ? { choices: [{ label: 'This is separate', says: 'this is separate' }] } : {}),
    small: [
      ...(context ? [shorten(context.text, 600)] : []),
      ...(diagnosis ? reportersLine(timeline) : []),
      ...(incident.pageStatus === 'triggered' ? [] : [`The page is ${incident.pageStatus}.`]),
    ],
    ...threadOf(incident.trigger),
  };
}

/** The incident's place. Unknown fields are shown as unknown, because people look for them here. */
function factsOf({ place }: Incident, affected: readonly string[]): Pick<Message, 'facts'> {
  if (place === undefined) return {};
  const facts = placeFields(place.serverless).map((field) => ({
    name: capitalize(field),
    value: shorten(place[field] ?? '', 300) || 'not known',
  }));
  return {
    facts: [
      ...facts,
      ...(affected.length === 0 ? [] : [{ name: 'Affected', value: shorten(formatList(affected), 300) }]),
    ],
  };
}

function outcomeOf({ hypotheses: [first] }: Diagnosis): string {
  return first === undefined || first.cause === 'unknown' ? 'Watchkeeper found no cause.' : first.summary;
}

function reportersLine(timeline: readonly TimelineEntry[]): string[] {
  const who = reportedIn(timeline).map(([name]) => name);
  return who.length === 0 ? [] : [shorten(`${capitalize(who.join(', '))} have looked.`, 600)];
}

function specialistLines(timeline: readonly TimelineEntry[], { status }: Incident): string[] {
  if (status === 'grouped') return [];
  const reported = reportedIn(timeline);
  const lines = reported.map(([who, { kind, text }]) =>
    shorten(`${capitalize(who)}${kind === 'gap' ? ' could not learn something' : ''}: ${text}`, 300),
  );
  if (status !== 'investigating') return lines;
  return [...lines, lines.length === 0 ? 'The specialists are on their way.' : 'Others may still be at work.'];
}

/** The latest report of each specialist, in the order of their first reports. */
const reportedIn = (timeline: readonly TimelineEntry[]): [string, TimelineEntry][] => [
  ...new Map(
    timeline
      .filter(({ step, kind }) => step === 'Investigate' && (kind === 'finding' || kind === 'gap'))
      .map((entry) => [entry.actor, entry] as const),
  ),
];
