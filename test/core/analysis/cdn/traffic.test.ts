import { describe, expect, test } from 'vitest';
import { readTraffic } from '../../../../core/analysis/cdn/traffic.ts';
import { CdnTraffic } from '../../../../core/model/managed.ts';

const base = Date.parse('2026-11-20T00:00:00Z');
const baselineEnd = base / 1000 + 120 * 60;
/** 150 minutes; the trouble begins at minute 130. */
const onset = 130;
const traffic = (
  of: (minute: number) => Partial<CdnTraffic['minutes'][number]>,
  pops: CdnTraffic['pops'] = [],
): CdnTraffic =>
  CdnTraffic.parse({
    service: 'web',
    id: 'SU1',
    minutes: Array.from({ length: 150 }, (_, n) => ({
      at: new Date(base + n * 60_000).toISOString(),
      requests: 1000 + ((n * 37) % 50),
      hits: 800 + ((n * 13) % 20),
      misses: 100 + ((n * 7) % 5),
      passes: 100,
      serverErrors: n % 3,
      edgeErrors: n % 2,
      originFetches: 200,
      originSeconds: 20 + (n % 3),
      ...of(n),
    })),
    pops,
  });
const since = (minute: number, then: Partial<CdnTraffic['minutes'][number]>) => (n: number) =>
  n >= minute ? then : {};

describe('errors', () => {
  test('that the CDN makes are told from those of its origin', () => {
    const made = readTraffic(traffic(since(onset, { serverErrors: 200, edgeErrors: 195 })), baselineEnd);
    expect(made?.errors).toMatchObject({ maker: 'edge', shift: { at: base / 1000 + onset * 60 } });
    const passed = readTraffic(traffic(since(onset, { serverErrors: 200, edgeErrors: 4 })), baselineEnd);
    expect(passed?.errors?.maker).toBe('origin');
    const half = readTraffic(traffic(since(onset, { serverErrors: 200, edgeErrors: 100 })), baselineEnd);
    expect(half?.errors?.maker).toBe('both');
  });
  test('of the CDN that were always there do not make the new ones its own', () => {
    const usual = readTraffic(
      traffic((n) => ({ edgeErrors: 30, serverErrors: n >= onset ? 230 : 30 })),
      baselineEnd,
    );
    expect(usual?.errors?.maker).toBe('origin');
  });
  test('below one percent, or too few to count, are none', () => {
    expect(readTraffic(traffic(since(onset, { serverErrors: 9 })), baselineEnd)?.errors).toBeUndefined();
    const thin = traffic((n) => ({
      requests: 21,
      hits: 20,
      misses: 1,
      passes: 0,
      serverErrors: n === 149 ? 4 : 0,
      edgeErrors: 0,
    }));
    expect(readTraffic(thin, baselineEnd)?.errors).toBeUndefined();
  });
  test('that ended say when', () => {
    const over = traffic((n) => (n >= onset && n < 140 ? { serverErrors: 300, edgeErrors: 290 } : {}));
    expect(readTraffic(over, baselineEnd)?.errors).toMatchObject({ until: base / 1000 + 140 * 60 });
  });
  test('of a service with hardly any requests are not judged', () => {
    expect(
      readTraffic(
        traffic(() => ({ requests: 3, serverErrors: 3 })),
        baselineEnd,
      ),
    ).toBeUndefined();
  });
});

describe('locations', () => {
  const pop = (name: string, serverErrors: number, requests = 500) => ({
    pop: name,
    requests,
    serverErrors,
    edgeErrors: 0,
  });
  const pops = (...bad: readonly [string, number][]) => [
    ...bad.map(([name, errors]) => pop(name, errors)),
    ...['AMS', 'LHR', 'IAD', 'SJC', 'NRT', 'SYD'].map((name) => pop(name, 1)),
  ];
  test('are named if few of them fail and the others do not', () => {
    expect(
      readTraffic(
        traffic(() => ({}), pops(['FRA', 300])),
        baselineEnd,
      )?.pops,
    ).toMatchObject({
      failing: [{ pop: 'FRA' }],
      others: 6,
    });
  });
  test('are not, if all of them fail, if few are measured, or if the errors are few', () => {
    const read = (all: CdnTraffic['pops']) =>
      readTraffic(
        traffic(() => ({}), all),
        baselineEnd,
      )?.pops;
    expect(read(pops(['FRA', 300], ['CDG', 300], ['MUC', 250]))).toBeUndefined();
    expect(read(pops(['FRA', 300]).map((one) => ({ ...one, serverErrors: 200 })))).toBeUndefined();
    expect(read(pops(['FRA', 300]).slice(0, 3))).toBeUndefined();
    expect(read(pops(['FRA', 6]))).toBeUndefined();
  });
});

test('a hit ratio that falls is told, and one that wobbles is not', () => {
  const fell = readTraffic(traffic(since(onset, { hits: 300, misses: 600 })), baselineEnd);
  expect(fell?.hitRatio?.shift).toMatchObject({ direction: 'down' });
  expect(
    readTraffic(
      traffic((n) => ({ hits: 780 + ((n * 13) % 40) })),
      baselineEnd,
    )?.hitRatio,
  ).toBeUndefined();
});

test('an origin that becomes slow is told, and one that is a little slower is not', () => {
  expect(readTraffic(traffic(since(onset, { originSeconds: 200 })), baselineEnd)?.originSlow).toBeDefined();
  expect(readTraffic(traffic(since(onset, { originSeconds: 26 })), baselineEnd)?.originSlow).toBeUndefined();
});
