// Shows the services of clusters for the catalogue: workloads, Services and namespaces with their labels. It reads no pod, and of each object only
// names, labels, short annotations, selectors and images.
import * as z from 'zod';
import { Misconfigured } from '../../core/errors.ts';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { InventoryParts } from '../../core/topology/discovery/inventory.ts';
import type { DiscoverServices, Lack } from '../source-kind.ts';
import type { ClusterAccess } from './access.ts';
import { clustersOf } from './clusters.ts';
import { eachObject, type Kind } from './list.ts';
import type { KubernetesSettings } from './manifest.ts';

const workloads: readonly Kind[] = [
  { kind: 'Deployment', path: 'apis/apps/v1/deployments' },
  { kind: 'StatefulSet', path: 'apis/apps/v1/statefulsets' },
  { kind: 'DaemonSet', path: 'apis/apps/v1/daemonsets' },
  { kind: 'CronJob', path: 'apis/batch/v1/cronjobs' },
  { kind: 'Rollout', path: 'apis/argoproj.io/v1alpha1/rollouts', extension: true },
];
const endpoints: Kind = { kind: 'Service', path: 'api/v1/services' };
const namespaces: Kind = { kind: 'Namespace', path: 'api/v1/namespaces', metadataOnly: true };
/** Of a kind in one cluster: 10,000 objects, and 20 s. */
const bounds = { pages: 20, withinMs: 20_000 };
/** Clusters that are read at the same time. */
const atOnce = 5;
/** Characters of an annotation that can hold a name or an address. */
const longest = 300;

const attributes = z
  .record(z.string(), z.unknown())
  .nullish()
  .catch(undefined)
  .transform((all) =>
    Object.fromEntries(
      Object.entries(all ?? {}).flatMap(([key, value]) =>
        typeof value === 'string' && value.length <= longest ? [[key, value] as const] : [],
      ),
    ),
  );
const Metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  labels: attributes,
  annotations: attributes,
});
const Template = z
  .object({
    metadata: z.object({ labels: attributes, annotations: attributes }).catch({ labels: {}, annotations: {} }),
    spec: z
      .object({ containers: z.array(z.object({ image: z.string().optional() })).max(100) })
      .catch({ containers: [] }),
  })
  .catch({ metadata: { labels: {}, annotations: {} }, spec: { containers: [] } });
const Workload = z.object({
  metadata: Metadata,
  spec: z
    .object({
      template: Template.optional(),
      jobTemplate: z.object({ spec: z.object({ template: Template }) }).optional(),
    })
    .catch({}),
});
const Endpoint = z.object({ metadata: Metadata, spec: z.object({ selector: attributes }).catch({ selector: {} }) });

export const discover: DiscoverServices<KubernetesSettings> = async (settings, { secret, aws, name }) => {
  const clusters = await clustersOf(settings, secret('reader'), aws).catch((error: unknown) => {
    if (error instanceof Misconfigured) return error.message;
    throw error;
  });
  if (typeof clusters === 'string')
    return { missing: [{ what: `${name}: ${clusters}`, fix: 'check the kubeconfig and its contexts' }] };
  const limited = limitConcurrency(atOnce);
  const parts = await Promise.all(
    clusters.map((cluster) => limited(() => discoverCluster(cluster, placeOf(cluster.name, settings)))),
  );
  return {
    clusters: parts.flatMap((part) => part.clusters ?? []),
    namespaces: parts.flatMap((part) => part.namespaces ?? []),
    workloads: parts.flatMap((part) => part.workloads ?? []),
    endpoints: parts.flatMap((part) => part.endpoints ?? []),
    missing: parts.flatMap((part) => part.missing ?? []),
  };
};

interface Place {
  readonly account?: string;
  readonly region?: string;
  readonly aliases?: string[];
}

/** Account and region by the settings, or by the ARN that the AWS command line gives as a context's name. */
function placeOf(name: string, { clusters = [] }: KubernetesSettings): Place {
  const [, region, account, short] = /^arn:aws[\w-]*:eks:([\w-]+):(\d{12}):cluster\/(.+)$/.exec(name) ?? [];
  if (region !== undefined && account !== undefined)
    return { account, region, aliases: short === undefined ? [] : [short] };
  const entry = clusters.find((one) => one.name === name);
  return entry?.access !== 'eks'
    ? {}
    : { region: entry.region, ...(entry.account === undefined ? {} : { account: entry.account }) };
}

interface Found {
  readonly namespaces: NonNullable<InventoryParts['namespaces']>;
  readonly workloads: NonNullable<InventoryParts['workloads']>;
  readonly endpoints: NonNullable<InventoryParts['endpoints']>;
}

async function discoverCluster(access: ClusterAccess, place: Place): Promise<InventoryParts> {
  const cluster = access.name;
  const found: Found = {
    namespaces: [],
    workloads: [],
    endpoints: [],
  };
  const read = async (kind: Kind, take: (item: Readonly<Record<string, unknown>>) => void): Promise<Lack[]> => {
    const { failed } = await eachObject(access, { ...kind, ...bounds }, take);
    return failed === undefined
      ? []
      : [
          {
            what: `${cluster}: ${kind.kind} (${failed.why})`,
            fix: failed.forbidden
              ? `add list on ${kind.kind} to the ClusterRole watchkeeper-reader`
              : 'run the command again; the API server did not answer the whole list',
          },
        ];
  };
  const ofWorkloads = await Promise.all(
    workloads.map((kind) =>
      read(kind, (item) => {
        const workload = Workload.safeParse(item);
        if (workload.success) found.workloads.push(workloadOf(cluster, kind.kind, workload.data));
      }),
    ),
  );
  const others = await Promise.all([
    read(endpoints, (item) => {
      const endpoint = Endpoint.safeParse(item);
      if (!endpoint.success) return;
      const { name, namespace } = endpoint.data.metadata;
      found.endpoints.push({ cluster, namespace, name, selector: endpoint.data.spec.selector });
    }),
    read(namespaces, (item) => {
      const namespace = z.object({ metadata: Metadata }).safeParse(item);
      if (!namespace.success) return;
      const { name, labels, annotations } = namespace.data.metadata;
      found.namespaces.push({ cluster, name, labels: { ...annotations, ...labels } });
    }),
  ]);
  const lacking = ofWorkloads.flat();
  const nothing = found.workloads.length === 0;
  return {
    ...found,
    clusters:
      nothing && lacking.length > 0
        ? []
        : [{ name: cluster, ...place, complete: lacking.length === 0, at: `cluster ${cluster}` }],
    missing: [...lacking, ...others.flat()],
  };
}

function workloadOf(
  cluster: string,
  kind: string,
  { metadata, spec }: z.infer<typeof Workload>,
): NonNullable<InventoryParts['workloads']>[number] {
  const template = spec.template ?? spec.jobTemplate?.spec.template;
  return {
    cluster,
    namespace: metadata.namespace,
    kind,
    name: metadata.name,
    labels: { ...template?.metadata.annotations, ...metadata.annotations, ...metadata.labels },
    podLabels: template?.metadata.labels ?? {},
    images: (template?.spec.containers ?? []).flatMap(({ image }) => image ?? []),
  };
}
