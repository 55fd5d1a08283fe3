import { describe, expect, test } from 'vitest';
import { topologyOf } from '../../../../core/analysis/kubernetes/index.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';
import { ago, app, meta, node, now, ownedBy, service } from './objects.ts';

const of = (...items: unknown[]) =>
  topologyOf([{ cluster: 'c1', takenAt: now, items: items.flat().map((item) => KubernetesObject.parse(item)) }]);
const callsOf = (...items: unknown[]) => of(...items).calls.map(({ from, to }) => `${from} → ${to}`);
/** The object in another namespace. */
const placed = (object: Readonly<Record<string, unknown>>, namespace: string) => ({
  ...object,
  metadata: { ...(object.metadata as object), namespace },
});
const withEnv = (value: string) => app('web', { container: { env: [{ name: 'ANY', value }] } });

describe('a call is known', () => {
  test.each([
    ['host and port', 'cart:8080'],
    ['a URL', 'http://cart/api?x=1'],
    ['a URL with a user', 'amqp://guest:guest@cart:5672/%2f'],
    ['a JDBC URL', 'jdbc:mysql://cart:3306/shop?useSSL=false'],
    ['a bare name', 'cart'],
    ['a name with its namespace', 'cart.shop.svc.cluster.local:8080'],
    ['one of several brokers', 'other:9092,cart:9092'],
  ])('from %s in the environment', (_, value) => {
    expect(callsOf(withEnv(value), app('cart'), service('cart'))).toEqual(['web → cart']);
  });
  test('from a ConfigMap that is mounted or fills the environment', () => {
    const config = { kind: 'ConfigMap', metadata: meta('settings'), data: { 'app.yaml': 'cart:\n  host: cart\n' } };
    const mounted = app('web', { podSpec: { volumes: [{ name: 'v', configMap: { name: 'settings' } }] } });
    const filled = app('api', { container: { envFrom: [{ configMapRef: { name: 'settings' } }] } });
    expect(callsOf(mounted, filled, config, app('cart'), service('cart'))).toEqual(['web → cart', 'api → cart']);
  });
  test('to the workload behind a Service of another name', () => {
    const front = service('cart-cache', { selector: { app: 'cart' } });
    expect(callsOf(withEnv('cart-cache:6379'), app('cart'), front)).toEqual(['web → cart']);
  });
});

describe('a call into another namespace is known', () => {
  const far = [...app('cart'), service('cart')].map((object) => placed(object, 'stores'));
  test.each(['http://cart.stores:8080', 'cart.stores.svc', 'cart.stores.svc.cluster.local:8080'])(
    'from %s',
    (value) => {
      expect(callsOf(withEnv(value), ...far)).toEqual(['web → cart']);
    },
  );
  test('from arguments', () => {
    expect(callsOf(app('web', { container: { args: ['--carts=cart.stores:8080'] } }), ...far)).toEqual(['web → cart']);
  });
  test('but not from a host outside', () => {
    expect(callsOf(withEnv('cart.stores:8080'), ...far, placed(service('desk'), 'stores'))).toEqual(['web → cart']);
    expect(callsOf(withEnv('https://cart.stores.example.com'), ...far)).toEqual([]);
  });
});

describe('an entry calls what its routes lead to', () => {
  const entry = (image: string) => app('entry', { container: { image } }).map((object) => placed(object, 'edge'));
  const backends = [app('cart'), service('cart')];
  const ingress = (spec: object) => ({
    kind: 'Ingress',
    metadata: meta('public'),
    spec: {
      ...spec,
      rules: [{ http: { paths: [{ path: '/cart', backend: { service: { name: 'cart', port: { number: 80 } } } }] } }],
    },
  });
  const controller = {
    kind: 'IngressClass',
    metadata: { name: 'outside' },
    spec: { controller: 'k8s.io/ingress-nginx' },
  };
  test('by the controller of the class of an Ingress', () => {
    const served = ingress({ ingressClassName: 'outside' });
    expect(callsOf(entry('registry.k8s.io/ingress-nginx/controller:v1'), controller, served, ...backends)).toEqual([
      'entry → cart',
    ]);
    expect(callsOf(entry('nginx:1.27'), controller, served, ...backends)).toEqual([]);
    expect(callsOf(entry('traefik:v3'), controller, served, ...backends)).toEqual([]);
  });
  test('by the Gateway of a route', () => {
    const route = {
      kind: 'HTTPRoute',
      metadata: meta('carts'),
      spec: {
        parentRefs: [{ name: 'outer', namespace: 'edge' }],
        rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }],
      },
    };
    const gateway = {
      kind: 'Gateway',
      metadata: meta('outer', { namespace: 'edge' }),
      spec: { gatewayClassName: 'traefik' },
    };
    expect(callsOf(entry('docker.io/library/traefik:v3.1'), gateway, route, ...backends)).toEqual(['entry → cart']);
    expect(callsOf(entry('kong:3.7'), gateway, route, ...backends)).toEqual([]);
  });
  test('not by a route to a Service that is not there', () => {
    const served = ingress({ ingressClassName: 'outside' });
    expect(callsOf(entry('registry.k8s.io/ingress-nginx/controller:v1'), controller, served)).toEqual([]);
  });
});

