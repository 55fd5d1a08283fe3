// Creates the accesses to the clusters that a source's settings name.
import { Misconfigured } from '../../core/errors.ts';
import { type ClusterAccess, fromKubeconfig } from './access.ts';
import { fromEks } from './eks.ts';
import type { KubernetesSettings } from './manifest.ts';

/** Readers and actors log in as different users; on EKS every function logs in with its own role. */
export async function clustersOf(
  { clusters, kubeconfig, contexts }: KubernetesSettings,
  secret: (() => Promise<string>) | undefined,
): Promise<ClusterAccess[]> {
  if (clusters === undefined) return fromKubeconfig({ file: kubeconfig }, contexts);
  const eks = clusters.flatMap((cluster) => (cluster.access === 'eks' ? [fromEks(cluster)] : []));
  const own = clusters.filter((cluster) => cluster.access === 'kubeconfig').map(({ name }) => name);
  if (own.length === 0) return eks;
  if (secret === undefined) throw new Misconfigured(`The kubeconfig of ${own.join(', ')} cannot be read here.`);
  return [...eks, ...(await fromKubeconfig({ text: await secret() }, own))];
}
