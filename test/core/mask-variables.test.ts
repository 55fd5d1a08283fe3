import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskVariables } from '../../core/mask-variables.ts';

describe('what varies is masked', () => {
  test.each([
    ['2026-11-20T02:03:04.123Z connection reset', '<time> connection reset'],
    ['pod nightly-invoices-29381640-x7k2p failed', 'pod nightly-invoices-<job> failed'],
    ['pod checkout-7f9c8d6b5d-x7k2p failed', 'pod checkout-<pod> failed'],
    ['trace 4bf92f3577b34da6a3ce929d0e0e4736', 'trace <id>'],
    ['dial tcp 10.0.0.12:5432: refused', 'dial tcp <address>: refused'],
    ['took 3000ms, 17 rows', 'took <n>, <n> rows'],
    ['{"level":"error","message":"boom 17","ts":1}', 'boom <n>'],
    ['bob@example.com is unknown', '<email> is unknown'],
    ['waited 1m3.5s for 512Mi', 'waited <n> for <n>'],
    ['nightly-54492422-bbbbb failed', 'nightly-<job> failed'],
  ])('%s', (text, masked) => {
    expect(maskVariables(text)).toBe(masked);
  });
});

describe('what says which error it is stays', () => {
  test.each([
    'upstream ledger-api:8443 reset',
    'status 503',
    'exit code 137',
    'column "tax_region" does not exist',
    'HTTP/2 stream closed',
  ])('%s', (text) => {
    expect(maskVariables(text)).toBe(text);
  });
});

test('masking twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      const once = maskVariables(text);
      expect(maskVariables(once)).toBe(once);
    }),
    { numRuns: 500 },
  );
});
