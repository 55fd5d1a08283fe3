// Measures one node in the paged period: how much slower it is, how many of its requests fail, whether it stopped making its calls, and whether it is
// busy. A node is everything that is called under one name: a service with its pods, a function, a queue, a table. Pure.
import { statisticIn } from '../../context/paged-metric.ts';
import type { Series, Statistic } from '../../model/telemetry.ts';
import { ownerOf } from '../../topology/owner.ts';
import { entityOf } from './index.ts';
import {
  certaintyIn,
  certaintyOf,
  countDeviations,
  type Level,
  levelIn,
  meanBefore,
  meanIn,
  type Period,
} from './level.ts';
import { directed, isShare } from './paged.ts';
import { inMilliseconds, isCpuUse, signalOf } from './signals.ts';

export interface Node {
  /** In lower case. */
  readonly name: string;
  readonly series: readonly Series[];
}

export interface Measured {
  readonly series: Series;
  readonly level: Level;
  /** 0 to 1. */
  readonly certainty: number;
}

/** `stops-calling`: the node still gets its calls and no longer makes its own. */
export type Reason = 'slow' | 'failing' | 'stops-calling' | 'busy';

/** How much of a symptom a node shows. */
export interface Shown extends Measured {
  readonly reason: Reason;
  /** Milliseconds added to a call, or failed requests: for each request of the paged service, if `Measuring` says so. */
  readonly amount: number;
  /** Calls of the node for each request of the paged service; 1 if unknown. */
  readonly callsPerRequest: number;
}

export interface Measuring {
  readonly period: Period;
  readonly paged: Node;
  readonly statistic: Statistic | undefined;
  /** Whether the page is about the tail, and the paged service is slow in the tail alone: its usual calls are nearly as fast as before. */
  readonly isOnlyTail?: boolean;
}

/** Times add up along calls if they are means. */
export const addsUp = ({ statistic }: Measuring): boolean => statistic === 'mean';

interface Rate {
  readonly before: number;
  readonly during: number;
  readonly series: Series;
}

export const nameOf = (series: Series): string => ownerOf(entityOf(series)).name.toLowerCase();

const isRequestRate = ({ signal, unit }: Series): boolean =>
  signal === 'requests_per_second' ||
  (signalOf(signal).kind === 'traffic' && !/byte|packet/i.test(`${signal} ${unit}`));

/** Requests in the series' own unit of time. */
export function rateOf({ series }: Node, period: Period): Rate | undefined {
  const rates = series.filter(isRequestRate);
  const signal = rates.find((one) => one.signal === 'requests_per_second')?.signal ?? rates[0]?.signal;
  const alike = rates.filter((one) => one.signal === signal);
  const whole = alike.filter(({ entity }) => entity.kind !== 'Pod');
  // A service's own series counts all of its requests; those of its pods add up.
  const used = whole.length > 0 ? whole.slice(0, 1) : alike;
  const known = used.flatMap((one) => {
    const [before, during] = [meanBefore(one.points, period), meanIn(one.points, period)];
    return before === undefined || during === undefined ? [] : [{ before, during, series: one }];
  });
  const [first] = known;
  return (
    first && {
      before: known.reduce((sum, { before }) => sum + before, 0),
      during: known.reduce((sum, { during }) => sum + during, 0),
      series: first.series,
    }
  );
}

function callsPerRequest(node: Node, { paged, period }: Measuring): number {
  const [own, pages] = [rateOf(node, period), rateOf(paged, period)];
  return own === undefined || pages === undefined || own.during <= 0 || pages.during <= 0
    ? 1
    : own.during / pages.during;
}

export const inMs = (unit: string): number => inMilliseconds(unit) ?? 1;
const isTime = ({ signal, unit }: Series): boolean =>
  signalOf(signal).kind === 'latency' && inMilliseconds(unit) !== undefined;

/** Requests that a high percentile needs to be one. */
const enoughForTail = 10;

/** 0 to 1: how far the number of requests backs a statistic of their times; 1 if the number is unknown. */
function backing(signal: string, requests: number | undefined): number {
  if (requests === undefined) return 1;
  if (requests < 1) return 0;
  return statisticIn(signal) === 'tail' ? Math.min(1, requests / enoughForTail) : 1;
}

