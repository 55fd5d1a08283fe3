// A specialist's part of the evidence store.
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../../../core/model/report.ts';
import { ofIncident } from '../../../../core/record/evidence/of-incident.ts';
import { sealEvidence } from '../../../../core/record/evidence/seal.ts';

function shelf() {
  const kept = new Map<string, Evidence>();
  const store = {
    put: async (record: Parameters<typeof sealEvidence>[0]) => {
      const evidence = sealEvidence(record);
      kept.set(`${evidence.incidentId}/${evidence.id}`, evidence);
      return evidence;
    },
    get: async (incidentId: string, id: string) => kept.get(`${incidentId}/${id}`),
    full: async (incidentId: string, id: string) => kept.get(`${incidentId}/${id}`),
  };
  return { kept, store };
}
const record = (incidentId: string) => ({ incidentId, source: 'logs', query: 'q', excerpt: 'x', full: {} });

describe('of the evidence a specialist', () => {
  test('stores and reads its own incident', async () => {
    const own = ofIncident(shelf().store, 'inc-1');
    const evidence = await own.put(record('inc-1'));
    expect(await own.get('inc-1', evidence.id)).toEqual(evidence);
  });

  test.each(['inc-2', '', 'inc-1/../inc-2', 'INC-1', 'inc-1 ', '__proto__'])('can name no other: %j', async (other) => {
    const { kept, store } = shelf();
    const own = ofIncident(store, 'inc-1');
    const foreign = await store.put(record(other));
    await expect(own.put(record(other))).rejects.toThrow('another incident');
    await expect(own.get(other, foreign.id)).rejects.toThrow('another incident');
    await expect(own.full(other, foreign.id)).rejects.toThrow('another incident');
    expect(kept.size).toBe(1);
  });
});
