import { describe, expect, test } from 'vitest';
import { originsOf } from '../../../../core/analysis/metrics/origin.ts';
import type { Page } from '../../../../core/analysis/metrics/paged.ts';
import type { Dependency, Series } from '../../../../core/model/telemetry.ts';

// Two hours before the page, a point a minute. The last ten minutes are bad.
const start = 1_700_000_000;
const pagedAt = start + 7200;
const badFrom = pagedAt - 600;

const series = (name: string, signal: string, before: number, during: number, over: Partial<Series> = {}): Series => ({
  source: 'prometheus',
  entity: { kind: 'Service', name },
  signal,
  unit: /latency/.test(signal) ? 'ms' : '1',
  points: Array.from({ length: 120 }, (_, n): [number, number] => {
    const at = start + n * 60;
    const level = at >= badFrom ? during : before;
    return [at, level * (1 + 0.02 * (((n * 7) % 5) - 2))];
  }),
  ...over,
});
/** Success of all requests, less this share in the bad minutes. */
const success = (name: string, failing: number): Series => ({
  ...series(name, 'success_ratio', 1, 1),
  points: Array.from({ length: 120 }, (_, n): [number, number] => {
    const at = start + n * 60;
    return [at, at >= badFrom ? 1 - failing : 1];
  }),
});
const mean = (name: string, before: number, during: number) => series(name, 'latency_average', before, during);
const rate = (name: string, before: number, during = before) => series(name, 'requests_per_second', before, during);

const calls: readonly Dependency[] = [
  { from: 'shop', to: 'search' },
  { from: 'shop', to: 'pay' },
  { from: 'pay', to: 'ledger-fn' },
  { from: 'pay', to: 'pay-db' },
  { from: 'search', to: 'catalogue-table' },
];
const aPage = (over: Partial<Page> = {}): Page => ({
  names: ['shop'],
  cluster: undefined,
  kind: 'latency',
  statistic: 'mean',
  within: { start: pagedAt - 1800, end: pagedAt },
  pagedAt,
  ...over,
});
const ranked = (all: readonly Series[], page: Page = aPage(), dependencies = calls) =>
  originsOf(all, dependencies, page)?.origins.map(({ entity, shown }) => `${entity.name}: ${shown.reason}`);

/** A function two calls below the shop became slow; everything on the way waits for it, and the database is a little slower. */
const slowFunction = [
  mean('shop', 100, 160),
  rate('shop', 20),
  mean('pay', 200, 500),
  rate('pay', 4),
  mean('ledger-fn', 60, 370),
  rate('ledger-fn', 4),
  mean('pay-db', 4, 6),
  rate('pay-db', 8),
  mean('search', 6, 6),
  rate('search', 30),
  mean('catalogue-table', 12, 12),
  rate('catalogue-table', 30),
];

