import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../../core/learning/fingerprint.ts';

const parts = (overrides: Partial<Parameters<typeof fingerprintOf>[0]> = {}) => ({
  cause: 'job-failed' as const,
  workload: 'CronJob/billing/nightly-invoices',
  environment: 'production',
  errorTemplate: 'ledger-api:8443 connection reset',
  ...overrides,
});
const hash = fc.string({ unit: fc.constantFrom(...'bcdfghjklmnpqrstvwxz2456789'), minLength: 5, maxLength: 5 });
const instant = fc
  .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
  .map((d) => d.toISOString());

describe('the same error', () => {
  test('keeps its fingerprint through new pod names, times, ids and counts', () => {
    const error = (pod: string, at: string, id: string, count: number) =>
      `${at} pod nightly-invoices-29381640-${pod}: ledger-api:8443 connection reset after ${count} tries, request ${id}`;
    fc.assert(
      fc.property(hash, instant, fc.uuid(), fc.nat(1e6), (pod, at, id, count) => {
        const errorTemplate = error('x7k2p', '2026-11-20T02:03:04.000Z', '00000000-0000-4000-8000-000000000000', 3);
        expect(fingerprintOf(parts({ errorTemplate: error(pod, at, id, count) }))).toBe(
          fingerprintOf(parts({ errorTemplate })),
        );
      }),
    );
  });
});

describe('another error', () => {
  test.each([
    { cause: 'job-deadline' as const },
    { workload: 'CronJob/billing/nightly-reports' },
    { workload: 'CronJob/payroll/nightly-invoices' },
    { environment: 'staging' },
    { errorTemplate: 'column "tax_region" does not exist' },
    { errorTemplate: 'search-api:8443 connection reset' },
    { errorTemplate: 'ledger-api:8443 status 503' },
  ])('%o never matches', (other) => {
    expect(fingerprintOf(parts(other))).not.toBe(fingerprintOf(parts()));
  });

  test('with other words never matches', () => {
    const words = fc.array(
      fc.constantFrom('refused', 'timeout', 'denied', 'missing', 'quota', 'disk', 'table', 'lock'),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(words, words, (a, b) => {
        fc.pre(a.join(' ') !== b.join(' '));
        expect(fingerprintOf(parts({ errorTemplate: a.join(' ') }))).not.toBe(
          fingerprintOf(parts({ errorTemplate: b.join(' ') })),
        );
      }),
    );
  });
});
