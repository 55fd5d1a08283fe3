// Decides what happens to the members of a group when their leader ends, recovers, fails or gets another diagnosis. Resolving the leader's page
// resolves no other page: if a member still fails some minutes later, it is investigated.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { SeparateReason } from '../model/storm.ts';
import type { Ports } from '../ports/index.ts';
import { explainsPage } from './covers.ts';
import { endWith, isOngoing, leaveGroup } from './membership.ts';

type EndPorts = Pick<Ports, 'incidents' | 'clock' | 'bus'>;

/** Minutes for which a member's page may stay triggered after its leader recovered, because alerts resolve late. */
export const graceMinutes = 5;
const maxListed = 500;

/** Ends the members of a closed leader, unless it recovered: then each member's own page has to show the recovery. Idempotent. */
export async function endGroup(leaderId: string, ports: Pick<Ports, 'incidents'>): Promise<void> {
  const [leader, members] = await Promise.all([ports.incidents.get(leaderId), ports.incidents.members(leaderId)]);
  if (leader?.status !== 'closed') return;
  for (const { incident } of members) if (incident.status === 'grouped') await endWith(leader, incident, ports);
}

/**
 * Judges the members again after the leader has another diagnosis, or after a person said that it is wrong (`undefined`). Members that the
 * diagnosis does not cover leave. Returns their ids.
 */
export async function reevaluateMembers(
  leaderId: string,
  diagnosis: Diagnosis | undefined,
  ports: EndPorts,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (const { incident, facts } of await ports.incidents.members(leaderId)) {
    if (incident.pageStatus === 'resolved') continue;
    if (
      diagnosis !== undefined &&
      (facts === undefined || explainsPage(diagnosis, facts.leader, facts.member).kind === 'covered')
    )
      continue;
    await leaveGroup({ member: incident.id, why: 'diagnosis-changed' }, ports);
    left.push(incident.id);
  }
  return left;
}

/**
 * Checks all members: their leader may be gone or have another diagnosis, or their own page may still be triggered some minutes after the leader
 * recovered. Timers call it, any number at once; it runs once a minute.
 */
export async function sweepGroups(ports: EndPorts & Pick<Ports, 'seen'>): Promise<void> {
  const minute = Math.floor(ports.clock.now().getTime() / 60_000);
  if (!(await ports.seen.claim(`sweep-groups-${minute}`, 300))) return;
  const members = (await ports.incidents.list(maxListed)).filter(({ status }) => status === 'grouped');
  for (const leader of new Set(members.flatMap(({ memberOf }) => memberOf?.leader ?? []))) {
    const diagnosis = await ports.incidents.diagnosis(leader);
    if (diagnosis !== undefined) await reevaluateMembers(leader, diagnosis, ports);
  }
  for (const member of members) {
    const leader = member.memberOf && (await ports.incidents.get(member.memberOf.leader));
    const next = await dueOf(member, leader, ports);
    if (next === 'ends') await ports.incidents.update(member.id, { status: 'closed', outcome: 'recovered' });
    else if (next === 'as its leader' && leader) await endWith(leader, member, ports);
    else if (next !== 'stays' && next !== 'as its leader') await leaveGroup({ member: member.id, why: next }, ports);
  }
}

async function dueOf(
  member: Incident,
  leader: Incident | undefined,
  { clock, incidents }: EndPorts,
): Promise<'stays' | 'ends' | 'as its leader' | SeparateReason> {
  if (leader === undefined || leader.status === 'failed' || leader.memberOf !== undefined) return 'leader-gone';
  if (isOngoing(leader)) return leader.status === 'closed' ? 'as its leader' : 'stays';
  if (member.pageStatus === 'resolved') return 'ends';
  // A request without a page ends when its leader has recovered.
  if (member.trigger.kind !== 'page') return leader.outcome === 'recovered' ? 'ends' : 'stays';
  const last = (await incidents.timeline(leader.id)).at(-1)?.at ?? leader.openedAt;
  const due = clock.now().getTime() >= Date.parse(last) + graceMinutes * 60_000;
  return due ? 'still-failing-after-recovery' : 'stays';
}

/** Whether the member belongs to a leader that still stands, so that a new join may rely on that leader. */
export async function isInvestigated(member: Incident, { incidents }: Pick<Ports, 'incidents'>): Promise<boolean> {
  if (member.status !== 'grouped' || member.memberOf === undefined) return false;
  const leader = await incidents.get(member.memberOf.leader);
  return leader !== undefined && isOngoing(leader);
}
