// API servers of two clusters, as far as reads need them: lists by kind and namespace with `limit`, selectors and metadata only, and pod logs.
// They follow the reference of the Kubernetes API (v1.34). A patch changes nothing.
import { type Asked, serve, type TestServer } from '../../server.ts';

export interface Item {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: object;
  readonly subsets?: readonly object[];
  readonly status?: { readonly phase?: string; readonly [field: string]: unknown };
}

export interface Cluster {
  readonly items: readonly Item[];
  /** Lines with their times, by pod. */
  readonly logs: Readonly<Record<string, readonly string[]>>;
}

const plurals: Readonly<Record<string, string>> = { Endpoints: 'endpoints', Ingress: 'ingresses' };
const pluralOf = ({ kind }: Item): string => plurals[kind] ?? `${kind.toLowerCase()}s`;

/** Clusters by name, each below the path of its name. */
export const apiServers = (clusters: Readonly<Record<string, Cluster>>): Promise<TestServer> =>
  serve((asked: Asked) => {
    const url = new URL(asked.path, 'http://fleet');
    const [, name = '', ...path] = url.pathname.split('/');
    const cluster = clusters[name];
    if (cluster === undefined || asked.headers.authorization !== `Bearer reader-of-${name}`) return { status: 401 };
    if (path.at(-1) === 'log') return { body: (cluster.logs[path.at(-2) ?? ''] ?? []).join('\n') };
    const named = path.indexOf('namespaces');
    const namespace = named < 0 || named === path.length - 1 ? undefined : path[named + 1];
    const one = objectAt(cluster, path);
    if (one !== undefined) return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(one) };
    const plural = path.at(-1) ?? '';
    const found = cluster.items.filter(
      (one) =>
        pluralOf(one) === plural &&
        (namespace === undefined || one.metadata.namespace === namespace) &&
        hasLabels(one, url.searchParams.get('labelSelector')) &&
        (url.searchParams.get('fieldSelector') ?? '')
          .split(',')
          .every((field) => !field.startsWith('status.phase!=') || one.status?.phase !== field.split('!=')[1]),
    );
    const from = Number(url.searchParams.get('continue') ?? 0);
    const until = from + Number(url.searchParams.get('limit') ?? found.length);
    const left = found.length - until;
    const metadataOnly = asked.headers.accept?.includes('PartialObjectMetadataList');
    return {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        metadata: left > 0 ? { continue: String(until), remainingItemCount: left } : {},
        items: found.slice(from, until).map((one) => (metadataOnly ? { metadata: one.metadata } : one)),
      }),
    };
  });

/** The object that a path names, also for a patch: a patch in a dry run changes nothing and returns the object. */
const objectAt = ({ items }: Cluster, path: readonly string[]): Item | undefined =>
  items.find((one) => {
    const { namespace, name } = one.metadata;
    const place = namespace === undefined ? [] : ['namespaces', namespace];
    return path.join('/').endsWith([...place, pluralOf(one), name].join('/'));
  });

/** Reads `a=b`, `a in (b,c)` and lists of them. */
function hasLabels({ metadata: { labels = {} } }: Item, selector: string | null): boolean {
  return (selector ?? '').split(/,(?![^(]*\))/).every((one) => {
    const [, among, values] = /^\s*([\w./-]+)\s+in\s+\(([^)]*)\)\s*$/.exec(one) ?? [];
    if (among !== undefined) return (values ?? '').split(',').some((value) => value.trim() === labels[among]);
    const [key = '', value] = one.split(/==?/);
    return one.trim() === '' || (value === undefined ? labels[key] !== undefined : labels[key] === value);
  });
}

export function kubeconfigOf(server: Pick<TestServer, 'url'>, names: readonly string[]): string {
  return JSON.stringify({
    clusters: names.map((name) => ({
      name,
      cluster: { server: `${server.url}/${name}/`, 'insecure-skip-tls-verify': true },
    })),
    users: names.map((name) => ({ name, user: { token: `reader-of-${name}` } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name } })),
    'current-context': names[0],
  });
}

interface Running {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** The image before the current rollout. */
  readonly before?: { readonly image: string; readonly at: string };
  readonly since: string;
  readonly memoryLimit: string;
  /** Times at which each pod's container was killed for its memory, if it was. */
  readonly killed?: { readonly at: string; readonly times: number };
}

