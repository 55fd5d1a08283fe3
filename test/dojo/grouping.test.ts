import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { storms } from '../../dojo/grouping/load.ts';
import { type Played, play } from '../../dojo/grouping/play.ts';
import { scoreOf, worthOf } from '../../dojo/grouping/score.ts';
import { edgesOf, Storm } from '../../dojo/grouping/storm.ts';

const all = storms();
/** Enough for every page at once, so that who waits for a slot does not matter. */
const roomy = { concurrent: 100 };

/** Which pages are together, whoever leads them. */
const groupsOf = (played: readonly Played[], only?: ReadonlySet<string>): string[] =>
  [...Map.groupBy(played, ({ leader }) => leader).values()]
    .map((own) =>
      own
        .map(({ id }) => id)
        .filter((id) => only === undefined || only.has(id))
        .toSorted()
        .join(' '),
    )
    .filter((group) => group !== '')
    .toSorted();

const named = (storm: Storm): Storm => ({
  ...storm,
  pages: storm.pages.map((page, index) => ({ ...page, id: page.id ?? `p${index + 1}` })),
});

describe('recorded storms', () => {
  test.each(all.map((storm) => [storm.name, storm] as const))('%s: nothing is merged wrongly', (_, storm) => {
    const score = scoreOf(play(storm));
    expect(score.wrong.map(({ id }) => id)).toEqual([]);
  });

  test('one cause costs three investigations at most', () => {
    const costs = all.flatMap((storm) => {
      const leaders = play(storm).filter(({ id, leader }) => id === leader);
      return [...Map.groupBy(leaders, ({ page }) => page.of).values()].map((own) => own.length);
    });
    expect(Math.max(...costs)).toBeLessThanOrEqual(3);
  });

  test('are grouped as well as they were', () => {
    expect(all.length).toBeGreaterThanOrEqual(45);
    expect(worthOf(all.map((storm) => scoreOf(play(storm))))).toBeGreaterThanOrEqual(0.93);
  });
});

describe('the grouping', () => {
  const storm = fc.constantFrom(...all.map(named));

  test('does not depend on what things are called', () => {
    fc.assert(
      fc.property(storm, fc.integer({ min: 1, max: 9999 }), (one, seed) => {
        expect(groupsOf(play(renamed(one, seed), roomy))).toEqual(groupsOf(play(one, roomy)));
      }),
    );
  });

  test('does not change with pages that have nothing to do with it', () => {
    fc.assert(
      fc.property(storm, fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 8 }), (one, moments) => {
        const unrelated = moments.map((moment, index): Storm['pages'][number] => ({
          id: `u${index}`,
          min: moment / 60,
          from: 'labels',
          alert: 'HighErrorRate',
          labels: {
            service: `unrelated-${index}`,
            namespace: `else-${index}`,
            cluster: 'elsewhere',
            environment: 'production',
          },
          severity: 'high',
          of: `unrelated-${index}`,
        }));
        const own = new Set(one.pages.map(({ id }) => id ?? ''));
        const mixed = play({ ...one, pages: [...one.pages, ...unrelated] }, roomy);
        expect(groupsOf(mixed, own)).toEqual(groupsOf(play(one, roomy)));
        expect(groupsOf(mixed, new Set(unrelated.map(({ id }) => id ?? '')))).toEqual(
          unrelated.map(({ id }) => id).toSorted(),
        );
      }),
    );
  });

  test('merges nothing wrongly, and costs little more, in whatever order the pages come', () => {
    fc.assert(
      fc.property(storm, fc.infiniteStream(fc.nat()), (one, numbers) => {
        const moments = one.pages.map(({ min }) => min);
        const shuffled = one.pages
          .map((page) => ({ page, by: numbers.next().value ?? 0 }))
          .toSorted((a, b) => a.by - b.by);
        const pages = shuffled.map(({ page }, index) => ({ ...page, min: moments[index] ?? 0 }));
        const { wrong } = scoreOf(play({ ...one, pages }));
        expect(wrong.map(({ id }) => id)).toEqual([]);
      }),
    );
  });
});

/** Every service, cluster, namespace, node and workload under another name. */
function renamed(storm: Storm, seed: number): Storm {
  const keys =
    /^(?:service|cluster|kube_cluster_name|namespace|kube_namespace|node|host|deployment|statefulset|daemonset|cronjob|consumergroup|FunctionName|TableName|ApiName)$/;
  const labels = storm.pages.flatMap(({ labels: own }) =>
    Object.entries(own).flatMap(([key, value]) => (keys.test(key) ? [value] : [])),
  );
  const pods = storm.pages.flatMap(({ labels: { pod } }) => pod?.replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}$/, '') ?? []);
  const names = [...new Set([...labels, ...pods, ...edgesOf(storm.calls).flatMap(({ from, to }) => [from, to])])]
    .filter((name) => !/^(?:coredns|kube-system|core|production|staging)$/.test(name))
    .toSorted((a, b) => b.length - a.length);
  const table = new Map(names.map((name, index) => [name, `x${(index * 7919 + seed) % 100_003}y`]));
  const swap = (text: string): string =>
    text.replaceAll(
      new RegExp(
        `(?<![\\w-])(?:${names.map((name) => name.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&')).join('|')})(?![\\w]|-(?![a-z0-9]{6,10}-[a-z0-9]{5}))`,
        'g',
      ),
      (name) => table.get(name) ?? name,
    );
  const kept = new Set(['cause', 'of', 'id', 'from', 'name', 'what', 'change']);
  const walk = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return kept.has(key) && !names.includes(value) ? value : swap(value);
    if (Array.isArray(value)) return value.map((one) => walk(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, walk(one, name)]));
  };
  const { pages, causes, ...rest } = storm;
  return Storm.parse({
    ...(walk(rest) as object),
    pages: pages.map((page) => ({ ...(walk(page) as object), of: page.of, id: page.id })),
    causes: Object.fromEntries(Object.entries(causes).map(([name, found]) => [name, walk(found)])),
  });
}
