// Tells the way to a service from the service: which evidence says that the network delays its calls. Pure.
import { statisticIn } from '../../context/paged-metric.ts';
import type { Dependency, Series } from '../../model/telemetry.ts';
import { type Level, levelIn, type Period } from './level.ts';
import { nameOf } from './node-measures.ts';
import type { Origin } from './origin.ts';
import { inMilliseconds, isCpuUse, signalOf } from './signals.ts';

/** A signal that measures the way and not the work. */
export const isOnTheWay = (signal: string): boolean =>
  /network|connect(?:_|$|ion_time)|\brtt\b|_rtt|handshake|ping_/i.test(signal);

/** The tail's added time is at most this many times the median's if all calls are delayed. */
const alike = 4;
/** The median rises to at least this many times its level: the fast half of the calls waits, too. */
const muchSlower = 5;

/**
 * Whether all of a service's calls, the fast and the slow ones, are delayed, while its CPU and its traffic are measured and calm. Work, garbage
 * collection and locks spread the calls; a delay on the way moves them together. `own` are the service's series, `slow` is one of them.
 */
export function delaysAll(own: readonly Series[], slow: Series, level: Level): boolean {
  const half = level.before + (level.during - level.before) / 2;
  const start = slow.points.find(([, value]) => value >= half)?.[0];
  if (start === undefined) return false;
  const period = { start, end: Number.POSITIVE_INFINITY };
  const levels = (wanted: (one: Series) => boolean): readonly Level[] =>
    own.filter(wanted).flatMap(({ points }) => levelIn(points, period) ?? []);
  const latencies = (statistic: 'median' | 'tail') =>
    levels(({ signal }) => signalOf(signal).kind === 'latency' && statisticIn(signal) === statistic);
  const isCalm = (these: readonly Level[]) =>
    these.length > 0 && these.every(({ before, during }) => during < 1.8 * before);
  if (!isCalm(levels(isCpuUse)) || !isCalm(levels(({ signal }) => signalOf(signal).kind === 'traffic'))) return false;
  const added = (one: Level): number => one.during - one.before;
  const tails = latencies('tail');
  return latencies('median').some(
    (median) =>
      median.during >= muchSlower * median.before && tails.every((tail) => added(tail) <= alike * added(median)),
  );
}

export interface DelayedWay {
  readonly series: Series;
  readonly level: Level;
}

/** The way has to account for this part of the caller's added time. */
const goodPart = 0.4;
/** The callee's own times count as unchanged below this part of the added time. */
const little = 0.15;

/**
 * The way from an origin to one of its callees, if a measurement of that way rose by a good part of the origin's added time, while the times that the
 * callee itself measures did not.
 */
export function wayFrom(
  { entity, shown }: Pick<Origin, 'entity' | 'shown'>,
  all: readonly Series[],
  calls: readonly Dependency[],
  period: Period,
): DelayedWay | undefined {
  const name = entity.name.toLowerCase();
  const callees = new Set(calls.filter(({ from }) => from.toLowerCase() === name).map(({ to }) => to.toLowerCase()));
  const addedTo = (series: Series, level: Level): number =>
    (level.during - level.before) * (inMilliseconds(series.unit) ?? Number.NaN);
  const added = addedTo(shown.series, shown.level);
  const ofCallees = all.filter((one) => callees.has(nameOf(one)));
  const isCalm = (callee: string): boolean =>
    ofCallees
      .filter((one) => nameOf(one) === callee && !isOnTheWay(one.signal) && signalOf(one.signal).kind === 'latency')
      .every((one) => {
        const level = levelIn(one.points, period);
        return level === undefined || !(addedTo(one, level) >= little * added);
      });
  return ofCallees
    .filter((one) => isOnTheWay(one.signal) && isCalm(nameOf(one)))
    .flatMap((series): DelayedWay[] => {
      const level = levelIn(series.points, period);
      return level !== undefined && addedTo(series, level) >= goodPart * added ? [{ series, level }] : [];
    })
    .toSorted((a, b) => addedTo(b.series, b.level) - addedTo(a.series, a.level))[0];
}
