// Compares the points of a metric during an incident with those before it. Pure arithmetic; the analyzers judge.
import type { Points } from '../../model/aws-resources.ts';
import type { Context } from '../../model/incident.ts';

/** Epoch seconds. */
export interface Period {
  readonly start: number;
  readonly baselineEnd: number;
  readonly end: number;
}

export const periodOf = ({ baseline, incident }: Context['window']): Period => ({
  start: Date.parse(baseline.start) / 1000,
  baselineEnd: Date.parse(baseline.end) / 1000,
  end: Date.parse(incident.end) / 1000,
});

export const valuesBefore = (points: Points, { baselineEnd }: Period): number[] =>
  points.filter(([at]) => at < baselineEnd).map(([, value]) => value);

export const valuesSince = (points: Points, since: number): number[] =>
  points.filter(([at]) => at >= since).map(([, value]) => value);

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
export const highest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

export interface Rise {
  /** Epoch seconds of the first point that is high. */
  readonly at: number;
  /** The middle of the values before, and of those since. */
  readonly before: number;
  readonly during: number;
  readonly peak: number;
}

interface Limits {
  /** The least value that counts as high. */
  readonly floor: number;
  /** High is this much above the highest value before. */
  readonly factor?: number;
}

/** The share of the points since the rise that have to be high: it lasts. */
const lasting = 0.6;

/** When a metric rose above all that the baseline had and stayed there until the end; undefined if it did not. */
export function riseOf(points: Points, period: Period, { floor, factor = 1.5 }: Limits): Rise | undefined {
  const before = valuesBefore(points, period);
  const limit = Math.max(floor, highest(before) * factor);
  const since = points.filter(([at]) => at >= period.baselineEnd);
  const first = since.findIndex(([, value]) => value >= limit);
  const rest = since.slice(first).map(([, value]) => value);
  const at = since[first]?.[0];
  if (at === undefined || rest.filter((value) => value >= limit).length < lasting * rest.length) return undefined;
  return { at, before: middle(before), during: middle(rest), peak: highest(rest) };
}

/** One series divided by another, at the times of the second; where the first has no point it is 0. */
export function ratioOf(part: Points, whole: Points): Points {
  const parts = new Map(part);
  return whole.flatMap(([at, value]): [number, number][] => (value > 0 ? [[at, (parts.get(at) ?? 0) / value]] : []));
}

/** The sum of two series, at the times of either. */
export function together(a: Points, b: Points): Points {
  const all = new Map(a);
  for (const [at, value] of b) all.set(at, (all.get(at) ?? 0) + value);
  return [...all].sort(([first], [second]) => first - second);
}

/** How many seconds a point stands for: the usual distance of two. */
export function stepOf(points: Points): number {
  const steps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? at));
  return Math.max(60, middle(steps.filter((step) => step > 0)));
}

/** Of sums, the usual value a minute. */
export const aMinute = (points: Points, values: readonly number[]): number => (middle(values) * 60) / stepOf(points);

export const instantOf = (epochSeconds: number): string => new Date(epochSeconds * 1000).toISOString();
