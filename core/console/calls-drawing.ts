// The drawing of the call graph: the services around failing calls and open incidents first, as many as a person can read. Pure.
import { drawGraph, type GraphDrawing, type GraphEdge, type GraphNode } from '../charts/call-graph.ts';
import { formatPercent } from '../wording.ts';

/** A side of a call. */
export interface CallEnd {
  readonly name: string;
  readonly cluster?: string;
  /** The incident of this service that is not closed. */
  readonly incidentId?: string;
}

export interface CallRow {
  readonly from: CallEnd;
  readonly to: CallEnd;
  readonly requestsPerSecond?: number;
  readonly errorRatio?: number;
  readonly failing: boolean;
  readonly seenAt: string;
  /** Nobody saw it in the last day. */
  readonly old: boolean;
}

export interface CallsDrawing {
  /** The same calls in several sizes, the widest first: the first that fits is shown, else the last. */
  readonly sizes: readonly GraphDrawing[];
  /** Services that only the table has. */
  readonly notDrawn: number;
}

const maxNodes = 36;
const maxEdges = 90;

/** `rows` in order of importance. Undefined without calls. */
export function drawCalls(rows: readonly CallRow[]): CallsDrawing | undefined {
  const clusters = new Map<string, Set<string>>();
  for (const { name, cluster } of rows.flatMap(({ from, to }) => [from, to]))
    if (cluster !== undefined) clusters.set(name, (clusters.get(name) ?? new Set()).add(cluster));
  // A side without a cluster is the one service of that name, if there is only one.
  const placed = (end: CallEnd): CallEnd => {
    const known = clusters.get(end.name);
    const [only] = known ?? [];
    return end.cluster === undefined && known?.size === 1 && only !== undefined ? { ...end, cluster: only } : end;
  };
  const calls = rows.map((row) => ({ ...row, from: placed(row.from), to: placed(row.to) }));
  const all = new Set(calls.flatMap(({ from, to }) => [idOf(from), idOf(to)]));
  const chosen = chosenOf(calls);
  const drawn = calls.filter(({ from, to }) => chosen.has(idOf(from)) && chosen.has(idOf(to))).slice(0, maxEdges);
  const nodes = nodesOf(drawn);
  const edges = drawn.map(edgeOf);
  const sizes = (['across', 'narrow', 'down'] as const)
    .flatMap((direction) => drawGraph(nodes, edges, direction) ?? [])
    .toSorted((one, other) => other.width - one.width);
  return sizes.length === 0 ? undefined : { sizes, notDrawn: all.size - nodes.length };
}

const idOf = ({ name, cluster = '' }: CallEnd): string => `${name}\n${cluster}`;

/** Failing calls and open incidents, then who is beside them, then the others in their order. */
function chosenOf(calls: readonly CallRow[]): ReadonlySet<string> {
  const chosen = new Set<string>();
  const add = (row: CallRow) => {
    const ids = [idOf(row.from), idOf(row.to)];
    if (chosen.size + ids.filter((id) => !chosen.has(id)).length <= maxNodes) for (const id of ids) chosen.add(id);
  };
  calls.filter(({ failing, from, to }) => failing || from.incidentId || to.incidentId).forEach(add);
  const centre = new Set(chosen);
  calls.filter(({ from, to }) => centre.has(idOf(from)) || centre.has(idOf(to))).forEach(add);
  calls.forEach(add);
  return chosen;
}

function nodesOf(calls: readonly CallRow[]): GraphNode[] {
  const failing = new Set(calls.filter((one) => one.failing).map(({ to }) => idOf(to)));
  const ends = new Map(calls.flatMap(({ from, to }) => [from, to]).map((end) => [idOf(end), end] as const));
  return [...ends].map(([id, { name, cluster, incidentId }]) => ({
    id,
    name,
    note: cluster ?? 'cluster not known',
    tone: failing.has(id) ? 'bad' : incidentId === undefined ? 'plain' : 'affected',
  }));
}

function edgeOf({ from, to, failing, old, errorRatio, requestsPerSecond, seenAt }: CallRow): GraphEdge {
  const seen = `${seenAt.slice(0, 16).replace('T', ' ')} UTC`;
  const fails = errorRatio === undefined ? 'whether it fails is not known' : `${formatPercent(errorRatio)} fail`;
  const rate = requestsPerSecond === undefined ? 'rate not known' : `${amount(requestsPerSecond)} requests a second`;
  return {
    from: idOf(from),
    to: idOf(to),
    tone: old ? 'old' : failing ? 'bad' : errorRatio === undefined ? 'unknown' : 'plain',
    label: old
      ? seenAt.slice(5, 10)
      : failing && errorRatio !== undefined
        ? formatPercent(errorRatio)
        : errorRatio === undefined
          ? '?'
          : requestsPerSecond === undefined
            ? undefined
            : `${amount(requestsPerSecond)}/s`,
    title: `${from.name} calls ${to.name}: ${fails}, ${rate}, last seen ${seen}${old ? ' (more than a day ago)' : ''}`,
  };
}

const amount = (value: number): string => (value >= 10 ? String(Math.round(value)) : value.toPrecision(2));
