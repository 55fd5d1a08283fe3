// Kubernetes objects as `kubectl get … -o json` gives them, cut to what matters: a healthy application with what a test cares about put over.
import { analyzeClusters } from '../../../../core/analysis/kubernetes/index.ts';
import type { FindingDraft } from '../../../../core/model/report-draft.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';

type Json = Readonly<Record<string, unknown>>;

export const now = '2026-11-20T03:00:00.000Z';
/** An instant so many minutes before the snapshot, in seconds as Kubernetes writes it. */
export const ago = (minutes: number): string =>
  `${new Date(Date.parse(now) - minutes * 60_000).toISOString().slice(0, 19)}Z`;

export const meta = (name: string, over: Json = {}): Json => ({
  name,
  namespace: 'shop',
  creationTimestamp: ago(3000),
  ...over,
});
export const ownedBy = (kind: string, name: string): Json => ({ ownerReferences: [{ kind, name, controller: true }] });

export const node = (name: string, over: { labels?: Json; spec?: Json; conditions?: Json[] } = {}): Json => ({
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...over.labels }, creationTimestamp: ago(90_000) },
  spec: over.spec ?? {},
  status: {
    conditions: [
      { type: 'MemoryPressure', status: 'False', reason: 'KubeletHasSufficientMemory' },
      ...(over.conditions ?? [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: ago(9000) },
      ]),
    ],
    allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
  },
});

export const event = (kind: string, name: string, reason: string, message: string, over: Json = {}): Json => ({
  kind: 'Event',
  metadata: meta(`${name}.${reason}`.toLowerCase()),
  involvedObject: { kind, name, ...(kind === 'Node' ? {} : { namespace: 'shop' }) },
  type: 'Warning',
  reason,
  message,
  count: 5,
  firstTimestamp: ago(12),
  lastTimestamp: ago(1),
  ...over,
});

export const service = (name: string, over: Json = {}): Json => ({
  kind: 'Service',
  metadata: meta(name),
  spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...over },
});

interface App {
  readonly kind?: string;
  readonly container?: Json;
  readonly podSpec?: Json;
  readonly podStatus?: Json;
  readonly containerStatus?: Json;
  readonly spec?: Json;
  readonly status?: Json;
  /** Of the ReplicaSet. */
  readonly revision?: Json;
}

/** Pod of the application below. */
export const pod = (name: string): string => `${name}-6778bd7b8b-x2x4z`;
export const replicaSet = (name: string): string => `${name}-6778bd7b8b`;

/** Deployment, ReplicaSet and one pod, all well. */
export function app(name: string, over: App = {}): Json[] {
  const container = {
    name: 'server',
    image: `registry.example.com/${name}:1.4.2`,
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '128Mi' } },
    ...over.container,
  };
  const labels = { app: name };
  const podSpec = { containers: [container], ...over.podSpec };
  const template = { metadata: { labels }, spec: podSpec };
  const kind = over.kind ?? 'Deployment';
  const replicas = kind === 'DaemonSet' ? {} : { replicas: 1 };
  return [
    {
      kind,
      metadata: meta(name, { generation: 1 }),
      spec: { ...replicas, selector: { matchLabels: labels }, template, ...over.spec },
      status: over.status ?? {
        ...(kind === 'DaemonSet'
          ? { desiredNumberScheduled: 1, numberAvailable: 1 }
          : { replicas: 1, readyReplicas: 1, availableReplicas: 1 }),
        conditions: [],
      },
    },
    ...(kind === 'Deployment'
      ? [
          {
            kind: 'ReplicaSet',
            metadata: meta(replicaSet(name), {
              ...ownedBy('Deployment', name),
              annotations: { 'deployment.kubernetes.io/revision': '1' },
              ...over.revision,
            }),
            spec: { replicas: 1, selector: { matchLabels: labels }, template, ...over.spec },
          },
        ]
      : []),
    {
      kind: 'Pod',
      metadata: meta(pod(name), {
        labels,
        ...(kind === 'Deployment' ? ownedBy('ReplicaSet', replicaSet(name)) : ownedBy(kind, name)),
      }),
      spec: { nodeName: 'worker-01', ...podSpec },
      status: {
        phase: 'Running',
        startTime: ago(2900),
        conditions: [{ type: 'Ready', status: 'True' }],
        containerStatuses: [
          {
            name: 'server',
            image: container.image,
            ready: true,
            restartCount: 0,
            state: { running: { startedAt: ago(2900) } },
            lastState: {},
            ...over.containerStatus,
          },
        ],
        ...over.podStatus,
      },
    },
  ];
}

