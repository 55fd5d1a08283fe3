// What every source of logs, metrics or changes keeps to: it answers for what is within the scope, and says of each thing which cluster it is of.
import { describe, expect, test } from 'vitest';
import { isWithin, type Located, type Scope } from '../../core/model/scope.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { aScope } from '../builders.ts';

interface Observable<S extends 'logs' | 'metrics' | 'changes'> {
  /** It has something of two clusters, and in the first of two namespaces. */
  readonly source: () => Promise<Source<S>> | Source<S>;
  readonly window: Scope['window'];
  readonly clusters: readonly [string, string];
  readonly namespaces: readonly [string, string];
  /** A service of the second namespace. */
  readonly neighbour: string;
}

export const logsScopeContract = (of: Observable<'logs'>): void =>
  scopeContract(of, async (scope) => {
    const observed = await (await of.source()).observe(scope, {});
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    const places: Located[] = [];
    for await (const { labels } of observed.data) places.push(labels);
    return places;
  });

export const metricsScopeContract = (of: Observable<'metrics'>): void =>
  scopeContract(of, async (scope) => {
    const observed = await (await of.source()).observe(scope, {});
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    return observed.data.map(({ entity }) => ({ ...entity, service: entity.name }));
  });

/** Each change that the source has is of one known entity. */
export const changesScopeContract = (of: Observable<'changes'>): void =>
  scopeContract(of, async (scope) => {
    const observed = await (await of.source()).observe(scope, {});
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    return observed.data.map(({ entity, service }) => ({ ...entity, service }));
  });

function scopeContract(
  {
    window,
    clusters: [here, there],
    namespaces: [paged, other],
    neighbour,
  }: Observable<'logs' | 'metrics' | 'changes'>,
  ask: (scope: Scope) => Promise<readonly Located[]>,
): void {
  const scope = aScope({ cluster: here, namespace: paged, reach: 'neighbourhood', window });
  describe('within its scope', () => {
    test('everything has its cluster', async () => {
      const all = await ask(aScope({ window }));
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all.map(({ cluster }) => cluster))).toEqual(new Set([here, there]));
    });
    test('nothing of a cluster or namespace that nobody asked for is returned', async () => {
      const found = await ask(scope);
      expect(found.length).toBeGreaterThan(0);
      expect(found.filter((place) => !isWithin(scope, place))).toEqual([]);
      expect(found.every(({ cluster, namespace }) => cluster === here && namespace === paged)).toBe(true);
    });
    test('what the paged service talks to is returned, wherever it runs', async () => {
      const found = await ask({ ...scope, neighbours: [neighbour] });
      expect(found.some(({ service, namespace }) => service === neighbour && namespace === other)).toBe(true);
    });
    test('asked about the cluster, all its namespaces are returned and no other cluster', async () => {
      const found = await ask({ ...scope, reach: 'cluster' });
      expect(new Set(found.map(({ namespace }) => namespace))).toEqual(new Set([paged, other]));
      expect(new Set(found.map(({ cluster }) => cluster))).toEqual(new Set([here]));
    });
    test('a cluster that it has never heard of narrows nothing', async () => {
      const found = await ask({ ...scope, cluster: 'an-alias' });
      expect(new Set(found.map(({ cluster }) => cluster))).toEqual(new Set([here, there]));
    });
  });
}
