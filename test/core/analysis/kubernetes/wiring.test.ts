import { describe, expect, test } from 'vitest';
import { analyzeClusters } from '../../../../core/analysis/kubernetes/index.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';

// How things find each other: ports within a pod, names, addresses in variables, routes from outside.

const metadata = (name: string) => ({ name, namespace: 'shop', creationTimestamp: '2026-11-01T00:00:00Z' });
const service = (name: string, port: number, over: object = {}) => ({
  kind: 'Service',
  metadata: metadata(name),
  spec: { ports: [{ port, targetPort: port }], ...over },
});
const deployment = (podSpec: object) => ({
  kind: 'Deployment',
  metadata: metadata('orders'),
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'orders' } },
    template: { metadata: { labels: { app: 'orders' } }, spec: podSpec },
  },
});
const container = (over: object = {}) => ({ name: 'main', image: 'orders:1', ...over });
const env = (values: Record<string, string>) =>
  deployment({ containers: [container({ env: Object.entries(values).map(([name, value]) => ({ name, value })) })] });
const find = (...items: object[]) =>
  analyzeClusters([
    {
      cluster: 'backend-1',
      takenAt: '2026-11-20T03:00:00.000Z',
      items: items.map((item) => KubernetesObject.parse(item)),
    },
  ]);
/** The causes that are said of anything, without what an empty cluster has anyway. */
const causes = (...items: object[]) => [
  ...new Set(find(...items).flatMap(({ cause, role }) => (cause && role === 'cause' ? [cause] : []))),
];
const database = service('orders-mysql', 3306);

describe('containers on one port', () => {
  const two = (second: object) =>
    deployment({
      containers: [
        container({ ports: [{ containerPort: 8080 }] }),
        container({ name: 'proxy', ports: [{ containerPort: 8080, ...second }] }),
      ],
    });
  const pod = (restarts: number) => ({
    kind: 'Pod',
    metadata: { ...metadata('orders-1'), ownerReferences: [{ kind: 'Deployment', name: 'orders' }] },
    spec: { nodeName: 'n1', containers: [] },
    status: { phase: 'Running', containerStatuses: [{ name: 'proxy', ready: restarts === 0, restartCount: restarts }] },
  });
  const said = (...items: object[]) => find(...items).find(({ cause }) => cause === 'port-conflict');

  test('conflict, surely so where one does not stay up', () => {
    expect(said(two({}), pod(4))?.confidence).toBeGreaterThan(0.9);
    expect(said(two({}), pod(0))?.confidence).toBeLessThan(0.7);
  });
  test.each([
    ['over different protocols', two({ protocol: 'UDP' })],
    ['on different ports', two({ containerPort: 9090 })],
    [
      'in one container',
      deployment({ containers: [container({ ports: [{ containerPort: 80 }, { containerPort: 80, name: 'http' }] })] }),
    ],
  ])('do not conflict %s', (_, item) => {
    expect(said(item, pod(4))).toBeUndefined();
  });
});

describe('name resolution', () => {
  const clusterDns = service('kube-dns', 53, { clusterIP: '10.0.0.10' });
  const withDns = (over: object, containers: readonly object[] = [container()]) => deployment({ containers, ...over });
  const calling = [container({ env: [{ name: 'PAY', value: 'http://orders-mysql:3306' }] })];
  test.each([
    ['asks servers of its own', withDns({ dnsPolicy: 'None', dnsConfig: { nameservers: ['192.0.2.1'] } })],
    ['resolves as its node does and calls Services', withDns({ dnsPolicy: 'Default' }, calling)],
    ['writes over the name of a Service', withDns({ hostAliases: [{ ip: '192.0.2.1', hostnames: ['orders-mysql'] }] })],
  ])('fails where a pod %s', (_, item) => {
    expect(causes(item, database, clusterDns)).toContain('dns-failure');
  });
  test.each([
    ['asks the cluster by its address', withDns({ dnsPolicy: 'None', dnsConfig: { nameservers: ['10.0.0.10'] } })],
    ['adds a server to the cluster', withDns({ dnsPolicy: 'ClusterFirst', dnsConfig: { nameservers: ['192.0.2.1'] } })],
    ['calls nothing by name', withDns({ dnsPolicy: 'Default' })],
    ['is on the network of its host', withDns({ dnsPolicy: 'Default', hostNetwork: true }, calling)],
    ['names hosts outside', withDns({ hostAliases: [{ ip: '192.0.2.1', hostnames: ['license.example.com'] }] })],
  ])('is well where a pod %s', (_, item) => {
    expect(causes(item, database, clusterDns)).not.toContain('dns-failure');
  });
});

