// Answers questions about pods: how many are ready, which restarted, and which versions run where.
import { type Cluster, indexCluster, replicasOf } from '../../analysis/kubernetes/cluster.ts';
import type { ContainerStatus, Pod, Workload } from '../../analysis/kubernetes/objects.ts';
import type { Period } from '../../language/stated-period.ts';
import { clockTime, formatList } from '../../wording.ts';
import { type Asking, askSource } from './ask-sources.ts';
import {
  type Asked,
  distinct,
  namesOfService,
  notRead,
  periodOr,
  placesOf,
  type SystemAnswer,
  scopeAround,
  servicesOf,
} from './question.ts';

const dayMs = 24 * 3_600_000;
const maxPlaces = 4;
const maxRows = 20;

export interface ClusterView {
  readonly clusters: readonly Cluster[];
  readonly lines: readonly string[];
  readonly gaps: readonly string[];
}

/** The clusters where the named things are, read once each. */
export async function clustersOf(asked: Asked, period: Period, telemetry: Asking): Promise<ClusterView> {
  const reads = await Promise.all(
    placesOf(asked)
      .slice(0, maxPlaces)
      .map((place) => askSource('kubernetes', scopeAround(place, asked, period), {}, telemetry)),
  );
  const found = new Map(reads.flatMap(({ data = [] }) => data.map((one) => [one.cluster, one] as const)));
  return {
    clusters: [...found.values()].map(indexCluster),
    lines: distinct(reads.flatMap(({ lines }) => lines)),
    gaps: reads.flatMap(({ gaps }) => gaps),
  };
}

export interface FoundPod {
  readonly pod: Pod;
  readonly cluster: Cluster;
  readonly owner: string;
}

/** The pods of the named services and namespaces; all pods if nothing is named. */
export function podsIn({ clusters }: ClusterView, services: readonly string[], asked: Asked): FoundPod[] {
  const { namespaces } = asked.named;
  const wanted = services.flatMap((one) => namesOfService(one, asked.directory));
  return clusters.flatMap((cluster) =>
    cluster.pods.flatMap((pod) => {
      const { name, namespace, labels } = pod.metadata;
      if (namespaces.length > 0 && !namespaces.includes(namespace ?? '')) return [];
      const owner = cluster.ownerOf('Pod', name, namespace).name;
      const names = [owner, labels.app, labels['app.kubernetes.io/name']].map((one) => one?.toLowerCase());
      const isOne = wanted.length === 0 || wanted.some((one) => names.includes(one.toLowerCase()));
      return isOne ? [{ pod, cluster, owner }] : [];
    }),
  );
}

const whereOf = ({ pod, cluster }: FoundPod): string =>
  `${pod.metadata.name} (${cluster.name}/${pod.metadata.namespace ?? 'default'})`;

export const isReady = ({ status, metadata }: Pod): boolean =>
  metadata.deletionTimestamp == null &&
  status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
export const isDone = ({ status }: Pod): boolean => status.phase === 'Succeeded';

/** The reason why a pod is not ready, from its containers or its conditions. */
export function reasonOf({ status }: Pod): string {
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  const waiting = containers.flatMap(({ state }) => state?.waiting?.reason ?? state?.terminated?.reason ?? []);
  const conditions = status.conditions.filter((one) => one.status !== 'True').flatMap(({ reason }) => reason ?? []);
  return waiting[0] ?? status.reason ?? conditions[0] ?? status.phase ?? 'no reason given';
}