describe('a paged latency', () => {
  test('originates in the deepest node that accounts for it', () => {
    expect(ranked(slowFunction)?.[0]).toBe('ledger-fn: slow');
  });
  test('does not originate in a node that waits, nor in one that adds two milliseconds', () => {
    const found = originsOf(slowFunction, calls, aPage())?.origins ?? [];
    expect(found[0]?.share).toBeGreaterThan(0.6);
    expect(found.slice(1).every(({ share }) => share < 0.2)).toBe(true);
  });
  test('originates in the caller if no callee became slower', () => {
    const own = slowFunction.map((one) =>
      one.entity.name === 'ledger-fn'
        ? {
            ...one,
            points: one.points.map(([at, value]): [number, number] => [
              at,
              one.signal === 'latency_average' ? 60 : value,
            ]),
          }
        : one,
    );
    expect(ranked(own)?.[0]).toBe('pay: slow');
  });
  test('originates in the paged service if nothing below became slower', () => {
    expect(ranked([mean('shop', 100, 160), rate('shop', 20), mean('pay', 200, 201), rate('pay', 4)])?.[0]).toBe(
      'shop: slow',
    );
  });
  test('is not explained by a node that became slower before, while the paged metric was well', () => {
    const early = mean('search', 6, 6);
    const moved = {
      ...early,
      points: early.points.map(([at, value]): [number, number] => [at, at >= badFrom - 1200 ? value * 100 : value]),
    };
    const all = [
      ...slowFunction.filter(
        (one) => one !== undefined && !(one.entity.name === 'search' && one.signal === 'latency_average'),
      ),
      moved,
    ];
    expect(ranked(all)?.[0]).toBe('ledger-fn: slow');
  });
  test('counts several metrics of a node once, and a pod with its service', () => {
    const all = [
      ...slowFunction,
      series('ledger-fn', 'latency_p50', 50, 330),
      series('ledger-fn-7f9c8d6b5d-x7k2p', 'latency_p99', 90, 900, {
        entity: { kind: 'Pod', name: 'ledger-fn-7f9c8d6b5d-x7k2p' },
      }),
    ];
    expect(ranked(all)?.filter((one) => one.startsWith('ledger-fn'))).toEqual(['ledger-fn: slow']);
  });
  test('takes a service rather than the address of its load balancer', () => {
    const all = [
      ...slowFunction,
      mean('pay-1.eu-west-1.elb.amazonaws.com', 60, 370),
      rate('pay-1.eu-west-1.elb.amazonaws.com', 4),
    ];
    const known = [...calls, { from: 'shop', to: 'pay-1.eu-west-1.elb.amazonaws.com' }];
    expect(ranked(all, aPage(), known)?.[0]).toBe('ledger-fn: slow');
  });
  test('says with equal shares that two nodes explain it equally', () => {
    const all = [
      mean('shop', 100, 160),
      rate('shop', 20),
      ...['search', 'pay'].flatMap((name) => [mean(name, 10, 160), rate(name, 4)]),
    ];
    const shares = originsOf(all, calls, aPage())?.origins.map(({ share }) => share) ?? [];
    expect(shares[0]).toBeCloseTo(shares[1] ?? 0, 1);
    expect(shares[0]).toBeLessThan(0.5);
  });
});

test('work that waits is no latency: the age of a queue does not explain slow answers', () => {
  const all = [...slowFunction, series('search', 'oldest_message_age_seconds', 5, 900, { unit: 's' })];
  expect(ranked(all)?.some((one) => one.startsWith('search'))).toBe(false);
});

describe('a paged failure', () => {
  const failing = [
    success('shop', 0.04),
    rate('shop', 20),
    success('search', 0.03),
    rate('search', 30),
    success('pay', 0),
    rate('pay', 4),
  ];
  const page = aPage({ kind: 'errors' });
  test('is judged by the failing share: two of a hundred are many more than none', () => {
    expect(ranked(failing, page)?.[0]).toBe('search: failing');
  });
  test('is judged alike in percent, and by failures that are counted', () => {
    const percent = failing.map((one) =>
      one.signal === 'success_ratio'
        ? { ...one, unit: '%', points: one.points.map(([at, value]): [number, number] => [at, value * 100]) }
        : one,
    );
    expect(ranked(percent, page)?.[0]).toBe('search: failing');
    const counted = [
      success('shop', 0.04),
      rate('shop', 20),
      rate('search', 30),
      series('search', 'errors_per_second', 0.01, 0.9),
    ];
    expect(ranked(counted, page)?.[0]).toBe('search: failing');
  });
  test('of a few requests is chance', () => {
    const rare = failing.map((one) =>
      one.signal === 'requests_per_second'
        ? { ...one, points: one.points.map(([at, value]): [number, number] => [at, value / 1000]) }
        : one,
    );
    expect(ranked(rare, page)).toEqual([]);
  });
  test('originates in the service that stops in between: it gets its calls and makes none', () => {
    const all = [success('shop', 0.2), rate('shop', 20), rate('pay', 4), rate('ledger-fn', 4, 0), rate('pay-db', 8, 0)];
    expect(ranked(all, page)?.[0]).toBe('pay: stops-calling');
  });
  test('does not originate in a service that is no longer called', () => {
    const all = [
      success('shop', 0.2),
      rate('shop', 20),
      rate('pay', 4, 0),
      rate('ledger-fn', 4, 0),
      rate('pay-db', 8, 0),
    ];
    expect(ranked(all, page)?.[0]).toBe('shop: failing');
  });
});

