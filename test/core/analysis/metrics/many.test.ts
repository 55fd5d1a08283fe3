import { describe, expect, test } from 'vitest';
import { moves } from '../../../../core/analysis/metrics/index.ts';
import { thresholdFor } from '../../../../core/analysis/metrics/onset.ts';
import { manySeries } from '../../../../dojo/many-series.ts';

const start = 1_763_600_400;

describe('of ten thousand series', () => {
  const seeds = [1, 2, 3];
  const runs = seeds.map((seed) => manySeries({ count: 10_000, seed, start }));

  test('the service that began it comes first, before the five that follow louder', () => {
    for (const { series, baselineEnd, first, followers } of runs) {
      const found = moves(series, baselineEnd);
      expect(found[0]?.series.entity.name).toBe(first);
      const struck = new Set([first, ...followers]);
      expect(found.slice(0, 8).filter((move) => !struck.has(move.series.entity.name))).toEqual([]);
    }
  });

  test('noise moves at most one in a thousand', () => {
    for (const { series, baselineEnd, first, followers } of runs) {
      const struck = new Set([first, ...followers]);
      const noise = moves(series, baselineEnd).filter((move) => !struck.has(move.series.entity.name));
      expect(noise.length).toBeLessThanOrEqual(10);
    }
  });

  test('the order in which they come does not matter', () => {
    const [run] = runs;
    const names = (series: readonly (typeof runs)[number]['series'][number][]) =>
      moves(series, run?.baselineEnd ?? 0).map((move) => `${move.series.entity.name} ${move.series.signal}`);
    const series = run?.series ?? [];
    expect(names(series.toReversed())).toEqual(names(series));
    expect(names([...series.slice(5000), ...series.slice(0, 5000)])).toEqual(names(series));
  });
});

test('each of many series has to show more than one of a few', () => {
  expect(thresholdFor(1)).toBe(thresholdFor(100));
  expect(thresholdFor(10_000)).toBeGreaterThan(thresholdFor(1000));
  expect(thresholdFor(10_000) - thresholdFor(100)).toBeLessThan(3);
});
