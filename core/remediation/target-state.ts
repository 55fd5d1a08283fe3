// What the target is right now, read from its own object: labels that protect it, whether it is a database, how many pods it stands for,
// and the few facts that an approval is given for. What changes by itself every minute (heartbeats, counters) is not among them.
import * as z from 'zod';
import { WatchkeeperError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import type { KubernetesObject } from '../model/telemetry.ts';
import { aroundKinds, type TargetLookup, type Targets } from '../ports/telemetry.ts';

export interface TargetState {
  /** False where nobody could look: labels are not known then. */
  readonly seen: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly database: boolean;
  /** Pods that acting on it affects. */
  readonly pods: number;
  /** The state that a question is put about, fact by fact, for people. Empty where nobody could look. */
  readonly state: Readonly<Record<string, string>>;
}

export const unknownTargetState: TargetState = { seen: false, labels: {}, database: false, pods: 1, state: {} };

/** What `look` gave, read. An object that is gone has one fact: that it is gone. */
export function targetStateOf(looked: TargetLookup): TargetState {
  switch (looked.kind) {
    case 'unseen':
      return unknownTargetState;
    case 'absent':
      return { ...unknownTargetState, seen: true, pods: 0, state: { exists: 'no' } };
    case 'object':
      return readObject(looked.object);
  }
}

/** For whom not being able to look is no reason to fail. */
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

/** Of the facts, order aside. Undefined where there are none to hold anybody to. */
export function digestOf(state: TargetState['state']): string | undefined {
  const facts = Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1));
  if (facts.length === 0) return undefined;
  return sha256(JSON.stringify(facts)).slice(0, 32);
}

/** What is otherwise now, in words: "ready pods were 1 of 3 and are 3 of 3". */
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

/** `uid` tells an object from its successor of the same name, `generation` counts changes of what was wanted (Kubernetes API conventions). */
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

/** In words and not in numbers: pods that crash in turn change the number, not what is known of the workload. */
function health(ready: number, wanted: number): string {
  if (wanted === 0) return 'scaled to none';
  return ready >= wanted ? 'all pods ready' : 'not all pods ready';
}

/** Images of databases by the last part of their name, as they are published. */
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

/** By the recommended labels of Kubernetes, or by what it runs. */
function isDatabase(object: KubernetesObject, labels: Readonly<Record<string, string>>): boolean {
  if (labels['app.kubernetes.io/component'] === 'database') return true;
  const parsed = Containers.safeParse(object);
  if (!parsed.success) return false;
  const { template, containers } = parsed.data.spec;
  // The first container is what a pod is for; others may be exporters and proxies of a database elsewhere.
  const [first] = template?.spec.containers ?? containers ?? [];
  return first?.image !== undefined && databaseImages.test(first.image) && !/exporter|proxy|bouncer/i.test(first.image);
}

/** What a question is put for, in a line; empty where nobody could look. */
export const stateText = (facts: TargetState['state'] | undefined): string =>
  facts === undefined
    ? ''
    : `As the target is now: ${Object.entries(facts)
        .filter(([fact, value]) => fact !== 'uid' && fact !== 'exists' && value !== 'unknown')
        .map(([fact, value]) => `${fact} ${value}`)
        .join(', ')}. If that changes before it is done, it is asked again.`;
