// Compares the level of a series during the paged period with its reference before that. Robust: medians and median absolute deviations (Rousseeuw &
// Croux, 1993), so that a few outliers and a skewed reference decide nothing. Counts are compared as counts. Pure.
import { median, medianAbsoluteDeviation, quantileSorted } from 'simple-statistics';
import type { Point } from './onset.ts';

/** A closed period, epoch seconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
  /** Seconds to which the start is known; without it, each series' own points tell what was recent. */
  readonly step?: number;
}

export interface Level {
  /** Level of the reference, or of its last points where they are nearer to the period's. */
  readonly before: number;
  readonly during: number;
  /** Size of the change in robust standard deviations of the reference; negative if the level fell. */
  readonly sigmas: number;
  /** Share of the period's points above nine tenths of the reference (below one tenth, if the level fell). */
  readonly beyond: number;
}

/** With fewer reference points, there is no reference. */
const leastReference = 2;
/** Below this number of reference points, their spread says little, and a level counts as known to `guessed` of itself. */
const enoughReference = 5;
const guessed = 0.5;
/** No level is known better than to this share of itself. */
const resolution = 0.05;
/** Half the distance between the outer tenths of normal noise, in standard deviations. */
const outerTenths = 1.28;
const recentPoints = 5;

const valuesIn = (points: readonly Point[], from: number, to: number): number[] =>
  points.flatMap(([at, value]) => (at >= from && at <= to && Number.isFinite(value) ? [value] : []));

/** The level before `start`, sorted once for several periods. */
interface Reference {
  readonly middle: number;
  /** Median of the last points before the period: what changed earlier belongs to the reference. */
  readonly recent: number;
  readonly low: number;
  readonly high: number;
  readonly spread: number;
}

export function referenceOf(points: readonly Point[], { start, step }: Omit<Period, 'end'>): Reference | undefined {
  const values = valuesIn(points, Number.NEGATIVE_INFINITY, start - 1);
  if (values.length < leastReference) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [0.1, 0.5, 0.9].map((share) => quantileSorted(sorted, share));
  if (low === undefined || middle === undefined || high === undefined) return undefined;
  // Skewed noise has a small deviation from its median and wide outer tenths.
  const spread = Math.max(
    1.4826 * medianAbsoluteDeviation(values),
    (high - low) / 2 / outerTenths,
    (values.length < enoughReference ? guessed : resolution) * Math.abs(middle),
    1e-9,
  );
  return {
    middle,
    recent: median(recentOf(points, values, start, step)),
    low,
    high,
    spread: spread * (1 + 4 / values.length),
  };
}

/** Points of three steps before the start, less half a step: the start may be that much too late. */
function recentOf(points: readonly Point[], before: readonly number[], start: number, step = 0): readonly number[] {
  const near = step <= 0 ? [] : valuesIn(points, start - 3.5 * step, start - step / 2);
  return near.length >= 2 ? near : before.slice(-recentPoints);
}

/** Undefined without points in the period or without a reference. */
export function levelAgainst(
  points: readonly Point[],
  reference: Reference | undefined,
  { start, end }: Period,
): Level | undefined {
  const values = valuesIn(points, start, end);
  if (reference === undefined || values.length === 0) return undefined;
  const { middle, recent, low, high, spread } = reference;
  const during = median(values);
  const rose = during >= middle;
  const before = rose ? Math.min(Math.max(middle, recent), during) : Math.max(Math.min(middle, recent), during);
  return {
    before,
    during,
    sigmas: (during - before) / spread,
    beyond: values.filter((value) => (rose ? value > high : value < low)).length / values.length,
  };
}

export const levelIn = (points: readonly Point[], period: Period): Level | undefined =>
  levelAgainst(points, referenceOf(points, period), period);

/** Mean of the points in the period; undefined without any. */
export function meanIn(points: readonly Point[], { start, end }: Period): number | undefined {
  const values = valuesIn(points, start, end);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of all points before the period; undefined without any. */
export const meanBefore = (points: readonly Point[], { start }: Period): number | undefined =>
  meanIn(points, { start: Number.NEGATIVE_INFINITY, end: start - 1 });

/** Median distance between points, in seconds. */
export function stepOf(points: readonly Point[]): number {
  const gaps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at));
  return gaps.length === 0 ? 0 : median(gaps);
}

/** Deviations from which a change is noticed, and from which it is certain. */
const noticed = 2;
const sure = 8;

/** 0 to 1. */
export const certaintyIn = (deviations: number): number =>
  Math.min(1, Math.max(0, (deviations - noticed) / (sure - noticed)));

/** 0 to 1; 0 if less than half of the period's points are beyond the reference. */
export const certaintyOf = ({ sigmas, beyond }: Level): number => (beyond < 0.5 ? 0 : certaintyIn(Math.abs(sigmas)));

/** How far a count is from the expected one, in standard deviations: the root of the Poisson deviance (McCullagh & Nelder, 1989). */
export const countDeviations = (expected: number, count: number): number =>
  Math.sqrt(
    Math.max(
      0,
      2 * (expected - count + (count > 0 ? count * Math.log(count / Math.max(expected, 1 / Math.max(count, 2))) : 0)),
    ),
  );
