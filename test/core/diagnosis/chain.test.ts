import { expect, test } from 'vitest';
import { diagnose } from '../../../core/diagnosis/diagnose.ts';
import type { Finding } from '../../../core/model/report.ts';
import { chainLines, raisesOf } from '../../../core/reporting/chain.ts';
import { aContext, aFinding, anIncident, aReport, at } from '../../builders.ts';

const service = (name: string) => ({ kind: 'Service', name });
const symptom = aFinding({
  id: 'metrics-1-1',
  specialist: 'metrics',
  entity: service('web'),
  cause: undefined,
  role: 'symptom',
  severity: 'critical',
  claim: 'error ratio of web rose from 0 % to 30 %.',
  signal: { name: 'error_ratio', unit: '1', before: 0, during: 0.3 },
  onset: at('02:01:00'),
  evidenceIds: ['m1'],
});
const killed = aFinding({
  id: 'kubernetes-1-1',
  specialist: 'kubernetes',
  entity: { kind: 'Deployment', name: 'store', namespace: 'shop', cluster: 'c1' },
  cause: 'oom-killed',
  role: 'cause',
  severity: 'critical',
  confidence: 0.95,
  claim: '2 pods of store OOM-killed.',
  onset: at('02:00:00'),
  evidenceIds: ['k1'],
});
const refused = aFinding({
  id: 'logs-1-1',
  specialist: 'logs',
  entity: service('orders'),
  dependency: service('store'),
  cause: undefined,
  role: 'symptom',
  severity: 'major',
  claim: 'New at orders: "store refused the connection".',
  onset: at('02:00:30'),
  evidenceIds: ['l1'],
});
const diagnosed = (findings: readonly Finding[], calls: readonly (readonly [string, string])[], paged = 'web') =>
  diagnose({
    incident: anIncident({ title: 'web fails' }),
    context: aContext({
      service: { value: paged, source: 'alert', confidence: 0.9, alternatives: [] },
      workload: undefined,
    }),
    reports: findings.map((finding) => aReport({ specialist: finding.specialist, findings: [finding] })),
    supported: { findings: [...findings], evidence: new Map(), changes: new Map(), gaps: [], dropped: 0 },
    dependencies: calls.map(([from, to]) => ({ from, to })),
  }).diagnosis;
const chain = (...input: Parameters<typeof diagnosed>) => diagnosed(...input).hypotheses[0]?.chain ?? [];

const edges = [
  ['web', 'orders'],
  ['orders', 'store'],
  ['web', 'other'],
] as const;

test('the chain leads from the page over the calls to the cause, each step with its evidence', () => {
  const steps = chain([symptom, refused, killed], edges);
  expect(steps.map(({ kind, evidenceIds }) => [kind, evidenceIds])).toEqual([
    ['symptom', ['m1']],
    ['call', ['l1']],
    ['cause', ['k1']],
  ]);
  expect(steps[1]?.path).toEqual(['web', 'orders', 'store']);
});

test('a call that no finding shows has no evidence, and a trace of it would raise the confidence', () => {
  const diagnosis = diagnosed([symptom, killed], edges);
  expect(diagnosis.hypotheses[0]?.chain?.find(({ kind }) => kind === 'call')?.evidenceIds).toEqual([]);
  expect(raisesOf(diagnosis).join(' ')).toMatch(/A trace .*web, orders and store/);
});

test('there is no call if the fault is at the paged service, or no calls lead to it', () => {
  expect(chain([killed], edges, 'store').map(({ kind }) => kind)).toEqual(['symptom', 'cause']);
  expect(chain([symptom, killed], []).some(({ kind }) => kind === 'call')).toBe(false);
});

test('an unknown cause has no chain', () => {
  expect(chain([{ ...symptom, role: 'context', signal: undefined }], edges)).toEqual([]);
});

test('each step is one line with the names of its evidence', () => {
  const [first] = diagnosed([symptom, refused, killed], edges).hypotheses;
  const lines = first === undefined ? [] : chainLines(first, new Map([['k1', '[1] kubernetes: store']]));
  expect(lines).toHaveLength(3);
  expect(lines[2]).toMatch(/^3\. Cause \(02:00 UTC\): .*OOM-killed\. Evidence: \[1\] kubernetes: store$/);
});
