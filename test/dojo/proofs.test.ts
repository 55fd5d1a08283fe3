import { describe, expect, test } from 'vitest';
import { allTools } from '../../core/reasoning/tools/index.ts';
import { type Answer, callBudget, explore } from '../../dojo/proofs/explorer.ts';
import { play } from '../../dojo/proofs/play.ts';
import { lies, lying, truthful } from '../../dojo/proofs/scripts.ts';

const dir = 'scenarios/certificate-expired';
const truth = { entity: { kind: 'Service', name: 'payments' }, cause: 'certificate-expired' } as const;

test('an agent that knows the truth brings it into the answer, with its evidence and its name on it', async () => {
  const { diagnosis, acted } = await play(dir, { reasoner: () => truthful(truth), hide: ['certificate-expired'] });
  const own = diagnosis.hypotheses.find(({ cause }) => cause === 'certificate-expired');
  expect(own).toMatchObject({ entity: { name: 'payments' }, proposal: { by: 'scripted (synthesis@0)' } });
  expect(own?.evidenceIds).toHaveLength(1);
  expect(acted).toBe(false);
});

describe('a lie never comes first', () => {
  test.each(lies)('%s', async (lie) => {
    const { diagnosis } = await play(dir, {
      reasoner: (ports) => ({
        reason: async (request) => {
          const [excerpt, query] = ['web broke', 'q'];
          const put = { incidentId: 'another', source: 'logs', query, excerpt, full: excerpt };
          const { id: foreignId } = await ports.evidence.put(put);
          const earlier = { ...put, incidentId: request.incidentId, excerpt: '2020-01-01T00:00:00Z web broke' };
          const { id: earlierId } = await ports.evidence.put(earlier);
          const about = { first: 'payments', foreignId, earlierId };
          return lying(lie, { kind: 'Service', name: 'web' }, about).reason(request);
        },
      }),
    });
    expect(diagnosis.hypotheses[0]).toMatchObject({ entity: { name: 'payments' }, cause: 'certificate-expired' });
    expect(diagnosis.hypotheses[0]?.proposal).toBeUndefined();
  });
});

test('the explorer finds the failing line from the page alone, and keeps its budget', async () => {
  await play(dir, {
    afterwards: async ({ plan, ports }) => {
      const [brief] = plan;
      if (brief === undefined) throw new Error('There is no brief.');
      const holds = (answers: readonly Answer[]) =>
        answers.some(({ text }) => text.includes('certificate has expired'));
      const found = await explore(brief, allTools(brief, ports), holds);
      expect(found.reached).toBe(true);
      const all = await explore(brief, allTools(brief, ports), () => false);
      expect(all.calls).toBeLessThanOrEqual(callBudget);
    },
  });
});
