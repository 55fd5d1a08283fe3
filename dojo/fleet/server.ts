// Serves the API of a synthetic fleet: clusters of healthy services with full-sized objects, and one service that cannot pull its image. It implements
// lists as the Kubernetes API does: limit, continue, remainingItemCount, the field selectors for pods and Events, and metadata-only answers.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Fleet } from './fleet.ts';

type Item = Readonly<Record<string, unknown>>;

const servicesPerNamespace = 5;
const replicas = 10;
const revisions = 5;
const at = '2026-11-20T02:00:00Z';
/** The API server records who set each field; this is a third of a real pod. */
const managedFields = [
  {
    manager: 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'v1',
    time: at,
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [`f:field-${n}`, { '.': {}, [`k:{"name":"container-${n}"}`]: {} }]),
    ),
  },
];

const [fleet] = process.argv.slice(2).map((text) => Fleet.parse(JSON.parse(text)));
if (fleet === undefined) throw new Error('The fleet is the first argument, as JSON.');
const { paged } = fleet;
const namespaces = Math.ceil(fleet.podsPerCluster / replicas / servicesPerNamespace);

const isBroken = (cluster: string, namespace: string, service: string) =>
  cluster === paged.cluster && namespace === paged.namespace && service === paged.service;
const namespaceAt = (n: number) => (n === 0 ? paged.namespace : `team-${n}`);
function serviceAt(cluster: string, namespace: string, n: number): string {
  if (namespace !== paged.namespace) return `${namespace}-service-${n}`;
  if (n === 0 && cluster === paged.cluster) return paged.service;
  return n === 1 && cluster !== paged.cluster && cluster === 'backend-2'
    ? paged.neighbour
    : `${namespace}-service-${n}`;
}

const meta = (namespace: string | undefined, name: string, labels: Record<string, string> = {}, owner?: Item) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  uid: `uid-${namespace}-${name}`,
  resourceVersion: '1',
  creationTimestamp: '2026-11-01T00:00:00Z',
  labels,
  ...(owner === undefined ? {} : { ownerReferences: [{ ...owner, controller: true }] }),
  managedFields,
});

function podOf(cluster: string, namespace: string, service: string, n: number): Item {
  const broken = isBroken(cluster, namespace, service) && n < 3;
  const name = `${service}-7d9f8b6c5d-${'bcdfghjklm'[n % 10]}2x4z`;
  const labels = { app: service, 'pod-template-hash': '7d9f8b6c5d' };
  return {
    metadata: meta(namespace, name, labels, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: `${service}-7d9f8b6c5d`,
    }),
    spec: {
      nodeName: `node-${n}`,
      containers: [
        {
          name: 'app',
          image: `registry.example.com/${service}:1.4.2`,
          env: Array.from({ length: 30 }, (_, one) => ({ name: `SETTING_${one}`, value: `value-${one}`.repeat(3) })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          ports: [{ containerPort: 8080 }],
        },
      ],
    },
    status: broken
      ? {
          phase: 'Pending',
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at }],
          containerStatuses: [
            {
              name: 'app',
              ready: false,
              restartCount: 0,
              image: `registry.example.com/${service}:1.4.2`,
              state: {
                waiting: {
                  reason: 'ImagePullBackOff',
                  message: `Back-off pulling image "registry.example.com/${service}:1.4.2": not found`,
                },
              },
            },
          ],
        }
      : {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-01T00:00:10Z' }],
          containerStatuses: [
            { name: 'app', ready: true, restartCount: 0, state: { running: { startedAt: '2026-11-01T00:00:05Z' } } },
          ],
        },
  };
}

function deploymentOf(cluster: string, namespace: string, service: string): Item {
  const available = isBroken(cluster, namespace, service) ? replicas - 3 : replicas;
  return {
    metadata: meta(namespace, service, { app: service }),
    spec: {
      replicas,
      selector: { matchLabels: { app: service } },
      template: {
        metadata: { labels: { app: service } },
        spec: { containers: [{ name: 'app', image: `r/${service}:1` }] },
      },
    },
    status: { replicas, readyReplicas: available, availableReplicas: available, updatedReplicas: replicas },
  };
}

