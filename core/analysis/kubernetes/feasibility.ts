// Finds the nodes that would accept a pod, computed from the specs like kube-scheduler's filters (Kubernetes documentation, "Scheduler
// Configuration"). The cluster keeps the scheduler's messages for an hour only, and a pod may wait longer. Host ports, topology spread and limits
// on attached volumes are not judged.

import * as z from 'zod';
import { carries, LabelExpression, selects } from '../../selectors.ts';
import type { Cluster } from './cluster.ts';
import type { Node, Pod, PodTerm } from './objects.ts';
import { bytesOf } from './quantity.ts';

/** A filter gives the node's reason to reject the pod, in the scheduler's words; undefined if the node accepts it. */
type Filter = (cluster: Cluster, pod: Pod, node: Node) => string | undefined;

/** In the scheduler's order: each node counts for the first filter that rejects the pod. */
const filters: readonly Filter[] = [
  (_, pod, { spec }) =>
    spec?.unschedulable && !tolerates(pod, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
      ? 'node(s) were unschedulable'
      : undefined,
  (_, pod, { spec }) => {
    const taint = (spec?.taints ?? []).find((one) => one.effect !== 'PreferNoSchedule' && !tolerates(pod, one));
    return taint && `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  },
  (cluster, pod, node) =>
    (pinnedTo(cluster, pod)?.includes(node) ?? true) ? undefined : "node(s) didn't match Pod's node affinity/selector",
  (cluster, pod, node) => {
    const taken = cluster.pods.filter(
      ({ spec, status }) => spec.nodeName === node.metadata.name && !/Succeeded|Failed/.test(status.phase ?? ''),
    );
    const short = (resource: string) => {
      const has = node.status?.allocatable[resource];
      const used = taken.reduce((sum, one) => sum + requestOf(one, resource), 0);
      return has !== undefined && requestOf(pod, resource) > 0 && used + requestOf(pod, resource) > bytesOf(has);
    };
    const pods = node.status?.allocatable.pods;
    if (pods !== undefined && taken.length + 1 > bytesOf(pods)) return 'Too many pods';
    const lacking = ['cpu', 'memory', 'ephemeral-storage'].find(short);
    return lacking && `Insufficient ${lacking}`;
  },
  (cluster, pod, node) => {
    const places = volumePlacesOf(cluster, pod);
    return places && !places.nodes.includes(node) ? 'node(s) had volume node affinity conflict' : undefined;
  },
  (cluster, pod, node) => {
    if (antiAffinityOf(pod).some((term) => near(cluster, node, term).some((other) => meets(pod, term, other))))
      return "node(s) didn't match pod anti-affinity rules";
    const kept = cluster.pods.some((other) =>
      antiAffinityOf(other).some((term) => near(cluster, node, term).includes(other) && meets(other, term, pod)),
    );
    return kept ? "node(s) didn't satisfy existing pods anti-affinity rules" : undefined;
  },
];

/** Formats the reasons like a FailedScheduling event; undefined if a node would accept the pod or no node is known. */
export function schedulersWords(cluster: Cluster, pod: Pod): string | undefined {
  if (waitsForVolume(cluster, pod)) return 'pod has unbound immediate PersistentVolumeClaims.';
  const reasons = cluster.nodes.map((node) => {
    for (const filter of filters) {
      const reason = filter(cluster, pod, node);
      if (reason !== undefined) return reason;
    }
    return undefined;
  });
  if (reasons.length === 0 || reasons.includes(undefined)) return undefined;
  const counted = [...Map.groupBy(reasons, (reason) => reason)].map(([reason, nodes]) => `${nodes.length} ${reason}`);
  return `0/${reasons.length} nodes are available: ${counted.join(', ')}.`;
}

const bindingMode = z.looseObject({ volumeBindingMode: z.string().nullish() });

/** Whether the pod uses a claim that must be bound before placement and is not. */
function waitsForVolume(cluster: Cluster, pod: Pod): boolean {
  const names = new Set(pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []));
  return cluster.claims.some(({ metadata, spec, status }) => {
    if (!names.has(metadata.name) || metadata.namespace !== pod.metadata.namespace) return false;
    const storage = cluster.items.find(
      (item) => item.kind === 'StorageClass' && item.metadata.name === spec.storageClassName,
    );
    const waits = bindingMode.safeParse(storage).data?.volumeBindingMode === 'WaitForFirstConsumer';
    return status?.phase !== 'Bound' && !waits;
  });
}

export interface VolumePlaces {
  readonly volume: string;
  /** The values that a node's labels must have: `eu-west-1c`. */
  readonly where: string;
  /** The nodes where the volume may be used. */
  readonly nodes: readonly Node[];
}

const VolumeAffinity = z.looseObject({
  required: z
    .looseObject({
      nodeSelectorTerms: z.array(z.looseObject({ matchExpressions: z.array(LabelExpression).nullish() })),
    })
    .nullish(),
});

/** Where the most restricted bound volume of the pod may be used; undefined if every node may use its volumes, as far as is recorded. */
export function volumePlacesOf(cluster: Cluster, pod: Pod): VolumePlaces | undefined {
  const names = new Set(pod.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []));
  const bound = new Set(
    cluster.claims.flatMap(({ metadata, spec }) =>
      names.has(metadata.name) && metadata.namespace === pod.metadata.namespace ? (spec.volumeName ?? []) : [],
    ),
  );
  return cluster.volumes
    .filter(({ metadata }) => bound.has(metadata.name))
    .flatMap(({ metadata, spec }) => {
      const terms = VolumeAffinity.safeParse(spec.nodeAffinity).data?.required?.nodeSelectorTerms;
      if (!terms) return [];
      const nodes = cluster.nodes.filter((node) => terms.some((term) => selects(term, node.metadata.labels)));
      const where = terms.flatMap(({ matchExpressions }) => (matchExpressions ?? []).flatMap(({ values }) => values));
      return [{ volume: metadata.name, where: [...new Set(where)].slice(0, 3).join(' or '), nodes }];
    })
    .toSorted((a, b) => a.nodes.length - b.nodes.length)
    .at(0);
}

function tolerates(
  pod: Pod,
  taint: { readonly key: string; readonly value?: string | null | undefined; readonly effect: string },
) {
  return (pod.spec.tolerations ?? []).some(
    ({ key, operator, value, effect }) =>
      (!effect || effect === taint.effect) &&
      (operator === 'Exists' ? !key || key === taint.key : key === taint.key && (value ?? '') === (taint.value ?? '')),
  );
}

/** The pod's request, in cores or bytes. Init containers run before the others, one at a time. */
export function requestOf({ spec }: Pick<Pod, 'spec'>, resource: string): number {
  const of = ({ resources }: (typeof spec.containers)[number]) =>
    bytesOf(resources.requests[resource] ?? resources.limits[resource]);
  return Math.max(
    spec.containers.reduce((sum, one) => sum + of(one), 0),
    ...spec.initContainers.map(of),
    0,
  );
}

const antiAffinityOf = ({ spec }: Pod): readonly PodTerm[] =>
  spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];

/** Pods on the nodes in the same topology domain as this node, by the term's topology key. */
function near(cluster: Cluster, node: Node, { topologyKey }: PodTerm): readonly Pod[] {
  const place = node.metadata.labels[topologyKey];
  if (place === undefined) return [];
  const names = new Set(
    cluster.nodes.filter(({ metadata }) => metadata.labels[topologyKey] === place).map(({ metadata }) => metadata.name),
  );
  return cluster.pods.filter(({ spec }) => names.has(spec.nodeName ?? ''));
}

/** Whether the term of `pod` keeps it away from `other`. A term without a selector matches no pod. */
function meets(pod: Pod, { labelSelector, namespaces }: PodTerm, other: Pod): boolean {
  if (!labelSelector) return false;
  const where = namespaces && namespaces.length > 0 ? namespaces : [pod.metadata.namespace];
  return where.includes(other.metadata.namespace ?? '') && selects(labelSelector, other.metadata.labels);
}

/** Nodes whose labels satisfy the pod's node selector; all nodes if it has none. */
export function selectedBy(cluster: Cluster, pod: Pod): readonly Node[] {
  return cluster.nodes.filter((node) => carries(node.metadata.labels, pod.spec.nodeSelector));
}

/** Nodes that satisfy the pod's node selector and its required node affinity; undefined without either. */
export function pinnedTo(cluster: Cluster, pod: Pod): readonly Node[] | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined && Object.keys(pod.spec.nodeSelector ?? {}).length === 0) return undefined;
  const selected = selectedBy(cluster, pod);
  // Fields other than labels (a DaemonSet's node name) are not read: a field that cannot be judged does not exclude a node.
  return terms === undefined
    ? selected
    : selected.filter((node) => terms.some((term) => selects(term, node.metadata.labels)));
}
