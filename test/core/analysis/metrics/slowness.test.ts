import { describe, expect, test } from 'vitest';
import { moves } from '../../../../core/analysis/metrics/index.ts';
import { isMedian, sharedNode, slowed, waitingForNone } from '../../../../core/analysis/metrics/slowness.ts';
import type { Series } from '../../../../core/model/telemetry.ts';

const start = 1_700_000_000;
const changed = start + 600;
/** Twenty minutes, a point each 15 s, with a little wobble; from the tenth on `after`. */
const series = (name: string, signal: string, unit: string, before: number, after: number): Series => ({
  source: 'prometheus',
  entity: { kind: 'Service', name, namespace: 'shop', cluster: 'backend-1' },
  signal,
  unit,
  points: Array.from({ length: 80 }, (_, n): [number, number] => {
    const at = start + n * 15;
    return [at, (at < changed ? before : after) * (1 + 0.01 * ((n * 7) % 3))];
  }),
});
const slow = (name: string) => series(name, 'latency_p50', 'ms', 5, 900);
const find = (all: readonly Series[]) =>
  slowed(moves(all, changed), new Set(all.filter((one) => isMedian(one.signal)).map((one) => one.entity.name)));
const names = (found: readonly { entity: { name: string } }[]) => found.map(({ entity }) => entity.name).sort();

describe('a service', () => {
  test('that became slow without more work is slowed', () => {
    expect(names(find([slow('cart'), series('cart', 'cpu_cores', 'cores', 0.2, 0.2)]))).toEqual(['cart']);
  });
  test.each([
    ['whose CPU rose is busy, not slowed', series('cart', 'cpu_cores', 'cores', 0.2, 0.9)],
    ['that is throttled is busy, too', series('cart', 'cpu_throttled_seconds', 's', 0, 0.8)],
    ['that got more traffic is busy, too', series('cart', 'requests_per_second', '1', 100, 400)],
  ])('%s', (_, busy) => {
    expect(find([slow('cart'), busy])).toEqual([]);
  });
  test('whose throttling rose by next to nothing is slowed all the same', () => {
    expect(names(find([slow('cart'), series('cart', 'cpu_throttled_seconds', 's', 0, 0.01)]))).toEqual(['cart']);
  });
  test('of which only the tail is slow has some slow calls, and is not slowed as a whole', () => {
    const all = [series('cart', 'latency_p50', 'ms', 5, 5), series('cart', 'latency_p95', 'ms', 20, 2000)];
    expect(find(all)).toEqual([]);
  });
  test.each([
    ['consumer_lag', 'messages'],
    ['replication_lag_seconds', 's'],
    ['lock_wait_count', 'locks'],
  ])('with more %s is not slow: work waits for it', (signal, unit) => {
    expect(find([series('cart', signal, unit, 5, 9000)])).toEqual([]);
  });
  test('that became a little slower is not', () => {
    expect(find([series('cart', 'latency_p50', 'ms', 0.3, 3)])).toEqual([]);
  });
});

describe('where it begins', () => {
  const all = find([slow('web'), slow('checkout'), slow('cart')]);
  test('is at what waits for no other slow service', () => {
    const calls = [
      { from: 'web', to: 'checkout' },
      { from: 'checkout', to: 'cart' },
      { from: 'cart', to: 'redis' },
    ];
    expect(names(waitingForNone(all, calls))).toEqual(['cart']);
  });
  test('is everywhere where no calls are known', () => {
    expect(names(waitingForNone(all, []))).toEqual(['cart', 'checkout', 'web']);
  });
});

describe('the node', () => {
  const all = find(['a', 'b', 'c', 'web'].map(slow));
  const origins = all.filter(({ entity }) => entity.name !== 'web');
  const on =
    (where: Record<string, readonly string[]>) =>
    ({ name }: { name: string }) =>
      new Set(where[name] ?? []);
  test('on which all of it begins is named, wherever its callers run', () => {
    expect(sharedNode(all, origins, on({ a: ['n1'], b: ['n1'], c: ['n1'], web: ['n2'] }))).toBe('n1');
  });
  test.each([
    ['one of them runs elsewhere', { a: ['n1'], b: ['n1'], c: ['n2'] }],
    ['one of them runs elsewhere, too', { a: ['n1'], b: ['n1'], c: ['n1', 'n2'] }],
    ['it is not known where one runs', { a: ['n1'], b: ['n1'] }],
  ])('is not named where %s', (_, where) => {
    expect(sharedNode(all, origins, on(where))).toBeUndefined();
  });
  test('is not named for two services: that may be chance', () => {
    expect(sharedNode(all.slice(0, 2), all.slice(0, 2), on({ a: ['n1'], b: ['n1'] }))).toBeUndefined();
  });
});
