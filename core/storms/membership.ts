// Lets pages join and leave groups. A page joins the incident whose diagnosis covers it by one conditional write and leaves by one, independent
// of the messages before or after. A step that is repeated, or that crashed half-way, changes nothing twice. Membership lasts as long as the
// leader stands.

import { beganAt } from '../context/page-facts.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Apart, Incident } from '../model/incident.ts';
import type { PageFacts, Relation, SeparateReason } from '../model/storm.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { hasOwnChange, ownChangeMinutes } from './covers.ts';
import { notifyJoined } from './notify-joined.ts';

export interface Joining {
  readonly leader: string;
  readonly member: string;
  readonly because: Relation;
  /** The entity that the leader's diagnosis blames. */
  readonly cause: EntityRef;
  readonly facts?: { readonly member: PageFacts; readonly leader: PageFacts } | undefined;
}

export type JoinPorts = Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'seen'> &
  Partial<{ readonly telemetry: Pick<Ports['telemetry'], 'changes'> }>;

export type Joined = { readonly kind: 'joined' } | { readonly kind: 'refused'; readonly why: SeparateReason };

/**
 * Joins the member to the leader. Idempotent. `refused`: the leader no longer takes members, or the page's own service changed just before the
 * page; the page then needs its own investigation. `pause` waits the given milliseconds, so that pages that join together share one message.
 */
export async function joinGroup(
  { leader: leaderId, member: memberId, because, cause, facts }: Joining,
  ports: JoinPorts,
  pause: (ms: number) => Promise<unknown> = async () => undefined,
): Promise<Joined> {
  const leader = await ports.incidents.get(leaderId);
  if (leader === undefined || !takesMembers(leader)) return { kind: 'refused', why: 'leader-gone' };
  if (await changedItself(cause, facts?.member, ports)) return { kind: 'refused', why: 'own-change' };
  const at = ports.clock.now().toISOString();
  if ((await ports.incidents.join(memberId, { leader: leaderId, because, at }, facts)) === 'refused')
    return { kind: 'refused', why: 'leader-gone' };
  const [member, after] = await Promise.all([ports.incidents.get(memberId), ports.incidents.get(leaderId)]);
  if (member === undefined) return { kind: 'refused', why: 'leader-gone' };
  // The leader ended meanwhile and did not see this member.
  if (after?.status === 'closed') await endWith(after, member, ports);
  await notifyJoined({ leader: after ?? leader, member, because }, ports, pause);
  return { kind: 'joined' };
}

/**
 * Whether the incident's diagnosis still covers its members: it did not fail or recover, its page is not resolved, and it belongs to no other
 * group.
 */
export const isOngoing = ({ status, outcome, pageStatus, memberOf }: Incident): boolean =>
  status !== 'failed' && outcome !== 'recovered' && pageStatus !== 'resolved' && memberOf === undefined;

/**
 * Whether a new page may join. After an action that did not help, a new page is investigated separately, because the system has changed since the
 * diagnosis.
 */
export const takesMembers = (leader: Incident): boolean => isOngoing(leader) && leader.outcome !== 'needs-person';

/** Whether the member's own service changed just before its page. If the source fails, the answer is false. */
async function changedItself(
  cause: EntityRef,
  member: PageFacts | undefined,
  { telemetry }: JoinPorts,
): Promise<boolean> {
  if (member === undefined || telemetry === undefined || member.service === undefined) return false;
  const began = beganAt(member);
  const observed = await telemetry.changes
    .observe(
      {
        incidentId: member.incidentId,
        service: member.service,
        cluster: member.cluster,
        namespace: member.namespace,
        environment: member.environment,
        neighbours: [],
        reach: 'cluster',
        window: {
          start: new Date(began - ownChangeMinutes * 60_000).toISOString(),
          end: new Date(began + 60_000).toISOString(),
        },
      },
      {},
    )
    .catch(() => undefined);
  return observed?.kind === 'data' && hasOwnChange(cause, undefined, member, { changes: observed.data });
}

/** Ends a member with its leader's outcome, if the leader has one and did not recover: people handle both. */
export async function endWith(
  leader: Incident,
  member: Incident,
  { incidents }: Pick<Ports, 'incidents'>,
): Promise<void> {
  if (leader.outcome !== undefined && leader.outcome !== 'recovered')
    await incidents.update(member.id, { status: 'closed', outcome: leader.outcome });
}

export interface Leaving {
  readonly member: string;
  readonly why: SeparateReason;
  /** The person who separated the page. */
  readonly by?: string | undefined;
}

/**
 * Starts a separate investigation for a member. The page stays a member until the new execution takes it (core/intake/open-incident.ts), so after
 * a failure in between the caller can simply call again. `no-member`: the page belongs to no other incident.
 */
export async function leaveGroup(
  { member: memberId, why, by }: Leaving,
  ports: Pick<Ports, 'incidents' | 'clock' | 'bus'>,
): Promise<{ readonly kind: 'leaving'; readonly from: string } | { readonly kind: 'no-member' }> {
  const member = await ports.incidents.get(memberId);
  const from = member?.memberOf?.leader;
  if (member === undefined || from === undefined) return { kind: 'no-member' };
  const apart: Apart = { from, why, ...(by && { by }) };
  const eventId = `${member.trigger.eventId.slice(0, 120)}:apart:${from}`;
  const because = { why, ...(by && { by }) };
  await record(memberId, { type: 'LeftGroup', leader: from, ...because }, { step: 'Leave', key: from }, ports);
  const left = { type: 'MemberLeft', member: { id: memberId, title: member.title }, ...because } as const;
  await record(from, left, { step: 'Leave', key: memberId }, ports);
  const { trigger } = member;
  await ports.bus.publish({
    detailType: trigger.kind === 'page' ? 'incident.reopened' : 'incident.mentioned',
    detail: { trigger: { ...trigger, eventId, apart } },
  });
  return { kind: 'leaving', from };
}
