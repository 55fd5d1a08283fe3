// The part of the evidence store that a specialist gets: one incident's. Whatever a page, a log line or a model makes it ask for, no other
// incident's evidence is named by it, neither to read nor to write.
import { Impossible } from '../../errors.ts';
import type { EvidenceStore } from '../../ports/records.ts';

/** Throws `Impossible` for any other incident. */
export function ofIncident(store: EvidenceStore, incidentId: string): EvidenceStore {
  const own = (asked: string): string => {
    if (asked === incidentId) return asked;
    throw new Impossible('A specialist asked for the evidence of another incident.');
  };
  return {
    put: async (record) => store.put({ ...record, incidentId: own(record.incidentId) }),
    get: async (asked, id) => store.get(own(asked), id),
    full: async (asked, id) => store.full(own(asked), id),
  };
}
