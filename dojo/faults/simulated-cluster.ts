// Simulates the part of the Kubernetes API that plans use, in memory: Deployments with their ReplicaSets and pods, nodes, autoscalers, evictions within
// disruption budgets. Each request lets the controllers move one step, so that a rollout takes several looks. It keeps a book of every change that
// really happened. (`npm run test:kubernetes` tests the executor against a real API server.)
import * as z from 'zod';
import type { actingOn } from '../../local/compose.ts';

type ClusterAccess = Parameters<typeof actingOn>[0];
type Reply = Awaited<ReturnType<ClusterAccess['request']>>;

/** One change that the API accepted. */
export interface Change {
  readonly what: 'patched' | 'evicted';
  /** `Deployment/checkout`; of an eviction the pod with its uid. */
  readonly object: string;
  /** The field that changed, with its new value. */
  readonly detail: string;
}

// biome-ignore lint/suspicious/noExplicitAny: objects of many kinds, as JSON
type Json = any;

export interface SimulatedOptions {
  readonly name: string;
  readonly namespace?: string;
  readonly replicas?: number;
  readonly nodes?: number;
  /** Requests until a new pod is ready. */
  readonly readyAfter?: number;
  /** The pods of a disruption budget that have to stay available. */
  readonly minAvailable?: number;
  readonly strategy?: 'RollingUpdate' | 'Recreate';
  readonly autoscaler?: 'enabled' | 'disabled';
  /** The pods were killed for memory before. */
  readonly killed?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
}

