import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { watchAlerts } from '../../dojo/cluster/alerts.ts';
import type { ClusterApi } from '../../dojo/cluster/api.ts';
import { probe } from '../../dojo/cluster/apps.ts';
import { loadFaults, parseFault } from '../../dojo/cluster/fault.ts';
import { enter, mark, refuseOthers } from '../../dojo/cluster/guards.ts';
import { ClusterObject, pathOf } from '../../dojo/cluster/objects.ts';
import { changesBetween } from '../../dojo/cluster/objects-diff.ts';
import type { View } from '../../dojo/cluster/view.ts';
import { randomOf } from '../../dojo/worlds/random.ts';

// The dojo in a cluster: what can be proved without one. The guards, the faults as data, and the rules by which the shop and its alerts are judged.

const faults = await loadFaults(join(import.meta.dirname, '../../dojo/faults'));

describe('faults', () => {
  test('one seed draws one fault, and every draw of every fault fits', () => {
    for (const { draw } of faults)
      for (let seed = 0; seed < 20; seed += 1) {
        const once = draw(randomOf(`${seed}`));
        expect(draw(randomOf(`${seed}`))).toEqual(once);
        expect(JSON.stringify(once)).not.toContain('$');
      }
  });
  test('no remedy is right and harmful at once', () => {
    for (const { name, draw } of faults) {
      const { right, harmful } = draw(randomOf(name)).fault.remedies;
      expect(right.filter(({ action }) => harmful.some((one) => one.action === action))).toEqual([]);
    }
  });
  test.each([
    ['no YAML', 'title: [', 'is no YAML'],
    [
      'a name that is not drawn',
      'title: t\ngroup: g\ndoes: [{ restart: Deployment/$x }]\ntruth: { entity: Deployment/a, cause: oom-killed }',
      '$x',
    ],
    [
      'a step that there is not',
      'title: t\ngroup: g\ndoes: [{ shell: rm -rf / }]\ntruth: { entity: Deployment/a, cause: oom-killed }',
      'does',
    ],
    [
      'a cause that there is not',
      'title: t\ngroup: g\ndoes: [{ wait: 1 }]\ntruth: { entity: Deployment/a, cause: gremlins }',
      'cause',
    ],
  ])('%s is refused with the place', (_, text, place) => {
    expect(() => parseFault(text, 'x.yaml')).toThrow(place);
  });
});

const apiWith = (labels: Readonly<Record<string, Readonly<Record<string, string>>>>) => {
  const done: string[] = [];
  const api: ClusterApi = {
    context: 'somewhere',
    kubeconfig: '',
    async call(method, path) {
      done.push(`${method} ${path}`);
      return {};
    },
    async find(path) {
      const name = path.split('/').at(-1) ?? '';
      return labels[name] && { metadata: { name, labels: { ...labels[name] } } };
    },
    list: async () => [],
  };
  return { api, done };
};

describe('guards', () => {
  test('a cluster that nobody marked is left alone', async () => {
    await expect(refuseOthers(apiWith({ default: {} }).api)).rejects.toThrow('nobody marked');
    await expect(refuseOthers(apiWith({ default: { [mark]: 'yes' } }).api)).rejects.toThrow('nobody marked');
    await expect(refuseOthers(apiWith({ default: { [mark]: 'test-cluster' } }).api)).resolves.toBeUndefined();
  });
  test.each([
    'api/v1/namespaces/default/pods/a',
    'api/v1/namespaces/dojo-1',
    'api/v1/namespaces/dojo-10/pods/a',
    'api/v1/namespaces/dojo-1/../default/pods/a',
    'apis/rbac.authorization.k8s.io/v1/clusterroles/admin',
    'api/v1/nodes/worker-1',
  ])('nothing outside of the own namespace is changed: %s', async (path) => {
    const { api, done } = apiWith({ 'dojo-1': { [mark]: 'round' } });
    const grounds = await enter(api, 'dojo-1', false);
    await expect(grounds.change('DELETE', path)).rejects.toThrow('changes nothing outside');
    expect(done).toEqual(['POST api/v1/namespaces']);
  });
  test('a namespace without the label is left alone, at its end, too', async () => {
    const { api, done } = apiWith({ 'dojo-1': {} });
    const grounds = await enter(api, 'dojo-1', true);
    await expect(grounds.change('DELETE', 'api/v1/namespaces/dojo-1/pods/a')).rejects.toThrow("is not the dojo's");
    await expect(grounds.leave()).rejects.toThrow("is not the dojo's");
    expect(done).toEqual(['POST api/v1/namespaces']);
  });
  test('what is its own is changed', async () => {
    const { api, done } = apiWith({ 'dojo-1': { [mark]: 'round' } });
    const grounds = await enter(api, 'dojo-1', true);
    await grounds.change('PATCH', pathOf('Deployment', 'dojo-1', 'cart'), {});
    await grounds.change('PATCH', pathOf('Node', '', 'worker-1'), {});
    expect(done.slice(1)).toEqual([
      'PATCH apis/apps/v1/namespaces/dojo-1/deployments/cart',
      'PATCH api/v1/nodes/worker-1',
    ]);
  });
});