describe('an address in variables', () => {
  test.each([
    ['of a database on a wrong port', { DB_URL: 'jdbc:mysql://orders-mysql:3307/orders?ssl=true' }, 'database-port'],
    [
      'of a database, in two variables',
      { ORDERS_MYSQL_HOST: 'orders-mysql', ORDERS_MYSQL_PORT: '33060' },
      'database-port',
    ],
    ['of another service on a wrong port', { CART_ADDR: 'cart:7071' }, 'environment-address'],
    ['of a service one letter off', { BASKET_ADDR: 'recomendations:7070' }, 'environment-address'],
  ])('%s is a cause', (_, values, cause) => {
    expect(causes(env(values), database, service('cart', 7070), service('recommendations', 7070))).toContain(cause);
  });
  test.each<[string, Record<string, string>]>([
    ['right', { DB_URL: 'jdbc:mysql://orders-mysql:3306/orders', CART_ADDR: 'cart:7070' }],
    ['right, in two', { ORDERS_MYSQL_HOST: 'orders-mysql', ORDERS_MYSQL_PORT: '3306' }],
    ['outside', { DB_HOST: 'db.example.com', DB_PORT: '5432' }],
    ['a port of its own beside the host of another', { CART_HOST: 'cart', SERVER_PORT: '9999' }],
    ['text', { NOTE: 'see cart: 7071 items', JAVA_OPTS: '-Dx=cart:7071 -Dy=1' }],
  ])('%s is none', (_, values) => {
    const found = causes(env(values), database, service('cart', 7070));
    expect(found).not.toContain('database-port');
    expect(found).not.toContain('environment-address');
  });
});

describe('a route', () => {
  const services = [service('order-service', 8080), service('payment-service', 8080)];
  const ingress = (path: string, name: string, number: number) => ({
    kind: 'Ingress',
    metadata: metadata('public'),
    spec: { rules: [{ http: { paths: [{ path, backend: { service: { name, port: { number } } } }] } }] },
  });
  const httpRoute = (name: string, port: number) => ({
    kind: 'HTTPRoute',
    metadata: metadata('public'),
    spec: { rules: [{ matches: [{ path: { value: '/api/v1/orders' } }], backendRefs: [{ name, port }] }] },
  });
  const virtualService = (host: string, number: number) => ({
    kind: 'VirtualService',
    metadata: metadata('public'),
    spec: { http: [{ match: [{ uri: { prefix: '/order' } }], route: [{ destination: { host, port: { number } } }] }] },
  });
  test.each<[string, object]>([
    ['to a Service that is not there', ingress('/', 'order-svc-old', 8080)],
    ['to a port that the Service does not have', ingress('/order', 'order-service', 80)],
    ['named after another service', ingress('/order-service', 'payment-service', 8080)],
    ['of the Gateway API to nothing', httpRoute('nowhere', 8080)],
    ['of a mesh to a wrong port', virtualService('order-service.shop.svc.cluster.local', 9)],
    ['of a mesh named after another service', virtualService('payment-service', 8080)],
  ])('%s is wrong', (_, item) => {
    expect(causes(item, ...services)).toEqual(['route-wrong-backend']);
  });
  test.each<[string, object]>([
    ['to its service', ingress('/order', 'order-service', 8080)],
    ['with a path of no service', ingress('/', 'payment-service', 8080)],
    ['of the Gateway API to its service', httpRoute('order-service', 8080)],
    ['of a mesh to its service', virtualService('order-service.shop.svc.cluster.local', 8080)],
    ['of a mesh to a host outside', virtualService('api.example.com', 443)],
    ['without a spec', { kind: 'Ingress', metadata: metadata('odd') }],
    ['with an odd spec', { kind: 'HTTPRoute', metadata: metadata('odd'), spec: { rules: 7 } }],
  ])('%s is right', (_, item) => {
    expect(causes(item, ...services)).toEqual([]);
  });
});