describe('the order of origins does not depend on', () => {
  const first = ranked(slowFunction)?.[0];
  test('names', () => {
    const other = (name: string) => `n${[...name].map((letter) => letter.charCodeAt(0)).join('')}`;
    const all = slowFunction.map((one) => ({ ...one, entity: { ...one.entity, name: other(one.entity.name) } }));
    const edges = calls.map(({ from, to }) => ({ from: other(from), to: other(to) }));
    expect(ranked(all, aPage({ names: [other('shop')] }), edges)?.[0]).toBe(
      first?.replace('ledger-fn', other('ledger-fn')),
    );
  });
  test('units of time', () => {
    const all = slowFunction.map((one) =>
      one.unit === 'ms'
        ? { ...one, unit: 's', points: one.points.map(([at, value]): [number, number] => [at, value / 1000]) }
        : one,
    );
    expect(ranked(all)?.[0]).toBe(first);
  });
  test('the time of the incident', () => {
    const by = 86_400 * 37 + 11;
    const all = slowFunction.map((one) => ({
      ...one,
      points: one.points.map(([at, value]): [number, number] => [at + by, value]),
    }));
    const page = aPage({ within: { start: pagedAt - 1800 + by, end: pagedAt + by }, pagedAt: pagedAt + by });
    expect(ranked(all, page)?.[0]).toBe(first);
  });
  test('the order of the series', () => {
    expect(ranked(slowFunction.toReversed())).toEqual(ranked(slowFunction));
  });
  test('rates that are missing', () => {
    expect(
      ranked(
        slowFunction.filter(({ signal }) => signal !== 'requests_per_second'),
        aPage({ statistic: undefined }),
      )?.[0],
    ).toBe(first);
  });
});

test('without a series of the paged symptom there is no anchor, and no origin', () => {
  expect(ranked(slowFunction, aPage({ kind: 'errors' }))).toBeUndefined();
  expect(ranked(slowFunction, aPage({ names: ['unmeasured'] }))).toBeUndefined();
});

describe('services in other clusters', () => {
  const at = (cluster: string, one: Series): Series => ({ ...one, entity: { ...one.entity, cluster } });
  const edge = (all: readonly Series[]) => all.map((one) => at('edge', one));
  const core = (all: readonly Series[]) => all.map((one) => at('core', one));
  const page = aPage({ cluster: 'edge' });
  const shop = edge([mean('shop', 100, 400), rate('shop', 20)]);
  const pay = (during: number) => [mean('pay', 50, during), rate('pay', 20)];

  test('explain the page if it calls them there', () => {
    const found = originsOf([...shop, ...core(pay(345))], calls, page)?.origins ?? [];
    expect(found[0]?.entity).toMatchObject({ name: 'pay', cluster: 'core' });
    expect(found.some(({ isPaged, share }) => isPaged && share > 0.2)).toBe(false);
  });
  test('and not if they are as before', () => {
    expect(ranked([...shop, ...core(pay(51))], page)?.[0]).toBe('shop: slow');
  });
  test("explain nothing as namesakes of the own cluster's services, or if it does not call them", () => {
    expect(ranked([...shop, ...edge(pay(51)), ...core(pay(345))], page)?.[0]).toBe('shop: slow');
    expect(ranked([...shop, ...core([mean('mail', 50, 345), rate('mail', 20)])], page)).toEqual(['shop: slow']);
  });
  test('are not taken for the called one if several clusters have one of this name', () => {
    const third = pay(51).map((one) => at('third', one));
    expect(ranked([...shop, ...core(pay(345)), ...third], page)).toEqual(['shop: slow']);
  });
  test('are told apart by calls that name the cluster', () => {
    const calling = (toCluster: string): Dependency[] => [
      ...calls.filter(({ to }) => to !== 'pay'),
      { from: 'shop', to: 'pay', fromCluster: 'edge', toCluster },
      { from: 'mail', to: 'pay', fromCluster: 'third', toCluster: 'third' },
    ];
    const third = pay(51).map((one) => at('third', one));
    const all = [...shop, ...edge(pay(51)), ...core(pay(345)), ...third];
    expect(originsOf(all, calling('core'), page)?.origins[0]?.entity).toMatchObject({ name: 'pay', cluster: 'core' });
    for (const cluster of ['edge', 'third', 'elsewhere'])
      expect(ranked(all, page, calling(cluster))).toEqual(['shop: slow']);
  });
});

