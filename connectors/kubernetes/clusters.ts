// Creates the accesses to the clusters that a source's settings name.
import { Misconfigured } from '../../core/errors.ts';
import type { AwsAccess, AwsCredentials } from '../source-kind.ts';
import { type ClusterAccess, fromKubeconfig } from './access.ts';
import { fromEks } from './eks.ts';
import type { KubernetesSettings } from './manifest.ts';

/** Readers and actors log in as different users; on EKS every function logs in with its own role. */
export async function clustersOf(
  { clusters, kubeconfig, contexts }: KubernetesSettings,
  secret: (() => Promise<string>) | undefined,
  aws: AwsAccess | undefined,
): Promise<ClusterAccess[]> {
  if (clusters === undefined) return fromKubeconfig({ file: kubeconfig }, contexts);
  const eks = clusters.flatMap((cluster) =>
    cluster.access === 'eks' ? [fromEks({ ...cluster, credentials: credentialsOf(cluster, aws) })] : [],
  );
  const own = clusters.filter((cluster) => cluster.access === 'kubeconfig').map(({ name }) => name);
  if (own.length === 0) return eks;
  if (secret === undefined) throw new Misconfigured(`The kubeconfig of ${own.join(', ')} cannot be read here.`);
  return [...eks, ...(await fromKubeconfig({ text: await secret() }, own))];
}

/** Of the reader's role in the cluster's account; absent for a cluster of the own account. */
function credentialsOf(
  { name, account }: { readonly name: string; readonly account?: string | undefined },
  aws: AwsAccess | undefined,
): AwsCredentials | undefined {
  if (account === undefined) return undefined;
  if (aws === undefined)
    throw new Misconfigured(`The cluster ${name} of the account ${account} needs credentials of AWS.`);
  return aws.credentials(account);
}
