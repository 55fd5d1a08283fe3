// Where the dojo may break things: namespaces that it made itself, in a cluster on this machine or in one that a person marked as a test cluster.
import { Impossible, Misconfigured } from '../../core/errors.ts';
import type { ClusterApi, Method } from './api.ts';

/** The label of the dojo's own namespaces; on the namespace `default`, a person's word that the cluster is a test cluster. */
export const mark = 'watchkeeper.dev/dojo';

/** Throws `Misconfigured` unless a person named the cluster as a test cluster, in the cluster itself. */
export async function refuseOthers(api: ClusterApi): Promise<void> {
  const place = await api.find('api/v1/namespaces/default');
  if (place?.metadata.labels?.[mark] === 'test-cluster') return;
  throw new Misconfigured(
    `The dojo breaks things, and nobody marked "${api.context}" as a test cluster. Whoever may: kubectl --context ${api.context} label namespace default ${mark}=test-cluster`,
  );
}

export interface Grounds {
  readonly namespace: string;
  /** A change within the namespace, or on a node where nodes are simulated. Throws `Impossible` elsewhere. */
  change(method: Exclude<Method, 'GET'>, path: string, body?: unknown): Promise<unknown>;
  /** Deletes the namespace with all that is in it, without waiting for its end. */
  leave(): Promise<void>;
}

/** Makes a namespace of the dojo's own. Every change goes through it, and it looks at the label again each time. */
export async function enter(api: ClusterApi, namespace: string, mayTouchNodes: boolean): Promise<Grounds> {
  await api.call('POST', 'api/v1/namespaces', { metadata: { name: namespace, labels: { [mark]: 'round' } } });
  const check = async () => {
    const found = await api.find(`api/v1/namespaces/${namespace}`);
    if (found?.metadata.labels?.[mark] !== 'round')
      throw new Impossible(`The namespace ${namespace} is not the dojo's.`);
  };
  const within = new RegExp(`^apis?/[a-z0-9./-]+/namespaces/${namespace}/[a-z]`);
  const ofNodes = /^api\/v1\/nodes\/[a-z0-9-]+$/;
  const ofPriorities = /^apis\/scheduling\.k8s\.io\/v1\/priorityclasses(\/dojo-[a-z0-9-]+)?$/;
  return {
    namespace,
    async change(method, path, body) {
      const isOfCluster = mayTouchNodes && (ofNodes.test(path) || ofPriorities.test(path));
      if (path.includes('..') || !(within.test(path) || isOfCluster))
        throw new Impossible(`The dojo changes nothing outside of ${namespace}: ${method} ${path}.`);
      await check();
      return api.call(method, path, body);
    },
    async leave() {
      await check();
      await api.call('DELETE', `api/v1/namespaces/${namespace}`);
      // Nobody ends the pods of simulated nodes once the round is over.
      if (mayTouchNodes) await api.call('DELETE', `api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
    },
  };
}
