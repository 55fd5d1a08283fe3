// Steady growth: a level that only ever rises, with falls only where a process began anew. Method: the trend test of Mann (Econometrica,
// 1945) and Kendall, whose tau is the share of later values that are higher less the share that are lower, over each stretch between
// restarts. A step has a large tau too; it is told apart by how much of the rise lies in its largest single part.
import { quantile } from 'simple-statistics';
import type { Point } from './onset.ts';

export interface Growth {
  readonly from: number;
  readonly to: number;
  /** Epoch seconds of the first point of the first stretch that grew. */
  readonly since: number;
  readonly minutes: number;
  /** How often it fell back to where it began. */
  readonly restarts: number;
}

const leastPoints = 12;
/** Tau is a matter of all pairs; this many values say it as well. */
const maxPoints = 60;
const leastTau = 0.8;
/** Grown by this share of where it began. */
const leastGrowth = 0.5;
/** One sixth of the time may bring at most this share of the rise: a ramp brings a sixth, a step all. */
const maxInOnePart = 0.5;
/** A fall by this share of what it had grown is a new process. */
const restart = 0.5;

/** Undefined where it does not grow, grew in one step, or has come to rest. */
export function steadyGrowth(recorded: readonly Point[]): Growth | undefined {
  const points = recorded.filter(([, value]) => Number.isFinite(value));
  const stretches = stretchesOf(points);
  const grown = stretches.filter((stretch) => grows(stretch));
  const last = stretches.at(-1) ?? [];
  const first = grown[0];
  // The present stretch may be too young to tell; otherwise it has to grow like those before it.
  if (first === undefined || (last.length >= leastPoints && !grown.includes(last))) return undefined;
  const longest = grown.reduce((a, b) => (b.length > a.length ? b : a));
  const [start, end] = [longest[0], longest.at(-1)];
  if (start === undefined || end === undefined) return undefined;
  return {
    from: start[1],
    to: end[1],
    since: first[0]?.[0] ?? start[0],
    minutes: Math.round((end[0] - start[0]) / 60),
    restarts: stretches.length - 1,
  };
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
    // A process that begins anew falls at once; what sinks does so by and by.
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