export function simulatedCluster({
  name,
  namespace = 'shop',
  replicas = 3,
  nodes = 3,
  readyAfter = 3,
  minAvailable,
  strategy = 'RollingUpdate',
  autoscaler,
  killed = false,
  labels = {},
}: SimulatedOptions) {
  const book: Change[] = [];
  let uids = 0;
  const uid = () => {
    uids += 1;
    return `${String(uids).padStart(8, '0')}-0000-4000-8000-000000000000`;
  };
  const revision = 'deployment.kubernetes.io/revision';
  const deployment: Json = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace,
      uid: uid(),
      generation: 2,
      resourceVersion: '1',
      annotations: { [revision]: '2' },
      labels,
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      strategy: { type: strategy },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name, image: `shop/${name}:2`, resources: { limits: { memory: '256Mi' } } }] },
      },
    },
    status: { observedGeneration: 2 },
  };
  const setOf = (number: number, image: string): Json => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-rs${number}`,
      namespace,
      uid: uid(),
      annotations: { [revision]: String(number) },
      labels: { app: name, 'pod-template-hash': `rs${number}` },
      ownerReferences: [{ kind: 'Deployment', name, uid: deployment.metadata.uid, controller: true }],
    },
    spec: {
      template: {
        ...structuredClone(deployment.spec.template),
        spec: { containers: [{ ...deployment.spec.template.spec.containers[0], image }] },
      },
    },
  });
  const sets: Json[] = [setOf(1, `shop/${name}:1`), setOf(2, `shop/${name}:2`)];
  const machines: Json[] = Array.from({ length: nodes }, (_, n) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${n + 1}`, uid: uid(), resourceVersion: '1' },
    spec: {},
    status: {
      allocatable: { memory: '8Gi', cpu: '4' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }));
  const scaler: Json =
    autoscaler === undefined
      ? undefined
      : {
          apiVersion: 'autoscaling/v2',
          kind: 'HorizontalPodAutoscaler',
          metadata: { name: `${name}-hpa`, namespace, uid: uid(), generation: 1 },
          spec: {
            minReplicas: 1,
            maxReplicas: 20,
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
            behavior:
              autoscaler === 'disabled'
                ? { scaleUp: { selectPolicy: 'Disabled' }, scaleDown: { selectPolicy: 'Disabled' } }
                : { scaleUp: { selectPolicy: 'Max' }, scaleDown: { selectPolicy: 'Max' } },
          },
        };
  let pods: { object: Json; readyIn: number; set: string }[] = [];
  const current = () => sets.at(-1);
  const isReady = (pod: { readyIn: number }) => pod.readyIn <= 0;
  let turn = 0;
  let isHeld = false;
  const start = (): void => {
    const free = machines.filter((machine) => machine.spec.unschedulable !== true);
    turn += 1;
    const node = free[turn % free.length] ?? machines[0];
    const set = current();
    const id = uid();
    pods.push({
      set: set.metadata.name,
      readyIn: readyAfter,
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          name: `${set.metadata.name}-${id.slice(3, 8)}`,
          namespace,
          uid: id,
          labels: set.metadata.labels,
          ownerReferences: [{ kind: 'ReplicaSet', name: set.metadata.name, uid: set.metadata.uid, controller: true }],
        },
        spec: {
          nodeName: node.metadata.name,
          containers: [{ name, image: set.spec.template.spec.containers[0].image }],
        },
        status: { phase: 'Running' },
      },
    });
  };

  /** The controllers move one step: the deployment gets a revision of its template, and its pods follow. */
  function move(): void {
    const { metadata, spec, status } = deployment;
    const template = JSON.stringify(spec.template.spec);
    if (JSON.stringify(current().spec.template.spec) !== template) {
      const number = Number(metadata.annotations[revision]) + 1;
      const set = setOf(number, spec.template.spec.containers[0].image);
      set.spec.template = structuredClone(spec.template);
      sets.push(set);
      metadata.annotations[revision] = String(number);
    }
    status.observedGeneration = metadata.generation;
    if (!isHeld) for (const pod of pods) pod.readyIn -= 1;
    const own = pods.filter((pod) => pod.set === current().metadata.name);
    const old = pods.filter((pod) => pod.set !== current().metadata.name);
    if (own.every(isReady) && old.length > 0) {
      pods = pods.filter((pod) => pod !== old[0]);
      start();
    } else if (old.length === 0) {
      while (pods.length < spec.replicas) start();
      if (pods.length > spec.replicas) pods = pods.slice(pods.length - spec.replicas);
    }
    Object.assign(status, {
      replicas: pods.length,
      updatedReplicas: pods.filter((pod) => pod.set === current().metadata.name).length,
      readyReplicas: pods.filter(isReady).length,
    });
  }
  while (pods.length < replicas) start();
  for (const pod of pods) pod.readyIn = 0;
  move();

  const first = current().metadata.name;
  const podObject = (pod: (typeof pods)[number]): Json => ({
    ...pod.object,
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: isReady(pod) ? 'True' : 'False' }],
      ...(killed && pod.set === first
        ? {
            containerStatuses: [
              { name, lastState: { terminated: { reason: 'OOMKilled', finishedAt: '2020-01-01T00:00:00Z' } } },
            ],
          }
        : {}),
    },
  });
  const named: readonly [RegExp, () => Json][] = [
    [new RegExp(`/deployments/${name}$`), () => deployment],
    [new RegExp(`/horizontalpodautoscalers/${name}-hpa$`), () => scaler],
    [/\/nodes\/(node-\d+)$/, () => undefined],
  ];
  const find = (path: string): Json => {
    const node = /\/nodes\/([^/]+)$/.exec(path)?.[1];
    if (node !== undefined) return machines.find((one) => one.metadata.name === node);
    return named.find(([pattern]) => pattern.test(path))?.[1]();
  };
  const list = (path: string, query: URLSearchParams): Json[] | undefined => {
    const onNode = /spec\.nodeName=(.+)/.exec(query.get('fieldSelector') ?? '')?.[1];
    if (path.endsWith('/pods'))
      return pods.map(podObject).filter(({ spec }) => onNode === undefined || spec.nodeName === onNode);
    if (path.endsWith('/replicasets')) return sets;
    if (path.endsWith('/nodes')) return machines;
    if (path.endsWith('/horizontalpodautoscalers')) return scaler === undefined ? [] : [scaler];
    if (/\/(?:resourcequotas|limitranges)$/.test(path)) return [];
    return undefined;
  };

  const reply = (status: number, body: unknown): Reply => ({ status, body: structuredClone(body), bytes: 1 });
  const gone = () => reply(404, { kind: 'Status', message: 'not found' });

  function patch(path: string, body: unknown, isDry: boolean): Reply {
    const object = find(path);
    if (object === undefined) return gone();
    const before = structuredClone(object);
    const next = structuredClone(object);
    const operations = Operations.safeParse(body).data;
    if (operations === undefined) merge(next, body as Json);
    else
      for (const { op, path: at, value } of operations) {
        const keys = at.split('/').slice(1);
        const last = keys.pop() ?? '';
        const parent = keys.reduce((here: Json, key) => here?.[key], next);
        if (parent === undefined) return reply(422, { message: `no ${at}` });
        if (op === 'test' && JSON.stringify(parent[last]) !== JSON.stringify(value))
          return reply(422, { message: `test of ${at} failed` });
        if (op !== 'test') parent[last] = value;
      }
    if (isDry) return reply(200, next);
    const isSpec = JSON.stringify(before.spec) !== JSON.stringify(next.spec);
    Object.assign(object, next);
    if (isSpec) {
      object.metadata.generation = (object.metadata.generation ?? 0) + 1;
      book.push({
        what: 'patched',
        object: `${object.kind}/${object.metadata.name}`,
        detail: changedFields(before.spec, next.spec).join(', '),
      });
    }
    object.metadata.resourceVersion = String(Number(object.metadata.resourceVersion ?? 1) + 1);
    return reply(200, object);
  }

  function evict(podName: string, body: unknown, isDry: boolean): Reply {
    const pod = pods.find(({ object }) => object.metadata.name === podName);
    if (pod === undefined) return gone();
    const wanted = Eviction.parse(body).deleteOptions?.preconditions?.uid;
    if (wanted !== undefined && wanted !== pod.object.metadata.uid) return reply(409, { message: 'another uid' });
    const ready = pods.filter(isReady).length;
    if (minAvailable !== undefined && isReady(pod) && ready - 1 < minAvailable)
      return reply(429, { message: 'Cannot evict pod as it would violate the disruption budget.' });
    if (isDry) return reply(201, {});
    pods = pods.filter((one) => one !== pod);
    book.push({ what: 'evicted', object: `Pod/${podName}`, detail: pod.object.metadata.uid });
    return reply(201, { kind: 'Status', status: 'Success' });
  }

  function request(path: string, method: string, body: unknown): Reply {
    move();
    const url = new URL(path, 'http://cluster/');
    const isDry = url.searchParams.get('dryRun') === 'All';
    const pod = /\/pods\/([^/]+)\/eviction$/.exec(url.pathname)?.[1];
    if (method === 'POST' && pod !== undefined) return evict(pod, body, isDry);
    if (method === 'PATCH') return patch(url.pathname, body, isDry);
    const object = find(url.pathname);
    if (object !== undefined) return reply(200, object);
    const items = list(url.pathname, url.searchParams);
    return items === undefined ? gone() : reply(200, { kind: 'List', items });
  }

  return {
    book,
    deployment,
    machines,
    scaler,
    request,
    /** While it is held, no pod becomes ready. */
    hold: (held: boolean): void => {
      isHeld = held;
    },
    /** All pods are replaced, by no plan. */
    renew: (): void => {
      const count = pods.length;
      pods = [];
      while (pods.length < count) start();
    },
    pods: () => pods.map(podObject),
    access: (cluster: string): ClusterAccess => ({
      name: cluster,
      request: async (path, { method = 'GET', body } = {}) => request(path, method, body),
    }),
  };
}
export type SimulatedCluster = ReturnType<typeof simulatedCluster>;

const Operations = z.array(z.object({ op: z.string(), path: z.string(), value: z.unknown() }));
const Eviction = z.looseObject({
  deleteOptions: z.looseObject({ preconditions: z.looseObject({ uid: z.string() }).nullish() }).nullish(),
});

/** A merge patch: null removes. */
function merge(into: Json, from: Json): void {
  for (const [key, value] of Object.entries(from)) {
    if (value === null) delete into[key];
    else if (typeof value === 'object' && !Array.isArray(value)) {
      into[key] ??= {};
      merge(into[key], value);
    } else into[key] = value;
  }
}

function changedFields(before: Json, now: Json, path = ''): string[] {
  if (typeof before !== 'object' || typeof now !== 'object' || before === null || now === null)
    return before === now ? [] : [`${path} ${JSON.stringify(now)}`];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].flatMap((key) =>
    changedFields(before[key], now[key], path === '' ? key : `${path}.${key}`),
  );
}
