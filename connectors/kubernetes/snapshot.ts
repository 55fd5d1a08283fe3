// Takes a snapshot of clusters: all kinds that the analysis reads, page by page, of the namespaces that the plan names (reading-plan.ts). For Secrets
// and ConfigMaps it requests only the metadata, so that no value leaves the API server. It skips and names a kind that is forbidden or unknown; a
// cluster that does not answer is a gap.
import { amongClusters, isWithin } from '../../core/model/scope.ts';
import type { KubernetesSnapshot } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { ClusterAccess } from './access.ts';
import { type Kind, listOf } from './list.ts';
import { planReading, type ReadingPlan, withTurns } from './reading-plan.ts';

const rbac = 'apis/rbac.authorization.k8s.io/v1';

export const kinds: readonly Kind[] = [
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
  { kind: 'IngressClass', path: 'apis/networking.k8s.io/v1/ingressclasses' },
  { kind: 'Role', path: `${rbac}/roles` },
  { kind: 'RoleBinding', path: `${rbac}/rolebindings` },
  { kind: 'ClusterRole', path: `${rbac}/clusterroles` },
  { kind: 'ClusterRoleBinding', path: `${rbac}/clusterrolebindings` },
  { kind: 'ControllerRevision', path: 'apis/apps/v1/controllerrevisions' },
  { kind: 'HTTPRoute', path: 'apis/gateway.networking.k8s.io/v1/httproutes', extension: true },
  { kind: 'VirtualService', path: 'apis/networking.istio.io/v1/virtualservices', extension: true },
  { kind: 'DestinationRule', path: 'apis/networking.istio.io/v1/destinationrules', extension: true },
  { kind: 'PeerAuthentication', path: 'apis/security.istio.io/v1/peerauthentications', extension: true },
  { kind: 'AuthorizationPolicy', path: 'apis/security.istio.io/v1/authorizationpolicies', extension: true },
];

interface SourceParts {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
  /** Pods of all clusters together up to which everything is read. */
  readonly wholeUpTo?: number | undefined;
  /** Milliseconds for all requests of one question; absent, 15 s, because a specialist has 20. */
  readonly withinMs?: number | undefined;
}

export const kubernetesSource = (parts: SourceParts): Source<'kubernetes'> => sourceOf(parts, kinds);

/** Reads Deployments and their revisions; without them there is no answer. */
export const revisionsSource = (parts: SourceParts): Source<'kubernetes'> =>
  sourceOf(
    parts,
    kinds.filter(({ kind }) => kind === 'Deployment' || kind === 'ReplicaSet'),
  );

function sourceOf(
  { clusters, clock, wholeUpTo, withinMs = 15_000 }: SourceParts,
  read: readonly Kind[],
): Source<'kubernetes'> {
  return {
    async observe(scope) {
      const within = amongClusters(
        scope,
        clusters.map(({ name }) => name),
      );
      const wanted = clusters.filter(({ name }) => isWithin(within, { cluster: name }));
      const turns = wanted.map((cluster) => withTurns(cluster, withinMs));
      const plan = await planReading(turns, within, wholeUpTo);
      const answers = await Promise.all(
        turns.map((cluster) => snapshotOf(cluster, clock, read, plan.plans.get(cluster.name))),
      );
      const data = answers.flatMap((one) => (one.snapshot ? [one.snapshot] : []));
      const without = [...answers.flatMap((one) => one.without), ...plan.missing];
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
        bytes: answers.reduce((sum, one) => sum + one.bytes, plan.bytes),
      };
    },
  };
}

async function snapshotOf(
  cluster: ClusterAccess,
  clock: Clock,
  kinds: readonly Kind[],
  { namespaces, failed: why }: ReadingPlan = { namespaces: 'all' },
): Promise<{ snapshot: KubernetesSnapshot | undefined; without: string[]; bytes: number }> {
  if (why !== undefined)
    return { snapshot: undefined, without: [`${cluster.name}: ${kinds[0]?.kind} (${why})`], bytes: 0 };
  if (namespaces.length === 0) return { snapshot: undefined, without: [], bytes: 0 };
  const takenAt = clock.now().toISOString();
  const lists = await Promise.all(
    kinds.flatMap((kind) => within(namespaces, kind)).map((kind) => listOf(cluster, kind)),
  );
  const failed = [...new Set(lists.flatMap((list) => list.failed ?? []))];
  const without = failed.length === 0 ? [] : [`${cluster.name}: ${failed.join(', ')}`];
  const bytes = lists.reduce((sum, list) => sum + list.bytes, 0);
  // A snapshot needs at least the first kind.
  if (lists[0]?.failed !== undefined && lists[0].items.length === 0)
    return { snapshot: undefined, without: [`${cluster.name}: ${lists[0].failed}`], bytes };
  return { snapshot: { cluster: cluster.name, takenAt, items: lists.flatMap((list) => list.items) }, without, bytes };
}

/** Kinds that belong to no namespace. */
const ofCluster: ReadonlySet<string> = new Set([
  'Node',
  'PersistentVolume',
  'StorageClass',
  'IngressClass',
  'ClusterRole',
  'ClusterRoleBinding',
]);

/** The lists of a kind that cover the namespaces: `api/v1/pods` becomes `api/v1/namespaces/shop/pods`. */
function within(namespaces: ReadingPlan['namespaces'], kind: Kind): Kind[] {
  if (namespaces === 'all' || ofCluster.has(kind.kind)) return [kind];
  const slash = kind.path.lastIndexOf('/');
  const [root, plural] = [kind.path.slice(0, slash), kind.path.slice(slash + 1)];
  return namespaces.map((namespace) => ({
    ...kind,
    path: `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`,
  }));
}
