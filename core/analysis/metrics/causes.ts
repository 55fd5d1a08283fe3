// Names the causes that metrics alone can show: which signal of an entity rose or fell first, and what its other signals did meanwhile. All other
// shifts are symptoms, and other specialists find their cause. Pure.
import type { CauseCode } from '../../causes/causes.ts';
import type { Series } from '../../model/telemetry.ts';
import { type Growth, steadyGrowth } from './growth.ts';
import type { Move } from './index.ts';
import { burningCpu, heldByLimit, isMuchCpu, isSurge, isThrottling } from './node-measures.ts';
import { isCpuUse, signalOf } from './signals.ts';

/** Rate of retransmitted or dropped packets, per second, from which a link counts as bad. */
const badLink = 5;
/** Throttled share of each second from which users notice CPU throttling. */
const felt = 0.1;
const sizes =
  /(?:table|index|database|dataset|payload|message|object|request_body|response|result|input|batch)_(?:size|bytes|rows|items|records)|row_count|rows_(?:scanned|examined|read)|(?:^|_)(?:rows|documents|records)(?:_total)?$/i;
const unreadable =
  /malformed|unparse?able|invalid_(?:rows?|records?|messages?|input|payloads?|events?)|poison|parse_(?:errors?|failures?)/i;

/** At least a minute: a rate is measured over about that. */
const secondsOf = ({ series: { points }, shift: { at } }: Move) => ({
  before: Math.max(60, at - (points[0]?.[0] ?? at)),
  during: Math.max(60, (points.at(-1)?.[0] ?? at) - at),
});

/** Context of a move: the other signals of the same entity. */
interface Around {
  /** Bad moves of the same entity, except the move itself. */
  readonly otherMoves: readonly Move[];
  readonly trafficRose: boolean;
  /** Its CPU limit throttles it for much of the time. */
  readonly isHeldByLimit: boolean;
  /** Signals of the entity that did not move in their bad direction. */
  readonly well: readonly Series[];
}

type Rule = (move: Move, around: Around) => CauseCode | undefined;

const rises = ({ shift }: Move): boolean => shift.direction === 'up';
const first = ({ shift }: Move, { otherMoves }: Around): boolean =>
  otherMoves.every((other) => other.shift.at >= shift.at);

const isBadLink = ({ series, shift }: Move): boolean =>
  series.entity.kind === 'Node' &&
  /retr?ans|packets?_(?:lost|loss|dropped)|drops?_per/i.test(series.signal) &&
  shift.after >= Math.max(badLink, 5 * shift.before);

/** Points of a hundred by which a hit ratio has to fall. */
const lostPoints = 15;

const isLostHitRatio = ({ series: { signal, unit }, shift: { before, after } }: Move): boolean =>
  /hit_?(?:rate|ratio|percent)|cache_?hits?_?(?:rate|ratio|percent)/i.test(signal) &&
  !/edge|cdn/i.test(signal) &&
  (before - after) * (unit === '%' || before > 1.5 ? 1 : 100) >= lostPoints;

