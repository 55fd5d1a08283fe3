import { describe, expect, test } from 'vitest';
import { LineMeasurements, moveOf } from '../../../../core/analysis/logs/series.ts';

const start = Date.parse('2026-11-20T02:00:00Z');
const movesOf = (lines: readonly (string | Record<string, unknown>)[], baselineEnd = start) => {
  const measurements = new LineMeasurements();
  for (const [place, line] of lines.entries())
    measurements.push(
      'cart',
      typeof line === 'string' ? line : '',
      typeof line === 'string' ? undefined : line,
      start + place * 1000,
    );
  return measurements.series().flatMap((series) => moveOf(series, { baselineEnd }) ?? []);
};
const times = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place));

describe('a measurement in the lines of a log that moves is found', () => {
  test('a duration in a sentence', () => {
    const lines = [
      ...times(20, (place) => `rendered the page, took 1.${place % 3} s`),
      ...times(20, () => 'rendered the page, took 12.4 s'),
    ];
    expect(movesOf(lines)).toMatchObject([{ kind: 'shift', before: 1100, during: 12_400, atMs: start + 20_000 }]);
  });
  test('a ratio in a sentence', () => {
    const lines = [...times(10, () => 'hit ratio 92 %'), ...times(10, () => 'hit ratio 31 %')];
    expect(movesOf(lines)).toMatchObject([{ before: 92, during: 31, series: { unit: '%', name: 'hit ratio' } }]);
  });
  test('a field of a structured line, also one level down', () => {
    const lines = [...times(10, () => ({ duration_ms: 40 })), ...times(10, () => ({ duration_ms: 900 }))];
    expect(movesOf(lines)).toMatchObject([{ before: 40, during: 900, series: { name: 'duration_ms' } }]);
    const nested = [
      ...times(10, () => ({ cache: { hit_rate: 0.9 } })),
      ...times(10, () => ({ cache: { hit_rate: 0.2 } })),
    ];
    expect(movesOf(nested)).toMatchObject([{ before: 90, during: 20, series: { unit: '%', name: 'cache.hit_rate' } }]);
  });
  test('what a program keeps and never frees', () => {
    expect(movesOf(times(8, (place) => `the session list has ${10 * (place + 1)} items`))).toMatchObject([
      { kind: 'growth', before: 10, during: 80 },
    ]);
  });
});

describe('no move', () => {
  test.each<[string, readonly (string | Record<string, unknown>)[]]>([
    ['values that vary', times(60, (place) => `took ${100 + ((place * 37) % 90)} ms`)],
    [
      'one slow request among many',
      [...times(20, () => 'took 50 ms'), 'took 9000 ms', ...times(20, () => 'took 50 ms')],
    ],
    ['requests that got faster', [...times(20, () => 'took 900 ms'), ...times(20, () => 'took 90 ms')]],
    ['milliseconds that stay milliseconds', [...times(20, () => 'took 1 ms'), ...times(20, () => 'took 4 ms')]],
    ['too few lines', ['took 50 ms', 'took 50 ms', 'took 5000 ms', 'took 5000 ms']],
    ['numbers that measure nothing', times(40, (place) => ({ port: place < 20 ? 80 : 9000, user_id: place ** 3 }))],
    ['work that is done', times(20, (place) => `processed ${place * 10} items`)],
  ])('%s', (_, lines) => {
    expect(movesOf(lines)).toEqual([]);
  });
  test('a level that was left before the incident', () => {
    const lines = [...times(20, () => 'took 50 ms'), ...times(20, () => 'took 900 ms')];
    expect(movesOf(lines, start + 30_000)).toEqual([]);
  });
});

test('a million lines are kept in bounded memory', () => {
  const measurements = new LineMeasurements();
  for (let place = 0; place < 100_000; place += 1)
    measurements.push('cart', '', { duration_ms: place % 7 }, start + place);
  expect(measurements.series()[0]?.values.length).toBeLessThanOrEqual(1024);
});
