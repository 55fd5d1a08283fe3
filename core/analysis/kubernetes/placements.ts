// Finds the nodes on which the pods of a service run.
import type { EntityRef } from '../../model/entity.ts';
import type { KubernetesSnapshot } from '../../model/telemetry.ts';
import { indexCluster } from './cluster.ts';

/** Gives the nodes of pods whose workload has the entity's name, and its cluster and namespace if the entity states them. */
export function placements(snapshots: readonly KubernetesSnapshot[]): (entity: EntityRef) => ReadonlySet<string> {
  const pods = snapshots.map(indexCluster).flatMap((cluster) =>
    cluster.pods.map((pod) => ({
      owner: cluster.ownerOf('Pod', pod.metadata.name, pod.metadata.namespace),
      node: pod.spec.nodeName,
    })),
  );
  const fits = (owner: EntityRef, { name, namespace, cluster }: EntityRef): boolean =>
    owner.name === name &&
    (namespace === undefined || owner.namespace === namespace) &&
    (cluster === undefined || owner.cluster === cluster);
  return (entity) => new Set(pods.flatMap(({ owner, node }) => (node && fits(owner, entity) ? [node] : [])));
}
