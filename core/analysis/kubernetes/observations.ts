// Collects healthy observations that refute a cause which another specialist may suspect. They explain nothing, so they are not findings. Pure.
import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { Observation } from '../../model/report.ts';
import type { KubernetesSnapshot } from '../../model/telemetry.ts';
import { type Cluster, indexCluster, replicasOf } from './cluster.ts';
import { hasReadyEndpoints } from './endpoints.ts';
import { toInstant } from './finding.ts';
import { isPulling } from './images.ts';
import type { ContainerStatus } from './objects.ts';

/** Each report is sent along with all others, so its size is limited. */
const maxObservations = 40;

/** `isNear` selects the entities near the page; others are left out. */
export const observationsOf = (
  snapshots: readonly KubernetesSnapshot[],
  isNear: (entity: EntityRef) => boolean,
): Observation[] =>
  snapshots
    .map(indexCluster)
    .flatMap((cluster) => [
      ...pulledImages(cluster),
      ...scheduled(cluster),
      ...workloads(cluster).filter(({ entity }) => isNear(entity)),
      ...services(cluster).filter(({ entity }) => isNear(entity)),
      ...reportingNodes(cluster),
    ])
    .filter(isFirst)
    .slice(0, maxObservations);

/** Keeps one of equal observations, because many pods of one workload show the same. */
const isFirst = (one: Observation, place: number, all: readonly Observation[]): boolean =>
  all.findIndex(({ kind, entity }) => kind === one.kind && entityKey(entity) === entityKey(one.entity)) === place;

const at = (time: string | null | undefined): Pick<Observation, 'at'> =>
  typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? { at: toInstant(time) } : {};

/** The registry of an image; the default registry if the name has none (https://docs.docker.com/reference/cli/docker/image/tag/). */
const registryOf = (image: string): string => {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
};

/** Successful pulls, by the kubelet's event. */
function pullsIn(cluster: Cluster): readonly { readonly image: string; readonly time: string | null | undefined }[] {
  return cluster.events.flatMap(({ reason, message, lastTimestamp, eventTime }) => {
    const image = reason === 'Pulled' ? /^Successfully pulled image "([^"]+)"/.exec(message ?? '')?.[1] : undefined;
    return image === undefined ? [] : [{ image, time: lastTimestamp ?? eventTime }];
  });
}

/** For pods that cannot pull: whether a node has since pulled the same image, or another image of the same registry. */
function pulledImages(cluster: Cluster): Observation[] {
  const pulls = pullsIn(cluster);
  return cluster.pods.flatMap((pod) => {
    const stuck = pod.status.containerStatuses.find(isPulling);
    const image = stuck && (pod.spec.containers.find(({ name }) => name === stuck.name)?.image ?? stuck.image);
    if (!image) return [];
    const entity = cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    const since = Date.parse(pod.metadata.creationTimestamp ?? '');
    const later = pulls.filter(({ time }) => Date.parse(time ?? '') > since);
    const same = later.find((one) => one.image === image);
    const other = later.findLast((one) => one.image !== image && registryOf(one.image) === registryOf(image));
    return [
      ...(runsElsewhere(cluster, image) && !isNotFound(stuck)
        ? [{ kind: 'image-runs-elsewhere' as const, entity }]
        : []),
      ...(same ? [{ kind: 'image-pulled' as const, entity, ...at(same.time) }] : []),
      ...(other ? [{ kind: 'registry-answers' as const, entity, ...at(other.time) }] : []),
    ];
  });
}

/** A registry that has lost an image says so, although older pods still run it. */
const isNotFound = ({ state }: ContainerStatus): boolean =>
  /not found|manifest unknown|does not exist/i.test(state?.waiting?.message ?? '');

const runsElsewhere = (cluster: Cluster, image: string): boolean =>
  cluster.pods.some(({ spec, status }) =>
    spec.containers.some(
      (container) =>
        container.image === image &&
        status.containerStatuses.some(({ name, ready }) => name === container.name && ready),
    ),
  );

/** Services that list ready addresses. */
function services(cluster: Cluster): Observation[] {
  return cluster.services.flatMap((service): Observation[] =>
    hasReadyEndpoints(cluster, service) ? [{ kind: 'endpoints-ready', entity: cluster.entityOf(service) }] : [],
  );
}

/** The scheduler's newest placement of a pod. */
function scheduled(cluster: Cluster): Observation[] {
  const times = cluster.events
    .filter(({ reason }) => reason === 'Scheduled')
    .flatMap(({ lastTimestamp, eventTime }) => lastTimestamp ?? eventTime ?? [])
    .sort((a, b) => Date.parse(a) - Date.parse(b));
  const entity = { kind: 'Cluster', name: cluster.name, cluster: cluster.name };
  return times.length === 0 ? [] : [{ kind: 'pod-scheduled', entity, ...at(times.at(-1)) }];
}

function workloads(cluster: Cluster): Observation[] {
  return cluster.workloads.flatMap((workload): Observation[] => {
    const entity = cluster.entityOf(workload);
    const { desired, available } = replicasOf(workload);
    const pods = cluster.podsOf(entity);
    const limited = [...workload.spec.template.spec.containers, ...pods.flatMap(({ spec }) => spec.containers)].some(
      ({ resources }) => resources.limits.cpu !== undefined,
    );
    return [
      ...(desired > 0 && available >= desired && (workload.status?.updatedReplicas ?? desired) >= desired
        ? [{ kind: 'all-pods-available' as const, entity }]
        : []),
      ...(pods.length > 0 && !limited ? [{ kind: 'no-cpu-limit' as const, entity }] : []),
    ];
  });
}

/** The kubelet's latest heartbeat, for nodes that are ready. */
function reportingNodes(cluster: Cluster): Observation[] {
  return cluster.nodes.flatMap(({ metadata, status }): Observation[] => {
    const ready = status?.conditions.find(({ type }) => type === 'Ready');
    const entity = { kind: 'Node', name: metadata.name, cluster: cluster.name };
    return ready?.status === 'True' && ready.lastHeartbeatTime
      ? [{ kind: 'kubelet-reported', entity, ...at(ready.lastHeartbeatTime) }]
      : [];
  });
}
