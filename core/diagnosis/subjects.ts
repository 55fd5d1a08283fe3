// Recognises findings about the same entity. Each specialist names an entity as its source does: the mesh says Service checkout, the cluster says
// Deployment, ReplicaSet and Pod, the alert says Job. Generated names are read back to their owner by Kubernetes' naming rules.

import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import { ownerOf } from '../topology/owner.ts';

/** `workload` is anything that runs or answers under one name. */
type Family = 'workload' | 'node' | 'namespace' | 'cluster' | 'other';

const families: Record<string, Family> = {
  Deployment: 'workload',
  StatefulSet: 'workload',
  DaemonSet: 'workload',
  ReplicaSet: 'workload',
  Pod: 'workload',
  Container: 'workload',
  CronJob: 'workload',
  Job: 'workload',
  Service: 'workload',
  App: 'workload',
  Endpoints: 'workload',
  // Managed services, as their sources name them.
  Function: 'workload',
  Queue: 'workload',
  Topic: 'workload',
  Stream: 'workload',
  Table: 'workload',
  Database: 'workload',
  Cache: 'workload',
  StateMachine: 'workload',
  LoadBalancer: 'workload',
  TargetGroup: 'workload',
  Gateway: 'workload',
  Bucket: 'workload',
  Distribution: 'workload',
  Node: 'node',
  Namespace: 'namespace',
  Cluster: 'cluster',
};

const familyOfKind = (kind: string): Family => families[kind] ?? 'other';

const ownerName = (entity: EntityRef): string => ownerOf(entity).name;

export interface Subjects {
  /** Equal for two references to the same entity. */
  keyOf(entity: EntityRef): string;
  /** Name in the call graph; undefined if the entity is not a workload. */
  serviceOf(entity: EntityRef): string | undefined;
  familyOf(entity: EntityRef): Family;
}

/**
 * `entities` are all entities that findings name; they show which clusters a bare name can mean. A known vendor is a part of the call graph, as a
 * workload is.
 */
export function subjectsAmong(
  entities: readonly EntityRef[],
  context: Context,
  vendors: readonly { readonly name: string }[] = [],
): Subjects {
  const known = new Set(vendors.map(({ name }) => name));
  const familyOf = ({ kind, name }: EntityRef): Family =>
    kind === 'Vendor' && known.has(name) ? 'workload' : familyOfKind(kind);
  const alias = serviceAlias(entities, context);
  const nameOf = (entity: EntityRef): string => {
    const name = ownerName(entity).toLowerCase();
    return familyOf(entity) === 'workload' ? (alias.get(name) ?? name) : name;
  };
  const groupOf = (entity: EntityRef): string => {
    const family = familyOf(entity);
    return `${family === 'other' ? entity.kind : family}/${nameOf(entity)}`;
  };
  const clusters = new Map<string, Set<string>>();
  for (const entity of entities) {
    if (entity.cluster === undefined) continue;
    const group = groupOf(entity);
    clusters.set(group, (clusters.get(group) ?? new Set()).add(entity.cluster));
  }
  const clusterOf = (entity: EntityRef): string => {
    if (entity.cluster !== undefined) return entity.cluster;
    const known = clusters.get(groupOf(entity));
    if (!known) return '-';
    const paged = context.cluster?.value;
    return known.size === 1 || paged === undefined || !known.has(paged) ? ([...known].sort()[0] ?? '-') : paged;
  };
  return {
    keyOf: (entity) => `${clusterOf(entity)}/${groupOf(entity)}`,
    serviceOf: (entity) => (familyOf(entity) === 'workload' ? nameOf(entity) : undefined),
    familyOf,
  };
}

/** The paged service and the paged workload count as one, unless another workload runs under the service's name. */
function serviceAlias(entities: readonly EntityRef[], context: Context): ReadonlyMap<string, string> {
  const service = context.service?.value.toLowerCase();
  const workload = context.workload && ownerName(context.workload).toLowerCase();
  if (!service || !workload || service === workload || familyOfKind(context.workload?.kind ?? '') !== 'workload')
    return new Map();
  const runsItself = entities.some(
    (entity) =>
      entity.kind !== 'Service' &&
      familyOfKind(entity.kind) === 'workload' &&
      ownerName(entity).toLowerCase() === service,
  );
  return runsItself ? new Map() : new Map([[service, workload]]);
}

const actionable = ['CronJob', 'Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet', 'Service'];

/** The best reference to display and act on: the owner rather than its parts, completed with the namespace and cluster that any finding gives. */
export function bestRef(entities: readonly EntityRef[]): EntityRef | undefined {
  const place = (entity: EntityRef) => {
    const index = actionable.indexOf(entity.kind);
    return index < 0 ? actionable.length : index;
  };
  const completeness = (entity: EntityRef) =>
    Number(entity.cluster !== undefined) + Number(entity.namespace !== undefined);
  const [best] = entities.toSorted((a, b) => place(a) - place(b) || completeness(b) - completeness(a));
  if (!best) return undefined;
  const namespace = best.namespace ?? entities.find((entity) => entity.namespace)?.namespace;
  const cluster = best.cluster ?? entities.find((entity) => entity.cluster)?.cluster;
  return { kind: best.kind, name: best.name, ...(namespace && { namespace }), ...(cluster && { cluster }) };
}
