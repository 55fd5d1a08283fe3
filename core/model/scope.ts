// Which part of the world a source is asked about. A source answers for what is within the scope and for nothing else.
import type { TimeWindow } from './entity.ts';
import type { Known } from './incident.ts';
import type { Brief } from './report.ts';

/**
 * How far around the place the question goes: its namespace and its neighbours; all of its cluster and its neighbours; or all that the source can
 * see.
 */
export type Reach = 'neighbourhood' | 'cluster' | 'everywhere';

/** Where something is, as far as that is known. */
export interface Located {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly service?: string | undefined;
  /** Its name begins with its workload's. */
  readonly pod?: string | undefined;
}

/** An absent part of the place is unknown, and narrows nothing. */
export interface Scope extends Omit<Located, 'pod'> {
  readonly incidentId: string;
  readonly environment?: string | undefined;
  /** Services that call the paged service or that it calls, and what is in focus. They are within the scope wherever they run. */
  readonly neighbours: readonly string[];
  readonly reach: Reach;
  /** Of series, records, changes and alerts; of what has no history, only its present state is given. */
  readonly window: TimeWindow;
}

/** Namespaces whose workloads every namespace of a cluster depends on. */
const platformNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-node-lease', 'istio-system']);

/** Whether something at this place is asked about. A part that the place does not have, such as a node's namespace, excludes nothing. */
export function isWithin(scope: Scope, { cluster, namespace, service, pod }: Located): boolean {
  if (scope.reach === 'everywhere') return true;
  if (scope.neighbours.some((name) => name === service || pod?.startsWith(`${name}-`))) return true;
  if (!fits(scope.cluster, cluster)) return false;
  return scope.reach === 'cluster' || fits(scope.namespace, namespace) || platformNamespaces.has(namespace ?? '');
}

const fits = (asked: string | undefined, has: string | undefined): boolean =>
  asked === undefined || has === undefined || asked === has;

/** The same scope as a source can answer it: a cluster that it has never heard of, such as an alias of the page's, narrows nothing. */
export function amongClusters(scope: Scope, known: Iterable<string>): Scope {
  return scope.cluster === undefined || [...known].includes(scope.cluster) ? scope : { ...scope, cluster: undefined };
}

/** What a brief is about, from the start of the baseline to the end of the incident. */
export function scopeOf(
  { incidentId, context, focus = [] }: Pick<Brief, 'incidentId' | 'context'> & Partial<Pick<Brief, 'focus'>>,
  reach: Reach,
): Scope {
  const { service, workload, window, callers, callees } = context;
  return {
    incidentId,
    environment: context.environment?.value,
    cluster: likely(context.cluster),
    namespace: likely(context.namespace),
    service: service?.value ?? workload?.name,
    neighbours: [...new Set([...callers, ...callees, ...focus.map(({ name }) => name)])].sort(),
    reach,
    window: { start: window.baseline.start, end: window.incident.end },
  };
}

/** A place that is in doubt narrows nothing: the right one could be another. */
const likely = (known: Known | undefined): string | undefined =>
  known !== undefined && known.confidence >= 0.5 ? known.value : undefined;

/** Before it is known where the incident is. */
export const everywhere = (incidentId: string, window: TimeWindow): Scope => ({
  incidentId,
  neighbours: [],
  reach: 'everywhere',
  window,
});
