// Opens an incident for an alert, joins the open incident of the same alert, or takes over one that no execution works on any more. The same event,
// the same incident and the same error are three different notions: the event's id identifies an event, the alert's identity at its source
// identifies an incident, and the fingerprint (core/learning) identifies an error.
import type { Incident, Trigger } from '../model/incident.ts';
import type { EventOf, MessageFailed } from '../model/timeline.ts';
import type { OpenIncidentInput, Opening } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { describe, leftBehindText, takenOverText } from '../record/describe.ts';
import { isAbandoned, isOver } from '../record/lifecycle.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { type LeftBehindPorts, settleLeftBehind } from '../remediation/left-behind.ts';
import { publishProgress } from '../reporting/progress.ts';
import { isInvestigated } from '../storms/ending.ts';
import { shorten } from '../text.ts';
import { sameAlert } from './same-alert.ts';

export type OpenPorts = LeftBehindPorts & Pick<Ports, 'ids' | 'executions'>;

/** Idempotent for an execution: a second call returns the incident that the first call opened or took over. */
export async function openIncident(
  input: OpenIncidentInput,
  ports: OpenPorts,
): Promise<{ opening: Opening; incident: Incident }> {
  const { trigger, execution } = input;
  const before = await ports.incidents.findBySource(trigger.sourceId);
  // The bus delivers at least once. A repeated page has a new event id; a repeated delivery has the same one.
  if (before?.trigger.eventId === trigger.eventId && before.execution !== execution && !(await isLeft(before, ports))) {
    return join(before, 'redelivered', trigger, ports);
  }
  if (before && trigger.apart) {
    const apart = { ...trigger.apart, at: ports.clock.now().toISOString() };
    const incident = await ports.incidents.leave(before.id, apart, execution);
    if (incident) return takeApart(incident, ports);
  }
  const other = before || trigger.apart ? undefined : await seenOtherwise(trigger, ports);
  // We do not join an abandoned incident: sweep.ts ends it, and this alert gets an investigation of its own.
  if (other && !(await isLeft(other, ports))) {
    return join(other, 'same-alert-elsewhere', trigger, ports);
  }
  const { kind, incident } = await ports.incidents.open({
    id: `inc-${ports.ids.next()}`,
    sourceId: trigger.sourceId,
    title: trigger.title,
    trigger,
    openedAt: ports.clock.now().toISOString(),
    status: 'investigating',
    pageStatus: 'triggered',
    execution,
  });
  if (kind === 'joined') {
    const released = await releasedTo(incident, execution, ports);
    if (released) return takeApart(released, ports);
    return (await isLeft(incident, ports)) ? goOnWith(incident, input, ports) : rejoin(incident, input, ports);
  }
  if (incident.takenOver !== undefined) return notifyTakenOver(incident, incident.takenOver, ports);
  await record(
    incident.id,
    { type: 'IncidentOpened', title: incident.title, apart: false },
    { step: 'OpenIncident' },
    ports,
  );
  await notifyThread(incident, ports);
  return { opening: { kind: 'opened' }, incident };
}

/** Takes an incident out of the group that it had joined. It continues here, with its thread and its history. */
async function takeApart(incident: Incident, ports: OpenPorts): Promise<{ opening: Opening; incident: Incident }> {
  await record(
    incident.id,
    { type: 'IncidentOpened', title: incident.title, apart: true },
    { step: 'OpenIncident', key: incident.execution ?? 'apart' },
    ports,
  );
  await notifyThread(incident, ports);
  return { opening: { kind: 'opened' }, incident };
}

/** The leader of a group handles a new page of a member, unless the leader's execution has ended. */
async function releasedTo(incident: Incident, execution: string, ports: OpenPorts): Promise<Incident | undefined> {
  if (incident.memberOf === undefined || (await isInvestigated(incident, ports))) return undefined;
  const at = ports.clock.now().toISOString();
  return ports.incidents.leave(incident.id, { from: incident.memberOf.leader, why: 'leader-gone', at }, execution);
}
/** Whether no execution works on the incident any more. */
async function isLeft(incident: Incident, { executions, clock }: OpenPorts): Promise<boolean> {
  if (isOver(incident) || incident.execution === undefined) return false;
  return isAbandoned(incident, await executions.state(incident.execution), clock.now());
}

