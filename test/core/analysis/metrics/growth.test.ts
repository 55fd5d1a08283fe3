import { describe, expect, test } from 'vitest';
import { steadyGrowth } from '../../../../core/analysis/metrics/growth.ts';
import type { Point } from '../../../../core/analysis/metrics/onset.ts';

const start = 1_763_600_400;
const minutes = (value: (minute: number) => number, count = 77): Point[] =>
  Array.from({ length: count }, (_, minute): Point => [start + minute * 60, value(minute)]);
/** A wobble that is the same in every run. */
const wobble = (minute: number) => ((minute * 7919) % 13) - 6;

describe('growth is steady where', () => {
  test('a level rises without end', () => {
    expect(steadyGrowth(minutes((minute) => 200 + 5 * minute + wobble(minute)))).toMatchObject({
      since: start,
      minutes: 76,
      restarts: 0,
    });
  });
  test('it begins anew after each restart', () => {
    const growth = steadyGrowth(minutes((minute) => 200 + 15 * (minute % 25)));
    expect(growth).toMatchObject({ restarts: 3, from: 200, to: 560, minutes: 24 });
  });
  test('its last restart is too young to tell', () => {
    expect(steadyGrowth(minutes((minute) => 200 + 10 * (minute % 70)))).toMatchObject({ restarts: 1 });
  });
  test('points are missing or no numbers', () => {
    const holes = minutes((minute) => (minute % 9 === 0 ? Number.NaN : 200 + 5 * minute)).filter(
      (_, index) => index % 5 !== 0,
    );
    expect(steadyGrowth(holes)).toMatchObject({ restarts: 0 });
  });
});

test.each<[string, (minute: number) => number]>([
  ['a level', (minute) => 300 + wobble(minute)],
  ['a step', (minute) => (minute < 40 ? 200 : 500) + wobble(minute)],
  ['warming up, then at rest', (minute) => 500 - 400 * Math.exp(-minute / 10)],
  ['a wave', (minute) => 300 + 150 * Math.sin(minute / 6)],
  ['a fall', (minute) => 600 - 5 * minute],
  ['a little', (minute) => 300 + minute],
  ['what grew, and rests since its restart', (minute) => (minute < 40 ? 200 + 10 * minute : 200 + wobble(minute))],
  ['nothing', () => 0],
])('growth is not %s', (_, value) => {
  expect(steadyGrowth(minutes(value))).toBeUndefined();
});

test.each([0, 1, 11])('growth is not told of %d points', (count) => {
  expect(steadyGrowth(minutes((minute) => 200 + 100 * minute, count))).toBeUndefined();
});
