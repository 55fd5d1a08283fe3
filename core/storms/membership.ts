// Joining and leaving. A page joins the incident whose diagnosis answers it by one conditional write, and leaves by one, whatever was told
// before or after: a step that is repeated, or that died half-way, changes nothing twice. A member lives as long as its leader stands.

import { beganAt } from '../context/page-facts.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Apart, Incident } from '../model/incident.ts';
import type { PageFacts, Relation, SeparateReason } from '../model/storm.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { hasOwnChange, ownChangeMinutes } from './covers.ts';
import { tellJoined } from './telling.ts';

export interface Joining {
  readonly leader: string;
  readonly member: string;
  readonly because: Relation;
  /** What the leader's diagnosis blames. */
  readonly cause: EntityRef;
  readonly facts?: { readonly member: PageFacts; readonly leader: PageFacts } | undefined;
}

export type JoinPorts = Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'seen'> &
  Partial<{ readonly telemetry: Pick<Ports['telemetry'], 'changes'> }>;

export type Joined = { readonly kind: 'joined' } | { readonly kind: 'refused'; readonly why: SeparateReason };

/**
 * Idempotent. `refused`: the leader does not stand any more, or the page's own service changed just before it; the page has to be investigated.
 * `pause` waits so many milliseconds, to tell those together that join together.
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
  // It ended in the meantime and did not see this member.
  if (after?.status === 'closed') await endWith(after, member, ports);
  await tellJoined({ leader: after ?? leader, member, because }, ports, pause);
  return { kind: 'joined' };
}

/** Whether its diagnosis still answers pages: it did not break off, did not recover, and nobody resolved its page. */
export const isStanding = ({ status, outcome, pageStatus, memberOf }: Incident): boolean =>
  status !== 'failed' && outcome !== 'recovered' && pageStatus !== 'resolved' && memberOf === undefined;

/** Whether a new page may join it. What came after an act that did not help is looked at as it is now: the world has changed since the diagnosis. */
export const takesMembers = (leader: Incident): boolean => isStanding(leader) && leader.outcome !== 'needs-person';

/** A source that cannot be asked says nothing. */
async function changedItself(
  cause: EntityRef,
  member: PageFacts | undefined,
  { telemetry }: JoinPorts,
): Promise<boolean> {
  if (member === undefined || telemetry === undefined || member.service === undefined) return false;
  const began = beganAt(member);
  const asked = await telemetry.changes
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
  return asked?.kind === 'data' && hasOwnChange(cause, undefined, member, { changes: asked.data });
}

/** A member ends as its leader did, where that one is over and did not recover: people have both. */
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
  /** The person who said so. */
  readonly by?: string | undefined;
}

/**
 * Has a member investigated on its own. It is a member until the new execution takes it (core/intake/open-incident.ts), so that a failure in between
 * loses nothing: call it again. `no-member` where it belongs to no other incident.
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
