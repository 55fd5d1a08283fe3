import { describe, expect, test } from 'vitest';
import { ago, app, event, explanations, find, meta, node, pod, service } from './objects.ts';

// Objects of Istio, pods that were put out, budgets that let none go, gateways told by a ConfigMap, revisions of StatefulSets.

const ns = (namespace: string) => ({ namespace });
const virtualService = (route: object, more: object = {}) => ({
  kind: 'VirtualService',
  metadata: meta('cart'),
  spec: { http: [{ route: [{ destination: { host: 'cart', ...route } }], ...more }] },
});
const rule = (labels: object, more: object = {}) => ({
  kind: 'DestinationRule',
  metadata: meta('cart'),
  spec: { host: 'cart.shop.svc.cluster.local', subsets: [{ name: 'v2', labels }], ...more },
});
const proxy = { name: 'istio-proxy', image: 'istio/proxyv2:1.24' };
const ready = (name: string, isReady: boolean) => ({ name, ready: isReady, restartCount: 0, state: { running: {} } });
/** An application with a sidecar. */
const meshed = (name: string, proxyReady = true) => {
  const container = { name: 'server', image: 'x:1', ports: [{ containerPort: 8080 }] };
  return app(name, {
    podSpec: { containers: [container, proxy] },
    podStatus: { containerStatuses: [ready('server', true), ready('istio-proxy', proxyReady)] },
  });
};
const calls = (name: string, to: string) =>
  app(name, { container: { env: [{ name: 'ADDR', value: `http://${to}` }] } });
const causes = (...items: object[]) =>
  explanations(...items.map((item) => ({ ...item }))).map((said) => said.split(': ')[1]);
const base = [...meshed('cart'), service('cart')];

describe('a route of a mesh', () => {
  test.each([
    ['to a subset that nobody defines', [virtualService({ subset: 'v3' }), rule({ app: 'cart' })]],
    ['to a subset without a pod', [virtualService({ subset: 'v2' }), rule({ version: 'v2' })]],
  ])('%s leads nowhere', (_, items) => {
    expect(causes(...base, ...items)).toEqual(['mesh-route']);
  });
  test.each([
    ['to a subset with pods', [virtualService({ subset: 'v2' }), rule({ app: 'cart' })]],
    ['without a subset', [virtualService({}), rule({ version: 'v2' })]],
    [
      'of no share',
      [
        {
          ...virtualService({}),
          spec: { http: [{ route: [{ destination: { host: 'cart', subset: 'v9' }, weight: 0 }] }] },
        },
      ],
    ],
    ['that is odd', [{ kind: 'VirtualService', metadata: meta('odd'), spec: { http: 'no' } }]],
  ])('%s is well', (_, items) => {
    expect(causes(...base, ...items)).toEqual([]);
  });
  test('that aborts calls on purpose is told', () => {
    expect(causes(...base, virtualService({}, { fault: { abort: { percentage: { value: 50 } } } }))).toEqual([
      'mesh-fault-injection',
    ]);
    expect(causes(...base, virtualService({}, { fault: { delay: { percentage: { value: 0 } } } }))).toEqual([]);
  });
});

describe('mutual TLS', () => {
  const strict = { kind: 'PeerAuthentication', metadata: meta('default'), spec: { mtls: { mode: 'STRICT' } } };
  const permissive = { ...strict, spec: { mtls: { mode: 'PERMISSIVE' } } };
  const elsewhere = { ...strict, metadata: meta('default', ns('other')) };
  test('that only one side has keeps the other out', () => {
    expect(causes(...base, ...calls('web', 'cart'), strict)).toEqual(['mesh-mutual-tls']);
    const off = rule({ app: 'cart' }, { trafficPolicy: { tls: { mode: 'DISABLE' } } });
    expect(causes(...base, strict, off)).toEqual(['mesh-mutual-tls']);
  });
  test.each([
    ['that is not demanded', [...calls('web', 'cart'), permissive]],
    ['that is demanded elsewhere', [...calls('web', 'cart'), elsewhere]],
    ['whose other side calls nobody here', [...app('web'), strict]],
    ['that nobody is kept from', [strict]],
  ])('%s is well', (_, items) => {
    expect(causes(...base, ...items)).toEqual([]);
  });
});

describe('a policy of a mesh', () => {
  const policy = (spec: object, more: Record<string, unknown> = {}) => ({
    kind: 'AuthorizationPolicy',
    metadata: meta('closed', more),
    spec,
  });
  test.each([
    ['allows nobody', policy({})],
    ['denies everybody', policy({ action: 'DENY', rules: [{}] })],
  ])('that %s closes a service', (_, item) => {
    expect(causes(...base, item)).toEqual(['mesh-authorization']);
  });
  test.each([
    ['allows somebody', policy({ rules: [{ from: [{ source: { principals: ['*'] } }] }] })],
    ['denies some', policy({ action: 'DENY', rules: [{ from: [{ source: { namespaces: ['x'] } }] }] })],
    ['is about other pods', policy({ selector: { matchLabels: { app: 'web' } } })],
    ['is of another namespace', policy({}, ns('other'))],
  ])('that %s does not', (_, item) => {
    expect(causes(...base, item)).toEqual([]);
  });
});

