// Finds when a series changed, by how much, and whether the change exceeds its noise. Method: a two-sided cumulative sum (Page, "Continuous
// Inspection Schemes", Biometrika 1954) on values standardised by the baseline's median and median absolute deviation (Rousseeuw & Croux 1993), so
// that a few outliers affect neither. Linear in the number of points.
import { median, medianAbsoluteDeviation } from 'simple-statistics';

export type Point = readonly [epochSeconds: number, value: number];

export interface Shift {
  /** Epoch seconds of the first point after the change. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** Size of the change in robust standard deviations of the baseline. */
  readonly sigmas: number;
  readonly direction: 'up' | 'down';
}

/** Slack and threshold of the cumulative sum, in standard deviations; 8 keeps false alarms on flat noise far below one in a thousand series. */
const slack = 1;
const threshold = 8;
/** A change is reported only if it is also this large relative to the series itself. */
const minSigmas = 5;
const minRelative = 0.25;
/** A point this many standard deviations out is not noise. Before the first such point the sum has only accumulated noise. */
const noise = 3;
/** The cumulative sum clips values above this, so that one spike does not count as a change. */
const clip = 6;

/** Up to this number of series share the false alarms that one incident may have; with more series, each needs a higher threshold. */
const seriesAtThreshold = 100;

/**
 * Gives the threshold for one of `count` series.
 * The time to a false alarm of a cumulative sum grows as exp(2 · slack · threshold) (Siegmund, "Sequential Analysis", 1985). This increase keeps
 * the false alarms of all series together at the level of one hundred series (Bonferroni).
 */
export const thresholdFor = (count: number): number =>
  threshold + Math.log(Math.max(1, count / seriesAtThreshold)) / (2 * slack);

/** `baselineEnd` is in epoch seconds. If there are too few points before it, the first third of the series is the baseline. */
export function findShift(
  recorded: readonly Point[],
  baselineEnd: number,
  alarm: number = threshold,
): Shift | undefined {
  // A rate over zero requests is not a number. It counts as missing, like a point that was not scraped.
  const points = recorded.filter(([, value]) => Number.isFinite(value));
  if (points.length < 8) return undefined;
  const before = points.filter(([at]) => at < baselineEnd);
  const baseline = before.length >= 6 ? before : points.slice(0, Math.max(4, Math.floor(points.length / 3)));
  const rest = points.slice(baseline.length);
  if (rest.length < 3) return undefined;
  const values = baseline.map(([, value]) => value);
  const centre = median(values);
  const spread = Math.max(1.4826 * medianAbsoluteDeviation(values), Math.abs(centre) * 0.02, 1e-9);
  const index = changeIndex(
    rest.map(([, value]) => (value - centre) / spread),
    alarm,
  );
  if (index === undefined) return undefined;
  const changed = rest.slice(index);
  const after = median(changed.slice(0, Math.max(3, Math.ceil(changed.length / 2))).map(([, value]) => value));
  const sigmas = Math.abs(after - centre) / spread;
  const relative = Math.abs(after - centre) / Math.max(Math.abs(centre), Math.abs(after), 1e-9);
  const at = changed[0]?.[0];
  if (at === undefined || sigmas < minSigmas || relative < minRelative) return undefined;
  return { at, before: centre, after, sigmas, direction: after > centre ? 'up' : 'down' };
}

/** Index of the first point beyond noise after the sum that crossed the threshold left zero. */
function changeIndex(standardised: readonly number[], alarm: number): number | undefined {
  let up = { sum: 0, from: 0 };
  let down = { sum: 0, from: 0 };
  for (const [index, raw] of standardised.entries()) {
    const value = Math.max(-clip, Math.min(clip, raw));
    up = step(up, value - slack, index);
    down = step(down, -value - slack, index);
    if (up.sum > alarm) return beyondNoise(standardised, up.from, index, 1);
    if (down.sum > alarm) return beyondNoise(standardised, down.from, index, -1);
  }
  return undefined;
}

function beyondNoise(standardised: readonly number[], from: number, to: number, sign: 1 | -1): number {
  const first = standardised.slice(from, to + 1).findIndex((value) => value * sign >= noise);
  return first === -1 ? from : from + first;
}

function step(state: { sum: number; from: number }, increment: number, index: number): { sum: number; from: number } {
  const sum = state.sum + increment;
  if (sum <= 0) return { sum: 0, from: index + 1 };
  return { sum, from: state.sum === 0 ? index : state.from };
}
