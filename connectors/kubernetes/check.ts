// Checks clusters: whether each answers, and which kinds the login may list.
import { Misconfigured } from '../../core/errors.ts';
import type { CheckSource, Lack } from '../source-kind.ts';
import { type ClusterAccess, type Reply, statusText } from './access.ts';
import { clustersOf } from './clusters.ts';
import type { KubernetesSettings } from './manifest.ts';
import { kinds } from './snapshot.ts';

export const check: CheckSource<KubernetesSettings> = async (settings, { secret, aws }) => {
  const clusters = await clustersOf(settings, secret('reader'), aws).catch((error: unknown) => {
    if (error instanceof Misconfigured) return error.message;
    throw error;
  });
  if (typeof clusters === 'string')
    return { kind: 'silent', lack: { what: clusters, fix: 'check the kubeconfig and its contexts' } };
  const checked = await Promise.all(clusters.map(checkCluster));
  const reachable = checked.filter(({ sees }) => sees !== undefined);
  const missing = checked.flatMap((one) => one.missing);
  const [first] = missing;
  if (reachable.length === 0 && first !== undefined)
    return { kind: 'silent', lack: { ...first, what: missing.map(({ what }) => what).join('; ') } };
  return {
    kind: 'answers',
    sees: reachable.flatMap(({ sees }) => sees ?? []),
    clusters: reachable.map(({ name }) => name),
    missing,
  };
};

interface Checked {
  readonly name: string;
  readonly sees?: string;
  readonly missing: readonly Lack[];
}

async function checkCluster(cluster: ClusterAccess): Promise<Checked> {
  const { name } = cluster;
  const version = await cluster.request('version');
  if (version.status === 0 || version.status === 401)
    return { name, missing: [{ what: `${name}: ${statusText(version)}`, fix: fixOf(version) }] };
  const needed = kinds.filter(({ extension }) => extension !== true);
  const replies = await Promise.all(
    needed.map(async ({ kind, path }) => ({ kind, reply: await cluster.request(`${path}?limit=1`) })),
  );
  const lacking = replies.filter(({ reply }) => reply.status !== 200);
  const readable = replies.length - lacking.length;
  if (readable === 0)
    return {
      name,
      missing: [
        {
          what: `${name}: no kind can be listed`,
          fix: 'bind the ClusterRole watchkeeper-reader to the login; on EKS make its access entry (docs/deploy.md, Clusters)',
        },
      ],
    };
  return {
    name,
    sees: `${name}: ${readable} of ${replies.length} kinds of objects`,
    missing: lacking.map(({ kind, reply }) => ({
      what: `${name}: ${kind} (${statusText(reply)})`,
      fix:
        reply.status === 403
          ? `add list on ${kind} to the ClusterRole watchkeeper-reader`
          : 'ask again; the API server did not answer the list',
    })),
  };
}

function fixOf({ problem, status }: Reply): string {
  if (problem === 'login failed')
    return 'run the login of the kubeconfig by hand; on EKS check the right eks:DescribeCluster, and that the role can be assumed';
  if (status === 401) return 'the API server knows nobody by this login: make an access entry, or renew the token';
  return 'check that this machine (in a stage: the functions, see network) reaches the API server';
}
