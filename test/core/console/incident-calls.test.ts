import { expect, test } from 'vitest';
import { incidentCalls } from '../../../core/console/incident-calls.ts';
import { aDiagnosis, aHypothesis, anEntry, anIncident } from '../../builders.ts';

const context = anEntry({
  event: {
    type: 'ContextAssembled',
    service: { value: 'Web', source: 'alert' },
    callees: ['orders', 'other'],
    callers: ['edge'],
    facts: [],
    questions: [],
    missing: [],
  },
});
const record = { incident: anIncident(), timeline: [context], approvals: [], messages: [], members: [] };
const diagnosis = aDiagnosis({
  hypotheses: [
    aHypothesis({
      entity: { kind: 'Deployment', name: 'store' },
      chain: [{ kind: 'call', text: 'web calls orders.', evidenceIds: [], path: ['web', 'orders', 'store'] }],
    }),
  ],
});

test('the path to the cause is drawn among the other calls of the paged service', () => {
  const view = incidentCalls({ ...record, diagnosis });
  const [widest] = view?.sizes ?? [];
  const tones = new Map(widest?.edges.map(({ from, to, tone }) => [`${from} ${to}`, tone]));
  expect([tones.get('web orders'), tones.get('orders store'), tones.get('web other')]).toEqual([
    'bad',
    'bad',
    'unknown',
  ]);
  expect(widest?.nodes.find(({ id }) => id === 'store')).toMatchObject({ tone: 'bad', note: 'the cause' });
  expect(view?.path).toBe('web → orders → store');
});

test('without a diagnosis nothing is called the cause, and without calls nothing is drawn', () => {
  expect(incidentCalls(record)?.sizes[0]?.nodes.some(({ tone }) => tone === 'bad')).toBe(false);
  expect(incidentCalls({ ...record, timeline: [] })).toBeUndefined();
});
