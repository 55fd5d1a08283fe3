// Reads a CDN's own statistics: whether it answers more errors, who makes them (the CDN or the origin behind it), at one location or at all, whether
// its hit ratio fell, and whether the origin became slow. Pure. When something changed follows from the same cumulative sum as for metrics.
import type { CdnMinute, CdnTraffic } from '../../model/managed.ts';
import { findShift, type Point, type Shift } from '../metrics/onset.ts';

export type CdnSignal = 'cdn_5xx_ratio' | 'cdn_hit_ratio' | 'cdn_origin_seconds';

/** A change of a signal. `until`: epoch seconds since when it is back; absent while it lasts. */
export interface CdnShift {
  readonly signal: CdnSignal;
  readonly shift: Shift;
  readonly until?: number;
}

/** `edge`: the CDN made them, or got no answer from the origin. `origin`: it passed them on. `both`: neither is clear. */
export type Maker = 'edge' | 'origin' | 'both';

export interface CdnReading {
  readonly errors?: CdnShift & {
    readonly maker: Maker /** Share of the additional errors that ended in an error of the CDN. */;
    readonly edgeShare: number;
  };
  /** Locations with errors while the others have none; over the newest seconds. */
  readonly pops?: { readonly failing: CdnTraffic['pops']; readonly others: number; readonly othersRatio: number };
  readonly hitRatio?: CdnShift;
  readonly originSlow?: CdnShift;
  /** Requests a minute, median. */
  readonly requests: number;
  /** Share of 5xx over the last minutes. */
  readonly ratioNow: number;
}

/** Least changes that matter: shares, and seconds. */
const leastErrors = 0.01;
const leastHits = 0.05;
const leastSeconds = 0.05;
const leastSlowdown = 1.5;
/** With fewer requests a minute, its shares say nothing. */
const leastRequests = 20;
/** With fewer additional errors than this, nothing is said. */
const leastCount = 10;
/** From this share of the additional errors, one side makes them. */
const clear = 0.7;
/** The last minutes that tell the present state. */
const lastMinutes = 3;
/** Share of a change that may remain when it counts as over. */
const remains = 0.3;

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/** The values of a signal by minute; minutes with too few requests are left out. */
export function pointsOf(signal: CdnSignal, minutes: readonly CdnMinute[]): Point[] {
  const value = ({ requests, hits, misses, passes, serverErrors, originSeconds }: CdnMinute): number | undefined => {
    switch (signal) {
      case 'cdn_5xx_ratio':
        return requests >= leastRequests ? Math.min(1, share(serverErrors, requests)) : undefined;
      case 'cdn_hit_ratio':
        return hits + misses >= leastRequests ? share(hits, hits + misses) : undefined;
      case 'cdn_origin_seconds':
        return misses + passes >= leastRequests ? share(originSeconds, misses + passes) : undefined;
    }
  };
  return minutes.flatMap((minute): Point[] => {
    const one = value(minute);
    return one === undefined ? [] : [[Date.parse(minute.at) / 1000, one]];
  });
}

/** @param baselineEnd epoch seconds. Undefined if the service has too few requests to say anything. */
export function readTraffic({ minutes, pops }: CdnTraffic, baselineEnd: number): CdnReading | undefined {
  const requests = median(minutes.map((one) => one.requests));
  if (requests < leastRequests) return undefined;
  const shiftOf = (signal: CdnSignal, matters: (shift: Shift) => boolean): CdnShift | undefined => {
    const points = pointsOf(signal, minutes);
    const shift = findShift(points, baselineEnd);
    if (shift === undefined || !matters(shift)) return undefined;
    const until = backSince(points, shift);
    return { signal, shift, ...(until === undefined ? {} : { until }) };
  };
  const errors = shiftOf('cdn_5xx_ratio', ({ before, after }) => after - before >= leastErrors);
  const made = errors && makersOf(minutes, errors.shift);
  const hitRatio = shiftOf('cdn_hit_ratio', ({ before, after }) => before - after >= leastHits);
  const originSlow = shiftOf(
    'cdn_origin_seconds',
    ({ before, after }) => after - before >= leastSeconds && after >= before * leastSlowdown,
  );
  const failing = failingPops(pops);
  const last = minutes.slice(-lastMinutes);
  return {
    ...(errors && made && { errors: { ...errors, ...made } }),
    ...(failing && { pops: failing }),
    ...(hitRatio && { hitRatio }),
    ...(originSlow && { originSlow }),
    requests,
    ratioNow: share(sum(last, 'serverErrors'), sum(last, 'requests')),
  };
}

/** Who made the errors that came on top of the usual ones; undefined if they are too few. */
function makersOf(
  minutes: readonly CdnMinute[],
  { at }: Shift,
): { readonly maker: Maker; readonly edgeShare: number } | undefined {
  const isSince = (one: CdnMinute) => Date.parse(one.at) / 1000 >= at;
  const [before, since] = [minutes.filter((one) => !isSince(one)), minutes.filter(isSince)];
  const more = (field: 'serverErrors' | 'edgeErrors') =>
    sum(since, field) - share(sum(before, field), sum(before, 'requests')) * sum(since, 'requests');
  const additional = more('serverErrors');
  if (additional < leastCount) return undefined;
  const edgeShare = Math.min(1, Math.max(0, more('edgeErrors') / additional));
  return { maker: edgeShare >= clear ? 'edge' : edgeShare <= 1 - clear ? 'origin' : 'both', edgeShare };
}

/** Locations of which enough requests are known, the worst of them against the rest. */
const leastPopRequests = 30;
const leastPops = 4;
const maxFailing = 3;

function failingPops(pops: CdnTraffic['pops']): CdnReading['pops'] {
  const measured = pops.filter((one) => one.requests >= leastPopRequests);
  if (measured.length < leastPops) return undefined;
  const ratio = ({ serverErrors, requests }: CdnTraffic['pops'][number]) => share(serverErrors, requests);
  const failing = measured
    .filter((one) => ratio(one) >= 5 * leastErrors && one.serverErrors >= leastCount)
    .toSorted((a, b) => ratio(b) - ratio(a));
  const others = measured.filter((one) => !failing.includes(one));
  const othersRatio = share(sum(others, 'serverErrors'), sum(others, 'requests'));
  const few = failing.length <= maxFailing && failing.length * 3 <= others.length;
  return failing.length > 0 && few && othersRatio < leastErrors
    ? { failing, others: others.length, othersRatio }
    : undefined;
}

/** Epoch seconds of the first minute since which the signal is near its old value; undefined while it is away from it. */
function backSince(points: readonly Point[], { at, before, after }: Shift): number | undefined {
  const isBack = ([, value]: Point) => Math.abs(value - before) <= Math.abs(after - before) * remains;
  const away = points.findLastIndex((point) => point[0] >= at && !isBack(point));
  const back = points.slice(away + 1);
  return away >= 0 && back.length >= lastMinutes ? back[0]?.[0] : undefined;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const sum = <Field extends string>(all: readonly Readonly<Record<Field, number>>[], field: Field): number =>
  all.reduce((total, one) => total + one[field], 0);
