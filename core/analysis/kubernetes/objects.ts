// Schemas of the Kubernetes fields that the analyzers read; other fields are ignored. An object that does not match its schema is dropped, because
// telemetry is untrusted and one malformed object must not hide the others.

import * as z from 'zod';
import { LabelExpression, LabelSelector } from '../../selectors.ts';

const meta = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  annotations: z
    .record(z.string(), z.string())
    .nullish()
    .transform((v) => v ?? {}),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().nullish(),
  ownerReferences: z
    .array(z.looseObject({ kind: z.string(), name: z.string() }))
    .nullish()
    .transform((v) => v ?? []),
});
const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  lastTransitionTime: z.string().nullish(),
  lastHeartbeatTime: z.string().nullish(),
});
const conditions = z
  .array(condition)
  .nullish()
  .transform((v) => v ?? []);
const terminated = z.looseObject({
  exitCode: z.number(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  startedAt: z.string().nullish(),
  finishedAt: z.string().nullish(),
});
const state = z
  .looseObject({
    waiting: z.looseObject({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
    running: z.looseObject({ startedAt: z.string().nullish() }).nullish(),
    terminated: terminated.nullish(),
  })
  .nullish();
const containerStatus = z.looseObject({
  name: z.string(),
  image: z.string().nullish(),
  /** `registry/name@sha256:…` of what runs; other forms exist. */
  imageID: z.string().nullish(),
  ready: z
    .boolean()
    .nullish()
    .transform((v) => v ?? false),
  restartCount: z
    .number()
    .nullish()
    .transform((v) => v ?? 0),
  state,
  lastState: state,
});
const port = z.union([z.number(), z.string()]);
export const probe = z
  .looseObject({
    httpGet: z.looseObject({ port, path: z.string().nullish(), scheme: z.string().nullish() }).nullish(),
    tcpSocket: z.looseObject({ port }).nullish(),
    grpc: z.looseObject({ port: z.number() }).nullish(),
    exec: z.looseObject({ command: z.array(z.string()).nullish() }).nullish(),
    initialDelaySeconds: z.number().nullish(),
    periodSeconds: z.number().nullish(),
    timeoutSeconds: z.number().nullish(),
    failureThreshold: z.number().nullish(),
  })
  .nullish();
const quantities = z
  .record(z.string(), z.union([z.string(), z.number()]).transform(String))
  .nullish()
  .transform((v) => v ?? {});
const container = z.looseObject({
  name: z.string(),
  image: z.string().nullish(),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z
    .array(z.looseObject({ name: z.string(), value: z.string().nullish() }))
    .nullish()
    .transform((v) => v ?? []),
  ports: z
    .array(z.looseObject({ name: z.string().nullish(), containerPort: z.number(), protocol: z.string().nullish() }))
    .nullish()
    .transform((v) => v ?? []),
  resources: z
    .looseObject({ requests: quantities, limits: quantities })
    .nullish()
    .transform((v) => v ?? { requests: {}, limits: {} }),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
});
const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const requiredTerms = z
  .looseObject({
    nodeSelectorTerms: z.array(
      z.looseObject({
        matchExpressions: z.array(LabelExpression).nullish(),
        matchFields: z.array(z.unknown()).nullish(),
      }),
    ),
  })
  .nullish();
const podTerm = z.looseObject({
  labelSelector: LabelSelector.nullish(),
  topologyKey: z.string(),
  namespaces: z.array(z.string()).nullish(),
});
const podSpec = z.looseObject({
  nodeName: z.string().nullish(),
  nodeSelector: z.record(z.string(), z.string()).nullish(),
  affinity: z
    .looseObject({
      nodeAffinity: z
        .looseObject({ [required]: requiredTerms })
        .nullish()
        .catch(undefined),
      podAntiAffinity: z
        .looseObject({ [required]: z.array(podTerm).nullish() })
        .nullish()
        .catch(undefined),
    })
    .nullish()
    .catch(undefined),
  tolerations: z
    .array(
      z.looseObject({
        key: z.string().nullish(),
        operator: z.string().nullish(),
        value: z.string().nullish(),
        effect: z.string().nullish(),
      }),
    )
    .nullish()
    .catch(undefined),
  imagePullSecrets: z.array(z.unknown()).nullish().catch(undefined),
  serviceAccountName: z.string().nullish(),
  containers: z
    .array(container)
    .nullish()
    .transform((v) => v ?? []),
  initContainers: z
    .array(container)
    .nullish()
    .transform((v) => v ?? []),
  volumes: z
    .array(
      z.looseObject({ name: z.string(), persistentVolumeClaim: z.looseObject({ claimName: z.string() }).nullish() }),
    )
    .nullish()
    .transform((v) => v ?? []),
});
const template = z.looseObject({
  metadata: z.looseObject({ labels: z.record(z.string(), z.string()).nullish() }).nullish(),
  spec: podSpec,
});

export const Pod = z.looseObject({
  kind: z.literal('Pod'),
  metadata: meta,
  spec: podSpec,
  status: z.looseObject({
    phase: z.string().nullish(),
    reason: z.string().nullish(),
    message: z.string().nullish(),
    startTime: z.string().nullish(),
    conditions,
    containerStatuses: z
      .array(containerStatus)
      .nullish()
      .transform((v) => v ?? []),
    initContainerStatuses: z
      .array(containerStatus)
      .nullish()
      .transform((v) => v ?? []),
  }),
});
export const Workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']),
  metadata: meta,
  spec: z.looseObject({ replicas: z.number().nullish(), selector: LabelSelector.nullish(), template }),
  status: z
    .looseObject({
      replicas: z.number().nullish(),
      readyReplicas: z.number().nullish(),
      availableReplicas: z.number().nullish(),
      updatedReplicas: z.number().nullish(),
      desiredNumberScheduled: z.number().nullish(),
      numberAvailable: z.number().nullish(),
      conditions,
    })
    .nullish(),
});
export const Job = z.looseObject({
  kind: z.literal('Job'),
  metadata: meta,
  status: z
    .looseObject({
      startTime: z.string().nullish(),
      completionTime: z.string().nullish(),
      succeeded: z.number().nullish(),
      failed: z.number().nullish(),
      active: z.number().nullish(),
      conditions,
    })
    .nullish(),
});
export const CronJob = z.looseObject({
  kind: z.literal('CronJob'),
  metadata: meta,
  spec: z.looseObject({
    schedule: z.string(),
    suspend: z.boolean().nullish(),
    concurrencyPolicy: z.string().nullish(),
  }),
  status: z.looseObject({ lastScheduleTime: z.string().nullish(), lastSuccessfulTime: z.string().nullish() }).nullish(),
});
export const Service = z.looseObject({
  kind: z.literal('Service'),
  metadata: meta,
  spec: z.looseObject({
    type: z.string().nullish(),
    clusterIP: z.string().nullish(),
    selector: z.record(z.string(), z.string()).nullish(),
    ports: z
      .array(
        z.looseObject({
          name: z.string().nullish(),
          port: z.number(),
          targetPort: port.nullish(),
          protocol: z.string().nullish(),
        }),
      )
      .nullish()
      .transform((v) => v ?? []),
  }),
});
export const Endpoints = z.looseObject({
  kind: z.literal('Endpoints'),
  metadata: meta,
  subsets: z
    .array(
      z.looseObject({ addresses: z.array(z.unknown()).nullish(), notReadyAddresses: z.array(z.unknown()).nullish() }),
    )
    .nullish()
    .transform((v) => v ?? []),
});
export const Node = z.looseObject({
  kind: z.literal('Node'),
  metadata: meta,
  spec: z
    .looseObject({
      unschedulable: z.boolean().nullish(),
      taints: z.array(z.looseObject({ key: z.string(), value: z.string().nullish(), effect: z.string() })).nullish(),
    })
    .nullish(),
  status: z.looseObject({ conditions, allocatable: quantities }).nullish(),
});
export const Claim = z.looseObject({
  kind: z.literal('PersistentVolumeClaim'),
  metadata: meta,
  spec: z.looseObject({
    accessModes: z
      .array(z.string())
      .nullish()
      .transform((v) => v ?? []),
    storageClassName: z.string().nullish(),
    volumeName: z.string().nullish(),
    selector: LabelSelector.nullish(),
    resources: z.looseObject({ requests: quantities }).nullish(),
  }),
  status: z.looseObject({ phase: z.string().nullish() }).nullish(),
});
export const Volume = z.looseObject({
  kind: z.literal('PersistentVolume'),
  metadata: meta,
  spec: z.looseObject({
    accessModes: z
      .array(z.string())
      .nullish()
      .transform((v) => v ?? []),
    storageClassName: z.string().nullish(),
    capacity: quantities,
    claimRef: z.looseObject({ name: z.string(), namespace: z.string().nullish() }).nullish(),
  }),
  status: z.looseObject({ phase: z.string().nullish() }).nullish(),
});
export const Quota = z.looseObject({
  kind: z.literal('ResourceQuota'),
  metadata: meta,
  status: z.looseObject({ hard: quantities, used: quantities }).nullish(),
});
export const KubernetesEvent = z.looseObject({
  kind: z.literal('Event'),
  metadata: meta,
  involvedObject: z.looseObject({
    kind: z.string().nullish(),
    name: z.string().nullish(),
    namespace: z.string().nullish(),
  }),
  type: z.string().nullish(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
  count: z.number().nullish(),
  firstTimestamp: z.string().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

export type Pod = z.infer<typeof Pod>;
export type Workload = z.infer<typeof Workload>;
export type Job = z.infer<typeof Job>;
export type CronJob = z.infer<typeof CronJob>;
export type Service = z.infer<typeof Service>;
export type Endpoints = z.infer<typeof Endpoints>;
export type Node = z.infer<typeof Node>;
export type Claim = z.infer<typeof Claim>;
export type Volume = z.infer<typeof Volume>;
export type Quota = z.infer<typeof Quota>;
export type KubernetesEvent = z.infer<typeof KubernetesEvent>;
export type Container = z.infer<typeof container>;
export type ContainerStatus = z.infer<typeof containerStatus>;
export type PodTerm = z.infer<typeof podTerm>;
export type Probe = NonNullable<z.infer<typeof probe>>;
