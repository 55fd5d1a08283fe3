// What every source of traces keeps to: traces within the scope, whole, with the place of each span; as many of normal times as of the incident; and
// what the analysis then finds in them.
import { describe, expect, test } from 'vitest';
import { compareChosen, compareSampled } from '../../core/analysis/traces/compare.ts';
import type { Scope } from '../../core/model/scope.ts';
import type { TraceSet } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { aScope } from '../builders.ts';
import type { Shop } from '../traces.ts';

interface Observable {
  /** It has the traces of `shopTraces(shop)`. */
  readonly source: () => Source<'traces'>;
  readonly shop: Shop;
  /** Services that it reads for one question, if nobody says which; absent, all four. */
  readonly maxServices?: number;
  /** Absent: the store has clusters. */
  readonly withoutClusters?: true;
}

export function tracesContract({ source, shop, withoutClusters, maxServices = 4 }: Observable): void {
  const iso = (ms: number) => new Date(ms).toISOString();
  const window = { start: iso(shop.start), end: iso(shop.end) };
  const scope = aScope({ window, cluster: 'backend-1', namespace: 'shop', reach: 'neighbourhood' });
  async function ask(of: Scope): Promise<TraceSet & { readonly missing: readonly string[] }> {
    const observed = await source().observe(of, { baselineEnd: iso(shop.onset) });
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    expect(observed.data.length).toBeLessThanOrEqual(1);
    return { ...(observed.data[0] ?? { spans: [], edges: [] }), missing: observed.missing ?? [] };
  }
  const servicesIn = ({ spans }: TraceSet) => [...new Set(spans.map(({ service }) => service))].sort();

  describe('within its scope', () => {
    test.skipIf(maxServices < 4)('traces of everything, each span with its place', async () => {
      const all = await ask(aScope({ window }));
      expect(servicesIn(all)).toEqual(['cart', 'pricing', 'stock', 'web']);
      if (withoutClusters) return;
      expect(new Set(all.spans.map(({ cluster, namespace }) => `${cluster} ${namespace}`))).toEqual(
        new Set(['backend-1 shop', 'backend-1 stock', 'backend-2 shop']),
      );
    });
    test.skipIf(withoutClusters)('nothing of a cluster or namespace that nobody asked for is returned', async () => {
      expect(servicesIn(await ask(scope))).toEqual(['cart', 'web']);
    });
    test('what the paged service talks to is returned, wherever it runs', async () => {
      expect(servicesIn(await ask({ ...scope, neighbours: ['stock'] }))).toContain('stock');
      expect(servicesIn(await ask({ ...scope, reach: 'neighbours', neighbours: ['pricing'] }))).toEqual(['pricing']);
    });
    test.skipIf(withoutClusters || maxServices < 4)(
      'asked about the cluster, all its namespaces are returned and no other cluster',
      async () => {
        expect(servicesIn(await ask({ ...scope, reach: 'cluster' }))).toEqual(['cart', 'stock', 'web']);
      },
    );
    test.skipIf(maxServices < 4)('a cluster that it has never heard of narrows nothing', async () => {
      expect(servicesIn(await ask({ ...scope, reach: 'cluster', cluster: 'an-alias' }))).toEqual([
        'cart',
        'pricing',
        'stock',
        'web',
      ]);
    });
    test('a paged service is asked for alone, and its traces are whole', async () => {
      const found = await ask({ ...scope, service: 'cart' });
      expect(servicesIn(found)).toEqual(['cart', 'web']);
      const root = found.spans.find(({ operation }) => operation === 'POST /buy');
      expect(found.spans.filter(({ trace }) => trace === root?.trace)).toHaveLength(4);
      expect(found.missing).toEqual([]);
    });
    test('a service under another name there is asked for by its match, and has its own name', async () => {
      const found = await ask({ ...scope, service: 'basket', match: { basket: { 'service.name': 'cart' } } });
      expect(servicesIn(found)).toEqual(['basket', 'web']);
    });
    test('a service that it has no traces of is missing', async () => {
      const found = await ask({ ...scope, service: 'nobody' });
      expect(found.spans).toEqual([]);
      expect(found.missing.join()).toContain('traces of nobody');
    });
  });

  describe('of the incident and of normal times', () => {
    test('as many of each are read, spread over both', async () => {
      const { spans, chosen } = await ask({ ...scope, service: 'cart' });
      const only = new Set(chosen?.only ?? []);
      const roots = spans.filter(({ operation, trace }) => operation === 'POST /add' && !only.has(trace));
      const before = roots.filter(({ start }) => start < shop.onset);
      expect(before.length).toBeGreaterThan(10);
      expect(roots.length - before.length).toBeGreaterThan(10);
      const middle = (shop.start + shop.onset) / 2;
      expect(before.some(({ start }) => start < middle)).toBe(true);
      expect(before.some(({ start }) => start > middle)).toBe(true);
    });
    test('failed and slow ones are counted in both', async () => {
      const { chosen } = await ask({ ...scope, service: 'cart' });
      for (const one of [chosen?.failed, chosen?.slow]) {
        expect(one?.perHour.before).toBe(0);
        expect(one?.traces.length).toBeGreaterThan(5);
      }
    });
    test('the analysis names the service that is slow itself, by what its slow calls share, and where errors begin', async () => {
      const set = await ask({ ...scope, service: 'web' });
      const found = compareSampled(set, shop.onset);
      expect(found.find(({ kind }) => kind === 'own-time')).toMatchObject({
        at: { service: 'cart', operation: 'POST /add' },
        differs: { attribute: 'basket', value: 'new' },
      });
      expect(found.find(({ kind }) => kind === 'error-origin')).toMatchObject({ at: { service: 'cart' } });
      for (const { finding } of compareChosen(set, shop.onset)) expect(finding.at.service).toBe('cart');
    });
  });
}
