// Detects steady growth: a level that only rises and falls only where a process restarts. Method: the trend test of Mann (Econometrica, 1945) and
// Kendall, applied to each stretch between restarts. Kendall's tau is the share of later values that are higher minus the share that are lower. A
// step has a large tau too. The share of the rise in its largest single part tells a step from a ramp.
import { quantile } from 'simple-statistics';
import type { Point } from './onset.ts';

export interface Growth {
  readonly from: number;
  readonly to: number;
  /** Epoch seconds at which the first stretch that grew left its level. */
  readonly since: number;
  readonly minutes: number;
  /** Number of times the level fell back to where it began. */
  readonly restarts: number;
}

const leastPoints = 12;
/** Tau compares all pairs of values; a sample of this many values gives the same answer. */
const maxPoints = 60;
const leastTau = 0.8;
/** The level must grow by at least this share of its start value. */
const leastGrowth = 0.5;
/** One sixth of the time may bring at most this share of the rise: a ramp brings one sixth, a step brings all of it. */
const maxInOnePart = 0.5;
/** A fall by this share of the previous growth counts as a process restart. */
const restart = 0.5;

/** Returns undefined if the level does not grow, grew in one step, or has stopped growing. */
export function steadyGrowth(recorded: readonly Point[]): Growth | undefined {
  const points = recorded.filter(([, value]) => Number.isFinite(value));
  const stretches = stretchesOf(points);
  const grown = stretches.filter((stretch) => grows(stretch));
  const last = stretches.at(-1) ?? [];
  const first = grown[0];
  // The current stretch may be too short to judge. If it is long enough, it must grow like the earlier stretches.
  if (first === undefined || (last.length >= leastPoints && !grown.includes(last))) return undefined;
  const longest = grown.reduce((a, b) => (b.length > a.length ? b : a));
  const [start, end] = [longest[0], longest.at(-1)];
  if (start === undefined || end === undefined) return undefined;
  return {
    from: start[1],
    to: end[1],
    since: footOf(first) ?? start[0],
    minutes: Math.round((end[0] - start[0]) / 60),
    restarts: stretches.length - 1,
  };
}

/** Share of the rise up to which a stretch counts as still at its first level. */
const atFoot = 0.06;
/** Share of a stretch that may be level before it counts as level at first, and not as growing throughout. */
const levelAtFirst = 0.12;

function footOf(stretch: readonly Point[]): number | undefined {
  const low = quantile(
    stretch.slice(0, Math.max(1, Math.ceil(stretch.length / 12))).map(([, value]) => value),
    0.5,
  );
  const high = stretch.at(-1)?.[1] ?? low;
  const last = stretch.findLastIndex(([, value]) => value <= low + atFoot * (high - low));
  return stretch[last > stretch.length * levelAtFirst ? last : 0]?.[0];
}

function stretchesOf(points: readonly Point[]): Point[][] {
  const [first] = points;
  if (first === undefined) return [];
  const stretches: Point[][] = [[first]];
  let low = first[1];
  let high = first[1];
  let previous = first[1];
  for (const point of points.slice(1)) {
    const value = point[1];
    // A restarted process falls at once; a normal decline is gradual.
    if (high - low > leastGrowth * Math.abs(low) && previous - value > restart * (high - low)) {
      stretches.push([]);
      low = value;
      high = value;
    }
    low = Math.min(low, value);
    high = Math.max(high, value);
    previous = value;
    stretches.at(-1)?.push(point);
  }
  return stretches;
}

function grows(stretch: readonly Point[]): boolean {
  if (stretch.length < leastPoints) return false;
  const step = Math.ceil(stretch.length / maxPoints);
  const values = stretch.filter((_, index) => index % step === 0).map(([, value]) => value);
  const level = (from: number, to: number): number =>
    quantile(values.slice(Math.floor(from * values.length), Math.max(1, Math.ceil(to * values.length))), 0.5);
  const marks = [0, 1, 2, 3, 4, 5].map((part) => level(part / 6, (part + 1) / 6));
  const rises = marks.slice(1).map((mark, index) => mark - (marks[index] ?? mark));
  const [start, end] = [marks[0] ?? 0, marks.at(-1) ?? 0];
  const rise = end - start;
  if (start <= 0 || rise < leastGrowth * start) return false;
  const still = (rises.at(-1) ?? 0) >= rise / (rises.length * 3);
  return still && Math.max(...rises) <= maxInOnePart * rise && tau(values) >= leastTau;
}

function tau(values: readonly number[]): number {
  let sum = 0;
  for (const [index, value] of values.entries())
    for (let later = index + 1; later < values.length; later += 1) sum += Math.sign((values[later] ?? value) - value);
  return (2 * sum) / (values.length * (values.length - 1));
}
