import { describe, expect, test } from 'vitest';
import { findShift, type Point } from '../../../../core/analysis/metrics/onset.ts';

// Synthetic series of one point a minute, an hour of baseline and half an hour more, with seeded noise: every run sees the same.

const start = 1_763_600_400;
const baselineEnd = start + 60 * 60;
/** Mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
/** Box and Muller. */
function normal(seed: number): () => number {
  const next = random(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
const at = (minute: number) => start + minute * 60;
/** `shape` gives the value of a minute without its noise. */
function series(shape: (minute: number) => number, { seed = 1, sigma = 0, minutes = 90 } = {}): Point[] {
  const noise = normal(seed);
  return Array.from({ length: minutes }, (_, minute): Point => [at(minute), shape(minute) + sigma * noise()]);
}
const seeds = Array.from({ length: 200 }, (_, n) => n + 1);
const minuteOf = (points: readonly Point[]) => {
  const shift = findShift(points, baselineEnd);
  return shift && (shift.at - start) / 60;
};

describe('a step', () => {
  test.each([
    ['up by ten standard deviations', 100, 200, 10],
    ['up by eight', 100, 180, 10],
    ['down by ten', 100, 0, 10],
    ['up from nothing', 0, 5, 0.1],
  ])('%s is found within two minutes of where it is, in 95 of 100 series', (_, before, after, sigma) => {
    const found = seeds.map((seed) => minuteOf(series((minute) => (minute < 70 ? before : after), { seed, sigma })));
    const near = found.filter((minute) => minute !== undefined && Math.abs(minute - 70) <= 2);
    expect(near.length).toBeGreaterThanOrEqual(190);
  });

  test('is measured in the unit of the series, and in its noise', () => {
    const shift = findShift(
      series((minute) => (minute < 70 ? 200 : 900), { sigma: 10 }),
      baselineEnd,
    );
    expect(shift).toMatchObject({ direction: 'up' });
    expect(Math.abs((shift?.before ?? 0) - 200)).toBeLessThan(5);
    expect(Math.abs((shift?.after ?? 0) - 900)).toBeLessThan(10);
    expect(shift?.sigmas).toBeGreaterThan(40);
    expect(shift?.sigmas).toBeLessThan(120);
  });

  test('of a series without noise is found on the minute, either way', () => {
    const up = series((minute) => (minute < 70 ? 1 : 3));
    const down = series((minute) => (minute < 70 ? 3 : 1));
    expect(findShift(up, baselineEnd)).toMatchObject({ at: at(70), before: 1, after: 3, direction: 'up' });
    expect(findShift(down, baselineEnd)).toMatchObject({ at: at(70), before: 3, after: 1, direction: 'down' });
  });

  test('that is small for the series is none, however quiet the series is', () => {
    expect(minuteOf(series((minute) => (minute < 70 ? 100 : 120), { sigma: 0.1 }))).toBeUndefined();
    expect(minuteOf(series((minute) => (minute < 70 ? 100 : 140), { sigma: 0.1 }))).toBe(70);
  });

  test('that is small for its noise is none', () => {
    const found = seeds.filter((seed) => minuteOf(series((minute) => (minute < 70 ? 100 : 160), { seed, sigma: 30 })));
    expect(found.length).toBeLessThanOrEqual(20);
  });

  test('before the baseline ends belongs to the baseline', () => {
    expect(minuteOf(series((minute) => (minute < 10 ? 100 : 300), { sigma: 5 }))).toBeUndefined();
  });
});

describe('without a change', () => {
  test('at most 2 of 200 series of plain noise seem to change', () => {
    expect(
      seeds.filter((seed) => minuteOf(series(() => 100, { seed, sigma: 10 })) !== undefined).length,
    ).toBeLessThanOrEqual(2);
  });
  test('at most 2 of 200 series of noise around nothing seem to change', () => {
    expect(
      seeds.filter((seed) => minuteOf(series(() => 0, { seed, sigma: 1 })) !== undefined).length,
    ).toBeLessThanOrEqual(2);
  });
  test('at most 4 of 200 series with heavy outliers seem to change', () => {
    const found = seeds.filter((seed) => {
      const next = random(seed + 1000);
      return minuteOf(series(() => (next() < 0.05 ? 1000 : 100), { seed, sigma: 10 })) !== undefined;
    });
    expect(found.length).toBeLessThanOrEqual(4);
  });
  test('a constant is constant, at nothing too', () => {
    for (const value of [0, 1, -3, 1e-12, 1e15]) expect(minuteOf(series(() => value))).toBeUndefined();
  });
  test('a wave that the baseline has seen is no change', () => {
    const wave = (minute: number) => 100 + 40 * Math.sin((2 * Math.PI * minute) / 20);
    const found = seeds.filter((seed) => minuteOf(series(wave, { seed, sigma: 5 })) !== undefined);
    expect(found.length).toBeLessThanOrEqual(2);
  });
});

describe('other shapes', () => {
  test('a ramp is found after it began and before it is done', () => {
    const ramp = (minute: number) => (minute < 65 ? 100 : Math.min(400, 100 + (minute - 65) * 20));
    const found = seeds.map((seed) => minuteOf(series(ramp, { seed, sigma: 8 })));
    expect(
      found.filter((minute) => minute !== undefined && minute >= 63 && minute <= 75).length,
    ).toBeGreaterThanOrEqual(190);
  });
  test('a spike of one minute is none, however high; one of twenty minutes is', () => {
    const spike = (length: number) => (minute: number) => (minute >= 70 && minute < 70 + length ? 10_000 : 100);
    expect(
      seeds.filter((seed) => minuteOf(series(spike(1), { seed, sigma: 8 })) !== undefined).length,
    ).toBeLessThanOrEqual(4);
    expect(
      seeds.filter((seed) => minuteOf(series(spike(20), { seed, sigma: 8 })) === 70).length,
    ).toBeGreaterThanOrEqual(190);
  });
  test('a step on top of a wave is found', () => {
    const shape = (minute: number) => 100 + 10 * Math.sin((2 * Math.PI * minute) / 20) + (minute < 72 ? 0 : 200);
    expect(Math.abs((minuteOf(series(shape, { sigma: 5 })) ?? 0) - 72)).toBeLessThanOrEqual(2);
  });
  test('a counter that goes on as before is no change', () => {
    const found = seeds.filter(
      (seed) => minuteOf(series((minute) => 1_000_000 + minute * 50, { seed, sigma: 5 })) !== undefined,
    );
    expect(found).toEqual([]);
  });
  test('a counter of restarts that begins to count is one', () => {
    expect(minuteOf(series((minute) => Math.max(0, minute - 69)))).toBe(70);
  });
});

describe('what is missing', () => {
  const step = series((minute) => (minute < 70 ? 100 : 300), { sigma: 5 });
  test('points between do not hide a change', () => {
    const gaps = step.filter(([time]) => ((time - start) / 60) % 3 !== 0 || time === at(69));
    expect(Math.abs((minuteOf(gaps) ?? 0) - 70)).toBeLessThanOrEqual(3);
  });
  test('values that are none are no values', () => {
    const holes = step.map(([time, value], index): Point => [time, index % 7 === 0 ? Number.NaN : value]);
    expect(Math.abs((minuteOf(holes) ?? 0) - 70)).toBeLessThanOrEqual(2);
    const infinite = step.map(
      ([time, value], index): Point => [time, index % 9 === 0 ? Number.POSITIVE_INFINITY : value],
    );
    expect(Math.abs((minuteOf(infinite) ?? 0) - 70)).toBeLessThanOrEqual(2);
    expect(minuteOf(series(() => Number.NaN))).toBeUndefined();
  });
  test('a baseline is taken from the first third', () => {
    const shift = findShift(
      series((minute) => (minute < 60 ? 100 : 300), { sigma: 5 }),
      start,
    );
    expect(Math.abs(((shift?.at ?? 0) - start) / 60 - 60)).toBeLessThanOrEqual(2);
  });
  test.each([0, 1, 2, 7])('a series of %d points says nothing', (minutes) => {
    expect(
      findShift(
        series((minute) => minute * 1000, { minutes }),
        start + 4 * 60,
      ),
    ).toBeUndefined();
  });
  test('what came after the baseline says nothing where it is two points', () => {
    expect(minuteOf(step.slice(0, 60).concat(step.slice(80, 82)))).toBeUndefined();
  });
});
