import { expect, test } from 'vitest';
import { dismissPrevention } from '../../../core/learning/prevention.ts';
import type { Diagnosis } from '../../../core/model/diagnosis.ts';
import type { TimelineEntry } from '../../../core/model/timeline.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { aDiagnosis, aHypothesis, at } from '../../builders.ts';

function stores(diagnosis: Diagnosis | undefined) {
  const timeline: TimelineEntry[] = [];
  const ports = {
    clock: { now: () => new Date(at('10:00:00')) },
    incidents: { diagnosis: async () => diagnosis, append: async (entry: TimelineEntry) => void timeline.push(entry) },
  } as unknown as Pick<Ports, 'incidents' | 'clock'>;
  return { ports, timeline };
}

test('the incident remembers who set the proposal aside, and when', async () => {
  const { ports, timeline } = stores(aDiagnosis());
  await dismissPrevention({ incidentId: 'inc-1', by: 'ana' }, ports);
  expect(timeline).toMatchObject([
    {
      incidentId: 'inc-1',
      actor: 'ana',
      at: at('10:00:00'),
      event: { type: 'PreventionDismissed', cause: 'job-failed' },
    },
  ]);
});

test.each([
  ['without a diagnosis', undefined],
  ['without a known cause', aDiagnosis({ hypotheses: [aHypothesis({ cause: 'unknown' })] })],
])('%s there is nothing to dismiss', async (_, diagnosis) => {
  const { ports, timeline } = stores(diagnosis);
  await expect(dismissPrevention({ incidentId: 'inc-1', by: 'ana' }, ports)).rejects.toThrow('not known');
  expect(timeline).toEqual([]);
});
