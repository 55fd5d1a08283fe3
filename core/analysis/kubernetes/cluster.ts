// Indexes one snapshot: objects by kind, events by object, pods by owner.
import type * as z from 'zod';
import type { EntityRef } from '../../model/entity.ts';
import type { KubernetesObject, KubernetesSnapshot } from '../../model/telemetry.ts';
import { ownerOf as ownerByName } from '../../topology/owner.ts';
import {
  Claim,
  CronJob,
  Endpoints,
  Job,
  KubernetesEvent,
  Node,
  Pod,
  Quota,
  Service,
  Volume,
  Workload,
} from './objects.ts';

export interface Cluster {
  readonly name: string;
  readonly takenAt: string;
  /** All objects, including kinds without a list of their own. */
  readonly items: readonly KubernetesObject[];
  readonly pods: readonly Pod[];
  readonly workloads: readonly Workload[];
  readonly replicaSets: readonly Workload[];
  readonly jobs: readonly Job[];
  readonly cronJobs: readonly CronJob[];
  readonly services: readonly Service[];
  readonly endpoints: readonly Endpoints[];
  readonly nodes: readonly Node[];
  readonly claims: readonly Claim[];
  readonly volumes: readonly Volume[];
  readonly quotas: readonly Quota[];
  readonly events: readonly KubernetesEvent[];
  eventsOf(kind: string, name: string, namespace: string | undefined): readonly KubernetesEvent[];
  podsOf(workload: EntityRef): readonly Pod[];
  entityOf(object: {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string | undefined };
  }): EntityRef;
  /** The topmost owner of a pod, ReplicaSet or Job. */
  ownerOf(kind: string, name: string, namespace: string | undefined): EntityRef;
  /** Whether the snapshot holds this object. */
  has(kind: string, name: string, namespace: string | undefined): boolean;
}

const clusterWide: ReadonlySet<string> = new Set(['Node', 'PersistentVolume', 'Namespace', 'StorageClass']);

/** Wanted and available pods of a workload; a DaemonSet counts its nodes instead of replicas. */
export function replicasOf(workload: Workload): { readonly desired: number; readonly available: number } {
  const { kind, spec, status } = workload;
  return kind === 'DaemonSet'
    ? { desired: status?.desiredNumberScheduled ?? 1, available: status?.numberAvailable ?? 0 }
    : { desired: spec.replicas ?? 1, available: status?.availableReplicas ?? 0 };
}

export function indexCluster(snapshot: KubernetesSnapshot): Cluster {
  const of = <Schema extends z.ZodType>(kinds: readonly string[], schema: Schema): z.infer<Schema>[] =>
    snapshot.items.flatMap((item) => {
      if (!kinds.includes(item.kind)) return [];
      const parsed = schema.safeParse(item);
      return parsed.success ? [parsed.data] : [];
    });
  const pods = of(['Pod'], Pod);
  const replicaSets = of(['ReplicaSet'], Workload);
  const jobs = of(['Job'], Job);
  const events = of(['Event'], KubernetesEvent);
  const key = (kind: string, name: string, namespace: string | undefined) => `${kind}/${namespace ?? ''}/${name}`;

  const known = new Set(snapshot.items.map((item) => key(item.kind, item.metadata.name, item.metadata.namespace)));
  const owners = new Map<string, { kind: string; name: string }>();
  for (const object of [...pods, ...replicaSets, ...jobs]) {
    const owner = object.metadata.ownerReferences[0];
    if (owner) owners.set(key(object.kind, object.metadata.name, object.metadata.namespace), owner);
  }
  // A rerun Job is another object, but the same work.
  for (const { kind, metadata } of jobs) {
    const first = metadata.annotations['watchkeeper.dev/rerun-of'];
    if (first && first !== metadata.name)
      owners.set(key(kind, metadata.name, metadata.namespace), { kind: 'Job', name: first });
  }
  /** A pod that is gone is known by name only: its Deployment's name, two suffixes. */
  const deploymentOf = (pod: string, namespace: string | undefined) => {
    const name = /^(.+)-[a-z0-9]+-[a-z0-9]{5}$/.exec(pod)?.[1];
    return name !== undefined && known.has(key('Deployment', name, namespace))
      ? { kind: 'Deployment', name }
      : undefined;
  };
  const ownerOf = (kind: string, name: string, namespace: string | undefined): EntityRef => {
    // A ReplicaSet between a pod and its Deployment may be missing from the snapshot.
    const makerOf = (entity: EntityRef) => {
      const owner = ownerByName(entity);
      if (owner.kind !== entity.kind && known.has(key(owner.kind, owner.name, namespace))) return owner;
      return entity.kind === 'Pod' && !known.has(key('Pod', entity.name, namespace))
        ? deploymentOf(entity.name, namespace)
        : undefined;
    };
    let current = { kind, name };
    for (let hop = 0; hop < 4; hop += 1) {
      const next = owners.get(key(current.kind, current.name, namespace)) ?? makerOf(current);
      if (!next) break;
      current = next;
    }
    return {
      kind: current.kind,
      name: current.name,
      cluster: snapshot.cluster,
      ...(namespace === undefined ? {} : { namespace }),
    };
  };

  const eventsByObject = Map.groupBy(events, (one) =>
    key(
      one.involvedObject.kind ?? '',
      one.involvedObject.name ?? '',
      // Kubernetes stores events of cluster-wide objects in a namespace, too.
      one.involvedObject.namespace ??
        (clusterWide.has(one.involvedObject.kind ?? '') ? undefined : one.metadata.namespace),
    ),
  );
  const podsByOwner = Map.groupBy(pods, (pod) => {
    const owner = ownerOf('Pod', pod.metadata.name, pod.metadata.namespace);
    return key(owner.kind, owner.name, owner.namespace);
  });
  return {
    name: snapshot.cluster,
    takenAt: snapshot.takenAt,
    items: snapshot.items,
    pods,
    workloads: of(['Deployment', 'StatefulSet', 'DaemonSet'], Workload),
    replicaSets,
    jobs,
    cronJobs: of(['CronJob'], CronJob),
    services: of(['Service'], Service),
    endpoints: of(['Endpoints'], Endpoints),
    nodes: of(['Node'], Node),
    claims: of(['PersistentVolumeClaim'], Claim),
    volumes: of(['PersistentVolume'], Volume),
    quotas: of(['ResourceQuota'], Quota),
    events,
    ownerOf,
    eventsOf: (kind, name, namespace) => eventsByObject.get(key(kind, name, namespace)) ?? [],
    entityOf: ({ kind, metadata: { name, namespace } }) => ({
      kind,
      name,
      cluster: snapshot.cluster,
      ...(namespace === undefined ? {} : { namespace }),
    }),
    podsOf: (workload) => podsByOwner.get(key(workload.kind, workload.name, workload.namespace)) ?? [],
    has: (kind, name, namespace) => known.has(key(kind, name, namespace)),
  };
}