const rules: readonly Rule[] = [
  (move) => (isBadLink(move) ? 'node-network-loss' : undefined),
  (move, around) =>
    rises(move) &&
    move.signal.kind === 'traffic' &&
    isSurge(move.series, { before: move.shift.before, during: move.shift.after }, secondsOf(move)) &&
    around.otherMoves.length > 0 &&
    first(move, around)
      ? 'traffic-surge'
      : undefined,
  // Callers stopped calling. The service's own signals show no problem, and at least one signal that would show a problem was measured.
  (move, { otherMoves, well }) =>
    !rises(move) &&
    move.signal.kind === 'traffic' &&
    move.shift.after <= move.shift.before * 0.5 &&
    otherMoves.every(({ signal }) => signal.kind === 'traffic') &&
    well.some(({ signal }) => ['errors', 'availability', 'latency'].includes(signalOf(signal).kind))
      ? 'traffic-drop'
      : undefined,
  ({ series, shift }, { trafficRose, isHeldByLimit }) =>
    isCpuUse(series) &&
    shift.direction === 'up' &&
    shift.after >= shift.before * 2 &&
    isMuchCpu(series, shift.after) &&
    !trafficRose &&
    !(isHeldByLimit && shift.after < shift.before * burningCpu)
      ? 'cpu-overload'
      : undefined,
  // The CPU limit throttles the entity. If CPU use multiplied, the cause is what burns it; if traffic rose, the cause is traffic.
  (move, { otherMoves, trafficRose }) =>
    rises(move) &&
    isThrottling(move.series.signal) &&
    move.shift.after >= felt &&
    !trafficRose &&
    otherMoves.some(({ signal }) => signal.kind === 'latency' || signal.kind === 'errors') &&
    !otherMoves.some(
      ({ series, shift }) =>
        isCpuUse(series) && shift.after >= shift.before * (move.shift.after >= heldByLimit ? burningCpu : 1.2),
    )
      ? 'cpu-throttled'
      : undefined,
  (move, around) =>
    rises(move) &&
    sizes.test(move.series.signal) &&
    move.shift.after >= move.shift.before * 1.5 &&
    !around.trafficRose &&
    around.otherMoves.length > 0 &&
    first(move, around)
      ? 'data-growth'
      : undefined,
  // Requests that miss the cache reach the store behind it.
  (move) => (isLostHitRatio(move) ? 'cache-stampede' : undefined),
  (move, around) =>
    rises(move) && unreadable.test(move.series.signal) && first(move, around) ? 'data-invalid' : undefined,
];

/** Gives a function that names the cause behind a move. It indexes the moves and series once for all calls. */
export function causesOf(moved: readonly Move[], series: readonly Series[]): (move: Move) => CauseCode | undefined {
  const byName = Map.groupBy(moved, ({ series: of }) => of.entity.name);
  // Its peers lose packets to a node with a bad link, too, but fewer.
  const worstLoss = Math.max(0, ...moved.filter(isBadLink).map(({ shift }) => shift.after));
  const seriesByName = Map.groupBy(series, ({ entity }) => entity.name);
  return (move) => {
    const { name } = move.series.entity;
    const own = byName.get(name) ?? [];
    const bad = new Set(own.filter((other) => other.bad).map((other) => other.series));
    const around: Around = {
      otherMoves: own.filter((other) => other.bad && other !== move),
      trafficRose: own.some((other) => other.signal.kind === 'traffic' && rises(other)),
      isHeldByLimit: own.some(
        (other) => isThrottling(other.series.signal) && rises(other) && other.shift.after >= heldByLimit,
      ),
      well: (seriesByName.get(name) ?? []).filter((one) => one.points.length > 0 && !bad.has(one)),
    };
    for (const rule of rules) {
      const cause = rule(move, around);
      if (cause === 'node-network-loss' && move.shift.after < worstLoss / 2) continue;
      if (cause !== undefined) return cause;
    }
    return undefined;
  };
}

export interface Leak {
  readonly series: Series;
  readonly growth: Growth;
}

/**
 * Finds memory that only grows while the traffic of the same entity does not. Entities with the most restarts come first, then those with the
 * largest growth.
 */
export function leaks(series: readonly Series[]): Leak[] {
  const growsToo = new Set(
    series.flatMap((one) =>
      signalOf(one.signal).kind === 'traffic' && steadyGrowth(one.points) ? [one.entity.name] : [],
    ),
  );
  return series
    .filter(
      ({ signal, entity }) =>
        /memory|heap|rss|working_set/i.test(signal) &&
        !/limit|request|cache|free|available/i.test(signal) &&
        !growsToo.has(entity.name),
    )
    .flatMap((one) => {
      const growth = steadyGrowth(one.points);
      return growth ? [{ series: one, growth }] : [];
    })
    .sort(
      (a, b) =>
        b.growth.restarts - a.growth.restarts ||
        b.growth.to / b.growth.from - a.growth.to / a.growth.from ||
        a.series.entity.name.localeCompare(b.series.entity.name),
    );
}
