// Finds which series of an incident moved, when, by how much, and how much that matters. Pure: it takes series and gives moves, the most
// informative first.
import type { EntityRef } from '../../model/entity.ts';
import type { Series } from '../../model/telemetry.ts';
import { findShift, type Shift, thresholdFor } from './onset.ts';
import { matters, type Signal, signalOf } from './signals.ts';

export interface Move {
  readonly series: Series;
  readonly signal: Signal;
  readonly shift: Shift;
  readonly bad: boolean;
  /** How informative the move is, from its size, kind and direction; higher means more informative. */
  readonly weight: number;
}

const kindWeight: Record<Signal['kind'], number> = {
  errors: 1,
  availability: 0.95,
  latency: 0.8,
  traffic: 0.7,
  saturation: 0.6,
  other: 0.4,
};

/** @param baselineEnd epoch seconds */
export function moves(series: readonly Series[], baselineEnd: number): Move[] {
  const alarm = thresholdFor(series.length);
  const found = series.flatMap((one): Move[] => {
    const shift = findShift(one.points, baselineEnd, alarm);
    if (!shift) return [];
    const signal = signalOf(one.signal);
    if (!matters(signal, shift.after - shift.before, one.unit)) return [];
    const bad = signal.bad === 'either' || signal.bad === shift.direction;
    const size = Math.min(1, Math.abs(Math.log2((Math.abs(shift.after) + 1e-6) / (Math.abs(shift.before) + 1e-6))) / 5);
    return [
      { series: one, signal, shift, bad, weight: kindWeight[signal.kind] * (0.4 + 0.6 * size) * (bad ? 1 : 0.3) },
    ];
  });
  const weightOf = weightsOf(found, series);
  return found
    .map((move) => ({ move, weight: weightOf(move) }))
    .sort(
      (a, b) =>
        b.weight - a.weight ||
        a.move.shift.at - b.move.shift.at ||
        `${a.move.series.entity.name} ${a.move.series.signal}`.localeCompare(
          `${b.move.series.entity.name} ${b.move.series.signal}`,
        ),
    )
    .map(({ move }) => move);
}

/** Shares of the weight that a move loses for being the last to move, and for being one of many series of the same signal that moved. */
const late = 0.15;
const common = 0.15;
/** Below this number of series, a signal cannot show whether its moves are common. */
const leastOfSignal = 20;

/** Scores how informative a move is: its weight (kind, size, direction), reduced for moving late and for moving like most series of its signal. */
function weightsOf(found: readonly Move[], series: readonly Series[]): (move: Move) => number {
  const times = found.filter(({ bad }) => bad).map(({ shift }) => shift.at);
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const span = Math.max(1, times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) - first);
  const count = (signals: Iterable<string>) => {
    const counts = new Map<string, number>();
    for (const signal of signals) counts.set(signal, (counts.get(signal) ?? 0) + 1);
    return (signal: string) => counts.get(signal) ?? 0;
  };
  const all = count(series.map(({ signal }) => signal));
  const movedOf = count(found.map((move) => move.series.signal));
  return ({ series: { signal }, shift, weight }) => {
    const share = all(signal) < leastOfSignal ? 0 : movedOf(signal) / all(signal);
    const lateness = Math.min(1, Math.max(0, (shift.at - first) / span));
    return weight * (1 - late * lateness) * (1 - common * share);
  };
}

/** Gives the entity of a series. A probe names its entity `service:port`; the port is not part of the entity. */
export function entityOf(series: Series): EntityRef {
  const { kind, name, namespace, cluster } = series.entity;
  return {
    kind,
    name: series.signal === 'probe_success' ? name.replace(/:\d+$/, '') : name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(cluster === undefined ? {} : { cluster }),
  };
}

export interface Unreachable {
  readonly entity: EntityRef;
  readonly series: readonly Series[];
  /** The one node from which the probe fails while probes from other nodes succeed. */
  readonly fromNode: string | undefined;
}

/** Finds probes whose last value is 0: services that no probe reaches, and nodes from which many services fail that answer elsewhere. */
export function unreachable(series: readonly Series[]): {
  services: Unreachable[];
  nodes: { node: string; failing: readonly Series[] }[];
} {
  const probes = series.filter((one) => one.signal === 'probe_success');
  const failing = probes.filter((one) => one.points.at(-1)?.[1] === 0);
  const working = new Set(probes.filter((one) => one.points.at(-1)?.[1] === 1).map((one) => one.entity.name));
  const works = (name: string) => working.has(name);
  const probed = Map.groupBy(probes, (one) => one.entity.fromNode ?? '');
  const byNode = Map.groupBy(
    failing.filter((one) => one.entity.fromNode && works(one.entity.name)),
    (one) => one.entity.fromNode ?? '',
  );
  const nodes = [...byNode.entries()]
    .filter(([node, ones]) => ones.length >= 3 && ones.length >= (probed.get(node)?.length ?? 0) / 2)
    .map(([node, ones]) => ({ node, failing: ones }));
  const services = [
    ...Map.groupBy(
      failing.filter((one) => !works(one.entity.name)),
      (one) => one.entity.name,
    ).values(),
  ].flatMap((ones) => {
    const [first] = ones;
    return first ? [{ entity: entityOf(first), series: ones, fromNode: undefined }] : [];
  });
  return { services, nodes };
}
