import { describe, expect, test } from 'vitest';
import { causesOf } from '../../../../core/analysis/metrics/causes.ts';
import { entityOf, moves, unreachable } from '../../../../core/analysis/metrics/index.ts';
import { formatValue, signalOf } from '../../../../core/analysis/metrics/signals.ts';
import type { Series } from '../../../../core/model/telemetry.ts';

const start = 1_763_600_400;
const baselineEnd = start + 60 * 60;
const aSeries = (signal: string, before: number, after: number, over: Partial<Series> = {}): Series => ({
  source: 'prometheus',
  entity: { kind: 'Deployment', name: 'cart', namespace: 'shop', cluster: 'backend-1' },
  signal,
  unit: '',
  points: Array.from({ length: 90 }, (_, minute) => [start + minute * 60, minute < 70 ? before : after]),
  ...over,
});
const named = (name: string) => ({ entity: { kind: 'Deployment', name } });

describe('a hit ratio', () => {
  const causeOf = (one: Series) => {
    const found = moves([one], baselineEnd);
    return found.map((move) => causesOf(found, [one])(move));
  };
  test.each([
    ['cache_hit_ratio', 0.94, 0.31, ''],
    ['redis_cache_hit_rate', 92, 40, '%'],
  ])('%s that falls says that requests miss the cache', (signal, before, after, unit) => {
    expect(causeOf(aSeries(signal, before, after, { unit }))).toEqual(['cache-stampede']);
  });
  test.each([
    ['cache_hit_ratio', 0.31, 0.94, ''],
    ['cache_hit_ratio', 0.94, 0.88, ''],
    ['edge_hit_ratio', 0.94, 0.31, ''],
    ['success_ratio', 0.94, 0.31, ''],
  ])('%s from %d to %d does not', (signal, before, after, unit) => {
    expect(causeOf(aSeries(signal, before, after, { unit })).includes('cache-stampede')).toBe(false);
  });
});

describe('what moved', () => {
  test('says which way, from where to where, and since when', () => {
    expect(moves([aSeries('latency_p95', 120, 900)], baselineEnd)).toMatchObject([
      { bad: true, shift: { at: start + 70 * 60, before: 120, after: 900, direction: 'up' } },
    ]);
  });

  test.each<[string, string, number, number, boolean]>([
    ['errors that rise', 'error_ratio', 0.01, 0.4, true],
    ['errors that fall', 'error_ratio', 0.4, 0.01, false],
    ['successes that fall', 'success_ratio', 0.99, 0.4, true],
    ['successes that rise', 'success_ratio', 0.4, 0.99, false],
    ['latency that rises', 'latency_p99', 100, 900, true],
    ['latency that falls', 'latency_p99', 900, 100, false],
    ['traffic that rises', 'requests_per_second', 100, 900, true],
    ['traffic that falls', 'requests_per_second', 900, 100, true],
    ['memory that is freed', 'memory_bytes', 900, 100, false],
    ['replicas that are lost', 'replicas_available', 3, 0, true],
    ['restarts', 'restarts_total', 0, 5, true],
    ['what no table knows, up', 'widgets', 10, 90, true],
    ['what no table knows, down', 'widgets', 90, 10, true],
    ['errors by the words in their name', 'checkout_failed_payments', 1, 60, true],
    ['a queue by the words in its name', 'orders_queue_depth', 10, 9000, true],
    ['a queue that drains', 'orders_queue_depth', 9000, 10, false],
  ])('%s: bad or not', (_, signal, before, after, bad) => {
    expect(moves([aSeries(signal, before, after)], baselineEnd).map((move) => move.bad)).toEqual([bad]);
  });

  test('is told with errors first, what got better last, and the earlier of two alike first', () => {
    const later = aSeries('error_ratio', 0.01, 0.5, named('x'));
    const found = moves(
      [
        aSeries('memory_bytes', 100, 600, named('memory')),
        aSeries('error_ratio', 0.5, 0.01, named('better')),
        {
          ...later,
          points: later.points.map(([at, value]) => [at + 300, value]),
          entity: { kind: 'Deployment', name: 'after' },
        },
        aSeries('error_ratio', 0.01, 0.5, named('zz-before')),
        aSeries('latency_p95', 100, 600, named('slow')),
      ],
      baselineEnd,
    );
    expect(found.map(({ series }) => series.entity.name)).toEqual(['zz-before', 'after', 'slow', 'memory', 'better']);
  });

  test('is found in each of two thousand series that did, and in none that did not', () => {
    const series = Array.from({ length: 2000 }, (_, n) =>
      aSeries(n % 2 === 0 ? 'error_ratio' : 'latency_p95', 10, n % 4 === 0 ? 100 : 10, named(`service-${n}`)),
    );
    const found = moves(series, baselineEnd);
    expect(found).toHaveLength(500);
    expect(new Set(found.map((move) => move.series.entity.name)).size).toBe(500);
  });

  test('is nothing of a series without points', () => {
    expect(moves([aSeries('error_ratio', 0, 0, { points: [] })], baselineEnd)).toEqual([]);
  });
});

