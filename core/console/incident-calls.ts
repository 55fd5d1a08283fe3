// The drawing of the calls around the paged service, with the path from it to the cause. Pure.
import { drawGraph, type GraphDrawing, type GraphEdge, type GraphNode } from '../charts/call-graph.ts';
import { affectedBy } from '../reporting/membership.ts';
import type { IncidentRecord } from './incident-record.ts';

export interface CallView {
  /** The same calls in several sizes, the widest first. */
  readonly sizes: readonly GraphDrawing[];
  /** The path in words; absent if no call leads to the cause. */
  readonly path?: string;
}

const maxNeighbours = 8;

/** Undefined if no call of the paged service is known. */
export function incidentCalls({ incident, timeline, diagnosis, members }: IncidentRecord): CallView | undefined {
  const context = timeline.map(({ event }) => event).findLast((event) => event.type === 'ContextAssembled');
  const paged = context?.service?.value;
  const first = diagnosis?.hypotheses[0];
  const path = first?.chain?.find(({ kind }) => kind === 'call')?.path ?? [];
  if (context === undefined || paged === undefined) return undefined;
  const pairs = [
    ...path.slice(1).map((to, index) => [path[index] ?? '', to] as const),
    ...context.callers.slice(0, maxNeighbours).map((from) => [from, paged] as const),
    ...context.callees.slice(0, maxNeighbours).map((to) => [paged, to] as const),
  ];
  const calls = new Map(pairs.map(([from, to]) => [keyOf(from, to), [from, to] as const]));
  if (calls.size === 0) return undefined;
  const known = diagnosis !== undefined && first?.cause !== 'unknown';
  const failing = new Set(path.slice(1).map((to, index) => keyOf(path[index] ?? '', to)));
  const blamed = known ? [path.at(-1), first?.entity.name].flatMap((name) => name?.toLowerCase() ?? []) : [];
  const affected = affectedBy(diagnosis, members, incident.place?.service).map((name) => name.toLowerCase());
  const names = new Map([...calls.values()].flat().map((name) => [name.toLowerCase(), name]));
  const cause = names.has(blamed[0] ?? '') ? blamed[0] : blamed[1];
  const nodes = [...names].map(
    ([id, name]): GraphNode =>
      id === cause
        ? { id, name, note: id === paged.toLowerCase() ? 'paged, the cause' : 'the cause', tone: 'bad' }
        : id === paged.toLowerCase()
          ? { id, name, note: 'paged', tone: 'subject' }
          : affected.includes(id)
            ? { id, name, note: 'affected', tone: 'affected' }
            : { id, name, tone: 'plain' },
  );
  const edges = [...calls].map(
    ([key, [from, to]]): GraphEdge => ({
      from: from.toLowerCase(),
      to: to.toLowerCase(),
      tone: failing.has(key) ? 'bad' : 'unknown',
      title: `${from} calls ${to}${failing.has(key) ? ': on the path to the cause' : ''}`,
    }),
  );
  const sizes = (['across', 'narrow', 'down'] as const)
    .flatMap((direction) => drawGraph(nodes, edges, direction) ?? [])
    .toSorted((one, other) => other.width - one.width);
  return { sizes, ...(path.length < 2 ? {} : { path: path.join(' → ') }) };
}

const keyOf = (from: string, to: string): string => JSON.stringify([from.toLowerCase(), to.toLowerCase()]);
