// Restricts the evidence store to one incident, for a specialist. Whatever a page, a log line or a model makes the specialist request, it can neither
// read nor write another incident's evidence.
import { Impossible } from '../../errors.ts';
import type { EvidenceStore } from '../../ports/records.ts';

/** Throws `Impossible` for any other incident. */
export function ofIncident(store: EvidenceStore, incidentId: string): EvidenceStore {
  const own = (requestedId: string): string => {
    if (requestedId === incidentId) return requestedId;
    throw new Impossible('A specialist asked for the evidence of another incident.');
  };
  return {
    put: async (record) => store.put({ ...record, incidentId: own(record.incidentId) }),
    get: async (requestedId, id) => store.get(own(requestedId), id),
    full: async (requestedId, id) => store.full(own(requestedId), id),
  };
}