describe('what cannot be reached', () => {
  const probe = (name: string, fromNode: string, last: number) =>
    aSeries('probe_success', 1, last, {
      entity: { kind: 'Service', name, namespace: 'shop', cluster: 'backend-1', fromNode },
    });
  const from = (node: string, last: Record<string, number>) =>
    Object.entries(last).map(([name, value]) => probe(name, node, value));

  test('from one node only is that node’s fault', () => {
    const { nodes, services } = unreachable([
      ...from('worker-01', { 'a:80': 0, 'b:80': 0, 'c:80': 0, 'd:80': 1 }),
      ...from('worker-02', { 'a:80': 1, 'b:80': 1, 'c:80': 1, 'd:80': 1 }),
    ]);
    expect(nodes.map(({ node, failing }) => [node, failing.length])).toEqual([['worker-01', 3]]);
    expect(services).toEqual([]);
  });
  test('from anywhere is its own', () => {
    const { nodes, services } = unreachable([
      ...from('worker-01', { 'a:80': 0, 'b:80': 1 }),
      ...from('worker-02', { 'a:80': 0, 'b:80': 1 }),
    ]);
    expect(nodes).toEqual([]);
    expect(services.map(({ entity, series }) => [entity, series.length])).toEqual([
      [{ kind: 'Service', name: 'a', namespace: 'shop', cluster: 'backend-1' }, 2],
    ]);
  });
  test('of which few fail from a node is not the node’s fault', () => {
    const { nodes } = unreachable([
      ...from('worker-01', { 'a:80': 0, 'b:80': 0, 'c:80': 1, 'd:80': 1 }),
      ...from('worker-02', { 'a:80': 1, 'b:80': 1, 'c:80': 1, 'd:80': 1 }),
    ]);
    expect(nodes).toEqual([]);
  });
  test('for three of ten is not the node’s fault either', () => {
    const ten = Array.from({ length: 10 }, (_, n) => `s${n}:80`);
    const last = (failing: number) => Object.fromEntries(ten.map((name, n) => [name, n < failing ? 0 : 1]));
    const nodesWhere = (failing: number) =>
      unreachable([...from('worker-01', last(failing)), ...from('worker-02', last(0))]).nodes.length;
    expect([3, 5].map(nodesWhere)).toEqual([0, 1]);
  });
  test('once, and can be again, is reachable', () => {
    const back = probe('a:80', 'worker-01', 0);
    expect(unreachable([{ ...back, points: [...back.points, [baselineEnd + 9999, 1]] }])).toEqual({
      services: [],
      nodes: [],
    });
  });
  test('is named without its port, and only there', () => {
    expect(entityOf(probe('a:80', 'worker-01', 0)).name).toBe('a');
    expect(entityOf(aSeries('error_ratio', 0, 1, named('a:80'))).name).toBe('a:80');
  });
});

describe('a value is said', () => {
  test.each([
    [933_232_640, 'bytes', 'memory_bytes', '890 MiB'],
    [512, 'bytes', 'memory_bytes', '512 B'],
    [3 * 2 ** 30, 'bytes', 'memory_bytes', '3 GiB'],
    [0.618, '', 'success_ratio', '62 %'],
    [1, '', 'cpu_utilization', '100 %'],
    [1234, 'ms', 'latency_p95', '1.2 s'],
    [87, 'ms', 'latency_p95', '87 ms'],
    [1234.6, 'req/s', 'requests_per_second', '1,235 req/s'],
    [0.031, 'cores', 'cpu_cores', '0.031 cores'],
    [7, '1', 'restarts_total', '7'],
    [0, '', 'restarts_total', '0'],
  ])('%d %s of %s as %s', (value, unit, signal, words) => {
    expect(formatValue(value, unit, signal)).toBe(words);
  });
  test('by the noun that people use, or by its own name', () => {
    expect(signalOf('latency_p95').noun).toBe('p95 latency');
    expect(signalOf('widgets').noun).toBe('widgets');
  });
});

test('the node that loses most packets has the bad link; its peers lose some to it', () => {
  const onNode = (name: string, after: number, signal = 'tcp_retransmits_per_second') =>
    aSeries(signal, 0.3, after, { entity: { kind: 'Node', name } });
  const losing = (series: readonly Series[]) => {
    const found = moves(series, baselineEnd);
    const causeOf = causesOf(found, series);
    return found.filter((move) => causeOf(move) === 'node-network-loss').map((move) => move.series.entity.name);
  };
  expect(losing([onNode('a', 9), onNode('b', 42), onNode('c', 8)])).toEqual(['b']);
  expect(losing([onNode('a', 40), onNode('b', 42)]).sort()).toEqual(['a', 'b']);
  expect(losing([onNode('a', 2)])).toEqual([]);
  expect(losing([onNode('a', 42, 'tcp_retans')])).toEqual(['a']);
});
