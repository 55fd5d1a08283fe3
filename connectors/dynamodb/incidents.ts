// Stores incidents, their timeline and their diagnosis. An open incident holds a claim on its source; this one item decides whether a page opens an
// incident or joins one.
import * as z from 'zod';
import { Diagnosis } from '../../core/model/diagnosis.ts';
import { Incident } from '../../core/model/incident.ts';
import { PageFacts, Relation } from '../../core/model/storm.ts';
import { TimelineEntry } from '../../core/model/timeline.ts';
import type { IncidentStore } from '../../core/ports/records.ts';
import type { Clock } from '../../core/ports/world.ts';
import { isOver } from '../../core/record/lifecycle.ts';
import { absentOrExpired, epochSeconds, type Key, stored, type Table } from './table.ts';

const incidentKey = (id: string): Key => ({ pk: `INCIDENT#${id}`, sk: 'INCIDENT' });
const diagnosisKey = (id: string): Key => ({ pk: `INCIDENT#${id}`, sk: 'DIAGNOSIS' });
const claimKey = (sourceId: string): Key => ({ pk: `SOURCE#${sourceId}`, sk: 'OPEN' });
const latestKey = (sourceId: string): Key => ({ pk: `SOURCE#${sourceId}`, sk: 'LATEST' });

/**
 * A claim outlives its incident only if the workflow dies. The next page or the sweep discovers that. If nobody can ask the workflow, the claim
 * expires after a day, which is the longest duration of an execution.
 */
const claimSeconds = 24 * 3600;
/** The kind of claims in the index, which lists the open incidents. */
const claimKind = 'claim';
/** Holds for an incident that this execution was working on, and that is neither over nor a member of a group. */
const leftBy = (execution: string) => ({
  expression: 'NOT incident.#status IN (:closed, :failed, :grouped) AND incident.#execution = :execution',
  names: { '#status': 'status', '#execution': 'execution' },
  values: { ':closed': 'closed', ':failed': 'failed', ':grouped': 'grouped', ':execution': execution },
});

const IncidentItem = z.object({ incident: Incident });
/** `writtenAt` in epoch milliseconds; `order` counts within one process, for entries of the same millisecond. */
const TimelineItem = z.object({ entry: TimelineEntry, writtenAt: z.number(), order: z.number() });
/** Contains the whole incident, so that a later reader of the claim can write it if its owner did not. */
const ClaimItem = z.object({ incident: Incident });
const LatestItem = z.object({ incidentId: z.string() });
const DiagnosisItem = z.object({ diagnosis: Diagnosis });
/** Stored under the leader, so that one query finds all members. The member's own record decides whether it still is one. */
const MemberItem = z.object({
  memberId: z.string(),
  title: z.string(),
  service: z.string().optional(),
  because: Relation,
  joinedAt: z.string(),
  /** The incident did not join after all, or left. */
  gone: z.literal(true).optional(),
  facts: z.object({ member: PageFacts, leader: PageFacts }).optional(),
});
const memberKey = (leader: string, id: string): Key => ({ pk: `INCIDENT#${leader}`, sk: `MEMBER#${id}` });
/** States in which nobody acts on the incident yet. */
const joinable: readonly Incident['status'][] = ['waiting', 'investigating'];

