// Plans what is read of each cluster. A small fleet is read whole. Of a large one, the plan reads the namespaces that the scope names, those where its
// services and their neighbours run, and, in the clusters of the page, those in which something is not well. What it leaves out, it counts.
import * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { Scope } from '../../core/model/scope.ts';
import { type ClusterAccess, statusText, usualTimeoutMs } from './access.ts';
import { eachObject, patiently } from './list.ts';

export interface ReadingPlan {
  /** `all`, or the namespaces to read; an empty list means that the cluster is not read. */
  readonly namespaces: 'all' | readonly string[];
  /** The reason why the cluster does not answer at all. */
  readonly failed?: string | undefined;
}

interface FleetPlan {
  readonly plans: ReadonlyMap<string, ReadingPlan>;
  /** The parts that are not read, with numbers. */
  readonly missing: readonly string[];
  readonly bytes: number;
}

/** Namespaces of one cluster that are read whole. */
const maxNamespaces = 16;
/** Namespaces of neighbours that come before those in which something is not well. */
const maxNeighbours = 6;
const platform = ['kube-system', 'istio-system'];
const workloadKinds = [
  { kind: 'Deployment', path: 'apis/apps/v1/deployments' },
  { kind: 'StatefulSet', path: 'apis/apps/v1/statefulsets' },
  { kind: 'DaemonSet', path: 'apis/apps/v1/daemonsets' },
  { kind: 'CronJob', path: 'apis/batch/v1/cronjobs' },
] as const;

const Counted = z.looseObject({
  metadata: z.looseObject({ remainingItemCount: z.number().nullish() }).nullish(),
  items: z.array(z.unknown()).nullable(),
});
const Named = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
});
const Workload = Named.extend({
  spec: z.looseObject({ replicas: z.number().nullish() }).nullish(),
  status: z
    .looseObject({
      availableReplicas: z.number().nullish(),
      desiredNumberScheduled: z.number().nullish(),
      numberAvailable: z.number().nullish(),
    })
    .nullish(),
});
const Event = z.looseObject({ involvedObject: z.looseObject({ namespace: z.string().nullish() }) });

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** Plans for the clusters that are within the scope. A cluster that does not say how many pods it has counts as
 * empty. Clusters with at most `wholeUpTo` pods together are read whole. */
export async function planReading(
  clusters: readonly ClusterAccess[],
  scope: Scope,
  wholeUpTo = 1500,
): Promise<FleetPlan> {
  const sizes = await Promise.all(clusters.map(podsIn));
  const total = sizes.reduce((sum, { pods = 0 }) => sum + pods, 0);
  const sized = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= wholeUpTo)
    return {
      plans: new Map(clusters.map(({ name }, at) => [name, { namespaces: 'all', failed: sizes[at]?.failed }])),
      missing: [],
      bytes: sized,
    };
  const reachable = clusters.filter((_, at) => sizes[at]?.failed === undefined);
  const silent = clusters.flatMap(({ name }, at): [string, ReadingPlan][] =>
    sizes[at]?.failed === undefined ? [] : [[name, { namespaces: 'all', failed: sizes[at].failed }]],
  );
  const found = await Promise.all(reachable.map((cluster) => placesNamed(cluster, scope)));
  const homes = homesOf(found, scope);
  const atHome = new Set(
    found.filter(({ cluster }) => homes.has(cluster.name)).flatMap(({ runs }) => [...runs.keys()]),
  );
  const planned = await Promise.all(
    found.map(async ({ cluster, runs, bytes }): Promise<Planned> => {
      const { name } = cluster;
      // A neighbour that runs beside the page is called there, and not in another cluster that has one of the same name.
      if (!homes.has(name))
        return { name, namespaces: namespacesOf(runs, (one) => !atHome.has(one)), unread: 0, bytes };
      const unwell = await unwellNamespaces(cluster);
      const own = scope.namespace === undefined ? [] : [scope.namespace];
      const named = [...namespacesOf(runs, (one) => one === scope.service), ...namespacesOf(runs)];
      const all = [...new Set([...own, ...named.slice(0, maxNeighbours), ...platform, ...unwell.namespaces, ...named])];
      return {
        name,
        namespaces: all.slice(0, maxNamespaces),
        unread: all.slice(maxNamespaces).filter((one) => unwell.namespaces.includes(one)).length,
        bytes: bytes + unwell.bytes,
      };
    }),
  );
  return {
    plans: new Map([...silent, ...planned.map(({ name, namespaces }) => [name, { namespaces }] as const)]),
    missing: missingOf(planned),
    bytes: planned.reduce((sum, { bytes }) => sum + bytes, sized),
  };
}

interface Planned extends ReadingPlan {
  readonly name: string;
  /** Namespaces in which something is not well and that are not read. */
  readonly unread: number;
  readonly bytes: number;
}

function missingOf(planned: readonly Planned[]): string[] {
  const unread = planned.filter(({ namespaces }) => namespaces.length === 0).length;
  return [
    ...planned
      .filter((one) => one.unread > 0)
      .map((one) => `${one.name}: ${one.unread} more namespaces in which something is not well`),
    ...(unread > 0
      ? [`${unread} of ${planned.length} clusters, in which nothing runs that the page or its calls name`]
      : []),
  ];
}