/** An application of which nothing is available. */
export const down = (name: string, over: App = {}): Json[] =>
  app(name, { status: { replicas: 1, availableReplicas: 0, conditions: [] }, ...over });
/** The same with its container in a state that is not ready. */
export const sick = (name: string, containerStatus: Json, over: App = {}): Json[] =>
  down(name, { containerStatus: { ready: false, ...containerStatus }, ...over });
/** The same with a pod that no node took, and what the scheduler says of it. */
export const pending = (name: string, message: string | undefined, podSpec: Json = {}): Json[] => [
  ...down(name, {
    podSpec: { nodeName: undefined, ...podSpec },
    podStatus: { phase: 'Pending', containerStatuses: undefined, conditions: [] },
  }),
  ...(message === undefined ? [] : [event('Pod', pod(name), 'FailedScheduling', message)]),
];

export const ended = (over: Json = {}): Json => ({
  terminated: { exitCode: 1, reason: 'Error', startedAt: ago(8), finishedAt: ago(7), ...over },
});
export const waiting = (reason: string, message?: string): Json => ({ waiting: { reason, message } });

export const job = (name: string, cronJob: string | undefined, condition: Json, status: Json = {}): Json => ({
  kind: 'Job',
  metadata: meta(name, cronJob === undefined ? {} : ownedBy('CronJob', cronJob)),
  spec: {},
  status: { conditions: [{ status: 'True', lastTransitionTime: ago(10), ...condition }], ...status },
});
export const cronJob = (name: string, spec: Json = {}): Json => ({
  kind: 'CronJob',
  metadata: meta(name),
  spec: { schedule: '0 * * * *', suspend: false, ...spec },
  status: { lastScheduleTime: ago(15) },
});

export const claim = (name: string, spec: Json = {}, phase = 'Pending'): Json => ({
  kind: 'PersistentVolumeClaim',
  metadata: meta(name),
  spec: {
    accessModes: ['ReadWriteOnce'],
    storageClassName: 'local',
    resources: { requests: { storage: '10Gi' } },
    ...spec,
  },
  status: { phase },
});
export const volume = (name: string, spec: Json = {}, phase = 'Available', labels: Json = {}): Json => ({
  kind: 'PersistentVolume',
  metadata: { name, labels },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', capacity: { storage: '10Gi' }, ...spec },
  status: { phase },
});
export const quota = (hard: Json, used: Json): Json => ({
  kind: 'ResourceQuota',
  metadata: meta('team-quota'),
  spec: { hard },
  status: { hard, used },
});

/** What is said of these objects, read as the connectors read them. */
export const find = (...items: readonly Json[]): FindingDraft[] =>
  analyzeClusters([
    {
      cluster: 'backend-1',
      takenAt: now,
      // Through JSON, so that what is undefined is absent.
      items: items.map((item) => KubernetesObject.parse(JSON.parse(JSON.stringify(item)))),
    },
  ]);
/** `Deployment cart: oom-killed` for each cause that is named, whatever its role unless it is context. Missing pods alone name none. */
export const causes = (...items: readonly Json[]): string[] => [
  ...new Set(
    find(...items).flatMap(({ entity, cause, role }) =>
      cause !== undefined && cause !== 'pods-unavailable' && role !== 'context'
        ? [`${entity.kind} ${entity.name}: ${cause}`]
        : [],
    ),
  ),
];
/** Those that claim to explain something. */
export const explanations = (...items: readonly Json[]): string[] => [
  ...new Set(
    find(...items).flatMap(({ entity, cause, role }) =>
      cause !== undefined && role === 'cause' ? [`${entity.kind} ${entity.name}: ${cause}`] : [],
    ),
  ),
];
