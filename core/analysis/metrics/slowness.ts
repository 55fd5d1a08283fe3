// Finds where slowness begins. A service that became slow without more CPU use or traffic is waiting for a dependency or for the network. Slow
// services that call no other slow service are the origins. If all origins run on one node, the cause is that node's network.
import type { EntityRef } from '../../model/entity.ts';
import type { Dependency } from '../../model/telemetry.ts';
import { entityOf, type Move } from './index.ts';
import { inMilliseconds } from './signals.ts';

export interface Slowed {
  readonly entity: EntityRef;
  readonly latency: Move;
}

/** Load does not explain a latency that rises by this factor and by at least this many milliseconds. */
const times = 5;
const leastMs = 50;
const leastOnNode = 3;

/** Services whose latency jumped while neither their CPU nor their traffic did. Where a median exists it is used, because it covers all calls. */
export function slowed(found: readonly Move[], medians: ReadonlySet<string>): Slowed[] {
  const byName = Map.groupBy(
    found.filter(({ series, bad }) => bad && series.entity.kind !== 'Node'),
    ({ series }) => series.entity.name,
  );
  return [...byName].flatMap(([name, moves]) => {
    const busier = moves.some(
      ({ signal, shift, series }) =>
        shift.direction === 'up' &&
        ((/cpu/.test(series.signal) && shift.after >= 2 * shift.before) ||
          (signal.kind === 'traffic' && shift.after >= 1.8 * shift.before)),
    );
    const latencies = moves.filter(({ signal, shift }) => signal.kind === 'latency' && shift.direction === 'up');
    const latency = medians.has(name) ? latencies.find(({ series }) => isMedian(series.signal)) : latencies[0];
    return latency && !busier && isMuch(latency) ? [{ entity: entityOf(latency.series), latency }] : [];
  });
}

export const isMedian = (signal: string): boolean => /p50|median/i.test(signal);

function isMuch({ series, shift }: Move): boolean {
  const toMs = inMilliseconds(series.unit);
  return toMs !== undefined && shift.after >= times * shift.before && (shift.after - shift.before) * toMs >= leastMs;
}

/** Slow services that do not call another slow service. */
export function waitingForNone(slow: readonly Slowed[], dependencies: readonly Dependency[]): Slowed[] {
  const names = new Set(slow.map(({ entity }) => entity.name));
  const waits = new Set(dependencies.filter(({ to }) => names.has(to)).map(({ from }) => from));
  return slow.filter(({ entity }) => !waits.has(entity.name));
}

/** The one node on which all origins run, if enough of the slow services run only there. `nodesOf` gives the nodes of a service's pods. */
export function sharedNode(
  slow: readonly Slowed[],
  origins: readonly Slowed[],
  nodesOf: (entity: EntityRef) => ReadonlySet<string>,
): string | undefined {
  const onlyOn = ({ entity }: Slowed): string | undefined => {
    const nodes = nodesOf(entity);
    return nodes.size === 1 ? [...nodes][0] : undefined;
  };
  const [first, ...rest] = origins.map(onlyOn);
  if (first === undefined || rest.length === 0 || rest.some((node) => node !== first)) return undefined;
  return slow.filter((one) => onlyOn(one) === first).length >= leastOnNode ? first : undefined;
}
