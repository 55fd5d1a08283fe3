// Reads one object in its current state, by its kind, for the precondition check and for binding an approval to it (needs the verb `get` on the
// kind), and the objects around it that limit an action (needs `list`).
import { Unavailable } from '../../core/errors.ts';
import { KubernetesObject } from '../../core/model/telemetry.ts';
import type { Targets } from '../../core/ports/telemetry.ts';
import { type ClusterAccess, statusText } from './access.ts';
import { type Kind, listOf } from './list.ts';

/** The API path of each kind, and whether the kind is namespaced. */
const places = new Map<string, { readonly path: string; readonly plural: string; readonly namespaced: boolean }>([
  ['Pod', { path: 'api/v1', plural: 'pods', namespaced: true }],
  ['Deployment', { path: 'apis/apps/v1', plural: 'deployments', namespaced: true }],
  ['StatefulSet', { path: 'apis/apps/v1', plural: 'statefulsets', namespaced: true }],
  ['DaemonSet', { path: 'apis/apps/v1', plural: 'daemonsets', namespaced: true }],
  ['Job', { path: 'apis/batch/v1', plural: 'jobs', namespaced: true }],
  ['CronJob', { path: 'apis/batch/v1', plural: 'cronjobs', namespaced: true }],
  ['HorizontalPodAutoscaler', { path: 'apis/autoscaling/v2', plural: 'horizontalpodautoscalers', namespaced: true }],
  ['Node', { path: 'api/v1', plural: 'nodes', namespaced: false }],
]);

/** `look` throws `Unavailable` if a retry may help. */
export function kubernetesTargets({ clusters }: { readonly clusters: readonly ClusterAccess[] }): Targets {
  return {
    async look({ kind, name, namespace, cluster }) {
      const access = clusters.find((one) => one.name === cluster);
      if (access === undefined) return { kind: 'unseen', why: `The cluster ${cluster} is not configured.` };
      const path = pathOf(kind, namespace, name);
      if (path === undefined) return { kind: 'unseen', why: `Watchkeeper does not read objects of kind ${kind}.` };
      const reply = await access.request(path);
      if (reply.status === 404) return { kind: 'absent' };
      if (reply.status === 0 || reply.status === 429 || reply.status >= 500)
        throw new Unavailable(`${kind} ${name} could not be looked at (${statusText(reply)}).`);
      const object = KubernetesObject.safeParse({ kind, ...(reply.body as object) });
      if (reply.status !== 200 || !object.success)
        return { kind: 'unseen', why: `${kind} ${name} could not be looked at (${statusText(reply)}).` };
      return { kind: 'object', object: object.data };
    },
    async around({ kind, name, namespace, cluster }) {
      const wanted = kind === 'Node' ? kindsOnNode(name) : kindsBeside(namespace ?? '');
      const access = clusters.find((one) => one.name === cluster);
      if (access === undefined) return { objects: [], without: wanted.map((one) => one.kind) };
      const lists = await Promise.all(wanted.map(async (one) => ({ of: one.kind, ...(await listOf(access, one)) })));
      return {
        objects: lists.flatMap(({ items }) => items),
        without: lists.flatMap(({ of, failed }) => (failed === undefined ? [] : [of])),
      };
    },
  };
}

const nodes: Kind = { kind: 'Node', path: 'api/v1/nodes' };

/** The kinds that limit an action on a workload or show its impact. */
function kindsBeside(namespace: string): readonly Kind[] {
  const within = `namespaces/${encodeURIComponent(namespace)}`;
  return [
    { kind: 'Pod', path: `api/v1/${within}/pods` },
    { kind: 'HorizontalPodAutoscaler', path: `apis/autoscaling/v2/${within}/horizontalpodautoscalers` },
    { kind: 'ResourceQuota', path: `api/v1/${within}/resourcequotas` },
    { kind: 'LimitRange', path: `api/v1/${within}/limitranges` },
    nodes,
  ];
}

const kindsOnNode = (name: string): readonly Kind[] => [
  { kind: 'Pod', path: 'api/v1/pods', fields: `spec.nodeName=${name}` },
  nodes,
];

function pathOf(kind: string, namespace: string | undefined, name: string): string | undefined {
  const place = places.get(kind);
  if (place === undefined) return undefined;
  const within = place.namespaced ? `namespaces/${encodeURIComponent(namespace ?? '')}/` : '';
  return `${place.path}/${within}${place.plural}/${encodeURIComponent(name)}`;
}