/**
 * The series of a node to compare with the paged metric, in groups: the first group that shows a change decides. Means are compared with means. Else
 * a central statistic stands for all calls and has less noise; the tail beside it counts only if the page is about a tail, and first if the paged
 * service is slow in the tail alone.
 */
function comparable(
  latencies: readonly Series[],
  { statistic, isOnlyTail }: Measuring,
): readonly (readonly Series[])[] {
  const of = (...wanted: readonly (Statistic | undefined)[]) =>
    latencies.filter(({ signal }) => wanted.includes(statisticIn(signal)));
  const central = statistic === 'mean' ? of('mean') : of('mean', 'median');
  if (central.length === 0) return [latencies];
  const tail = of('tail', undefined);
  if (isOnlyTail) return [tail, central];
  return statistic === 'tail' ? [central, tail] : [central];
}

/** The part of the tail's added time below which the usual calls count as fast as before. */
const asBefore = 0.02;

/** `anchor` and `level` are of the paged metric. */
export function isSlowInTailAlone({ series }: Node, anchor: Series, level: Level, period: Period): boolean {
  if (statisticIn(anchor.signal) !== 'tail' || !isTime(anchor)) return false;
  const tail = (level.during - level.before) * inMs(anchor.unit);
  const central = series.flatMap((one) => {
    const own =
      ['mean', 'median'].includes(statisticIn(one.signal) ?? '') && isTime(one) && levelIn(one.points, period);
    return own ? [(own.during - own.before) * inMs(one.unit)] : [];
  });
  return tail > 0 && central.length > 0 && central.every((added) => added < asBefore * tail);
}

export function slowness(node: Node, measuring: Measuring): Shown | undefined {
  const { period } = measuring;
  const latencies = node.series.filter(isTime);
  const rate = rateOf(node, period);
  const requests = rate && rate.during * (period.end - period.start);
  const added = (these: readonly Series[]) =>
    these
      .flatMap((series) => {
        const level = levelIn(series.points, period);
        if (level === undefined || level.sigmas <= 0) return [];
        const certainty = certaintyOf(level) * backing(series.signal, requests);
        const ms = (level.during - level.before) * inMs(series.unit);
        return certainty === 0 ? [] : [{ series, level, certainty, ms }];
      })
      .toSorted((a, b) => b.certainty * b.ms - a.certainty * a.ms)[0];
  let best: ReturnType<typeof added>;
  for (const group of comparable(latencies, measuring)) best ??= added(group);
  if (best === undefined) return undefined;
  const { ms, ...measured } = best;
  const calls = callsPerRequest(node, measuring);
  // All calls make a mean. In the tail, a few slow calls suffice.
  return { ...measured, reason: 'slow', amount: addsUp(measuring) ? ms * calls : ms, callsPerRequest: calls };
}

/** Requests that a share is taken to stand for if the node's rate is unknown. */
const fewRequests = 30;

const isFailureRate = ({ signal, unit }: Series): boolean =>
  signalOf(signal).kind === 'errors' && signalOf(signal).bad === 'up' && /per_sec|\/s$/i.test(`${signal} ${unit}`);

/** The failing share is judged: from 100 % to 98 % of success is a multiple of the failures. Failures that are counted stand for themselves. */
export function failing(node: Node, measuring: Measuring): Shown | undefined {
  const { period, paged } = measuring;
  const seconds = period.end - period.start;
  const requests = (rateOf(node, period)?.during ?? 0) * seconds;
  const calls = callsPerRequest(node, measuring);
  const pages = rateOf(paged, period)?.during ?? 0;
  const measured = node.series.flatMap((series): Shown[] => {
    const share = isShare(series);
    if (!share && !isFailureRate(series)) return [];
    const points = directed(series);
    const [before, during, level] = [meanBefore(points, period), meanIn(points, period), levelIn(points, period)];
    if (before === undefined || during === undefined || level === undefined || during <= before) return [];
    const count = !share ? seconds : requests > 0 ? requests : fewRequests;
    const sigmas = countDeviations(Math.max(0, before) * count, during * count);
    const amount = (during - before) * (share ? calls : 1 / (pages > 0 ? pages : 1));
    const certainty = certaintyIn(sigmas);
    const shown = { series, level: { ...level, before, during, sigmas }, certainty, amount, callsPerRequest: calls };
    return certainty === 0 ? [] : [{ ...shown, reason: 'failing' }];
  });
  return measured.toSorted((a, b) => b.certainty * b.amount - a.certainty * a.amount)[0];
}

