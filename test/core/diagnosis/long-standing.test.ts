import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../core/diagnosis/diagnose.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aContext, aFinding, anIncident, aReport } from '../../builders.ts';

const { window } = aContext();
const after = (minutes: number): string => new Date(Date.parse(window.incident.start) + minutes * 60_000).toISOString();
const deployment = (name: string) => ({ kind: 'Deployment', name, namespace: 'depot', cluster: 'c1' });
const broken = (name: string, onset: string, more: Partial<Finding> = {}): Finding =>
  aFinding({
    id: `k-${name}`,
    specialist: 'kubernetes',
    entity: deployment(name),
    cause: 'image-not-found',
    role: 'cause',
    severity: 'critical',
    confidence: 0.9,
    onset,
    claim: `Deployment ${name} cannot start.`,
    ...more,
  });
const fresh = broken('loading-bay', after(2), { cause: 'service-account-missing', confidence: 0.75 });

const diagnosed = (findings: readonly Finding[], paged?: string) =>
  diagnose({
    incident: anIncident(),
    context: aContext({
      workload: paged ? deployment(paged) : undefined,
      service: undefined,
      namespace: { value: 'depot', source: 'alert', confidence: 0.9, alternatives: [] },
    }),
    reports: [aReport({ specialist: 'kubernetes', findings: [...findings] })],
    supported: { findings, evidence: new Map(), changes: new Map(), dropped: 0, gaps: [] },
    dependencies: [],
  }).diagnosis.hypotheses;

describe('a fault that is days older than the page', () => {
  const days = after(-3 * 1440);
  test('does not explain what began lately, however sure it is', () => {
    const [first, second] = diagnosed([broken('prototype', days), fresh]);
    expect(first).toMatchObject({ entity: { name: 'loading-bay' }, cause: 'service-account-missing' });
    expect(second?.against).toContainEqual(expect.stringMatching(/^it has been so for \d+ h/));
  });
  test('is the answer if the page names it', () => {
    expect(diagnosed([broken('prototype', days), fresh], 'prototype')[0]).toMatchObject({
      entity: { name: 'prototype' },
    });
  });
  test('is the answer if nothing began lately', () => {
    expect(diagnosed([broken('prototype', days)])[0]).toMatchObject({ entity: { name: 'prototype' } });
  });
  test('is told from one that began an hour before the page', () => {
    expect(diagnosed([broken('prototype', after(-60)), fresh])[0]).toMatchObject({ entity: { name: 'prototype' } });
  });
});

describe('of two causes at one subject,', () => {
  const waits = broken('loading-bay', after(2), {
    id: 'm-1',
    specialist: 'metrics',
    cause: 'network-delay',
    confidence: 0.8,
  });
  test('the one that accounts for the other is the answer, though the other looks surer', () => {
    const pool = broken('loading-bay', after(2), {
      id: 'l-1',
      specialist: 'logs',
      cause: 'database-connections-exhausted',
      confidence: 0.6,
    });
    const [first, second] = diagnosed([waits, pool]);
    expect(first).toMatchObject({ cause: 'database-connections-exhausted' });
    expect(second).toBeUndefined();
  });
  test('they compete if neither does', () => {
    const disk = broken('loading-bay', after(2), {
      id: 'l-2',
      specialist: 'logs',
      cause: 'disk-full',
      confidence: 0.3,
    });
    expect(diagnosed([waits, disk]).map(({ cause }) => cause)).toContain('network-delay');
  });
});
