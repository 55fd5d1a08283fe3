// Services that became slow without doing more themselves: then they wait, for what they call or for the network. Those that call no other
// slow service are where it begins; where all of these share one node, it is the node's network.
import type { EntityRef } from '../../model/entity.ts';
import type { Dependency } from '../../model/telemetry.ts';
import { entityOf, type Move } from './index.ts';

export interface Slowed {
  readonly entity: EntityRef;
  readonly latency: Move;
}

/** Slower than this many times, and by this much, is more than load explains. */
const times = 5;
const leastMs = 50;
const leastOnNode = 3;

/** Services whose latency jumped although neither their CPU nor their traffic did; each by its median where there is one, which says "all calls". */
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
  const toMs = series.unit === 's' ? 1000 : 1;
  return shift.after >= times * shift.before && (shift.after - shift.before) * toMs >= leastMs;
}

/** The slow ones that wait for no other slow one. */
export function originsOf(slow: readonly Slowed[], dependencies: readonly Dependency[]): Slowed[] {
  const names = new Set(slow.map(({ entity }) => entity.name));
  const waits = new Set(dependencies.filter(({ to }) => names.has(to)).map(({ from }) => from));
  return slow.filter(({ entity }) => !waits.has(entity.name));
}

/** The one node on which all origins run, where enough of what is slow does. `nodesOf` gives the nodes of a service's pods. */
export function sharedNode(
  slow: readonly Slowed[],
  origins: readonly Slowed[],
  nodesOf: (entity: EntityRef) => ReadonlySet<string>,
): string | undefined {
  const onlyOn = ({ entity }: Slowed): string | undefined => {
    const nodes = nodesOf(entity);
    return nodes.size === 1 ? [...nodes][0] : undefined;
  };
  const [first, ...others] = origins.map(onlyOn);
  if (first === undefined || others.length === 0 || others.some((node) => node !== first)) return undefined;
  return slow.filter((one) => onlyOn(one) === first).length >= leastOnNode ? first : undefined;
}
