// What becomes of the members when their leader ends, recovers, breaks off, or turns out to have another cause. Resolving the leader's page
// resolves no other page: what still fails some minutes later is investigated.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { SeparateReason } from '../model/storm.ts';
import type { Ports } from '../ports/index.ts';
import { explainsPage } from './covers.ts';
import { endWith, isStanding, leaveGroup } from './membership.ts';

type EndPorts = Pick<Ports, 'incidents' | 'clock' | 'bus'>;

/** How long a member's page may stay triggered after its leader recovered: alerts resolve late. */
export const graceMinutes = 5;
const maxListed = 500;

/** The leader is over: so are its members, unless it recovered, which their own pages have to show. Idempotent. */
export async function endGroup(leaderId: string, ports: Pick<Ports, 'incidents'>): Promise<void> {
  const [leader, members] = await Promise.all([ports.incidents.get(leaderId), ports.incidents.members(leaderId)]);
  if (leader?.status !== 'closed') return;
  for (const { incident } of members) if (incident.status === 'grouped') await endWith(leader, incident, ports);
}

/** The leader has another diagnosis, or a person said that it is wrong (`undefined`): those that it does not answer leave. */
export async function judgeAgain(
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
 * Members whose leader is gone or has another diagnosis by now, and those whose page is still triggered some minutes after it recovered. Called by
 * a timer, by any number: it is done once a minute.
 */
export async function sweepGroups(ports: EndPorts & Pick<Ports, 'seen'>): Promise<void> {
  const minute = Math.floor(ports.clock.now().getTime() / 60_000);
  if (!(await ports.seen.claim(`sweep-groups-${minute}`, 300))) return;
  const members = (await ports.incidents.list(maxListed)).filter(({ status }) => status === 'grouped');
  for (const leader of new Set(members.flatMap(({ memberOf }) => memberOf?.leader ?? []))) {
    const diagnosis = await ports.incidents.diagnosis(leader);
    if (diagnosis !== undefined) await judgeAgain(leader, diagnosis, ports);
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
  if (isStanding(leader)) return leader.status === 'closed' ? 'as its leader' : 'stays';
  if (member.pageStatus === 'resolved') return 'ends';
  // A request that no pager knows is over with what it asked about.
  if (member.trigger.kind !== 'page') return leader.outcome === 'recovered' ? 'ends' : 'stays';
  const last = (await incidents.timeline(leader.id)).at(-1)?.at ?? leader.openedAt;
  const due = clock.now().getTime() >= Date.parse(last) + graceMinutes * 60_000;
  return due ? 'still-failing-after-recovery' : 'stays';
}

/** Whether somebody looks after a member: what joins it again may rely on that. */
export async function isLookedAfter(member: Incident, { incidents }: Pick<Ports, 'incidents'>): Promise<boolean> {
  if (member.status !== 'grouped' || member.memberOf === undefined) return false;
  const leader = await incidents.get(member.memberOf.leader);
  return leader !== undefined && isStanding(leader);
}
