// A snapshot of clusters: the kinds that analysis reads, page by page. Of Secrets and ConfigMaps only the metadata is asked for, so that no
// value ever leaves the API server. A kind that is forbidden or unknown is left out and named; a cluster that does not answer is a gap.
import * as z from 'zod';
import { KubernetesObject, type KubernetesSnapshot } from '../../core/model/telemetry.ts';
import type { KubernetesSource } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import { type ClusterAccess, said } from './access.ts';

interface Kind {
  readonly kind: string;
  readonly path: string;
  readonly metadataOnly?: boolean;
  /** Of an extension that a cluster need not have: its absence is nothing to tell. */
  readonly extension?: boolean;
}

const kinds: readonly Kind[] = [
  { kind: 'Pod', path: 'api/v1/pods' },
  { kind: 'Event', path: 'api/v1/events' },
  { kind: 'Service', path: 'api/v1/services' },
  { kind: 'Endpoints', path: 'api/v1/endpoints' },
  { kind: 'Node', path: 'api/v1/nodes' },
  { kind: 'PersistentVolumeClaim', path: 'api/v1/persistentvolumeclaims' },
  { kind: 'PersistentVolume', path: 'api/v1/persistentvolumes' },
  { kind: 'ResourceQuota', path: 'api/v1/resourcequotas' },
  { kind: 'ServiceAccount', path: 'api/v1/serviceaccounts', metadataOnly: true },
  { kind: 'Secret', path: 'api/v1/secrets', metadataOnly: true },
  { kind: 'ConfigMap', path: 'api/v1/configmaps', metadataOnly: true },
  { kind: 'Deployment', path: 'apis/apps/v1/deployments' },
  { kind: 'ReplicaSet', path: 'apis/apps/v1/replicasets' },
  { kind: 'StatefulSet', path: 'apis/apps/v1/statefulsets' },
  { kind: 'DaemonSet', path: 'apis/apps/v1/daemonsets' },
  { kind: 'Job', path: 'apis/batch/v1/jobs' },
  { kind: 'CronJob', path: 'apis/batch/v1/cronjobs' },
  { kind: 'StorageClass', path: 'apis/storage.k8s.io/v1/storageclasses' },
  { kind: 'HorizontalPodAutoscaler', path: 'apis/autoscaling/v2/horizontalpodautoscalers' },
  { kind: 'PodDisruptionBudget', path: 'apis/policy/v1/poddisruptionbudgets' },
  { kind: 'Ingress', path: 'apis/networking.k8s.io/v1/ingresses' },
  { kind: 'NetworkPolicy', path: 'apis/networking.k8s.io/v1/networkpolicies' },
  { kind: 'ControllerRevision', path: 'apis/apps/v1/controllerrevisions' },
  { kind: 'HTTPRoute', path: 'apis/gateway.networking.k8s.io/v1/httproutes', extension: true },
  { kind: 'VirtualService', path: 'apis/networking.istio.io/v1/virtualservices', extension: true },
  { kind: 'DestinationRule', path: 'apis/networking.istio.io/v1/destinationrules', extension: true },
  { kind: 'PeerAuthentication', path: 'apis/security.istio.io/v1/peerauthentications', extension: true },
  { kind: 'AuthorizationPolicy', path: 'apis/security.istio.io/v1/authorizationpolicies', extension: true },
];

const pageSize = 500;
const maxPages = 40;
const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const Page = z.looseObject({
  metadata: z.looseObject({ continue: z.string().nullish() }).nullish(),
  // Null where an empty list is asked for as metadata only.
  items: z
    .array(z.looseObject({}))
    .nullable()
    .transform((items) => items ?? []),
});

interface SourceParts {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
}

export const kubernetesSource = (parts: SourceParts): KubernetesSource => sourceOf(parts, kinds);

/** Deployments and their revisions, without which there is no answer. */
export const revisionsSource = (parts: SourceParts): KubernetesSource =>
  sourceOf(
    parts,
    kinds.filter(({ kind }) => kind === 'Deployment' || kind === 'ReplicaSet'),
  );

function sourceOf({ clusters, clock }: SourceParts, read: readonly Kind[]): KubernetesSource {
  return {
    async snapshots(scope) {
      const wanted = clusters.filter((cluster) => scope.cluster === undefined || cluster.name === scope.cluster);
      const asked = await Promise.all(wanted.map((cluster) => snapshotOf(cluster, clock, read)));
      const data = asked.flatMap((one) => (one.snapshot ? [one.snapshot] : []));
      const without = asked.flatMap((one) => one.without);
      if (data.length === 0) {
        const why = without.length > 0 ? without.slice(0, 3).join('; ') : 'no cluster is configured for it';
        return {
          kind: 'gap',
          gap: { source: 'kubernetes', reason: `No cluster could be read: ${why}.`.slice(0, 300) },
        };
      }
      return {
        kind: 'data',
        data,
        query: data.map((one) => one.cluster).join(', '),
        missing: without,
        bytes: asked.reduce((sum, one) => sum + one.bytes, 0),
      };
    },
  };
}

async function snapshotOf(
  cluster: ClusterAccess,
  clock: Clock,
  kinds: readonly Kind[],
): Promise<{ snapshot: KubernetesSnapshot | undefined; without: string[]; bytes: number }> {
  const takenAt = clock.now().toISOString();
  const lists = await Promise.all(kinds.map((kind) => listOf(cluster, kind)));
  const failed = lists.flatMap((list) => (list.failed === undefined ? [] : [list.failed]));
  const without = failed.length === 0 ? [] : [`${cluster.name}: ${failed.join(', ')}`];
  const bytes = lists.reduce((sum, list) => sum + list.bytes, 0);
  // The first kind is the least that a snapshot has to have.
  if (lists[0]?.failed !== undefined && lists[0].items.length === 0)
    return { snapshot: undefined, without: [`${cluster.name}: ${lists[0].failed}`], bytes };
  return { snapshot: { cluster: cluster.name, takenAt, items: lists.flatMap((list) => list.items) }, without, bytes };
}

async function listOf(
  cluster: ClusterAccess,
  { kind, path, metadataOnly, extension }: Kind,
): Promise<{ items: KubernetesObject[]; failed?: string; bytes: number }> {
  const items: KubernetesObject[] = [];
  let bytes = 0;
  let next = '';
  for (let page = 0; page < maxPages; page += 1) {
    const query = new URLSearchParams({ limit: String(pageSize), ...(next ? { continue: next } : {}) });
    const reply = await cluster.request(`${path}?${query}`, metadataOnly ? { accept: metadataList } : {});
    if (extension && reply.status === 404) return { items, bytes };
    const list = Page.safeParse(reply.body);
    if (reply.status !== 200 || !list.success)
      return { items, bytes, failed: `${kind} (${said(reply)}${onlyThe(items)})` };
    bytes += reply.bytes;
    for (const item of list.data.items) {
      const object = KubernetesObject.safeParse({ ...item, kind });
      if (object.success) items.push(object.data);
    }
    next = list.data.metadata?.continue ?? '';
    if (!next) return { items, bytes };
  }
  return { items, bytes, failed: `${kind} (too many${onlyThe(items)})` };
}

const onlyThe = ({ length }: readonly KubernetesObject[]): string => (length > 0 ? `, only the first ${length}` : '');
