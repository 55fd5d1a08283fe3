import { describe, expect, test } from 'vitest';
import { moves } from '../../../../core/analysis/metrics/index.ts';
import type { Point } from '../../../../core/analysis/metrics/onset.ts';
import { usualSince } from '../../../../core/analysis/metrics/usual.ts';
import type { Series } from '../../../../core/model/telemetry.ts';

const start = 1_763_600_400;
const day = 24 * 3600;
const points = (from: number, value: (minute: number) => number): [number, number][] =>
  Array.from({ length: 90 }, (_, minute) => [from + minute * 60, value(minute)]);
const step =
  (before: number, after: number, minute = 70) =>
  (of: number) =>
    of < minute ? before : after;

function usual(today: (minute: number) => number, earlier: readonly Point[], signal = 'requests_per_second') {
  const series: Series = {
    source: 'prometheus',
    entity: { kind: 'Deployment', name: 'cart' },
    signal,
    unit: '',
    points: points(start, today),
  };
  const [move] = moves([series], start + 3600);
  if (move === undefined) throw new Error('nothing moved');
  return usualSince(move, earlier);
}

describe('what moves is usual where', () => {
  test('it did the same at that time a day before', () => {
    expect(usual(step(100, 400), points(start - day, step(90, 380)))).toBe('a day before');
  });
  test('it did so a little earlier or later', () => {
    expect(usual(step(100, 400), points(start - day, step(90, 380, 66)))).toBe('a day before');
    expect(usual(step(100, 400), points(start - day, step(90, 380, 74)))).toBe('a day before');
  });
  test('it did so a week before, and the day before was a Sunday', () => {
    const earlier = [...points(start - 7 * day, step(90, 380)), ...points(start - day, () => 60)];
    expect(usual(step(100, 400), earlier)).toBe('a week before');
  });
  test('it falls each night', () => {
    expect(usual(step(400, 40), points(start - day, step(420, 45)))).toBe('a day before');
  });
});

test.each<[string, (minute: number) => number, readonly Point[], string?]>([
  ['nothing is known of earlier', step(100, 400), []],
  ['it was level then', step(100, 400), points(start - day, () => 100)],
  ['it was as high all day then', step(100, 400), points(start - day, () => 400)],
  ['it rose much less then', step(100, 400), points(start - day, step(100, 160))],
  ['it rises far beyond what it did then', step(100, 4000), points(start - day, step(100, 400))],
  ['it fell then', step(100, 400), points(start - day, step(400, 100))],
  ['it fell to half then, and to nothing now', step(400, 0), points(start - day, step(400, 200))],
  ['points are few', step(100, 400), points(start - day, step(100, 400)).slice(0, 71)],
  [
    'they are errors: those of every night are errors',
    step(0.01, 0.4),
    points(start - day, step(0.01, 0.4)),
    'error_ratio',
  ],
])('what moves is not usual where %s', (_, today, earlier, signal) => {
  expect(usual(today, earlier, signal)).toBeUndefined();
});