const uid = (text: string) => `uid-${text.replaceAll('/', '-')}`;
const controlledBy = (kind: string, namespace: string, name: string) => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, uid: uid(`${kind}/${namespace}/${name}`), controller: true }],
});

/** A Deployment with two pods, its ReplicaSets, its Service and its endpoints. */
export function running({ name, namespace, image, before, since, memoryLimit, killed }: Running): Item[] {
  const labels = { app: name };
  const spec = (of: string) => ({
    replicas: 2,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name,
            image: of,
            ports: [{ containerPort: 8080 }],
            resources: { requests: { memory: memoryLimit }, limits: { memory: memoryLimit } },
          },
        ],
      },
    },
  });
  const meta = (kind: string, one: string, at: string, more: object = {}) => ({
    name: one,
    namespace,
    uid: uid(`${kind}/${namespace}/${one}`),
    creationTimestamp: at,
    labels,
    ...more,
  });
  const ready = killed === undefined ? 2 : 1;
  const hash = (n: number) => `${'bcd'[n]}7f9c6d5b8`;
  const revisions = [...(before === undefined ? [] : [{ image: before.image, at: before.at }]), { image, at: since }];
  const current = revisions.length - 1;
  const setOf = (n: number) => `${name}-${hash(n)}`;
  const pods = ['x2kqp', 'w9tzn'].map((end) => `${setOf(current)}-${end}`);
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('Deployment', name, revisions[0]?.at ?? since, {
        annotations: { 'deployment.kubernetes.io/revision': String(current + 1) },
      }),
      spec: spec(image),
      status: {
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: ready,
        availableReplicas: ready,
        ...(ready === 2 ? {} : { unavailableReplicas: 1 }),
      },
    },
    ...revisions.map((revision, n) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: meta('ReplicaSet', setOf(n), revision.at, {
        ...controlledBy('Deployment', namespace, name),
        annotations: { 'deployment.kubernetes.io/revision': String(n + 1) },
      }),
      spec: { ...spec(revision.image), replicas: n === current ? 2 : 0 },
      status: { replicas: n === current ? 2 : 0, readyReplicas: n === current ? ready : 0 },
    })),
    ...pods.map((pod, n) => podOf(pod, n)),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('Service', name, revisions[0]?.at ?? since),
      spec: { selector: labels, ports: [{ port: 8080, targetPort: 8080 }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: meta('Endpoints', name, revisions[0]?.at ?? since),
      subsets: [
        {
          addresses: pods
            .slice(0, ready)
            .map((pod, n) => ({ ip: `10.1.0.${n}`, targetRef: { kind: 'Pod', name: pod } })),
          ports: [{ port: 8080 }],
        },
      ],
    },
  ];

  function podOf(pod: string, n: number): Item {
    const dead = killed !== undefined && n === 1;
    const ended = { reason: 'OOMKilled', exitCode: 137, startedAt: since, finishedAt: killed?.at };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta('Pod', pod, since, controlledBy('ReplicaSet', namespace, setOf(current))),
      spec: { nodeName: 'node-1', containers: spec(image).template.spec.containers },
      status: {
        phase: 'Running',
        startTime: since,
        conditions: [{ type: 'Ready', status: dead ? 'False' : 'True', lastTransitionTime: killed?.at ?? since }],
        containerStatuses: [
          {
            name,
            image,
            ready: !dead,
            restartCount: killed?.times ?? 0,
            state: dead
              ? { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container' } }
              : { running: { startedAt: killed?.at ?? since } },
            lastState: killed === undefined ? {} : { terminated: ended },
          },
        ],
      },
    } as Item;
  }
}

export const node = (name: string, since: string): Item =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, creationTimestamp: since },
    status: {
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: since }],
      allocatable: { cpu: '16', memory: '64Gi', pods: '110' },
      capacity: { cpu: '16', memory: '64Gi', pods: '110' },
    },
  }) as Item;

/** An Event that came again and again between two times. */
export const warning = (
  namespace: string,
  pod: string,
  reason: string,
  message: string,
  [first, last]: readonly [string, string],
): Item =>
  ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${pod}.${reason}`, namespace, creationTimestamp: first },
    type: 'Warning',
    reason,
    message,
    involvedObject: { kind: 'Pod', namespace, name: pod },
    count: 7,
    firstTimestamp: first,
    lastTimestamp: last,
  }) as Item;
