import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../core/diagnosis/diagnose.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aContext, aFinding, anIncident, aReport } from '../../builders.ts';

const deployment = (name: string) => ({ kind: 'Deployment', name, namespace: 'depot', cluster: 'c1' });
const down = aFinding({
  id: 'k-1',
  specialist: 'kubernetes',
  entity: deployment('loading-bay'),
  cause: 'service-account-missing',
  role: 'cause',
  severity: 'critical',
  confidence: 0.9,
  claim: 'Pods of Deployment loading-bay cannot be created: its service account does not exist.',
});
const complaint = (name: string, place: number, more: Partial<Finding> = {}) =>
  aFinding({
    id: `l-${place}`,
    specialist: 'logs',
    entity: deployment(name),
    cause: 'code-change',
    role: 'symptom',
    severity: 'critical',
    confidence: 0.45,
    claim: `Seen at ${name}: "Table '${name}.audit_${place}' doesn't exist"`,
    ...more,
  });
const chatty = ['scales', 'labels', 'routes', 'drivers', 'pallets', 'gates', 'invoices', 'shifts'].map((name, place) =>
  complaint(name, place),
);

const diagnosed = (findings: readonly Finding[], paged?: string) =>
  diagnose({
    incident: anIncident(),
    context: aContext({
      ...(paged ? { workload: deployment(paged) } : { workload: undefined }),
      service: undefined,
      namespace: { value: 'depot', source: 'alert', confidence: 0.9, alternatives: [] },
    }),
    reports: ['kubernetes', 'logs'].map((specialist) =>
      aReport({ specialist, findings: findings.filter((one) => one.specialist === specialist) }),
    ),
    supported: { findings, evidence: new Map(), changes: new Map(), dropped: 0, gaps: [] },
    dependencies: [],
  }).diagnosis.hypotheses[0];

describe('what is broken now', () => {
  test('outranks the errors that many serving workloads log', () => {
    const first = diagnosed([down, ...chatty]);
    expect(first).toMatchObject({ entity: { name: 'loading-bay' }, cause: 'service-account-missing' });
    expect(first?.confidence).toBeGreaterThan(0.8);
  });

  test('leaves the cause open if nothing is down and many workloads log alike', () => {
    expect(diagnosed(chatty)?.cause).toBe('unknown');
  });

  test('does not hide the one log that names a cause among many alike', () => {
    const denied = complaint('cashier', 99, { cause: 'database-credentials', role: 'cause', confidence: 0.85 });
    expect(diagnosed([...chatty, denied])).toMatchObject({
      entity: { name: 'cashier' },
      cause: 'database-credentials',
    });
  });

  test('takes nothing from the log of the paged workload', () => {
    const denied = complaint('cashier', 99, { cause: 'database-credentials', role: 'cause', confidence: 0.85 });
    const minor = { ...down, confidence: 0.55, role: 'symptom' as const };
    expect(diagnosed([minor, denied], 'cashier')).toMatchObject({ entity: { name: 'cashier' } });
  });
});