test('a policy that lets some callers in is told as context, with them', () => {
  const item = {
    kind: 'AuthorizationPolicy',
    metadata: meta('some'),
    spec: { rules: [{ from: [{ source: { principals: ['cluster.local/ns/old/sa/web'] } }] }] },
  };
  expect(find(...base, item)).toContainEqual(
    expect.objectContaining({
      role: 'context',
      cause: 'mesh-authorization',
      claim: expect.stringContaining('allows only calls of cluster.local/ns/old/sa/web to Deployment cart'),
    }),
  );
});

test('a proxy that is not ready beside an application that is, is the proxy', () => {
  expect(causes(...meshed('cart', false))).toContain('mesh-proxy');
  expect(causes(...meshed('cart'))).toEqual([]);
});

describe('evicted pods', () => {
  const evicted = (message: string, minutes = 5) =>
    app('cart', {
      podStatus: { phase: 'Failed', reason: 'Evicted', message, startTime: ago(minutes), containerStatuses: [] },
    });
  test('speak of their node, and what it ran short of', () => {
    const found = find(
      ...evicted('The node was low on resource: memory. Container server was using 900Mi.'),
      node('worker-01'),
    );
    expect(found.filter(({ cause }) => cause === 'node-pressure')).toMatchObject([
      { entity: { kind: 'Node', name: 'worker-01' }, claim: expect.stringContaining('ran short of memory') },
    ]);
  });
  test('over their own limit of storage speak of their workload', () => {
    const message = 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.';
    expect(causes(...evicted(message), node('worker-01'))).toContain('disk-full');
  });
  test('of yesterday speak of nothing', () => {
    expect(causes(...evicted('The node was low on resource: memory.', 2000), node('worker-01'))).not.toContain(
      'node-pressure',
    );
  });
});

describe('a disruption budget', () => {
  const budget = (allowed: number) => ({
    kind: 'PodDisruptionBudget',
    metadata: meta('cart'),
    spec: { selector: { matchLabels: { app: 'cart' } } },
    status: { disruptionsAllowed: allowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
  });
  const refused = event(
    'Pod',
    pod('cart'),
    'EvictionBlocked',
    "Cannot evict pod as it would violate the pod's disruption budget.",
  );
  test('that refuses an eviction is told', () => {
    expect(causes(...app('cart'), budget(0), refused)).toEqual(['disruption-budget']);
  });
  test.each([
    ['that nothing runs into', [budget(0)]],
    ['that allows one', [budget(1), refused]],
  ])('%s is well', (_, items) => {
    expect(causes(...app('cart'), ...items)).toEqual([]);
  });
});

describe('a gateway that is told its routes by a ConfigMap', () => {
  const gateway = (text: string) => [
    ...app('gateway', { podSpec: { volumes: [{ name: 'conf', configMap: { name: 'routes' } }] } }),
    { kind: 'ConfigMap', metadata: meta('routes'), data: { 'nginx.conf': text } },
    ...app('cart'),
    service('cart'),
  ];
  test.each([
    ['a Service that is not there', 'location / { proxy_pass http://basket:80; }'],
    ['a port that it does not have', 'location / { proxy_pass http://cart:8081/; }'],
    ['nobody, by an upstream', 'upstream u {\n  server basket:80;\n}'],
    ['nobody, by a URI', 'routes:\n  - id: cart\n    uri: http://basket:8080'],
  ])('and sends calls to %s is wrong', (_, text) => {
    expect(causes(...gateway(text))).toEqual(['route-wrong-backend']);
  });
  test.each([
    ['its Service', 'location / { proxy_pass http://cart:80/; }'],
    ['an upstream by its name', 'upstream u {\n  server cart:80;\n}\nlocation / { proxy_pass http://u; }'],
    ['a host outside', 'proxy_pass https://api.example.com:8443;'],
    ['what is no route', 'basket:80 is where it used to be'],
  ])('and sends calls to %s is right', (_, text) => {
    expect(causes(...gateway(text))).toEqual([]);
  });
});

test('what the newest revision of a StatefulSet changed is told where it is not well', () => {
  const revision = (number: number, image: string) => ({
    kind: 'ControllerRevision',
    metadata: meta(`db-${number}`, { ownerReferences: [{ kind: 'StatefulSet', name: 'db' }] }),
    revision: number,
    data: { spec: { template: { spec: { containers: [{ name: 'server', image }] } } } },
  });
  const items = [
    ...app('db', { kind: 'StatefulSet', status: { replicas: 1, availableReplicas: 0, conditions: [] } }),
    revision(2, 'db:2'),
    revision(1, 'db:1'),
  ];
  expect(find(...items).map(({ claim }) => claim)).toContainEqual(expect.stringContaining('image: db:1 → db:2'));
});
