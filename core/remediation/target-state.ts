// Reads the state of a target from its own object: protecting labels, whether it is a database, its number of pods, and the few facts that an
// approval depends on. Values that change by themselves every minute (heartbeats, counters) are excluded.
import * as z from 'zod';
import { WatchkeeperError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import type { KubernetesObject } from '../model/telemetry.ts';
import { aroundKinds, type TargetLookup, type Targets } from '../ports/telemetry.ts';

export interface TargetState {
  /** False if nobody could read the target; its labels are unknown then. */
  readonly seen: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly database: boolean;
  /** The number of pods that an action on the target affects. */
  readonly pods: number;
  /** Distinguishes the object from a later one of the same name; absent if nobody could read it. */
  readonly uid?: string | undefined;
  /** The state that an approval depends on, fact by fact, for people. Empty if nobody could read the target. */
  readonly state: Readonly<Record<string, string>>;
}

export const unknownTargetState: TargetState = { seen: false, labels: {}, database: false, pods: 1, state: {} };

/** Reads the result of `look`. For a deleted object, the state has one fact: the object does not exist. */
export function targetStateOf(lookup: TargetLookup): TargetState {
  switch (lookup.kind) {
    case 'unseen':
      return unknownTargetState;
    case 'absent':
      return { ...unknownTargetState, seen: true, pods: 0, state: { exists: 'no' } };
    case 'object':
      return readObject(lookup.object);
  }
}

/** Wraps targets for callers that continue if the target cannot be read: an error becomes an `unseen` result. */
export const tolerateUnavailable = (targets: Targets): Targets => ({
  look: (target, scope) =>
    targets.look(target, scope).catch((error: unknown) => {
      if (error instanceof WatchkeeperError) return { kind: 'unseen', why: error.message };
      throw error;
    }),
  around: (target, scope) =>
    targets.around(target, scope).catch((error: unknown) => {
      if (error instanceof WatchkeeperError) return { objects: [], without: aroundKinds };
      throw error;
    }),
});

/** A digest of the facts, independent of their order. Undefined if there are no facts. */
export function digestOf(state: TargetState['state']): string | undefined {
  const facts = Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
  if (facts.length === 0) return undefined;
  return sha256(JSON.stringify(facts)).slice(0, 32);
}

/** The facts that differ now, in words: "ready pods were 1 of 3 and are 3 of 3". */
export function differences(before: TargetState['state'], now: TargetState['state']): string[] {
  const facts = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return facts
    .filter((fact) => before[fact] !== now[fact])
    .map((fact) => `${fact} was ${before[fact] ?? 'not there'} and is ${now[fact] ?? 'not there'}`);
}

const Shape = z.looseObject({
  metadata: z.looseObject({
    uid: z.string().optional(),
    generation: z.number().optional(),
    deletionTimestamp: z.string().optional(),
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
  spec: z
    .looseObject({
      replicas: z.number().optional(),
      parallelism: z.number().optional(),
      suspend: z.boolean().optional(),
      unschedulable: z.boolean().optional(),
      nodeName: z.string().optional(),
    })
    .nullish()
    .transform((spec) => spec ?? {}),
  status: z
    .looseObject({
      replicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      desiredNumberScheduled: z.number().optional(),
      numberReady: z.number().optional(),
      phase: z.string().optional(),
      active: z.unknown().optional(),
      lastSuccessfulTime: z.string().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).optional(),
    })
    .nullish()
    .transform((status) => status ?? {}),
});
type Shape = z.infer<typeof Shape>;

function readObject(object: KubernetesObject): TargetState {
  const shape = Shape.safeParse(object);
  if (!shape.success) return unknownTargetState;
  const labels = object.metadata.labels ?? {};
  return {
    seen: true,
    labels,
    database: isDatabase(object, labels),
    pods: podsOf(object.kind, shape.data),
    uid: shape.data.metadata.uid,
    state: stateOf(object.kind, shape.data),
  };
}

function podsOf(kind: string, { spec, status }: Shape): number {
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
      return spec.replicas ?? 1;
    case 'DaemonSet':
      return status.desiredNumberScheduled ?? 1;
    case 'Job':
      return spec.parallelism ?? 1;
    default:
      return 1;
  }
}

/**
 * `uid` distinguishes an object from a later one of the same name; `generation` counts changes of the desired state (Kubernetes API conventions).
 */
function stateOf(kind: string, { metadata, spec, status }: Shape): Record<string, string> {
  const condition = (type: string) => status.conditions?.find((one) => one.type === type)?.status ?? 'unknown';
  const common = {
    exists: 'yes',
    uid: metadata.uid ?? 'unknown',
    'wanted state, version': String(metadata.generation ?? 'unknown'),
    ...(metadata.deletionTimestamp === undefined ? {} : { 'being deleted': 'yes' }),
  };
  switch (kind) {
    case 'Deployment':
    case 'StatefulSet':
      return { ...common, health: health(status.readyReplicas ?? 0, spec.replicas ?? 1) };
    case 'DaemonSet':
      return { ...common, health: health(status.numberReady ?? 0, status.desiredNumberScheduled ?? 0) };
    case 'CronJob':
      return {
        ...common,
        suspended: spec.suspend ? 'yes' : 'no',
        'Jobs running': String(Array.isArray(status.active) ? status.active.length : 0),
        'last success': status.lastSuccessfulTime ?? 'never',
      };
    case 'Job':
      return { ...common, complete: condition('Complete'), failed: condition('Failed') };
    case 'Pod':
      return { ...common, phase: status.phase ?? 'unknown', ready: condition('Ready') };
    case 'Node':
      return { ...common, cordoned: spec.unschedulable ? 'yes' : 'no', ready: condition('Ready') };
    default:
      return common;
  }
}

/** The health in words without numbers: when pods crash in turn, the number changes but the health of the workload does not. */
function health(ready: number, desired: number): string {
  if (desired === 0) return 'scaled to none';
  return ready >= desired ? 'all pods ready' : 'not all pods ready';
}

/** Image names of databases: the last part of the published name. */
const databaseImages =
  /(?:^|\/)(?:postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|cassandra|scylla|cockroach|clickhouse(?:-server)?|etcd|redis|valkey|elasticsearch|opensearch|neo4j|influxdb|timescaledb|mssql|oracle)(?:[-:@]|$)/i;
const Containers = z.object({
  spec: z.looseObject({
    template: z
      .looseObject({ spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string().optional() })) }) })
      .optional(),
    containers: z.array(z.looseObject({ image: z.string().optional() })).optional(),
  }),
});

/** Whether the object is a database, by the recommended Kubernetes labels or by its image. */
function isDatabase(object: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
  if (labels['app.kubernetes.io/component'] === 'database') return true;
  const parsed = Containers.safeParse(object);
  if (!parsed.success) return false;
  const { template, containers } = parsed.data.spec;
  // The first container is the main one; others may be exporters and proxies of a database elsewhere.
  const [first] = template?.spec.containers ?? containers ?? [];
  return first?.image !== undefined && databaseImages.test(first.image) && !/exporter|proxy|bouncer/i.test(first.image);
}

/** The state that the approval depends on, in one line; empty if nobody could read the target. */
export const stateText = (facts: TargetState['state'] | undefined): string =>
  facts === undefined
    ? ''
    : `As the target is now: ${Object.entries(facts)
        .filter(([fact, value]) => fact !== 'uid' && fact !== 'exists' && value !== 'unknown')
        .map(([fact, value]) => `${fact} ${value}`)
        .join(', ')}. If that changes before it is done, it is asked again.`;
