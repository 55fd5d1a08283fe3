// Derives the call graph from the cluster alone: environment variables, arguments and ConfigMaps that name a
// Service, and routes of gateways. Also finds database servers, by image or
// port. Meshes and tracers know more; this works without them.

import { type EntityRef, entityKey } from '../../model/entity.ts';
import type { Report } from '../../model/report.ts';
import type { DatabaseServer, Dependency, KubernetesSnapshot } from '../../model/telemetry.ts';
import { isServedBy } from '../../selectors.ts';
import { accountRights } from './account-rights.ts';
import { type Cluster, indexCluster, replicasOf } from './cluster.ts';
import { clusterDnsOf } from './cluster-dns.ts';
import { entriesOf } from './entries.ts';
import type { Container, Service, Workload } from './objects.ts';
import { routedBackends } from './routes.ts';

/** Limits of the topology in a report, because each report is sent along with all others. A larger fleet has a mesh that knows its calls. */
const most = { calls: 200, databases: 50, onNodes: 100, placements: 200, accounts: 40, dns: 20, images: 60 };

/** `isNear` selects the workloads with their nodes. */
export function topologyOf(
  snapshots: readonly KubernetesSnapshot[],
  isNear: (workload: EntityRef) => boolean = () => false,
): NonNullable<Report['topology']> {
  const clusters = snapshots.map(indexCluster);
  const onNodes = clusters.flatMap(onSickNodes).slice(0, most.onNodes);
  const placements = clusters
    .flatMap((cluster) => cluster.nodes.flatMap(({ metadata: { name } }) => runningOn(cluster, name)))
    .filter(({ workload }) => isNear(workload))
    .slice(0, most.placements);
  const images = clusters
    .flatMap(imagesIn)
    .filter(({ workload }) => isNear(workload))
    .slice(0, most.images);
  const accounts = clusters
    .flatMap((cluster) => accountRights(cluster, ({ workloads }) => workloads.some(isNear)))
    .slice(0, most.accounts);
  const dns = clusters.flatMap((cluster) => clusterDnsOf(cluster) ?? []).slice(0, most.dns);
  return {
    calls: unique(clusters.flatMap(callsIn)).slice(0, most.calls),
    databases: clusters.flatMap(databasesIn).slice(0, most.databases),
    ...(onNodes.length > 0 && { onNodes }),
    ...(placements.length > 0 && { placements }),
    ...(images.length > 0 && { images }),
    ...(accounts.length > 0 && { accounts }),
    ...(dns.length > 0 && { dns }),
  };
}

/** By workload, the digests that its pods run. A status without the digest of a registry says nothing. */
function imagesIn(cluster: Cluster): NonNullable<NonNullable<Report['topology']>['images']> {
  const found = new Map<string, { readonly workload: EntityRef; readonly digests: Set<string> }>();
  for (const { metadata, status } of cluster.pods) {
    const digests = status.containerStatuses.flatMap(
      ({ imageID }) => /@(sha256:[0-9a-f]{64})$/.exec(imageID ?? '')?.[1] ?? [],
    );
    if (digests.length === 0) continue;
    const workload = cluster.ownerOf('Pod', metadata.name, metadata.namespace);
    const known = found.get(entityKey(workload)) ?? { workload, digests: new Set() };
    for (const digest of digests) known.digests.add(digest);
    found.set(entityKey(workload), known);
  }
  return [...found.values()].map(({ workload, digests }) => ({ workload, digests: [...digests].slice(0, 10) }));
}

/** Workloads with pods on a node that is not ready or under pressure, once per node. */
function onSickNodes(cluster: Cluster): NonNullable<NonNullable<Report['topology']>['onNodes']> {
  const sick = cluster.nodes.filter(({ status }) =>
    (status?.conditions ?? []).some(
      ({ type, status: is }) => (type === 'Ready' && is !== 'True') || (type.endsWith('Pressure') && is === 'True'),
    ),
  );
  return sick.flatMap(({ metadata: { name } }) => runningOn(cluster, name));
}

/** Workloads with pods on the node, each once. */
function runningOn(cluster: Cluster, name: string): NonNullable<NonNullable<Report['topology']>['onNodes']> {
  const node = { kind: 'Node', name, cluster: cluster.name };
  const owners = cluster.pods
    .filter(({ spec }) => spec.nodeName === name)
    .map(({ metadata }) => cluster.ownerOf('Pod', metadata.name, metadata.namespace));
  return [...new Map(owners.map((workload) => [entityKey(workload), { node, workload }])).values()];
}

const unique = (calls: readonly Dependency[]): Dependency[] => [
  ...new Map(calls.map((call) => [`${call.from} ${call.to}`, call])).values(),
];

const callsIn = (cluster: Cluster): Dependency[] => [...configuredCalls(cluster), ...routedCalls(cluster)];