const replicaSetOf = (namespace: string, service: string, n: number): Item => ({
  metadata: meta(
    namespace,
    `${service}-${n === 0 ? '7d9f8b6c5d' : `old${n}`}`,
    { app: service },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: service,
    },
  ),
  spec: { replicas: n === 0 ? replicas : 0, selector: { matchLabels: { app: service } } },
  status: { replicas: n === 0 ? replicas : 0 },
});

function eventsOf(cluster: string, namespace: string): Item[] {
  if (cluster !== paged.cluster || namespace !== paged.namespace) return [];
  return [0, 1, 2].map((n) => ({
    metadata: meta(namespace, `pull-${n}`),
    type: 'Warning',
    reason: 'Failed',
    message: `Failed to pull image "registry.example.com/${paged.service}:1.4.2": not found`,
    involvedObject: { kind: 'Pod', namespace, name: `${paged.service}-7d9f8b6c5d-${'bcdfghjklm'[n]}2x4z` },
    count: 5,
    firstTimestamp: at,
    lastTimestamp: at,
  }));
}

const each = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));

/** All objects of a kind in a namespace. */
function objectsOf(plural: string, cluster: string, namespace: string): Item[] {
  const services = each(servicesPerNamespace, (n) => serviceAt(cluster, namespace, n));
  const ofEach = (make: (service: string) => Item | Item[]): Item[] =>
    services.flatMap<Item>((service) => make(service));
  switch (plural) {
    case 'pods':
      return ofEach((service) => each(replicas, (n) => podOf(cluster, namespace, service, n)));
    case 'deployments':
      return ofEach((service) => deploymentOf(cluster, namespace, service));
    case 'replicasets':
      return ofEach((service) => each(revisions, (n) => replicaSetOf(namespace, service, n)));
    case 'services':
      return ofEach((service) => ({
        metadata: meta(namespace, service, { app: service }),
        spec: { selector: { app: service }, ports: [{ port: 80, targetPort: 8080 }] },
      }));
    case 'endpoints':
      return ofEach((service) => ({
        metadata: meta(namespace, service),
        subsets: [{ addresses: each(replicas, (n) => ({ ip: `10.0.0.${n}` })), ports: [{ port: 8080 }] }],
      }));
    case 'secrets':
    case 'configmaps':
      return ofEach((service) => each(2, (n) => ({ metadata: meta(namespace, `${service}-${n}`) })));
    case 'serviceaccounts':
      return [{ metadata: meta(namespace, 'default') }];
    case 'events':
      return eventsOf(cluster, namespace);
    default:
      return [];
  }
}

const nodes = each(60, (n) => ({
  metadata: meta(undefined, `node-${n}`),
  status: {
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-01T00:00:00Z' }],
    allocatable: { cpu: '16', memory: '64Gi', pods: '110' },
    capacity: { cpu: '16', memory: '64Gi', pods: '110' },
  },
}));

let requests = 0;
let bytes = 0;

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://fleet');
  if (url.pathname === '/counted') {
    response.end(JSON.stringify({ requests, bytes }));
    [requests, bytes] = [0, 0];
    return;
  }
  requests += 1;
  const [, cluster = '', ...path] = url.pathname.split('/');
  const plural = path.at(-1) ?? '';
  const named = path.indexOf('namespaces');
  const isMetadata = request.headers.accept?.includes('PartialObjectMetadataList') ?? false;
  const fields = url.searchParams.get('fieldSelector') ?? '';
  const all =
    plural === 'nodes'
      ? nodes
      : (named > 0 ? [path[named + 1] ?? ''] : each(namespaces, namespaceAt)).flatMap((namespace) =>
          objectsOf(plural, cluster, namespace),
        );
  const selected = fields.includes('status.phase!=Running')
    ? all.filter(({ status }) => (status as { phase?: string } | undefined)?.phase === 'Pending')
    : all;
  const from = Number(url.searchParams.get('continue') ?? 0);
  const until = from + Number(url.searchParams.get('limit') ?? selected.length);
  const more = until < selected.length;
  const text = JSON.stringify({
    metadata: more ? { continue: String(until), remainingItemCount: selected.length - until } : {},
    items: selected.slice(from, until).map((item) => (isMetadata ? { metadata: item.metadata } : item)),
  });
  bytes += text.length;
  response.setHeader('content-type', 'application/json');
  response.end(text);
});

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