export function incidentStore(table: Table, clock: Clock): IncidentStore {
  let order = 0;

  const get = async (id: string): Promise<Incident | undefined> => {
    const item = await table.get(incidentKey(id));
    return item && stored(IncidentItem, item).incident;
  };

  /** Writes the incident unless it exists; returns the stored one. */
  const store = async (incident: Incident): Promise<Incident> => {
    await table.put({ ...latestKey(incident.sourceId), incidentId: incident.id });
    const item = { ...incidentKey(incident.id), kind: 'incident', at: incident.openedAt, incident };
    if (await table.put(item, { expression: 'attribute_not_exists(pk)' })) return incident;
    return (await get(incident.id)) ?? incident;
  };

  const release = ({ id, sourceId }: Pick<Incident, 'id' | 'sourceId'>) =>
    table.delete(claimKey(sourceId), { expression: 'incidentId = :id', values: { ':id': id } });

  const lineKey = ({ incidentId, id }: TimelineEntry): Key => ({ pk: `INCIDENT#${incidentId}`, sk: `TIMELINE#${id}` });

  const addLine = (entry: TimelineEntry): Promise<boolean> => {
    order += 1;
    const item = { ...lineKey(entry), entry, writtenAt: clock.now().getTime(), order };
    return table.put(item, { expression: 'attribute_not_exists(pk)' });
  };

  const forget = (member: Key) => table.update(member, { expression: 'SET gone = :gone', values: { ':gone': true } });

  const open: IncidentStore['open'] = async (incident) => {
    const now = epochSeconds(clock.now());
    const listed = { kind: claimKind, at: incident.openedAt };
    const claim = {
      ...claimKey(incident.sourceId),
      ...listed,
      incidentId: incident.id,
      incident,
      expiresAt: now + claimSeconds,
    };
    if (await table.put(claim, absentOrExpired(now))) return { kind: 'opened', incident: await store(incident) };
    const item = await table.get(claimKey(incident.sourceId));
    if (!item) return open(incident);
    const claimed = await store(stored(ClaimItem, item).incident);
    if (claimed.execution !== undefined && claimed.execution === incident.execution)
      return { kind: 'opened', incident: claimed };
    if (!isOver(claimed)) return { kind: 'joined', incident: claimed };
    // The incident ended without releasing its claim.
    await release(claimed);
    return open(incident);
  };

  return {
    get,

    open,

    async findBySource(sourceId) {
      const item = await table.get(latestKey(sourceId));
      return item && get(stored(LatestItem, item).incidentId);
    },

    async update(id, patch) {
      const fields = Object.entries(patch).filter(([, value]) => value !== undefined);
      if (fields.length === 0) return undefined;
      const item = await table.updated(
        incidentKey(id),
        {
          expression: `SET ${fields.map((_, n) => `incident.#f${n} = :f${n}`).join(', ')}`,
          names: Object.fromEntries(fields.map(([name], n) => [`#f${n}`, name])),
          values: Object.fromEntries(fields.map(([, value], n) => [`:f${n}`, value])),
        },
        { expression: 'attribute_exists(pk)' },
      );
      const incident = item && stored(IncidentItem, item).incident;
      if (incident && patch.status !== undefined && isOver({ status: patch.status })) await release(incident);
      return incident;
    },

    async join(id, memberOf, facts) {
      const before = await get(id);
      if (before === undefined) return 'refused';
      const { title, place } = before;
      const named = { title, service: facts?.member.service ?? place?.service, because: memberOf.because };
      const key = memberKey(memberOf.leader, id);
      // The leader's entry comes before the join, so that the leader knows every member. If the join fails, the entry is marked as gone.
      await table.put(
        { ...key, memberId: id, ...named, joinedAt: memberOf.at, facts },
        { expression: 'attribute_not_exists(pk) OR gone = :gone', values: { ':gone': true } },
      );
      const joined = await table.update(
        incidentKey(id),
        {
          expression: 'SET incident.#status = :grouped, incident.memberOf = :memberOf',
          names: { '#status': 'status' },
          values: { ':grouped': 'grouped', ':memberOf': memberOf },
        },
        {
          expression: `attribute_not_exists(incident.memberOf) AND incident.#status IN (${joinable.map((_, n) => `:s${n}`).join(', ')})`,
          names: { '#status': 'status' },
          values: Object.fromEntries(joinable.map((status, n) => [`:s${n}`, status])),
        },
      );
      if (joined) return 'joined';
      if ((await get(id))?.memberOf?.leader === memberOf.leader) return 'joined';
      await forget(key);
      return 'refused';
    },

    async leave(id, apart, execution) {
      const left = await table.update(
        incidentKey(id),
        {
          expression:
            'SET incident.#status = :investigating, incident.apart = :apart, incident.#execution = :execution REMOVE incident.memberOf',
          names: { '#status': 'status', '#execution': 'execution' },
          values: { ':investigating': 'investigating', ':apart': apart, ':execution': execution },
        },
        {
          expression: 'incident.#status = :grouped AND incident.memberOf.leader = :from',
          names: { '#status': 'status' },
          values: { ':grouped': 'grouped', ':from': apart.from },
        },
      );
      if (!left) return undefined;
      await forget(memberKey(apart.from, id));
      return get(id);
    },

    async members(id) {
      const items = (await table.query(`INCIDENT#${id}`, 'MEMBER#')).map((item) => stored(MemberItem, item));
      const found = await Promise.all(
        items
          .toSorted((a, b) => a.joinedAt.localeCompare(b.joinedAt))
          .map(async ({ memberId, facts }) => ({ incident: await get(memberId), facts })),
      );
      return found.flatMap(({ incident, facts }) => (incident?.memberOf?.leader === id ? [{ incident, facts }] : []));
    },

    async turn(id, { from, to }) {
      const item = await table.updated(
        incidentKey(id),
        { expression: 'SET incident.#status = :to', names: { '#status': 'status' }, values: { ':to': to } },
        { expression: 'incident.#status = :from', names: { '#status': 'status' }, values: { ':from': from } },
      );
      return item && stored(IncidentItem, item).incident;
    },

    async memberNames(id) {
      const items = (await table.query(`INCIDENT#${id}`, 'MEMBER#')).map((item) => stored(MemberItem, item));
      return items
        .filter(({ gone }) => gone === undefined)
        .map(({ memberId, title, service, because, joinedAt }) => ({
          id: memberId,
          title,
          service,
          because,
          at: joinedAt,
        }))
        .toSorted((a, b) => a.at.localeCompare(b.at));
    },

    async list(limit) {
      const items = await table.newest('incident', limit);
      return items.map((item) => stored(IncidentItem, item).incident);
    },

    async listOpen(limit) {
      const claims = (await table.oldest(claimKind, limit)).map((item) => stored(ClaimItem, item).incident);
      const found = await Promise.all(claims.map(store));
      // An incident whose claim is over ended without releasing it.
      await Promise.all(found.filter(isOver).map(release));
      return found.filter((one) => !isOver(one));
    },

    async takeOver({ id, status: left }, { from, to, at }) {
      const won = await table.update(
        incidentKey(id),
        {
          expression: 'SET incident.#execution = :to, incident.takenOver = :taken, incident.#status = :begun',
          values: { ':to': to, ':taken': { from, at, left }, ':begun': 'investigating' },
        },
        leftBy(from),
      );
      return won ? get(id) : undefined;
    },

    async abandon(id, execution) {
      const won = await table.update(
        incidentKey(id),
        { expression: 'SET incident.#status = :failed' },
        leftBy(execution),
      );
      const incident = won ? await get(id) : undefined;
      if (incident) await release(incident);
      return won;
    },

    async append(entry) {
      if (await addLine(entry)) return;
      // A repeated entry comes from a retry, unless it was written before another execution took the incident over.
      const { takenOver, apart } = (await get(entry.incidentId)) ?? {};
      const since = [takenOver?.at ?? '', apart?.at ?? ''].sort().at(-1);
      const before = since ? await table.get(lineKey(entry)) : undefined;
      if (since && before && stored(TimelineItem, before).writtenAt < Date.parse(since))
        await addLine({ ...entry, id: `${entry.id}:${since}` });
    },

    async timeline(incidentId) {
      const items = await table.query(`INCIDENT#${incidentId}`, 'TIMELINE#');
      return items
        .map((item) => stored(TimelineItem, item))
        .sort(
          (a, b) => Date.parse(a.entry.at) - Date.parse(b.entry.at) || a.writtenAt - b.writtenAt || a.order - b.order,
        )
        .map((item) => item.entry);
    },

    async saveDiagnosis(incidentId, diagnosis) {
      await table.put({ ...diagnosisKey(incidentId), diagnosis });
    },

    async diagnosis(incidentId) {
      const item = await table.get(diagnosisKey(incidentId));
      return item && stored(DiagnosisItem, item).diagnosis;
    },
  };
}