const pod = (app: string, ip: string, env: readonly { readonly name: string; readonly value: string }[] = []) => ({
  metadata: { name: `${app}-1`, labels: { app } },
  spec: {
    nodeName: 'worker-1',
    containers: [{ name: 'main', image: `registry.dojo.test/shop/${app}:1.4.0`, env: [...env] }],
  },
  status: { podIP: ip, conditions: [{ type: 'Ready', status: 'True' }] },
});
const service = (name: string, targetPort = 8080) => ({
  metadata: { name },
  spec: { clusterIP: '10.0.0.7', ports: [{ port: 80, targetPort }] },
});
const endpoints = (name: string, ip: string | undefined, port = 8080) => ({
  metadata: { name },
  subsets: ip === undefined ? [] : [{ addresses: [{ ip }], ports: [{ port }] }],
});
const view = (over: object): View => ({
  at: 0,
  pods: [pod('front', '10.1.0.1', [{ name: 'CART_URL', value: 'http://cart' }]), pod('cart', '10.1.0.2')],
  services: [service('cart')],
  endpoints: [endpoints('cart', '10.1.0.2')],
  secrets: [],
  configMaps: [],
  policies: [],
  workloads: [],
  jobs: [],
  nodes: [],
  ...over,
});
const policy = (app: string) => ({
  metadata: { name: 'p' },
  spec: {
    podSelector: { matchLabels: { app: 'cart' } },
    ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }],
  },
});

describe('the shop', () => {
  test.each([
    ['all is well', {}, undefined],
    ['no endpoints', { endpoints: [endpoints('cart', undefined)] }, 'connection refused'],
    ['a port where nobody listens', { endpoints: [endpoints('cart', '10.1.0.2', 9000)] }, 'connection refused'],
    ['a policy for others', { policies: [policy('audit')] }, 'i/o timeout'],
    ['a policy for the caller', { policies: [policy('front')] }, undefined],
  ])('%s', (_, over, why) => {
    const failing = probe(view(over), {}).get('cart');
    if (why === undefined) expect(failing).toBeUndefined();
    else expect(failing).toContain(why);
  });
  test('an alert fires once its condition has held, and not before', () => {
    const watch = watchAlerts();
    const failing = new Map([['cart', 'away']]);
    expect(watch.seen(view({ at: 0 }), failing)).toEqual([]);
    expect(watch.seen(view({ at: 1000 }), new Map())).toEqual([]);
    expect(watch.seen(view({ at: 3000 }), failing)).toEqual([]);
    expect(watch.seen(view({ at: 11_500 }), failing).map(({ labels }) => labels)).toEqual([
      { alertname: 'HighErrorRatio', service: 'cart' },
    ]);
  });
  test('what differs between two inventories is said', () => {
    expect(
      changesBetween(
        new Map([
          ['A/a', '1'],
          ['B/b', '1'],
        ]),
        new Map([
          ['A/a', '2'],
          ['C/c', '1'],
        ]),
      ),
    ).toEqual(['A/a is another', 'B/b is gone', 'C/c is new']);
  });
  test('an object needs a name', () => {
    expect(ClusterObject.safeParse({ metadata: {} }).success).toBe(false);
  });
});
