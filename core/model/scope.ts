// Defines the scope of a question to a source. A source answers for everything within the scope and for nothing else.
import type { TimeWindow } from './entity.ts';
import type { Known } from './incident.ts';
import type { Brief } from './report.ts';

/**
 * How far the question reaches: `neighbours` is the neighbours alone, `neighbourhood` is the place's namespace and its neighbours, `cluster` is its
 * whole cluster and its neighbours, `everywhere` is all that the source can read.
 */
export type Reach = 'neighbours' | 'neighbourhood' | 'cluster' | 'everywhere';

/** The attributes that select a service in one source, with their values: `{ 'entity.name': 'web-player-prod' }`. All of them hold. */
export type Match = Readonly<Record<string, string>>;

/** A vendor of the catalogue. Empty lists of components and regions mean all of them. */
export interface VendorUse {
  readonly name: string;
  readonly components: readonly string[];
  readonly regions: readonly string[];
  readonly hosts: readonly string[];
  readonly usedBy: readonly string[];
}

/** The location of something, as far as it is known. */
export interface Located {
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly service?: string | undefined;
  /** The pod's name, which begins with its workload's name. */
  readonly pod?: string | undefined;
}

/** An absent part of the place is unknown and does not narrow the scope. */
export interface Scope extends Omit<Located, 'pod'> {
  readonly incidentId: string;
  readonly environment?: string | undefined;
  /** Services that call the paged service or that it calls, and entities in focus. They are within the scope wherever they run. */
  readonly neighbours: readonly string[];
  readonly reach: Reach;
  /** By service, how the source that gets this scope selects it, if that is not by its own name. Answers have the service's own name. */
  readonly match?: Readonly<Record<string, Match>> | undefined;
  /** Vendors that the paged service and its neighbours depend on and whose status the source has. */
  readonly vendors?: readonly VendorUse[] | undefined;
  /** By service, its repository as `owner/name`, if the catalogue knows it. */
  readonly repositories?: Readonly<Record<string, string>> | undefined;
  /** By service, the names of its resources of AWS, if the catalogue knows any. */
  readonly resources?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Applies to series, log records, changes and alerts. Sources without history give only the present state. */
  readonly window: TimeWindow;
}

/** The `incidentId` of questions that concern no incident. */
export const withoutIncidentId = 'question';

/** Namespaces whose workloads every namespace of a cluster depends on. */
const platformNamespaces: ReadonlySet<string> = new Set(['kube-system', 'kube-node-lease', 'istio-system']);

/** Whether something at this place is within the scope. A part that the place lacks, such as a node's namespace, excludes nothing. */
export function isWithin(scope: Scope, { cluster, namespace, service, pod }: Located): boolean {
  if (scope.reach === 'everywhere') return true;
  if (scope.neighbours.some((name) => name === service || pod?.startsWith(`${name}-`))) return true;
  if (scope.reach === 'neighbours' || !fits(scope.cluster, cluster)) return false;
  return scope.reach === 'cluster' || fits(scope.namespace, namespace) || platformNamespaces.has(namespace ?? '');
}

const fits = (required: string | undefined, has: string | undefined): boolean =>
  required === undefined || has === undefined || required === has;

/**
 * Adapts the scope to a source's clusters. If the source does not know the scope's cluster, for example an alias from the page, the cluster is
 * dropped.
 */
export function amongClusters(scope: Scope, known: Iterable<string>): Scope {
  return scope.cluster === undefined || [...known].includes(scope.cluster) ? scope : { ...scope, cluster: undefined };
}

/** The service whose match holds for these attributes; undefined if none does. */
export const matchedService = (
  { match = {} }: Pick<Scope, 'match'>,
  attributes: Readonly<Record<string, unknown>>,
): string | undefined =>
  Object.entries(match).find(([, wanted]) =>
    Object.entries(wanted).every(([name, value]) => attributes[name] === value),
  )?.[0];

/** The scope of a brief, from the start of the baseline to the end of the incident. */
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

/** A place with a confidence below 0.5 does not narrow the scope: another place could be the right one. */
const likely = (known: Known | undefined): string | undefined =>
  known !== undefined && known.confidence >= 0.5 ? known.value : undefined;

/** The scope to use before the incident's place is known. */
export const everywhere = (incidentId: string, window: TimeWindow): Scope => ({
  incidentId,
  neighbours: [],
  reach: 'everywhere',
  window,
});
