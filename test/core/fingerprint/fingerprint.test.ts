import { describe, expect, test } from 'vitest';
import { fingerprintOf, workloadOf } from '../../../core/fingerprint/fingerprint.ts';
import type { EntityRef } from '../../../core/model/entity.ts';

const parts = (overrides: Partial<Parameters<typeof fingerprintOf>[0]> = {}) => ({
  cause: 'job-failed' as const,
  workload: 'CronJob/billing/nightly-invoices',
  environment: 'production',
  errorDigest: 'a',
  ...overrides,
});

describe('a fingerprint', () => {
  test('names its recipe', () => {
    expect(fingerprintOf(parts())).toMatch(/^wk3-[0-9a-f]{32}$/);
  });
  test.each([
    { cause: 'job-deadline' as const },
    { workload: 'CronJob/billing/nightly-reports' },
    { workload: 'CronJob/payroll/nightly-invoices' },
    { environment: 'staging' },
    { errorDigest: 'b' },
  ])('with %o is another', (other) => {
    expect(fingerprintOf(parts(other))).not.toBe(fingerprintOf(parts()));
  });
});

describe('the workload of a fingerprint', () => {
  const named = (kind: EntityRef['kind'], name: string) => workloadOf({ kind, name, namespace: 'shop' });
  test.each<[EntityRef['kind'], string, string]>([
    ['Pod', 'api-7d9f8b6c5d-x7k2p', 'api-6c8f7b5d4c-b4c9d'],
    ['Pod', 'nightly-29381640-x7k2p', 'nightly-29383080-b4c9d'],
    ['Job', 'nightly-29381640', 'nightly-29383080'],
    ['Execution', '5b2f4f0e-7a3c-4a39-9d07-0f0f5a3cf8a1', '11111111-2222-4333-8444-555555555555'],
  ])('is the same for %s %s and %s', (kind, one, other) => {
    expect(named(kind, one)).toBe(named(kind, other));
  });
  test.each<[EntityRef['kind'], string, string]>([
    ['Node', '10.0.0.1', '10.0.0.2'],
    ['Node', 'ip-10-0-0-1', 'ip-10-0-0-2'],
    ['Deployment', 'cafe1234', 'beef5678'],
    ['Deployment', 'import-20261120', 'import-20261121'],
    ['Pod', 'db-0', 'db-1'],
    ['Execution', 'invoices', 'reports'],
  ])('is another for %s %s and %s', (kind, one, other) => {
    expect(named(kind, one)).not.toBe(named(kind, other));
  });
  test('tells a Deployment from the pods that bear its name', () => {
    expect(named('Pod', 'api-7d9f8b6c5d-x7k2p')).not.toBe(named('Deployment', 'api'));
  });
});