export async function answerPods(asked: Asked, telemetry: Asking): Promise<SystemAnswer> {
  const period = periodOr(asked, dayMs, 'now');
  const services = servicesOf(asked);
  const view = await clustersOf(asked, period, telemetry);
  const found = podsIn(view, services, asked).filter(({ pod }) => !isDone(pod));
  const where = placeWords(services, asked);
  const workloads = workloadsIn(view, services, asked);
  if (found.length === 0 && workloads.length === 0) return noPods(where, view);
  const unready = found.filter(({ pod }) => !isReady(pod));
  const asOf = view.clusters[0] === undefined ? '' : `, as of ${clockTime(view.clusters[0].takenAt)}`;
  return {
    text: `${found.length - unready.length} of ${found.length} pods ${where} are ready${asOf}.`,
    lines: distinct([
      ...workloads.slice(0, maxRows).map(({ workload, cluster }) => {
        const { desired, available } = replicasOf(workload);
        return `${workload.kind} ${workload.metadata.name} in ${cluster.name}/${workload.metadata.namespace ?? 'default'}: ${available} of ${desired} replicas available`;
      }),
      ...unready.slice(0, maxRows).map((one) => `Not ready: ${whereOf(one)}: ${reasonOf(one.pod)}`),
      ...(unready.length > maxRows ? [`${unready.length - maxRows} more are not ready.`] : []),
      ...view.lines,
      ...notRead(view.gaps),
    ]),
  };
}

export function placeWords(services: readonly string[], { named }: Pick<Asked, 'named'>): string {
  const parts = [
    ...(services.length > 0 ? [`of ${formatList(services)}`] : []),
    ...(named.namespaces.length > 0 ? [`in ${formatList(named.namespaces)}`] : []),
    ...(named.clusters.length > 0 ? [`in ${formatList(named.clusters)}`] : []),
  ];
  return parts.length === 0 ? 'in all that I can read' : parts.join(' ');
}

const noPods = (where: string, { clusters, lines, gaps }: ClusterView): SystemAnswer => ({
  text:
    clusters.length === 0
      ? `Not known: no cluster could be read, so I cannot see the pods ${where}.`
      : `I see no pod ${where} in ${formatList(clusters.map(({ name }) => name))}.`,
  lines: [...lines, ...notRead(gaps)],
});

export function workloadsIn({ clusters }: ClusterView, services: readonly string[], asked: Asked) {
  const { namespaces } = asked.named;
  const wanted = services.flatMap((one) => namesOfService(one, asked.directory));
  return clusters.flatMap((cluster) =>
    cluster.workloads
      .filter(({ kind, metadata }) => {
        if (kind === 'ReplicaSet') return false;
        if (namespaces.length > 0 && !namespaces.includes(metadata.namespace ?? '')) return false;
        const names = [metadata.name, metadata.labels.app].map((one) => one?.toLowerCase());
        return wanted.length === 0 || wanted.some((one) => names.includes(one.toLowerCase()));
      })
      .map((workload) => ({ workload, cluster })),
  );
}

interface Restart extends FoundPod {
  readonly times: number;
  readonly lastAt: string | undefined;
  readonly reason: string;
}

export async function answerRestarted(asked: Asked, telemetry: Asking): Promise<SystemAnswer> {
  const period = periodOr(asked, dayMs, 'over the last day');
  const services = servicesOf(asked);
  const view = await clustersOf(asked, period, telemetry);
  const found = podsIn(view, services, asked);
  const where = placeWords(services, asked);
  if (found.length === 0) return noPods(where, view);
  const restarts = found.flatMap((one) => restartOf(one) ?? []);
  const inside = restarts.filter(({ lastAt }) => lastAt !== undefined && isIn(lastAt, period));
  const outside = restarts.filter(({ lastAt }) => lastAt === undefined || !isIn(lastAt, period));
  const rows = inside.toSorted((a, b) => b.times - a.times);
  return {
    text:
      rows.length === 0
        ? `No pod ${where} restarted ${period.words}; I looked at ${found.length} pods.`
        : `${rows.length} of ${found.length} pods ${where} restarted ${period.words}.`,
    lines: distinct([
      ...rows
        .slice(0, maxRows)
        .map(
          (one) =>
            `${whereOf(one)}: ${one.times} ${one.times === 1 ? 'restart' : 'restarts'} in its life, the last at ${clockTime(one.lastAt ?? '')}, ${one.reason}`,
        ),
      ...(rows.length > maxRows ? [`${rows.length - maxRows} more pods restarted.`] : []),
      ...(outside.length > 0
        ? [
            `${outside.length} more ${outside.length === 1 ? 'pod has' : 'pods have'} restarted before, or at a time that is not known.`,
          ]
        : []),
      ...view.lines,
      ...notRead(view.gaps),
    ]),
  };
}