/** The API server counts what is left after the first object, without sending it. */
async function podsIn(
  cluster: ClusterAccess,
): Promise<{ readonly pods?: number; readonly failed?: string; readonly bytes: number }> {
  // A busy server is no empty one: what is read of it would be everything.
  const reply = await patiently(() => cluster.request('api/v1/pods?limit=1', { accept: metadataList }));
  if (reply.status === 0) return { failed: statusText(reply), bytes: reply.bytes };
  const list = Counted.safeParse(reply.body);
  if (reply.status !== 200 || !list.success) return { bytes: reply.bytes };
  return { pods: (list.data.items?.length ?? 0) + (list.data.metadata?.remainingItemCount ?? 0), bytes: reply.bytes };
}

interface Found {
  readonly cluster: ClusterAccess;
  /** Namespaces with workloads of the paged service and of its neighbours, by the name in the scope. */
  readonly runs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly bytes: number;
}

const namespacesOf = (runs: Found['runs'], among: (name: string) => boolean = () => true): string[] => [
  ...new Set([...runs].filter(([name]) => among(name)).flatMap(([, namespaces]) => [...namespaces].sort())),
];

/** Labels that name the service of a workload. */
const serviceLabels = ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app', 'k8s-app'];

async function placesNamed(cluster: ClusterAccess, { service, neighbours }: Scope): Promise<Found> {
  const wanted = new Set([...(service === undefined ? [] : [service]), ...neighbours]);
  const runs = new Map<string, Set<string>>();
  if (wanted.size === 0) return { cluster, runs, bytes: 0 };
  const lists = await Promise.all(
    workloadKinds.map((kind) =>
      eachObject(cluster, { ...kind, metadataOnly: true }, (item) => {
        const workload = Named.safeParse(item);
        if (!workload.success) return;
        const { name, namespace, labels } = workload.data.metadata;
        for (const one of [name, ...serviceLabels.flatMap((label) => labels?.[label] ?? [])])
          if (wanted.has(one)) runs.set(one, (runs.get(one) ?? new Set()).add(namespace));
      }),
    ),
  );
  return { cluster, runs, bytes: lists.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** The page's own cluster; if it is unknown, the clusters that run the paged service; if none does, all. */
function homesOf(found: readonly Found[], { cluster, service }: Scope): ReadonlySet<string> {
  const names = found.map((one) => one.cluster.name);
  if (cluster !== undefined && names.includes(cluster)) return new Set([cluster]);
  const running = found.filter(({ runs }) => service !== undefined && runs.has(service));
  return new Set(running.length > 0 ? running.map((one) => one.cluster.name) : names);
}

/** Namespaces with unavailable workloads, waiting or failed pods or Warning Events; those with most of them first. */
async function unwellNamespaces(
  cluster: ClusterAccess,
): Promise<{ readonly namespaces: readonly string[]; readonly bytes: number }> {
  const weights = new Map<string, number>();
  const count = (namespace: string | null | undefined, weight: number) => {
    if (namespace) weights.set(namespace, (weights.get(namespace) ?? 0) + weight);
  };
  const lists = await Promise.all([
    ...workloadKinds.slice(0, 3).map((kind) =>
      eachObject(cluster, kind, (item) => {
        const workload = Workload.safeParse(item);
        if (workload.success && isShort(workload.data)) count(workload.data.metadata.namespace, 100);
      }),
    ),
    eachObject(
      cluster,
      { kind: 'Pod', path: 'api/v1/pods', fields: 'status.phase!=Running,status.phase!=Succeeded', metadataOnly: true },
      (item) => count(Named.safeParse(item).data?.metadata.namespace, 10),
    ),
    eachObject(cluster, { kind: 'Event', path: 'api/v1/events', fields: 'type=Warning', pages: 2 }, (item) =>
      count(Event.safeParse(item).data?.involvedObject.namespace, 1),
    ),
  ]);
  return {
    namespaces: [...weights]
      .toSorted((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
      .map(([namespace]) => namespace),
    bytes: lists.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const isShort = ({ spec, status }: z.infer<typeof Workload>): boolean =>
  status?.desiredNumberScheduled == null
    ? (status?.availableReplicas ?? 0) < (spec?.replicas ?? 1)
    : (status.numberAvailable ?? 0) < status.desiredNumberScheduled;

/** Requests of one cluster at the same time, so that an API server's fair share is not used up. */
const atOnce = 16;

/** The same cluster, asked for a limited number of things at once, and for nothing more after `withinMs`. */
export function withTurns(cluster: ClusterAccess, withinMs: number): ClusterAccess {
  const turn = limitConcurrency(atOnce);
  const until = performance.now() + withinMs;
  return {
    name: cluster.name,
    request: (path, options) =>
      turn(async () => {
        const left = Math.ceil(until - performance.now());
        if (left <= 0) return { status: 0, problem: 'no answer', body: undefined, bytes: 0 };
        return cluster.request(path, { ...options, timeoutMs: Math.min(options?.timeoutMs ?? usualTimeoutMs, left) });
      }),
  };
}
