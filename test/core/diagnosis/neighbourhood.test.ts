import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../core/diagnosis/diagnose.ts';
import type { Finding } from '../../../core/model/report.ts';
import type { Dependency } from '../../../core/model/telemetry.ts';
import { aContext, aFinding, anIncident, aReport } from '../../builders.ts';

const at = (namespace: string, name: string, kind = 'Deployment') => ({ kind, name, namespace, cluster: 'c1' });
const gateway = at('edge', 'gateway', 'Service');
const since = '2026-11-20T10:00:00Z';
const finding = (id: string, over: Partial<Finding>) =>
  aFinding({ id, onset: since, severity: 'critical', confidence: 0.85, changeId: undefined, ...over });
const unscheduled = (namespace: string, name: string, onset = since) =>
  finding(`k-${name}`, {
    specialist: 'kubernetes',
    entity: at(namespace, name),
    cause: 'scheduling-taint',
    role: 'cause',
    onset,
    claim: `2 pods of Deployment ${name} cannot be scheduled.`,
  });
const forwards = finding('m-gateway', {
  specialist: 'metrics',
  entity: gateway,
  cause: undefined,
  role: 'symptom',
  claim: 'error ratio of gateway rose from 0.2 % to 30 %.',
  signal: { name: 'error_ratio', unit: '1', before: 0.002, during: 0.3 },
});

function diagnosed(findings: readonly Finding[], dependencies: readonly Dependency[] = []) {
  const specialists = [...new Set(findings.map(({ specialist }) => specialist))];
  return diagnose({
    incident: anIncident(),
    context: aContext({
      workload: undefined,
      callers: [],
      callees: [],
      cluster: { value: 'c1', source: 'alert', confidence: 0.9, alternatives: [] },
      service: { value: 'gateway', source: 'alert', confidence: 0.9, alternatives: [] },
      namespace: { value: 'edge', source: 'alert', confidence: 0.9, alternatives: [] },
    }),
    reports: specialists.map((specialist) =>
      aReport({ specialist, findings: findings.filter((one) => one.specialist === specialist) }),
    ),
    supported: { findings, evidence: new Map(), changes: new Map(), dropped: 0, gaps: [] },
    dependencies,
  }).diagnosis.hypotheses[0];
}

describe('a fault in another namespace than the paged entry', () => {
  test('leads if the calls of the entry are not known, and is not stated as sure', () => {
    const first = diagnosed([forwards, unscheduled('shop', 'stock')]);
    expect(first).toMatchObject({ entity: { name: 'stock' }, cause: 'scheduling-taint' });
    expect(first?.confidence).toBeGreaterThan(0.4);
    expect(first?.confidence).toBeLessThan(0.8);
  });
  test('does not lead if it is in another cluster and no call leads there', () => {
    const away = unscheduled('shop', 'stock');
    const first = diagnosed([forwards, { ...away, entity: { ...away.entity, cluster: 'c2' } }]);
    expect(first?.entity.name).toBe('gateway');
  });
  test('leads behind a callee that fails without a fault of its own, and whose calls are not known', () => {
    const fails = { ...forwards, id: 'm-front', entity: at('shop', 'front', 'Service') };
    expect(
      diagnosed([forwards, fails, unscheduled('stores', 'stock')], [{ from: 'gateway', to: 'front' }]),
    ).toMatchObject({
      entity: { name: 'stock' },
    });
  });
  test('does not lead if the calls are known and none goes there', () => {
    const calls = [
      { from: 'gateway', to: 'front' },
      { from: 'front', to: 'prices' },
    ];
    expect(diagnosed([forwards, unscheduled('stores', 'stock')], calls)?.entity.name).not.toBe('stock');
  });
  test('does not lead if the entry is broken itself', () => {
    const broken = finding('k-gateway', {
      specialist: 'kubernetes',
      entity: at('edge', 'gateway'),
      cause: 'secret-missing',
      role: 'cause',
      claim: 'Pods of Deployment gateway do not start.',
    });
    expect(diagnosed([forwards, broken, unscheduled('shop', 'stock')])).toMatchObject({
      entity: { name: 'gateway' },
      cause: 'secret-missing',
    });
  });
  test('does not lead if it is older than the page by hours', () => {
    expect(diagnosed([forwards, unscheduled('shop', 'stock', '2026-11-18T10:00:00Z')])?.entity.name).not.toBe('stock');
  });
  test('leaves the cause open if there are several', () => {
    const first = diagnosed([forwards, unscheduled('shop', 'stock'), unscheduled('office', 'reports')]);
    expect(first?.confidence).toBeLessThan(0.5);
  });
});
