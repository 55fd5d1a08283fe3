// Tells whether a shift is part of a daily or weekly rhythm. It compares the shift with the same hours one day and one week before: a level that
// changed alike there is routine, not an onset. Method: seasonal differencing (Box & Jenkins, "Time Series Analysis", 1970) with medians in place
// of means, so that one odd minute of yesterday does not decide.
import { median } from 'simple-statistics';
import type { Series } from '../../model/telemetry.ts';
import type { Move } from './index.ts';
import type { Point } from './onset.ts';

/** Periods of human routine, in seconds. */
export const periods: readonly { readonly seconds: number; readonly words: string }[] = [
  { seconds: 24 * 3600, words: 'a day before' },
  { seconds: 7 * 24 * 3600, words: 'a week before' },
];

/** The earlier change must be at least this share of today's, and in the same direction. */
const leastShare = 0.6;
/** Today's level may be at most this many times the earlier level (the inverse for a fall). */
const maxBeyond = 1.5;
const leastPoints = 3;

/** Kinds of signals that may have a rhythm. Errors and failures that recur every night are still failures. */
const rhythmic = new Set(['traffic', 'saturation', 'latency', 'other']);

export const keyOf = ({ source, entity, signal }: Series): string =>
  [source, entity.kind, entity.cluster, entity.namespace, entity.name, entity.fromNode, signal].join('\u0000');

/**
 * Names the period in which the series moved alike before, in words. Returns undefined if it did not, or if there is no earlier data.
 * `earlier` holds points of the same series, in time order, as far back as they exist.
 */
export function usualSince({ signal, shift, series }: Move, earlier: readonly Point[]): string | undefined {
  if (!rhythmic.has(signal.kind)) return undefined;
  const from = series.points[0]?.[0];
  const until = series.points.at(-1)?.[0];
  if (from === undefined || until === undefined) return undefined;
  const within = (start: number, end: number): number[] =>
    earlier.flatMap(([at, value]) => (at >= start && at < end && Number.isFinite(value) ? [value] : []));
  return periods.find(({ seconds }) => {
    const before = within(from - seconds, shift.at - seconds);
    const after = within(shift.at - seconds, until + 1 - seconds);
    if (before.length < leastPoints || after.length < leastPoints) return false;
    const [then, now] = [median(after) - median(before), shift.after - shift.before];
    if (Math.sign(then) !== Math.sign(now) || Math.abs(then) < leastShare * Math.abs(now)) return false;
    const [higher, lower] =
      shift.direction === 'up' ? [shift.after, median(after)] : [median(after), Math.max(shift.after, 0)];
    return higher <= maxBeyond * lower || Math.abs(higher - lower) <= Math.abs(then) * (1 - leastShare);
  })?.words;
}