describe('without a known call', () => {
  const unknown = (all: readonly Series[]) => ranked(all, aPage(), [])?.[0];
  test('a paged latency originates in the node whose usual time is short among those that add as much', () => {
    expect(unknown(slowFunction)).toBe('ledger-fn: slow');
  });
  test('it originates in the paged service if nothing else is slower', () => {
    const alone = slowFunction.map((one) =>
      ['pay', 'ledger-fn'].includes(one.entity.name) ? mean(one.entity.name, 60, 60) : one,
    );
    expect(unknown(alone)).toBe('shop: slow');
  });
  test('a node that adds more than its supposed caller is not what that one waits for', () => {
    const apart = slowFunction.map((one) => (one.entity.name === 'ledger-fn' ? mean('ledger-fn', 60, 75) : one));
    expect(unknown(apart)).toBe('pay: slow');
  });
});

describe('the shape of the paged metric', () => {
  const shape = (name: string, high: (n: number) => boolean): Series => ({
    ...mean(name, 50, 50),
    points: Array.from({ length: 120 }, (_, n): [number, number] => [
      start + n * 60,
      (high(n) ? 90 : 50) * (1 + 0.02 * (((n * 7) % 5) - 2)),
    ]),
  });
  test('leads to the node that rises and falls with it, not to one that was slow at other times, too', () => {
    const page = shape('shop', (n) => n >= 110);
    const other = shape('rates', (n) => n >= 110 || (n > 66 && n < 76));
    const same = shape('stock', (n) => n >= 110);
    const flat = [
      { from: 'shop', to: 'rates' },
      { from: 'shop', to: 'stock' },
    ];
    expect(ranked([page, other, same], aPage(), flat)?.[0]).toBe('stock: slow');
  });
});

describe('a page about the tail', () => {
  const both = (name: string, [p50, p50Bad]: [number, number], [p95, p95Bad]: [number, number]) => [
    series(name, 'latency_p50', p50, p50Bad),
    series(name, 'latency_p95', p95, p95Bad),
  ];
  const flat = [
    { from: 'shop', to: 'search' },
    { from: 'shop', to: 'pay' },
  ];
  const search = both('search', [12, 30], [45, 2390]);
  const pay = both('pay', [12, 105], [45, 390]);
  test('leads to the node whose tail accounts for it where the usual calls are as fast as before', () => {
    const all = [...both('shop', [20, 50], [46, 2450]), ...search, ...pay];
    expect(ranked(all, aPage({ statistic: 'tail' }), flat)?.[0]).toBe('search: slow');
  });
  test('leads to the node whose usual calls are slow where those of the paged service are, too', () => {
    const all = [...both('shop', [20, 120], [46, 600]), ...both('search', [12, 14], [45, 70]), ...pay];
    expect(ranked(all, aPage({ statistic: 'tail' }), flat)?.[0]).toBe('pay: slow');
  });
});

describe("the alert's threshold", () => {
  const anchorOf = (threshold: number | undefined) =>
    originsOf(
      [series('shop', 'latency_p95', 300, 390), series('shop', 'latency_p99', 700, 1000)],
      calls,
      aPage({ statistic: 'tail', threshold }),
    )?.period.anchor.signal;
  test('chooses the series that crossed it', () => {
    expect(anchorOf(350)).toBe('latency_p95');
    expect(anchorOf(900)).toBe('latency_p99');
  });
  test('decides nothing if no series or every series crosses it', () => {
    expect(anchorOf(5000)).toBe(anchorOf(undefined));
    expect(anchorOf(20)).toBe(anchorOf(undefined));
  });
});