describe('an autoscaler', () => {
  const autoscaler = (current: number, status: string, reason: string) => ({
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata('orders'),
    spec: { maxReplicas: 6, scaleTargetRef: { kind: 'Deployment', name: 'orders' } },
    status: { currentReplicas: current, conditions: [{ type: 'ScalingLimited', status, reason }] },
  });
  test('that wants more than it may have is at its limit', () => {
    expect(causes(autoscaler(6, 'True', 'TooManyReplicas'))).toEqual(['hpa-at-limit']);
  });
  test.each([
    ['is at its limit and wants no more', autoscaler(6, 'False', 'DesiredWithinRange')],
    ['is at its least', autoscaler(2, 'True', 'TooFewReplicas')],
    ['is odd', { kind: 'HorizontalPodAutoscaler', metadata: metadata('orders'), spec: 7 }],
  ])('that %s is not', (_, item) => {
    expect(causes(item)).toEqual([]);
  });
});

describe('a network policy', () => {
  const policy = (spec: object) => ({
    kind: 'NetworkPolicy',
    metadata: metadata('closed'),
    spec: { podSelector: { matchLabels: { app: 'orders' } }, policyTypes: ['Ingress'], ...spec },
  });
  const orders = deployment({ containers: [container()] });
  const web = {
    ...deployment({ containers: [container()] }),
    metadata: metadata('web'),
    spec: { selector: {}, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container()] } } },
  };
  const said = (...items: object[]) =>
    causes(orders, web, service('orders', 8080), ...items).includes('network-policy');
  const from = (peer: object) => policy({ ingress: [{ from: [peer] }] });

  test.each([
    ['lets nobody in', policy({ ingress: [] })],
    ['lets in only pods that are not there', from({ podSelector: { matchLabels: { app: 'gone' } } })],
  ])('that %s closes a service', (_, item) => {
    expect(said(item)).toBe(true);
  });
  test.each([
    ['lets a neighbour in', from({ podSelector: { matchLabels: { app: 'web' } } })],
    ['lets another namespace in', from({ namespaceSelector: {} })],
    ['lets everybody in', policy({ ingress: [{}] })],
    ['is about what goes out', policy({ policyTypes: ['Egress'] })],
    ['is about other pods', policy({ podSelector: { matchLabels: { app: 'db' } }, ingress: [] })],
    [
      'selects by expressions, which are not read',
      policy({ podSelector: { matchExpressions: [{ key: 'a' }] }, ingress: [] }),
    ],
  ])('that %s does not', (_, item) => {
    expect(said(item)).toBe(false);
  });
  test('beside one that lets somebody in does not', () => {
    expect(said(policy({ ingress: [] }), from({ podSelector: { matchLabels: { app: 'web' } } }))).toBe(false);
  });
});

describe('an address in a namespace that does not exist', () => {
  const namespaces = (...names: string[]) =>
    names.map((name) => ({ kind: 'Namespace', metadata: { name, creationTimestamp: '2026-11-01T00:00:00Z' } }));
  const caller = env({ DATABASE_URL: 'mysql://app@orders-mysql.store:3306/orders' });
  const stored = { ...database, metadata: { ...database.metadata, namespace: 'stores' } };
  test('is wrong, if the one Service of its name is in another', () => {
    const found = find(caller, stored, ...namespaces('shop', 'stores')).find(
      ({ cause }) => cause === 'environment-address',
    );
    expect(found).toMatchObject({ role: 'cause', entity: { name: 'orders' } });
    expect(found?.claim).toContain('namespace store, which does not exist; Service orders-mysql is in stores');
  });
  test.each<[string, object[]]>([
    ['if it exists', [stored, ...namespaces('shop', 'stores', 'store')]],
    ['if nobody read which exist', [stored]],
    ['if no such Service is known', [...namespaces('shop', 'stores')]],
    [
      'if several have the name',
      [
        stored,
        { ...stored, metadata: { ...stored.metadata, namespace: 'other' } },
        ...namespaces('shop', 'stores', 'other'),
      ],
    ],
  ])('is not judged %s', (_, others) => {
    expect(causes(caller, ...others)).not.toContain('environment-address');
  });
});
