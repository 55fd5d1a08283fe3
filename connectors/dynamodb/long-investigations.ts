// Stores long investigations. One item holds the state and the task token; one conditional write ends it, and only its writer gets the token.
import * as z from 'zod';
import { LongRecord } from '../../core/model/long-investigation.ts';
import type { LongInvestigations } from '../../core/ports/long-investigations.ts';
import { type Key, stored, type Table } from './table.ts';

const keyOf = (incidentId: string): Key => ({ pk: `LONG#${incidentId}`, sk: 'LONG' });
const LongItem = z.object({ long: LongRecord });
const names = { '#long': 'long', '#state': 'state' };

export function longInvestigations(table: Table): LongInvestigations {
  return {
    async get(incidentId) {
      const item = await table.get(keyOf(incidentId));
      return item && stored(LongItem, item).long;
    },
    begin: (record) =>
      table.put(
        { ...keyOf(record.incidentId), long: { ...record, state: 'running' } },
        {
          expression: 'attribute_not_exists(pk) OR #long.#state = :running',
          names,
          values: { ':running': 'running' },
        },
      ),
    async end(incidentId, { state, by }) {
      const item = await table.updated(
        keyOf(incidentId),
        {
          expression: `SET #long.#state = :state${by === undefined ? '' : ', #long.stoppedBy = :by'}`,
          names,
          values: { ':state': state, ...(by === undefined ? {} : { ':by': by }) },
        },
        { expression: '#long.#state = :running', values: { ':running': 'running' } },
      );
      return item && stored(LongItem, item).long;
    },
  };
}