async function rejoin(incident: Incident, { trigger }: OpenIncidentInput, ports: OpenPorts) {
  // A new page means that the incident is not over, even if someone resolved it before.
  if (incident.pageStatus === 'resolved') await ports.incidents.update(incident.id, { pageStatus: 'triggered' });
  return join(incident, 'paged-again', trigger, ports);
}

/** The previous execution ended and left the incident open. This execution continues it, if no other one has done so first. */
async function goOnWith(
  incident: Incident,
  input: OpenIncidentInput,
  ports: OpenPorts,
): Promise<{ opening: Opening; incident: Incident }> {
  const by = { from: incident.execution ?? '', to: input.execution, at: ports.clock.now().toISOString() };
  const taken = await ports.incidents.takeOver(incident, by);
  if (taken?.takenOver === undefined) {
    // Another execution was faster: it took the incident over, or it closed the incident and this page is about a new one.
    const now = await ports.incidents.get(incident.id);
    return now === undefined || isOver(now) ? openIncident(input, ports) : rejoin(now, input, ports);
  }
  if (taken.pageStatus === 'resolved') await ports.incidents.update(taken.id, { pageStatus: 'triggered' });
  return notifyTakenOver(taken, taken.takenOver, ports);
}

async function notifyTakenOver(
  incident: Incident,
  { from, left }: NonNullable<Incident['takenOver']>,
  ports: OpenPorts,
): Promise<{ opening: Opening; incident: Incident }> {
  const leftBehind = await settleLeftBehind(incident, left, ports);
  await record(
    incident.id,
    { type: 'IncidentTakenOver', from, left, leftBehind },
    { step: 'OpenIncident', key: `after-${from}` },
    ports,
  );
  await ports.chat
    .publish({
      key: `taken-over-${incident.id}-${from}`,
      incidentId: incident.id,
      kind: 'failure',
      headline: shorten(`Investigating it again: ${incident.title}`, 300),
      lines: [takenOverText, ...leftBehind.map(leftBehindText)].map((line) => shorten(line, 1500)),
      ...threadOf(incident.trigger),
    })
    .catch(() => record(incident.id, notDelivered, { step: 'OpenIncident', key: from }, ports));
  await publishProgress(incident.id, ports);
  return { opening: { kind: 'opened' }, incident };
}

const notDelivered: MessageFailed = { type: 'MessageFailed', place: 'thread', about: 'work-begun' };

const sameAlertMinutes = 30;

/** Finds an unfinished incident of the same alert that arrived by the other way: by webhook if this one came from a channel, or the reverse. */
async function seenOtherwise(trigger: Trigger, { incidents, clock }: OpenPorts): Promise<Incident | undefined> {
  const since = clock.now().getTime() - sameAlertMinutes * 60_000;
  const byWebhook = trigger.kind === 'page';
  // If the incidents cannot be listed, we open a new one: a duplicate incident is better than a missed one.
  const open = await incidents.list(50).catch(() => []);
  return open.find(
    (one) =>
      !isOver(one) &&
      Date.parse(one.openedAt) >= since &&
      (one.trigger.kind === 'page') !== byWebhook &&
      sameAlert(one, { trigger }) === 'same',
  );
}

async function join(
  incident: Incident,
  reason: EventOf<'EventJoined'>['reason'],
  { eventId, kind: triggerKind }: Trigger,
  ports: OpenPorts,
): Promise<{ opening: Opening; incident: Incident }> {
  const event = { type: 'EventJoined', reason, eventId, triggerKind } as const;
  await record(incident.id, event, { step: 'OpenIncident', key: eventId }, ports);
  return { opening: { kind: 'joined', incidentId: incident.id, why: describe(event) }, incident };
}

/** The investigation starts even if the message to the thread fails. */
async function notifyThread(incident: Incident, ports: OpenPorts): Promise<void> {
  try {
    await ports.chat.publish({
      key: `opened-${incident.id}`,
      incidentId: incident.id,
      kind: 'opened',
      headline: shorten(`Investigating: ${incident.title}`, 300),
      lines: [],
      ...threadOf(incident.trigger),
    });
  } catch {
    await record(incident.id, notDelivered, { step: 'OpenIncident' }, ports);
  }
}
