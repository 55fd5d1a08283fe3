// The parts of a cluster's objects that the dojo reads, and where each kind lives.
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';

const Metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  creationTimestamp: z.string().nullish(),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z
    .array(z.looseObject({ kind: z.string(), name: z.string(), uid: z.string(), controller: z.boolean().optional() }))
    .optional(),
});

export const ClusterObject = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  metadata: Metadata,
});
export type ClusterObject = z.infer<typeof ClusterObject>;

export const List = z.looseObject({ kind: z.string(), items: z.array(ClusterObject) });

const KeyRef = z.looseObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
const EnvVar = z.looseObject({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.looseObject({ secretKeyRef: KeyRef.optional(), configMapKeyRef: KeyRef.optional() }).optional(),
});
const Probe = z.looseObject({
  httpGet: z.looseObject({ path: z.string().optional(), port: z.union([z.number(), z.string()]) }).optional(),
});
export const Container = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).optional(),
  env: z.array(EnvVar).optional(),
  resources: z.looseObject({ limits: z.record(z.string(), z.string()).optional() }).optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
});
export type Container = z.infer<typeof Container>;

const State = z.looseObject({
  waiting: z.looseObject({ reason: z.string().optional() }).optional(),
  running: z.looseObject({ startedAt: z.string().nullish() }).optional(),
  terminated: z.looseObject({ exitCode: z.number() }).optional(),
});
export const Pod = ClusterObject.extend({
  spec: z.looseObject({
    nodeName: z.string().optional(),
    restartPolicy: z.string().optional(),
    containers: z.array(Container),
    volumes: z
      .array(
        z.looseObject({
          name: z.string(),
          secret: z.looseObject({ secretName: z.string().optional() }).optional(),
          configMap: z.looseObject({ name: z.string().optional() }).optional(),
        }),
      )
      .optional(),
  }),
  status: z
    .looseObject({
      phase: z.string().optional(),
      podIP: z.string().optional(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).optional(),
      containerStatuses: z
        .array(z.looseObject({ ready: z.boolean(), restartCount: z.number(), state: State.optional() }))
        .optional(),
    })
    .optional(),
});
export type Pod = z.infer<typeof Pod>;

export const Service = ClusterObject.extend({
  spec: z.looseObject({
    clusterIP: z.string().optional(),
    selector: z.record(z.string(), z.string()).optional(),
    ports: z
      .array(z.looseObject({ port: z.number(), targetPort: z.union([z.number(), z.string()]).optional() }))
      .optional(),
  }),
});
export type Service = z.infer<typeof Service>;

export const Endpoints = ClusterObject.extend({
  subsets: z
    .array(
      z.looseObject({
        addresses: z.array(z.looseObject({ ip: z.string() })).optional(),
        ports: z.array(z.looseObject({ port: z.number() })).optional(),
      }),
    )
    .nullish(),
});
export type Endpoints = z.infer<typeof Endpoints>;

export const KeyValues = ClusterObject.extend({ data: z.record(z.string(), z.string()).nullish() });
export type KeyValues = z.infer<typeof KeyValues>;

const Condition = z.looseObject({ type: z.string(), status: z.string(), reason: z.string().optional() });
export const Workload = ClusterObject.extend({
  spec: z.looseObject({ replicas: z.number().optional(), paused: z.boolean().optional() }),
  status: z
    .looseObject({
      availableReplicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      updatedReplicas: z.number().optional(),
      observedGeneration: z.number().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type Workload = z.infer<typeof Workload>;

export const Job = ClusterObject.extend({
  status: z
    .looseObject({
      failed: z.number().optional(),
      succeeded: z.number().optional(),
      conditions: z.array(Condition).optional(),
    })
    .optional(),
});
export type Job = z.infer<typeof Job>;

export const Node = ClusterObject.extend({
  spec: z.looseObject({ unschedulable: z.boolean().optional() }).optional(),
  status: z.looseObject({ conditions: z.array(Condition).optional() }).optional(),
});
export type Node = z.infer<typeof Node>;

export const NetworkPolicy = ClusterObject.extend({
  spec: z.looseObject({
    podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }),
    policyTypes: z.array(z.string()).optional(),
    ingress: z
      .array(
        z.looseObject({
          from: z
            .array(
              z.looseObject({
                podSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }).optional(),
              }),
            )
            .optional(),
          ports: z.array(z.looseObject({ port: z.union([z.number(), z.string()]).optional() })).optional(),
        }),
      )
      .nullish(),
  }),
});
export type NetworkPolicy = z.infer<typeof NetworkPolicy>;

/** The group and plural of each kind that a fault or a manifest may name, and whether it lies in a namespace. */
const places: Readonly<Record<string, readonly [group: string, plural: string, 'namespaced' | 'cluster']>> = {
  Pod: ['api/v1', 'pods', 'namespaced'],
  Service: ['api/v1', 'services', 'namespaced'],
  ConfigMap: ['api/v1', 'configmaps', 'namespaced'],
  Secret: ['api/v1', 'secrets', 'namespaced'],
  ServiceAccount: ['api/v1', 'serviceaccounts', 'namespaced'],
  ResourceQuota: ['api/v1', 'resourcequotas', 'namespaced'],
  LimitRange: ['api/v1', 'limitranges', 'namespaced'],
  PersistentVolumeClaim: ['api/v1', 'persistentvolumeclaims', 'namespaced'],
  Deployment: ['apis/apps/v1', 'deployments', 'namespaced'],
  StatefulSet: ['apis/apps/v1', 'statefulsets', 'namespaced'],
  DaemonSet: ['apis/apps/v1', 'daemonsets', 'namespaced'],
  CronJob: ['apis/batch/v1', 'cronjobs', 'namespaced'],
  Job: ['apis/batch/v1', 'jobs', 'namespaced'],
  HorizontalPodAutoscaler: ['apis/autoscaling/v2', 'horizontalpodautoscalers', 'namespaced'],
  PodDisruptionBudget: ['apis/policy/v1', 'poddisruptionbudgets', 'namespaced'],
  NetworkPolicy: ['apis/networking.k8s.io/v1', 'networkpolicies', 'namespaced'],
  Ingress: ['apis/networking.k8s.io/v1', 'ingresses', 'namespaced'],
  Role: ['apis/rbac.authorization.k8s.io/v1', 'roles', 'namespaced'],
  RoleBinding: ['apis/rbac.authorization.k8s.io/v1', 'rolebindings', 'namespaced'],
  Node: ['api/v1', 'nodes', 'cluster'],
  PriorityClass: ['apis/scheduling.k8s.io/v1', 'priorityclasses', 'cluster'],
};

/** The kinds whose objects are compared before and after a round; pods and ReplicaSets follow from their owners. */
export const comparedKinds: readonly string[] = Object.keys(places).filter((kind) => kind !== 'Pod');

/** Throws `InvalidInput` for a kind that the dojo does not know. */
export function pathOf(kind: string, namespace: string, name?: string): string {
  const place = places[kind];
  if (place === undefined) throw new InvalidInput(`The dojo knows no kind "${kind}".`);
  const [group, plural, reach] = place;
  const within = reach === 'cluster' ? '' : `/namespaces/${namespace}`;
  return `${group}${within}/${plural}${name === undefined ? '' : `/${name}`}`;
}
