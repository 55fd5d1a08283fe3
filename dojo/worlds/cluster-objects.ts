// Builds the Kubernetes objects of an invented workload, as `kubectl get -o json` gives them.
import type { JsonObject } from './json.ts';
import type { Random } from './random.ts';
import { instant } from './transformation.ts';

export interface Invented {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When the pods of today started, epoch milliseconds. */
  readonly startedAt: number;
  readonly replicas: number;
  readonly nodes: readonly string[];
  /** Undefined for a pod that is well. */
  readonly waiting?: { readonly reason: string; readonly message: string; readonly restarts: number };
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (random: Random, length: number): string =>
  Array.from({ length }, () => random.pick([...alphabet])).join('');

/** Deployment, ReplicaSet, pods, Service and Endpoints. The pods' names come back too, for logs and events. */
export function workload(
  invented: Invented,
  random: Random,
): { objects: readonly JsonObject[]; pods: readonly string[] } {
  const { name, namespace, image, createdAt, startedAt, replicas, nodes, waiting } = invented;
  const hash = suffix(random, 10);
  const replicaSet = `${name}-${hash}`;
  const pods = Array.from({ length: replicas }, () => `${replicaSet}-${suffix(random, 5)}`);
  const ready = waiting === undefined ? replicas : 0;
  const labels = { app: name };
  const meta = (own: string, at: number, extra: JsonObject = {}): JsonObject => ({
    name: own,
    namespace,
    uid: `${suffix(random, 8)}-${suffix(random, 4)}-${own}`,
    creationTimestamp: instant(at),
    ...extra,
  });
  const ownedBy = (kind: string, owner: string): JsonObject => ({
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name: owner, controller: true }],
  });
  const podSpec: JsonObject = {
    containers: [
      {
        name,
        image,
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '512Mi' } },
      },
    ],
  };
  const template: JsonObject = { metadata: { labels: { ...labels, 'pod-template-hash': hash } }, spec: podSpec };
  const condition = (type: string, isTrue: boolean, reason: string): JsonObject => ({
    type,
    status: isTrue ? 'True' : 'False',
    reason,
    lastTransitionTime: instant(startedAt),
    lastUpdateTime: instant(startedAt),
  });
  const counts: JsonObject = {
    observedGeneration: 1,
    replicas,
    updatedReplicas: replicas,
    readyReplicas: ready,
    availableReplicas: ready,
    ...(ready < replicas ? { unavailableReplicas: replicas - ready } : {}),
  };
  const owned = { labels: { ...labels, 'pod-template-hash': hash } };
  const pod = (own: string, place: number): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(own, startedAt, { ...owned, ...ownedBy('ReplicaSet', replicaSet) }),
    spec: { ...podSpec, nodeName: nodes[place % Math.max(1, nodes.length)] ?? 'node' },
    status: {
      phase: 'Running',
      podIP: `10.42.${random.int(0, 250)}.${random.int(2, 250)}`,
      startTime: instant(startedAt),
      conditions: [
        { type: 'PodScheduled', status: 'True', lastTransitionTime: instant(startedAt) },
        { type: 'Initialized', status: 'True', lastTransitionTime: instant(startedAt) },
        ...['ContainersReady', 'Ready'].map((type) =>
          condition(type, waiting === undefined, waiting ? 'ContainersNotReady' : ''),
        ),
      ],
      containerStatuses: [
        {
          name,
          image,
          ready: waiting === undefined,
          started: waiting === undefined,
          restartCount: waiting?.restarts ?? 0,
          state: waiting
            ? { waiting: { reason: waiting.reason, message: waiting.message } }
            : { running: { startedAt: instant(startedAt + 4000) } },
        },
      ],
    },
  });
  const spec: JsonObject = { replicas, selector: { matchLabels: labels }, template };
  const revision = { annotations: { 'deployment.kubernetes.io/revision': '3' } };
  return {
    pods,
    objects: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: meta(name, createdAt, { labels, ...revision, generation: 1 }),
        spec,
        status: {
          ...counts,
          conditions: [
            condition(
              'Available',
              waiting === undefined,
              waiting ? 'MinimumReplicasUnavailable' : 'MinimumReplicasAvailable',
            ),
            condition(
              'Progressing',
              waiting === undefined,
              waiting ? 'ProgressDeadlineExceeded' : 'NewReplicaSetAvailable',
            ),
          ],
        },
      },
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: meta(replicaSet, createdAt, { ...owned, ...revision, ...ownedBy('Deployment', name) }),
        spec,
        status: counts,
      },
      ...pods.map(pod),
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: meta(name, createdAt, { labels }),
        spec: {
          type: 'ClusterIP',
          selector: labels,
          ports: [{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' }],
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: meta(name, createdAt),
        subsets: [
          {
            [waiting ? 'notReadyAddresses' : 'addresses']: pods.map((own, place) => ({
              ip: `10.42.${place}.${random.int(2, 250)}`,
              targetRef: { kind: 'Pod', name: own, namespace },
            })),
            ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
          },
        ],
      },
    ],
  };
}

export interface InventedEvent {
  readonly about: { readonly kind: string; readonly name: string; readonly namespace: string };
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

export const warning = ({ about, reason, message, count, from, to }: InventedEvent, random: Random): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: {
    name: `${about.name}.${suffix(random, 12)}`,
    namespace: about.namespace,
    creationTimestamp: instant(from),
  },
  involvedObject: { ...about, apiVersion: 'v1' },
  type: 'Warning',
  reason,
  message,
  count,
  firstTimestamp: instant(from),
  lastTimestamp: instant(to),
  source: { component: 'kubelet' },
});
