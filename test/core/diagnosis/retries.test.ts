import { describe, expect, test } from 'vitest';
import { withRetries } from '../../../core/diagnosis/retries.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const service = (name: string) => ({ kind: 'Service', name, namespace: 'shop', cluster: 'c1' });
const surge = aFinding({
  id: 'm-1',
  specialist: 'metrics',
  entity: service('pricing'),
  cause: 'traffic-surge',
  role: 'cause',
  severity: 'major',
  claim: 'requests of pricing rose from 90 1/s to 620 1/s.',
  signal: { name: 'requests_per_second', unit: '1/s', before: 90, during: 620 },
});
const fails = aFinding({
  id: 'm-2',
  specialist: 'metrics',
  entity: service('pricing'),
  cause: undefined,
  role: 'symptom',
  severity: 'critical',
  claim: 'error ratio of pricing rose.',
  signal: { name: 'error_ratio', unit: '1', before: 0.002, during: 0.4 },
});
const calls = ['front', 'back'].map((from) => ({ from, to: 'pricing' }));
const steady = (...names: readonly string[]) =>
  names.map((name) => ({ kind: 'traffic-steady' as const, entity: service(name) }));
const causeOf = (findings: readonly Finding[], given: Parameters<typeof withRetries>[1]) =>
  withRetries(findings, given)[0]?.cause;

describe('requests that multiply at a service that fails', () => {
  test('are repeated calls if the traffic of all its callers is unchanged', () => {
    expect(causeOf([surge, fails], { calls, observations: steady('front', 'back') })).toBe('retry-storm');
  });
  test('are more demand if a caller gets more, or is not measured, or none is known', () => {
    expect(causeOf([surge, fails], { calls, observations: steady('front') })).toBe('traffic-surge');
    expect(causeOf([surge, fails], { calls: [], observations: steady('front', 'back') })).toBe('traffic-surge');
  });
  test('are more calls for each request if nothing fails', () => {
    expect(causeOf([surge], { calls, observations: steady('front', 'back') })).toBe('traffic-surge');
  });
});