/** Calls by addresses in the configuration of the caller. */
function configuredCalls(cluster: Cluster): Dependency[] {
  const services = Map.groupBy(cluster.services, ({ metadata: { namespace } }) => namespace);
  const byPlace = new Map(
    cluster.services.map((service) => [`${service.metadata.name}.${service.metadata.namespace ?? ''}`, service]),
  );
  return cluster.workloads.flatMap((workload) => {
    const { namespace, name } = workload.metadata;
    const texts = textsOf(cluster, workload);
    const hosts = hostsIn(texts);
    const own = services.get(namespace) ?? [];
    const namesakes = new Set(own.map(({ metadata }) => metadata.name));
    return [
      ...own.filter((service) => hosts.has(service.metadata.name)),
      // Calls give no namespace: a Service elsewhere with the name of one nearby would be read as the near one.
      ...placesIn(texts)
        .flatMap((place) => byPlace.get(place) ?? [])
        .filter(({ metadata }) => !namesakes.has(metadata.name)),
    ]
      .filter((service) => !leadsTo(service, workload))
      .map((service) => ({ from: name, to: workloadBehind(cluster, service) ?? service.metadata.name }));
  });
}

/** Calls of a gateway or an Ingress controller by the routes that it serves. */
function routedCalls(cluster: Cluster): Dependency[] {
  return routedBackends(cluster).flatMap(({ item, name, namespace }) => {
    const service = cluster.services.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    if (service === undefined) return [];
    const to = workloadBehind(cluster, service) ?? name;
    return entriesOf(item, cluster)
      .filter((entry) => !leadsTo(service, entry))
      .map(({ metadata }) => ({ from: metadata.name, to }));
  });
}

/** The topology of a single cluster. */
export const topologyIn = (cluster: Cluster): NonNullable<Report['topology']> => ({
  calls: callsIn(cluster),
  databases: databasesIn(cluster),
});

/** Values of the workload's environment, its arguments, and the ConfigMaps it mounts or takes its environment from. */
export const textsOf = (cluster: Cluster, workload: Pick<Workload, 'metadata' | 'spec'>): string[] => [
  ...workload.spec.template.spec.containers.flatMap(({ command, args }) => [...(command ?? []), ...(args ?? [])]),
  ...workload.spec.template.spec.containers.flatMap(({ env }) => env.flatMap(({ value }) => value ?? [])),
  ...configMapsOf(cluster, workload).flatMap(({ texts }) => texts),
];

