// What a cluster shows to be well, as far as it refutes a cause that another specialist may suspect. It explains nothing, so none of it is a
// finding. Pure.
import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { Observation } from '../../model/report.ts';
import type { KubernetesSnapshot } from '../../model/telemetry.ts';
import { type Cluster, indexCluster, replicasOf } from './cluster.ts';
import { toInstant } from './finding.ts';
import { isPulling } from './images.ts';

/** A report travels with every other. */
const maxObservations = 40;

/** `isNear` tells the entities that matter to the page: the others are left out. */
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
      ...reportingNodes(cluster),
    ])
    .filter(isFirst)
    .slice(0, maxObservations);

/** Many pods of one workload show the same. */
const isFirst = (one: Observation, place: number, all: readonly Observation[]): boolean =>
  all.findIndex(({ kind, entity }) => kind === one.kind && entityKey(entity) === entityKey(one.entity)) === place;

const at = (time: string | null | undefined): Pick<Observation, 'at'> =>
  typeof time === 'string' && !Number.isNaN(Date.parse(time)) ? { at: toInstant(time) } : {};

/** Without a tag or a digest, and with the default registry written out (https://docs.docker.com/reference/cli/docker/image/tag/). */
const registryOf = (image: string): string => {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
};

/** A pull that ended well, by the kubelet's own event. */
function pullsIn(cluster: Cluster): readonly { readonly image: string; readonly time: string | null | undefined }[] {
  return cluster.events.flatMap(({ reason, message, lastTimestamp, eventTime }) => {
    const image = reason === 'Pulled' ? /^Successfully pulled image "([^"]+)"/.exec(message ?? '')?.[1] : undefined;
    return image === undefined ? [] : [{ image, time: lastTimestamp ?? eventTime }];
  });
}

/** For pods that cannot pull: whether a node pulled the same image since, or another of its registry. */
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
      ...(same ? [{ kind: 'image-pulled' as const, entity, ...at(same.time) }] : []),
      ...(other ? [{ kind: 'registry-answers' as const, entity, ...at(other.time) }] : []),
    ];
  });
}

/** The newest placement of a pod by the scheduler. */
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
    const { wanted, available } = replicasOf(workload);
    const pods = cluster.podsOf(entity);
    const limited = [...workload.spec.template.spec.containers, ...pods.flatMap(({ spec }) => spec.containers)].some(
      ({ resources }) => resources.limits.cpu !== undefined,
    );
    return [
      ...(wanted > 0 && available >= wanted && (workload.status?.updatedReplicas ?? wanted) >= wanted
        ? [{ kind: 'all-pods-available' as const, entity }]
        : []),
      ...(pods.length > 0 && !limited ? [{ kind: 'no-cpu-limit' as const, entity }] : []),
    ];
  });
}

/** The kubelet's last word, where the cluster believes it and the node is ready. */
function reportingNodes(cluster: Cluster): Observation[] {
  return cluster.nodes.flatMap(({ metadata, status }): Observation[] => {
    const ready = status?.conditions.find(({ type }) => type === 'Ready');
    const entity = { kind: 'Node', name: metadata.name, cluster: cluster.name };
    return ready?.status === 'True' && ready.lastHeartbeatTime
      ? [{ kind: 'kubelet-reported', entity, ...at(ready.lastHeartbeatTime) }]
      : [];
  });
}
