import { describe, expect, test } from 'vitest';
import type { ClusterAccess, Reply } from '../../../connectors/kubernetes/access.ts';
import { planReading } from '../../../connectors/kubernetes/reading-plan.ts';
import { kubernetesSource } from '../../../connectors/kubernetes/snapshot.ts';
import { aScope } from '../../builders.ts';

type Objects = Readonly<Record<string, readonly object[]>>;
const ok = (body: object): Reply => ({ status: 200, body, bytes: JSON.stringify(body).length });
const meta = (namespace: string, name: string, labels = {}) => ({ metadata: { namespace, name, labels } });
const workload = (namespace: string, name: string, available = 2, labels = {}) => ({
  ...meta(namespace, name, labels),
  spec: { replicas: 2 },
  status: { availableReplicas: available },
});

/** A cluster of `pods` pods in total; lists by kind, also of one namespace. */
function cluster(name: string, objects: Objects, pods = 1000): ClusterAccess & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    name,
    asked,
    async request(path) {
      asked.push(path);
      if (path === 'api/v1/pods?limit=1') return ok({ metadata: { remainingItemCount: pods - 1 }, items: [{}] });
      const [, namespace] = /namespaces\/([^/]+)\//.exec(path) ?? [];
      const plural = path.split('?')[0]?.split('/').at(-1) ?? '';
      const items = (objects[plural] ?? []).filter(
        (one) => namespace === undefined || (one as ReturnType<typeof meta>).metadata.namespace === namespace,
      );
      return ok({ items: path.includes('status.phase') ? [] : items });
    },
  };
}
const plansOf = async (clusters: ClusterAccess[], scope: Parameters<typeof aScope>[0], wholeUpTo?: number) => {
  const { plans, missing } = await planReading(clusters, aScope(scope), wholeUpTo);
  return { plans: Object.fromEntries([...plans].map(([name, { namespaces }]) => [name, namespaces])), missing };
};

describe('the plan of what to read', () => {
  test('is everything of a small fleet', async () => {
    const { plans, missing } = await plansOf([cluster('a', {}, 700), cluster('b', {}, 700)], { service: 'cart' });
    expect(plans).toEqual({ a: 'all', b: 'all' });
    expect(missing).toEqual([]);
  });
  test("of a large fleet is the page's namespace, those of its neighbours wherever they run, and what is not well beside the page", async () => {
    const home = cluster('a', {
      deployments: [workload('shop', 'cart'), workload('search', 'finder', 1), workload('quiet', 'other')],
      events: [{ involvedObject: { namespace: 'mail' } }],
    });
    const other = cluster('b', { statefulsets: [workload('books', 'ledger-db', 2, { app: 'ledger' })] });
    const third = cluster('c', { deployments: [workload('x', 'y', 0)] });
    const { plans, missing } = await plansOf([home, other, third], {
      cluster: 'a',
      namespace: 'shop',
      service: 'cart',
      neighbours: ['ledger'],
    });
    expect(plans).toEqual({ a: ['shop', 'kube-system', 'istio-system', 'search', 'mail'], b: ['books'], c: [] });
    expect(missing).toEqual(['1 of 3 clusters, in which nothing runs that the page or its calls name']);
  });
  test('does not follow a name that the own cluster has, too', async () => {
    const redis = { statefulsets: [workload('cache', 'redis')] };
    const { plans } = await plansOf([cluster('a', redis), cluster('b', redis)], {
      cluster: 'a',
      neighbours: ['redis'],
    });
    expect(plans).toEqual({ a: ['cache', 'kube-system', 'istio-system'], b: [] });
  });
  test('finds the clusters of a service whose cluster is unknown', async () => {
    const { plans } = await plansOf([cluster('a', {}), cluster('b', { deployments: [workload('shop', 'cart')] })], {
      service: 'cart',
    });
    expect(plans).toEqual({ a: [], b: ['shop', 'kube-system', 'istio-system'] });
  });
  test('looks for what is not well in all clusters if nothing is known of the page', async () => {
    const { plans } = await plansOf([cluster('a', { deployments: [workload('n', 'x', 0)] }), cluster('b', {})], {});
    expect(plans).toEqual({ a: ['kube-system', 'istio-system', 'n'], b: ['kube-system', 'istio-system'] });
  });
  test('counts the namespaces that it leaves out', async () => {
    const deployments = Array.from({ length: 30 }, (_, n) => workload(`n${n}`, `x${n}`, 0));
    const { plans, missing } = await plansOf([cluster('a', { deployments }, 2000)], { cluster: 'a' });
    expect(plans.a).toHaveLength(16);
    expect(missing).toEqual(['a: 16 more namespaces in which something is not well']);
  });
});

test('a snapshot of a large fleet lists only the planned namespaces, and names a cluster that does not answer', async () => {
  const home = cluster('a', { deployments: [workload('shop', 'cart'), workload('quiet', 'other')] }, 2000);
  const silent: ClusterAccess = {
    name: 'b',
    request: async () => ({ status: 0, problem: 'no answer', body: undefined, bytes: 0 }),
  };
  const source = kubernetesSource({ clusters: [home, silent], clock: { now: () => new Date(0) } });
  const observed = await source.observe(aScope({ cluster: 'a', namespace: 'shop', service: 'cart' }), {});
  if (observed.kind !== 'data') throw new Error(observed.gap.reason);
  expect(observed.data.map((one) => one.cluster)).toEqual(['a']);
  expect(observed.data[0]?.items.map(({ metadata }) => metadata.name)).toEqual(['cart']);
  expect(observed.missing).toEqual(['b: Pod (no answer)']);
  expect(home.asked.filter((path) => path.includes('replicasets'))).toEqual(
    ['shop', 'kube-system', 'istio-system'].map((one) => `apis/apps/v1/namespaces/${one}/replicasets?limit=500`),
  );
});