/** ConfigMaps that a workload mounts or takes its environment from, with their texts as far as the snapshot has them. */
export function configMapsOf(
  cluster: Cluster,
  { metadata: { namespace }, spec }: Pick<Workload, 'metadata' | 'spec'>,
): readonly { readonly name: string; readonly texts: readonly string[] }[] {
  const { containers, volumes } = spec.template.spec;
  const maps = new Set([
    ...containers.flatMap((container) => [
      ...listOf(container.envFrom).map((one) => nameIn(one, 'configMapRef')),
      ...container.env.map(({ valueFrom }) => nameIn(valueFrom, 'configMapKeyRef')),
    ]),
    ...volumes.map((volume) => nameIn(volume, 'configMap')),
  ]);
  return cluster.items
    .filter(({ kind, metadata }) => kind === 'ConfigMap' && metadata.namespace === namespace && maps.has(metadata.name))
    .map(({ metadata, data }) => ({
      name: metadata.name,
      texts: Object.values(objectOf(data)).filter((text) => typeof text === 'string'),
    }));
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
function nameIn(value: unknown, key: string): string | undefined {
  const { name } = objectOf(objectOf(value)[key]);
  return typeof name === 'string' ? name : undefined;
}

const maxText = 100_000;
const label = '(?<host>[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)';
/** Positions of a host in a value or a configuration file. Prose is not searched, because it also contains names of Services. */
const places = [
  String.raw`\/\/(?:[^@/\s"']{1,100}@)?${label}(?![\w-])`,
  String.raw`(?<![\w./-])${label}(?:\.[a-z0-9.-]{1,100})?:\d{2,5}(?!\d)`,
  String.raw`(?:host(?:name)?|server|addr(?:ess)?|url|endpoint)["']?\s{0,3}[:=]\s{0,3}["']?${label}(?![\w-])`,
  String.raw`^\s{0,3}${label}(?:\.[a-z0-9.-]{1,100})?\s{0,3}$`,
].map((pattern) => new RegExp(pattern, 'gi'));

export const hostsIn = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(
    texts.flatMap((text) =>
      places.flatMap((place) =>
        [...text.slice(0, maxText).matchAll(place)].flatMap(({ groups }) => groups?.host?.toLowerCase() ?? []),
      ),
    ),
  );

/** Positions of `service.namespace`, `service.namespace.svc` or the full name; whether there is such a Service, the caller of this checks. */
const qualified =
  /(?<![\w.-])([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?=\.svc(?![\w-])|[^\w.-]|$)/gi;

/** `service.namespace` for each qualified name in the texts, once each. */
export const placesIn = (texts: readonly string[]): readonly string[] => [
  ...new Set(
    texts.flatMap((text) =>
      [...text.slice(0, maxText).matchAll(qualified)].map(([, name, namespace]) =>
        `${name}.${namespace}`.toLowerCase(),
      ),
    ),
  ),
];

const labelsIn = ({ spec: { template } }: Workload) => template.metadata?.labels;
const leadsTo = (service: Service, workload: Workload): boolean =>
  service.metadata.name === workload.metadata.name || isServedBy(service.spec.selector, labelsIn(workload));

/** The name of the workload behind a Service with a different name. */
function workloadBehind(cluster: Cluster, service: Service): string | undefined {
  const behind = cluster.workloads.filter(
    (workload) =>
      workload.metadata.namespace === service.metadata.namespace &&
      isServedBy(service.spec.selector, labelsIn(workload)),
  );
  return behind.length === 1 ? behind[0]?.metadata.name : undefined;
}

/** Words of the image's name, and the port that IANA registered for the product. */
const products: readonly (readonly [product: DatabaseServer['product'], image: RegExp, port: number])[] = [
  ['mysql', /(?:^|[-_])(?:mysql|mariadb|percona|xtradb)(?:[-_]|$)/, 3306],
  ['postgresql', /(?:^|[-_])(?:postgres|postgresql|postgis|timescaledb|spilo)(?:[-_]|$)/, 5432],
  ['mongodb', /(?:^|[-_])(?:mongo|mongodb)(?:[-_]|$)/, 27017],
  ['redis', /(?:^|[-_])(?:redis|valkey)(?:[-_]|$)/, 6379],
  ['memcached', /(?:^|[-_])memcached?(?:[-_]|$)/, 11211],
  ['elasticsearch', /(?:^|[-_])(?:elasticsearch|opensearch)(?:[-_]|$)/, 9200],
  ['cassandra', /(?:^|[-_])(?:cassandra|scylla|scylladb)(?:[-_]|$)/, 9042],
  ['kafka', /(?:^|[-_])(?:kafka|redpanda)(?:[-_]|$)/, 9092],
  ['rabbitmq', /(?:^|[-_])rabbitmq(?:[-_]|$)/, 5672],
  ['sqlserver', /(?:^|[-_])mssql(?:[-_]|$)/, 1433],
  ['oracle', /(?:^|[-_])oracle(?:[-_](?:free|xe|database))/, 1521],
  ['etcd', /(?:^|[-_])etcd(?:[-_]|$)/, 2379],
];
/** Companions of a database that are not databases themselves. */
const beside = /exporter|operator|backup|proxy|router|admin|client|init|sentinel|connect|dashboards|ui/;

function databasesIn(cluster: Cluster): DatabaseServer[] {
  return cluster.workloads.flatMap((workload): DatabaseServer[] => {
    const product = workload.spec.template.spec.containers.flatMap(productOf)[0];
    const { name, namespace } = workload.metadata;
    if (!product) return [];
    const { kind } = workload;
    const ports = portsOf(cluster, workload);
    return [
      {
        product,
        isAvailable: replicasOf(workload).available > 0,
        ...(ports.length > 0 && { ports }),
        entity: { kind, name, cluster: cluster.name, ...(namespace === undefined ? {} : { namespace }) },
      },
    ];
  });
}

/** The ports of the workload's containers and of the Services that lead to it. */
const portsOf = (cluster: Cluster, workload: Workload): number[] =>
  [
    ...workload.spec.template.spec.containers.flatMap(({ ports }) => ports.map(({ containerPort }) => containerPort)),
    ...cluster.services
      .filter((service) => service.metadata.namespace === workload.metadata.namespace && leadsTo(service, workload))
      .flatMap(({ spec }) => spec.ports.map(({ port }) => port)),
  ]
    .filter((port, place, all) => all.indexOf(port) === place)
    .slice(0, 10);

/** Recognises a product by the last part of the image's path, without its tag, or else by the port. */
function productOf({ image, ports }: Container): DatabaseServer['product'] | [] {
  const name = ((image ?? '').split('/').at(-1) ?? '').split(/[:@]/)[0]?.toLowerCase() ?? '';
  if (beside.test(name)) return [];
  const byImage = products.find(([, pattern]) => pattern.test(name));
  const byPort = products.find(([, , port]) => ports.some(({ containerPort }) => containerPort === port));
  return (byImage ?? byPort)?.[0] ?? [];
}
