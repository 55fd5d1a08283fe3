// Reads changes of objects that the whole cluster depends on: priority classes, admission webhooks, policies without a selector, the configuration of
// the cluster's DNS, and rollouts of network DaemonSets. Their time is that of the last write to the object, or of its creation.
import * as z from 'zod';
import type { Change, KubernetesObject } from '../../model/telemetry.ts';
import type { Cluster } from './cluster.ts';

const Written = z.looseObject({
  managedFields: z
    .array(
      z.looseObject({ time: z.string().nullish(), subresource: z.string().nullish(), manager: z.string().nullish() }),
    )
    .nullish()
    .catch(undefined),
});
const Policy = z.looseObject({
  spec: z.looseObject({
    podSelector: z.looseObject({}).nullish(),
    selector: z.string().nullish(),
  }),
});
const Class = z.looseObject({ value: z.number(), globalDefault: z.boolean().nullish() });
const dnsConfig = /^(?:coredns|kube-dns|coredns-custom)$/;
const systemDaemonSets =
  /^(?:kube-proxy|calico-node|cilium|aws-node|azure-(?:cni|cns)|(?:kube-)?flannel(?:-ds)?|weave-net|antrea-agent|node-local-dns|kindnet)$/;

/** What the object does for the cluster, for people; undefined for objects of one workload. */
function reachOf(item: KubernetesObject): string | undefined {
  const { kind, metadata } = item;
  switch (kind) {
    case 'PriorityClass': {
      const parsed = Class.safeParse(item).data;
      return parsed && `priority ${parsed.value}${parsed.globalDefault ? ', the default of all pods' : ''}`;
    }
    case 'MutatingWebhookConfiguration':
    case 'ValidatingWebhookConfiguration':
      return 'the API server asks it about new objects';
    case 'GlobalNetworkPolicy':
    case 'CiliumClusterwideNetworkPolicy':
    case 'AdminNetworkPolicy':
    case 'BaselineAdminNetworkPolicy':
      return 'a policy of the whole cluster';
    case 'NetworkPolicy': {
      const selector = Policy.safeParse(item).data?.spec.podSelector ?? {};
      const isDefault = Object.values(selector).every(
        (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
      );
      return isDefault ? `the default of namespace ${metadata.namespace}` : undefined;
    }
    case 'ConfigMap':
      return metadata.namespace === 'kube-system' && dnsConfig.test(metadata.name)
        ? "the configuration of the cluster's DNS"
        : undefined;
    case 'DaemonSet':
      return systemDaemonSets.test(metadata.name) ? 'it runs on every node' : undefined;
    default:
      return undefined;
  }
}

/** Epoch milliseconds of the last write, without writes of the status; of the creation, if the writes are not recorded. */
function writtenAt({ metadata }: KubernetesObject): number | undefined {
  const times = (Written.safeParse(metadata).data?.managedFields ?? [])
    .filter(({ subresource }) => subresource !== 'status')
    .map(({ time }) => Date.parse(time ?? ''));
  const all = [...times, Date.parse(metadata.creationTimestamp ?? '')].filter((ms) => !Number.isNaN(ms));
  return all.length === 0 ? undefined : Math.max(...all);
}

export function clusterWideChanges(cluster: Cluster): Change[] {
  return cluster.items.flatMap((item): Change[] => {
    const reach = reachOf(item);
    const at = reach === undefined ? undefined : writtenAt(item);
    if (reach === undefined || at === undefined) return [];
    const { kind, metadata } = item;
    const { name, namespace } = metadata;
    const isNew = at === Date.parse(metadata.creationTimestamp ?? '');
    return [
      {
        id: `${cluster.name}/${namespace ?? '-'}/${kind}/${name}@${new Date(at).toISOString()}`,
        kind: kind === 'ConfigMap' ? 'config' : 'infrastructure',
        at: new Date(at).toISOString(),
        service: 'cluster',
        title: `${kind} ${name} was ${isNew ? 'created' : 'changed'} (${reach})`.slice(0, 300),
        entity: { kind, name, ...(namespace && { namespace }), cluster: cluster.name },
      },
    ];
  });
}