/** Share of its calls that a node must still get, and share that a callee must have lost. */
const stillCalled = 0.7;
const vanished = 0.5;

/** `callees` are the nodes that only this node calls. */
export function stopsCalling(node: Node, callees: readonly Node[], measuring: Measuring): Shown | undefined {
  const { period, paged } = measuring;
  const [own, pages] = [rateOf(node, period), rateOf(paged, period)];
  if (own === undefined || pages === undefined || own.during < stillCalled * own.before || pages.during <= 0)
    return undefined;
  const seconds = period.end - period.start;
  const lost = callees.flatMap((callee): Shown[] => {
    const rate = rateOf(callee, period);
    const level = rate && levelIn(rate.series.points, period);
    if (rate === undefined || level === undefined || rate.during > vanished * rate.before) return [];
    return [
      {
        reason: 'stops-calling',
        series: rate.series,
        level,
        certainty: certaintyIn(countDeviations(rate.before * seconds, rate.during * seconds)),
        amount: (rate.before - rate.during) / pages.during,
        callsPerRequest: own.during / pages.during,
      },
    ];
  });
  const [best] = lost.toSorted((a, b) => b.certainty * b.amount - a.certainty * a.amount);
  return best === undefined || best.certainty === 0 ? undefined : best;
}

/** A load of few requests is none, and a rate is known only as well as the requests that it counts. */
const leastLoad = 1;
const leastRequests = 30;
const surge = 1.8;

/**
 * Whether there was load before, and it rose by enough requests to matter. `seconds` are the lengths of the two times. A rate is per second unless
 * its name says otherwise.
 */
export function isSurge(
  { signal, unit }: Pick<Series, 'signal' | 'unit'>,
  { before, during }: { readonly before: number; readonly during: number },
  seconds: { readonly before: number; readonly during: number },
): boolean {
  const perSecond = /per_min|\/min|_rpm/i.test(`${signal} ${unit}`) ? 1 / 60 : 1;
  return (
    during >= surge * before &&
    during * perSecond >= leastLoad &&
    before * perSecond * seconds.before >= leastRequests &&
    during * perSecond * seconds.during >= leastRequests
  );
}

export function hasSurge(node: Node, period: Period): boolean {
  const rate = rateOf(node, period);
  const first = rate?.series.points[0]?.[0];
  return (
    rate !== undefined &&
    first !== undefined &&
    isSurge(rate.series, rate, { before: period.start - first, during: period.end - period.start })
  );
}

/** CPU use counts if it doubled, and uses up a part of the capacity (of a core, if the capacity is unknown). */
const doubled = 2;
const muchOfCapacity = 0.3;
const manyCores = 0.1;

export function isMuchCpu({ signal, unit }: Series, value: number): boolean {
  if (/cores/i.test(`${signal} ${unit}`)) return value >= manyCores;
  return (/^(?:%|percent)$/i.test(unit) ? value / 100 : value) >= muchOfCapacity;
}

export function busyness({ series }: Node, period: Period): Measured | undefined {
  return series
    .flatMap((one): Measured[] => {
      if (!isCpuUse(one)) return [];
      const level = levelIn(one.points, period);
      if (level === undefined || level.during < doubled * level.before) return [];
      const certainty = certaintyOf(level);
      return !isMuchCpu(one, level.during) || certainty === 0 ? [] : [{ series: one, level, certainty }];
    })
    .toSorted((a, b) => b.certainty - a.certainty)[0];
}

/** Throttled share of each second, or of the periods, from which a CPU limit holds a node back, and growth of its CPU use that is no limit's. */
export const heldByLimit = 0.25;
export const burningCpu = 3;
export const isThrottling = (signal: string): boolean => /cpu.*throttl|throttl.*cpu/i.test(signal);

/** Whether the CPU limit throttles the node in the period, and its CPU use has not multiplied by itself. */
export function isThrottled(own: readonly Series[], busy: Measured | undefined, period: Period): boolean {
  if (busy !== undefined && busy.level.during >= burningCpu * busy.level.before) return false;
  return own.some((one) => {
    const level = isThrottling(one.signal) ? levelIn(one.points, period) : undefined;
    return level !== undefined && level.during >= heldByLimit && level.during >= 2 * level.before;
  });
}