const isIn = (instant: string, { startMs, endMs }: Period): boolean => {
  const ms = Date.parse(instant);
  return ms >= startMs && ms <= endMs;
};

function restartOf(found: FoundPod): Restart | undefined {
  const statuses = found.pod.status.containerStatuses.filter(({ restartCount }) => restartCount > 0);
  if (statuses.length === 0) return undefined;
  const ends = statuses.flatMap((one) => endOf(one) ?? []).sort((a, b) => b.at.localeCompare(a.at));
  return {
    ...found,
    times: statuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastAt: ends[0]?.at,
    reason: ends[0]?.reason ?? 'for a reason that is not on record',
  };
}

function endOf({ state, lastState }: ContainerStatus): { at: string; reason: string } | undefined {
  for (const ended of [state?.terminated, lastState?.terminated])
    if (ended?.finishedAt != null)
      return { at: ended.finishedAt, reason: `${ended.reason ?? 'ended'} (exit code ${ended.exitCode})` };
  return undefined;
}

export async function answerDeployed(asked: Asked, telemetry: Asking): Promise<SystemAnswer> {
  const services = servicesOf({ ...asked, incident: asked.named.namespaces.length > 0 ? undefined : asked.incident });
  const all = /\bwhere\b|\beverything\b|\ball\b/i.test(asked.question.text) && asked.named.services.length === 0;
  const wanted = all ? [] : services;
  const view = await clustersOf(
    all ? { ...asked, incident: asked.incident } : asked,
    periodOr(asked, dayMs, 'now'),
    telemetry,
  );
  const found = workloadsIn(view, wanted, asked);
  const placed = placedByCatalogue(asked, wanted);
  const lines = distinct([
    ...found
      .slice(0, 25)
      .map(
        ({ workload, cluster }) =>
          `${cluster.name}/${workload.metadata.namespace ?? 'default'} ${workload.metadata.name}: ${versionsOf(workload)}`,
      ),
    ...(found.length > 25 ? [`${found.length - 25} more workloads.`] : []),
    ...placed,
    ...view.lines,
    ...notRead(view.gaps),
  ]);
  if (found.length > 0)
    return {
      text:
        found.length === 1 && found[0]
          ? `${found[0].workload.metadata.name} runs ${versionsOf(found[0].workload)} in ${found[0].cluster.name}/${found[0].workload.metadata.namespace ?? 'default'}.`
          : `${found.length} workloads run ${placeWords(wanted, asked)}.`,
      lines,
    };
  return {
    text:
      placed.length > 0
        ? `I see no workload ${placeWords(wanted, asked)} in a cluster that I can read; the catalogue says where it should be.`
        : `Not known: I see no workload ${placeWords(wanted, asked)}, and the catalogue has no place for it.`,
    lines,
  };
}

const versionsOf = ({ spec }: Workload): string =>
  formatList(
    distinct(spec.template.spec.containers.flatMap(({ image }) => (image == null ? [] : [shortImage(image)]))),
  );

/** The image's name and tag, without its registry and digest. */
const shortImage = (image: string): string =>
  (image.split('/').at(-1) ?? image).replace(/@sha256:([0-9a-f]{12})[0-9a-f]*$/, '@$1');

function placedByCatalogue({ directory, named }: Asked, services: readonly string[]): string[] {
  const entries = (directory.catalog?.services ?? []).filter(({ name }) => services.includes(name));
  return entries.flatMap(({ name, placements, resources }) => {
    const places = placements
      .filter(({ cluster }) => named.clusters.length === 0 || named.clusters.includes(cluster))
      .map(({ cluster, namespace, environment }) => `${cluster}/${namespace} (${environment})`);
    const things = resources.flatMap((one) => Object.entries(one).map(([type, own]) => `${type} ${own}`));
    return places.length + things.length === 0
      ? []
      : [`By the catalogue ${name} is in ${formatList([...places, ...things])}.`];
  });
}
