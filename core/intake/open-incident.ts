// Opens an incident, or joins the one that this alert belongs to, or takes that one over where nobody works on it any more. Same event, same
// incident and same error are three different notions: an event is told by its id, an incident by the alert's identity at its source, an
// error by its fingerprint (core/learning).
import type { Incident, Trigger } from '../model/incident.ts';
import type { EventOf, MessageFailed } from '../model/timeline.ts';
import type { OpenIncidentInput, Opening } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { describe, leftBehindText, takenOverText } from '../record/describe.ts';
import { isAbandoned, isOver } from '../record/lifecycle.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { type LeftBehindPorts, settleLeftBehind } from '../remediation/left-behind.ts';
import { tellProgress } from '../reporting/progress.ts';
import { isLookedAfter } from '../storms/ending.ts';
import { shorten } from '../text.ts';
import { sameAlert } from './same-alert.ts';

export type OpenPorts = LeftBehindPorts & Pick<Ports, 'ids' | 'executions'>;

/** Idempotent for an execution: entered again it returns what it opened, or took over. */
export async function openIncident(
  input: OpenIncidentInput,
  ports: OpenPorts,
): Promise<{ opening: Opening; incident: Incident }> {
  const { trigger, execution } = input;
  const before = await ports.incidents.findBySource(trigger.sourceId);
  // The bus delivers at least once: what was paged again has a new event id, what was only delivered again does not.
  if (before?.trigger.eventId === trigger.eventId && before.execution !== execution && !(await isLeft(before, ports))) {
    return join(before, 'redelivered', trigger, ports);
  }
  if (before && trigger.apart) {
    const apart = { ...trigger.apart, at: ports.clock.now().toISOString() };
    const incident = await ports.incidents.leave(before.id, apart, execution);
    if (incident) return takeApart(incident, ports);
  }
  const other = before || trigger.apart ? undefined : await seenOtherwise(trigger, ports);
  // One that nobody works on is ended by itself (sweep.ts); what came another way is looked into here.
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
  if (incident.takenOver !== undefined) return tellTakenOver(incident, incident.takenOver, ports);
  await record(
    incident.id,
    { type: 'IncidentOpened', title: incident.title, apart: false },
    { step: 'OpenIncident' },
    ports,
  );
  await tellThread(incident, ports);
  return { opening: { kind: 'opened' }, incident };
}

/** What was a member of another incident goes on here, with its thread and its history. */
async function takeApart(incident: Incident, ports: OpenPorts): Promise<{ opening: Opening; incident: Incident }> {
  await record(
    incident.id,
    { type: 'IncidentOpened', title: incident.title, apart: true },
    { step: 'OpenIncident', key: incident.execution ?? 'apart' },
    ports,
  );
  await tellThread(incident, ports);
  return { opening: { kind: 'opened' }, incident };
}

/** A member that is paged again is looked after by its leader, unless that one is gone. */
async function releasedTo(incident: Incident, execution: string, ports: OpenPorts): Promise<Incident | undefined> {
  if (incident.memberOf === undefined || (await isLookedAfter(incident, ports))) return undefined;
  const at = ports.clock.now().toISOString();
  return ports.incidents.leave(incident.id, { from: incident.memberOf.leader, why: 'leader-gone', at }, execution);
}
/** Whether nobody works on it any more. */
async function isLeft(incident: Incident, { executions, clock }: OpenPorts): Promise<boolean> {
  if (isOver(incident) || incident.execution === undefined) return false;
  return isAbandoned(incident, await executions.state(incident.execution), clock.now());
}

async function rejoin(incident: Incident, { trigger }: OpenIncidentInput, ports: OpenPorts) {
  // Whoever pages again says that it is not over, whatever was said before.
  if (incident.pageStatus === 'resolved') await ports.incidents.update(incident.id, { pageStatus: 'triggered' });
  return join(incident, 'paged-again', trigger, ports);
}

/** Its execution ended and left it open: this one goes on with it, if it is the first to. */
async function goOnWith(
  incident: Incident,
  input: OpenIncidentInput,
  ports: OpenPorts,
): Promise<{ opening: Opening; incident: Incident }> {
  const by = { from: incident.execution ?? '', to: input.execution, at: ports.clock.now().toISOString() };
  const taken = await ports.incidents.takeOver(incident, by);
  if (taken?.takenOver === undefined) {
    // Somebody was faster: another page took it over, or it was ended and this page is about a new one.
    const now = await ports.incidents.get(incident.id);
    return now === undefined || isOver(now) ? openIncident(input, ports) : rejoin(now, input, ports);
  }
  if (taken.pageStatus === 'resolved') await ports.incidents.update(taken.id, { pageStatus: 'triggered' });
  return tellTakenOver(taken, taken.takenOver, ports);
}

async function tellTakenOver(
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
      headline: shorten(`Looking into it again: ${incident.title}`, 300),
      lines: [takenOverText, ...leftBehind.map(leftBehindText)].map((line) => shorten(line, 1500)),
      ...threadOf(incident.trigger),
    })
    .catch(() => record(incident.id, notTold, { step: 'OpenIncident', key: from }, ports));
  await tellProgress(incident.id, ports);
  return { opening: { kind: 'opened' }, incident };
}

const notTold: MessageFailed = { type: 'MessageFailed', place: 'thread', about: 'work-begun' };

const sameAlertMinutes = 30;

/** An unfinished incident of the same alert that came by webhook when this came by channel, or the other way round. */
async function seenOtherwise(trigger: Trigger, { incidents, clock }: OpenPorts): Promise<Incident | undefined> {
  const since = clock.now().getTime() - sameAlertMinutes * 60_000;
  const byWebhook = trigger.kind === 'page';
  // What cannot be listed is not known to be the same: an incident too many is better than none.
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

/** Work has begun whether or not the thread can be told. */
async function tellThread(incident: Incident, ports: OpenPorts): Promise<void> {
  try {
    await ports.chat.publish({
      key: `opened-${incident.id}`,
      incidentId: incident.id,
      kind: 'opened',
      headline: shorten(`Looking into: ${incident.title}`, 300),
      lines: [],
      ...threadOf(incident.trigger),
    });
  } catch {
    await record(incident.id, notTold, { step: 'OpenIncident' }, ports);
  }
}
