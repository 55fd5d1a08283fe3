import { describe, expect, test } from 'vitest';
import { blamesOther } from '../../../core/reasoning/blame.ts';
import { mistimed } from '../../../core/reasoning/evidence-times.ts';
import { unsupportedParts } from '../../../core/reasoning/supported.ts';

describe('numbers are checked with their units', () => {
  test.each([
    ['p95 is 24 ms', 'checkout p95 24 ms'],
    ['p95 is 24 milliseconds', 'p95=24ms'],
    ['it took 24 ms', '{"latency_ms": 24, "path": "/"}'],
    ['the limit is 30 s', 'timeoutSeconds: 30'],
    ['memory is 512 MiB', 'limits: memory 512Mi'],
    ['24 % fail', 'error ratio 24 %'],
    ['24 percent fail', 'error ratio 24 %'],
    ['24 pods restarted', 'pods: 24'],
    ['24 arrive a second, 24 a second', 'rate 24 rps'],
    ['24 MB/s are read', 'reads 24 MB/s'],
    ['many 404s', 'GET /a 404'],
    ['it waited five minutes', 'waited 5 min'],
    ['it is slow since 08:24', 'first at 2026-11-28T08:24:10.000Z'],
    ['1,234 ms passed', 'took 1234 ms'],
    ['latency is 24 μs', 'latency 24 µs'],
  ])('%s stands by %s', (claim, source) => expect(unsupportedParts(claim, [source])).toEqual([]));

  test.each([
    ['p95 is 24 s', 'checkout p95 24 ms', '24 s'],
    ['p95 is 24 seconds', '{"latency_ms": 24}', '24 seconds'],
    ['24 % fail', 'ratio 24', '24 %'],
    ['0.24 % fail', 'error_ratio 0.24', '0.24 %'],
    ['a ratio of 24', 'error ratio 24 %', '24'],
    ['24 per cent fail', '24 errors', '24 per cent'],
    ['memory is 512 GB', 'memory 512 MiB', '512 gb'],
    ['24 s passed', 'at 2026-11-28T08:24:00Z', '24 s'],
    ['24 a minute arrive', 'rate 24/s', '24 a minute'],
    ['it waited five minutes', 'waited 5 ms', '5 minutes'],
    ['many 500s', 'took 500 ms', '500s'],
    ['slow since 24:08', 'first at 2026-11-28T08:24:10Z', '24:08'],
    ['it grew 24-fold', 'grew by 24 %', '24-fold'],
  ])('%s falls by %s', (claim, source, missing) => expect(unsupportedParts(claim, [source])).toContain(missing));
});

describe('names are checked as people see them', () => {
  const source = 'checkout-api and payments time out; cart-db is down';
  test.each([
    'checkout-аpi is down',
    'pаyments is down',
    'cart-d is down',
    'art-db is down',
    'check\u00adout-api is down',
    '２４ requests',
  ])('%s is not supported', (claim) => expect(unsupportedParts(claim, [source])).not.toEqual([]));
  test('the names themselves are', () =>
    expect(unsupportedParts('checkout-api waits for cart-db, payments too', [source])).toEqual([]));
});

describe('what a claim says of time is checked', () => {
  const incident = { start: '2026-11-28T08:00:00Z', end: '2026-11-28T08:40:00Z' };
  const earlier = { source: 'logs', excerpt: '2026-11-28T07:10:00Z web refused' };
  const during = { source: 'logs', excerpt: '2026-11-28T08:10:00Z web refused' };
  test.each([
    ['web refuses.', during],
    ['web refused all during the incident.', during],
    ['web has refused since the incident began.', { ...during, excerpt: `${earlier.excerpt}\n${during.excerpt}` }],
    ['web refuses.', { source: 'logs', excerpt: 'web refused' }],
    ['web was created long ago.', { source: 'kubernetes', excerpt: 'created 2026-01-01T00:00:00Z' }],
  ])('%s may stand', (claim, evidence) => expect(mistimed(claim, [evidence], incident)).toBeUndefined());
  test.each([
    ['web refuses.', earlier],
    ['All of that was during the incident.', earlier],
    ['All of that was during the incident.', { ...during, excerpt: `${earlier.excerpt}\n${during.excerpt}` }],
    [
      'web refuses, and nothing before.',
      { ...during, excerpt: `12 × during the incident, 57 × before\n${during.excerpt}` },
    ],
    ['Only during the incident web refused.', { source: 'logs', excerpt: 'web refused' }],
    ['It changed during the incident.', { source: 'kubernetes', excerpt: 'created 2026-01-01T00:00:00Z' }],
  ])('%s falls', (claim, evidence) => expect(mistimed(claim, [evidence], incident)).toBeTypeOf('string'));
});

describe('words that blame another entity than the first hypothesis', () => {
  const others = ['cart-db', 'checkout', 'web'];
  test.each([
    'cart-db fails because checkout crashed.',
    'checkout is the root cause.',
    'It fails. checkout took down cart-db.',
    'The cause is checkout.',
    'cart-db waits because web waits because checkout crashed.',
  ])('%s', (text) => expect(blamesOther(text, 'cart-db', others)).toBe(true));
  test.each([
    'checkout fails because cart-db is full.',
    'cart-db is full; checkout times out.',
    'checkout fails because web waits because cart-db is full.',
    'cart-db is the cause.',
    'It is full because nobody cleaned it.',
  ])('not: %s', (text) => expect(blamesOther(text, 'cart-db', others)).toBe(false));
});
