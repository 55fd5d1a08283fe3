// Incidents, their timeline and their diagnosis. An open incident holds a claim on its source: the claim is the one item that decides
// whether a page opens an incident or joins one.
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import { Diagnosis } from '../../core/model/diagnosis.ts';
import { Incident, TimelineEntry } from '../../core/model/incident.ts';
import type { IncidentStore } from '../../core/ports/records.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { Key, Table } from './table.ts';

const incidentKey = (id: string): Key => ({ pk: `INCIDENT#${id}`, sk: 'INCIDENT' });
const diagnosisKey = (id: string): Key => ({ pk: `INCIDENT#${id}`, sk: 'DIAGNOSIS' });
const claimKey = (sourceId: string): Key => ({ pk: `SOURCE#${sourceId}`, sk: 'OPEN' });
const latestKey = (sourceId: string): Key => ({ pk: `SOURCE#${sourceId}`, sk: 'LATEST' });

/** A claim outlives its incident only when the workflow died for good; after a day it no longer counts. */
const claimSeconds = 24 * 3600;

const IncidentItem = z.object({ incident: Incident });
const TimelineItem = z.object({ entry: TimelineEntry, order: z.number() });
const ClaimItem = z.object({ incidentId: z.string(), execution: z.string().optional() });

export function incidentStore(table: Table, clock: Clock): IncidentStore {
  let order = 0;

  const get = async (id: string): Promise<Incident | undefined> => {
    const item = await table.get(incidentKey(id));
    return item && IncidentItem.parse(item).incident;
  };

  /** Writes the incident unless it is there; returns what is stored. */
  const store = async (incident: Incident): Promise<Incident> => {
    const item = { ...incidentKey(incident.id), kind: 'incident', at: incident.openedAt, incident };
    if (await table.put(item, { expression: 'attribute_not_exists(pk)' })) {
      await table.put({ ...latestKey(incident.sourceId), incidentId: incident.id });
      return incident;
    }
    return (await get(incident.id)) ?? incident;
  };

  return {
    get,

    async open(incident) {
      const now = Math.floor(clock.now().getTime() / 1000);
      const claimed = await table.put(
        {
          ...claimKey(incident.sourceId),
          incidentId: incident.id,
          ...(incident.execution === undefined ? {} : { execution: incident.execution }),
          ttl: now + claimSeconds,
        },
        { expression: 'attribute_not_exists(pk) OR #ttl < :now', names: { '#ttl': 'ttl' }, values: { ':now': now } },
      );
      if (claimed) return { kind: 'opened', incident: await store(incident) };
      const item = await table.get(claimKey(incident.sourceId));
      if (!item) throw new Unavailable('The incident was closed while a page arrived for it.');
      const claim = ClaimItem.parse(item);
      if (claim.execution === incident.execution) {
        return { kind: 'opened', incident: await store({ ...incident, id: claim.incidentId }) };
      }
      const open = await get(claim.incidentId);
      if (!open) throw new Unavailable('The incident that this page belongs to is being opened.');
      return { kind: 'joined', incident: open };
    },

    async findBySource(sourceId) {
      const item = await table.get(latestKey(sourceId));
      return item && get(ClaimItem.parse(item).incidentId);
    },

    async update(id, patch) {
      const fields = Object.entries(patch).filter(([, value]) => value !== undefined);
      if (fields.length === 0) return;
      const known = await table.update(
        incidentKey(id),
        {
          expression: `SET ${fields.map((_, n) => `incident.#f${n} = :f${n}`).join(', ')}`,
          names: Object.fromEntries(fields.map(([name], n) => [`#f${n}`, name])),
          values: Object.fromEntries(fields.map(([, value], n) => [`:f${n}`, value])),
        },
        { expression: 'attribute_exists(pk)' },
      );
      if (!known || (patch.status !== 'closed' && patch.status !== 'failed')) return;
      const incident = await get(id);
      if (!incident) return;
      await table.delete(claimKey(incident.sourceId), { expression: 'incidentId = :id', values: { ':id': id } });
    },

    async list(limit) {
      const items = await table.newest('incident', limit);
      return items.map((item) => IncidentItem.parse(item).incident);
    },

    async append(entry) {
      order += 1;
      const item = {
        pk: `INCIDENT#${entry.incidentId}`,
        sk: `TIMELINE#${entry.id}`,
        entry,
        order: Date.parse(entry.at) * 1000 + (order % 1000),
      };
      await table.put(item, { expression: 'attribute_not_exists(pk)' });
    },

    async timeline(incidentId) {
      const items = await table.query(`INCIDENT#${incidentId}`, 'TIMELINE#');
      return items
        .map((item) => TimelineItem.parse(item))
        .sort((a, b) => a.order - b.order)
        .map((item) => item.entry);
    },

    async saveDiagnosis(incidentId, diagnosis) {
      await table.put({ ...diagnosisKey(incidentId), diagnosis });
    },

    async diagnosis(incidentId) {
      const item = await table.get(diagnosisKey(incidentId));
      return item && z.object({ diagnosis: Diagnosis }).parse(item).diagnosis;
    },
  };
}