describe('no call is made of', () => {
  test.each([
    ['a word that is part of another', 'cartography'],
    ['a path', '/srv/cart/data'],
    ['prose', 'the cart is full'],
    ['a host of another domain', 'https://shop.example.com/cart'],
  ])('%s', (_, value) => {
    expect(callsOf(withEnv(value), app('cart'), service('cart'))).toEqual([]);
  });
  test('its own name', () => {
    expect(callsOf(withEnv('http://web:8080'), service('web'))).toEqual([]);
  });
  test('a ConfigMap that nothing uses', () => {
    const config = { kind: 'ConfigMap', metadata: meta('settings'), data: { url: 'http://cart' } };
    expect(callsOf(app('web'), config, app('cart'), service('cart'))).toEqual([]);
  });
});

describe('a database server is told by its image', () => {
  test.each([
    ['mysql', 'docker.io/library/mysql:8.0'],
    ['mysql', 'registry.example.com/db/orders-mysql:4.2'],
    ['postgresql', 'postgres@sha256:0123'],
    ['mongodb', 'bitnami/mongodb:7'],
    ['redis', 'redis:alpine'],
  ])('%s', (product, image) => {
    expect(of(app('db', { kind: 'StatefulSet', container: { image } })).databases).toMatchObject([
      {
        product,
        entity: { kind: 'StatefulSet', name: 'db', namespace: 'shop', cluster: 'c1' },
        isAvailable: true,
        ports: [8080],
      },
    ]);
  });
  test('or by the port that is registered for it', () => {
    const container = { image: 'registry.example.com/ledger-store:2', ports: [{ containerPort: 5432 }] };
    expect(of(app('store', { container })).databases).toMatchObject([{ product: 'postgresql' }]);
  });
  test.each(['prom/mysqld-exporter:1', 'postgres-operator:1', 'redis-sentinel:7', 'registry.example.com/mysql/web:2'])(
    'and not by %s',
    (image) => {
      expect(of(app('db', { container: { image } })).databases).toEqual([]);
    },
  );
});

describe('what runs on a node', () => {
  const dead = { conditions: [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }] };
  const on = (name: string) => ({ podSpec: { nodeName: name } });

  test('is told where the node is not well', () => {
    const { onNodes } = of(node('n-1', dead), node('n-2'), app('cart', on('n-1')), app('web', on('n-2')));
    expect(
      onNodes?.map(({ node: { name }, workload }) => `${name} ${workload.kind} ${workload.namespace}/${workload.name}`),
    ).toEqual(['n-1 Deployment shop/cart']);
  });
  test('is nobody’s business where all nodes are well', () => {
    expect(of(node('n-2'), app('web', on('n-2'))).onNodes).toBeUndefined();
  });
});

describe('the DNS of the cluster', () => {
  const there = { namespace: 'kube-system' };
  const coredns = (available: number, status: object = {}) => [
    {
      kind: 'Deployment',
      metadata: meta('coredns', there),
      spec: { replicas: 2, template: { metadata: { labels: { 'k8s-app': 'kube-dns' } }, spec: { containers: [] } } },
      status: { availableReplicas: available },
    },
    {
      kind: 'Pod',
      metadata: meta('coredns-1', { ...there, ...ownedBy('Deployment', 'coredns') }),
      spec: {},
      status: { phase: 'Running', containerStatuses: [{ name: 'coredns', ready: true, ...status }] },
    },
    { kind: 'Service', metadata: meta('kube-dns', there), spec: { clusterIP: '10.0.0.10' } },
  ];
  const endpoints = { kind: 'Endpoints', metadata: meta('kube-dns', there), subsets: [] };
  const restarted = (minutes: number) => ({
    restartCount: 3,
    lastState: { terminated: { exitCode: 137, finishedAt: ago(minutes) } },
  });
  const troubles = (...items: readonly object[]) =>
    topologyOf([
      { cluster: 'backend-1', takenAt: now, items: items.map((item) => KubernetesObject.parse(item)) },
    ]).dns?.map((one) => one.troubles);
  test('is well with all its pods', () => {
    expect(troubles(...coredns(2))).toEqual([[]]);
    expect(troubles(...coredns(2, restarted(3000)))).toEqual([[]]);
  });
  test('is unwell without pods, without endpoints, and after restarts', () => {
    expect(troubles(...coredns(0), endpoints)).toEqual([
      ['0 of 2 pods available', 'Service kube-dns has no ready endpoint'],
    ]);
    expect(troubles(...coredns(2, restarted(5)))).toEqual([['1 of its pods restarted within the last hour']]);
  });
  test('is not an application that only has such a name', () => {
    expect(
      troubles({
        kind: 'Deployment',
        metadata: meta('coredns'),
        spec: { template: { spec: { containers: [] } } },
        status: {},
      }),
    ).toBeUndefined();
  });
});
