import { describe, expect, test } from 'vitest';
import { analyzeClusters } from '../../../../core/analysis/kubernetes/index.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';

const metadata = (name: string, namespace = 'shop', labels: object = { app: name }) => ({ name, namespace, labels });
const pod = (name: string, over: object = {}, namespace = 'shop', status: object = {}) => ({
  kind: 'Pod',
  metadata: metadata(name, namespace),
  spec: { containers: [{ name: 'main', ports: [{ name: 'web', containerPort: 8080 }] }], ...over },
  status: {
    phase: 'Running',
    podIP: namespace === 'shop' ? '10.1.0.7' : '10.1.9.9',
    containerStatuses: [{ name: 'main', ready: true, ...status }],
  },
});
const service = (name: string, namespace: string, port: number, targetPort: number | string, protocol = 'TCP') => ({
  kind: 'Service',
  metadata: metadata(name, namespace),
  spec: { clusterIP: '10.96.0.10', selector: { app: name }, ports: [{ port, targetPort, protocol }] },
});
const caller = (url: string, status: object = {}) =>
  pod('desk', { containers: [{ name: 'main', env: [{ name: 'LEDGER_URL', value: url }] }] }, 'shop', status);
const resolver = [service('kube-dns', 'kube-system', 53, 53, 'UDP'), pod('kube-dns', {}, 'kube-system')];
const ledger = [service('ledger', 'shop', 80, 'web'), pod('ledger')];
const books = [service('books', 'archive', 80, 8080), pod('books', {}, 'archive')];
const policy = (app: string | undefined, spec: object) => ({
  kind: 'NetworkPolicy',
  metadata: metadata('quiet'),
  spec: { podSelector: app === undefined ? {} : { matchLabels: { app } }, ...spec },
});
const egress = (...rules: object[]) => policy('desk', { policyTypes: ['Egress'], egress: rules });
const ingress = (...rules: object[]) => policy('ledger', { policyTypes: ['Ingress'], ingress: rules });
const to = (peer: object, ...ports: object[]) => ({ to: [peer], ...(ports.length > 0 ? { ports } : {}) });
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const names = { ports: [{ protocol: 'UDP', port: 53 }] };

const found = (...items: object[]) =>
  analyzeClusters([
    {
      cluster: 'c1',
      takenAt: '2026-11-20T03:00:00.000Z',
      items: items.map((item) => KubernetesObject.parse(item)),
    },
  ]).filter(({ claim }) => claim.includes('blocks calls of'));
const blocked = (...items: object[]) => found(...items).map(({ claim }) => / to Service ([\w-]+)/.exec(claim)?.[1]);

describe('names', () => {
  test.each<[string, object]>([
    ['nothing is allowed', egress()],
    ['the policy selects every pod of the namespace', policy(undefined, { policyTypes: ['Egress'] })],
    ['only TCP 53 is allowed', egress({ ports: [{ port: 53 }] })],
    ['only pods of the same namespace are allowed', egress(to({ podSelector: {} }))],
    ['another namespace is allowed', egress(to(namespace('archive')))],
    ['a network without the resolver is allowed', egress(to({ ipBlock: { cidr: '192.168.0.0/16' } }))],
    [
      'all but its network is allowed',
      egress(to({ ipBlock: { cidr: '0.0.0.0/0', except: ['0.0.0.0/1', '128.0.0.0/1'] } })),
    ],
    ['a pod of another label there is allowed', egress(to({ ...namespace('kube-system'), ...app('kubedns') }))],
  ])('are blocked where %s', (_, item) => {
    expect(blocked(item, pod('desk'), ...resolver)).toContain('kube-dns');
  });
  test.each<[string, object]>([
    ['UDP 53 is allowed', egress(names)],
    ['the namespace of the resolver is allowed', egress(to(namespace('kube-system'), { protocol: 'UDP', port: 53 }))],
    ['every namespace is allowed', egress(to({ namespaceSelector: {} }))],
    [
      'a namespace is chosen by a label that is not known',
      egress(to({ namespaceSelector: { matchLabels: { team: 'p' } } })),
    ],
    ['its network is allowed', egress(to({ ipBlock: { cidr: '10.0.0.0/8' } }))],
    ['a range of ports is allowed', egress({ ports: [{ protocol: 'UDP', port: 1, endPort: 1000 }] })],
    ['everything is allowed', egress({})],
    ['the policy is about what comes in', policy('desk', { ingress: [] })],
    ['the policy selects other pods', policy('till', { policyTypes: ['Egress'] })],
    ['the policy cannot be read', policy('desk', { policyTypes: ['Egress'], egress: 7 })],
  ])('are not blocked where %s', (_, item) => {
    expect(blocked(item, pod('desk'), ...resolver)).toEqual([]);
  });
  test('are allowed by a second policy', () => {
    expect(blocked(egress(), egress(names), pod('desk'), ...resolver)).toEqual([]);
  });
  test('do not concern a pod on the network of its node, or with a resolver of its own', () => {
    expect(blocked(egress(), pod('desk', { hostNetwork: true }), ...resolver)).toEqual([]);
    expect(blocked(egress(), pod('desk', { dnsPolicy: 'Default' }), ...resolver)).toEqual([]);
  });
  test('fail anyway where no resolver is ready', () => {
    const [dns] = resolver;
    const down = pod('kube-dns', {}, 'kube-system', { ready: false });
    expect(blocked(egress(), pod('desk'), dns ?? {}, down)).toEqual([]);
  });
});

function namespace(name: string) {
  return { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } };
}

describe('a call', () => {
  const claims = (...items: object[]) =>
    found(...items)
      .map(({ claim }) => claim)
      .join('\n');
  test.each<[string, object, RegExp]>([
    ['to pods of nearly this label', egress(to(app('ledgers'))), /app=ledgers, and these have app=ledger\b/],
    [
      'to the port of the Service',
      egress(to(app('ledger'), { port: 80 })),
      /no egress rule allows TCP 8080.*only TCP 80/,
    ],
    ['to a port of another name', egress({ ports: [{ port: 'admin' }] }), /no egress rule allows TCP 8080/],
    [
      'from pods of nearly this label',
      ingress({ from: [app('desks')] }),
      /no ingress rule allows TCP 8080 from desk .*app=desks/,
    ],
  ])('is blocked where a rule allows only calls %s', (_, item, text) => {
    expect(claims(item, caller('http://ledger:80'), ...ledger)).toMatch(text);
  });
  test.each<[string, object]>([
    ['the pods', egress(to(app('ledger')))],
    ['the port of the pods', egress(to(app('ledger'), { port: 8080 }))],
    ['the port by its name', egress({ ports: [{ port: 'web' }] })],
    [
      'the pods by an expression',
      egress(to({ podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } })),
    ],
    ['the caller', ingress({ from: [app('desk')], ports: [{ port: 8080 }] })],
  ])('is not blocked where a rule allows %s', (_, item) => {
    expect(blocked(item, caller('http://ledger:80'), ...ledger)).toEqual([]);
  });
  test('to another namespace needs a namespaceSelector', () => {
    expect(claims(egress(to(app('books'))), caller('http://books.archive:80'), ...books)).toMatch(
      /such pods of namespace shop only, and the callee is in archive/,
    );
    expect(
      blocked(egress(to({ ...namespace('archive'), ...app('books') })), caller('http://books.archive'), ...books),
    ).toEqual([]);
  });
  test('that nobody makes is not told', () => {
    expect(blocked(egress(to(app('mail'))), pod('desk'), ...ledger)).toEqual([]);
  });
  test('is context, until a message shows that it gets no answer', () => {
    const crashed = { lastState: { terminated: { exitCode: 1, message: 'dial tcp ledger:80: i/o timeout' } } };
    const refused = { lastState: { terminated: { exitCode: 1, message: 'dial tcp ledger:80: connection refused' } } };
    const roleWith = (status: object) => found(egress(), caller('http://ledger:80', status), ...ledger)[0]?.role;
    expect(roleWith({})).toBe('context');
    expect(roleWith(refused)).toBe('context');
    expect(roleWith(crashed)).toBe('cause');
  });
});

describe('the class of an Ingress', () => {
  const classed = (spec: object, annotations: object = {}, status: object = {}) => ({
    kind: 'Ingress',
    metadata: { ...metadata('front'), annotations },
    spec,
    status,
  });
  const known = { kind: 'IngressClass', metadata: { name: 'edge-proxy' } };
  const roles = (...items: object[]) =>
    analyzeClusters([
      {
        cluster: 'c1',
        takenAt: '2026-11-20T03:00:00.000Z',
        items: items.map((item) => KubernetesObject.parse(item)),
      },
    ])
      .filter(({ claim }) => claim.includes('IngressClass'))
      .map(({ role }) => role);
  const annotation = (name: string) => ({ 'kubernetes.io/ingress.class': name });

  test('that does not exist leaves the Ingress unserved', () => {
    expect(roles(known, classed({ ingressClassName: 'inner' }))).toEqual(['cause']);
    expect(roles(known, classed({}, annotation('edge-proxi')))).toEqual(['cause']);
    expect(roles(known, classed({}, annotation('old')))).toEqual(['context']);
  });
  test.each<[string, object[]]>([
    ['exists', [known, classed({ ingressClassName: 'edge-proxy' })]],
    ['is not named', [known, classed({})]],
    ['was not read', [classed({ ingressClassName: 'inner' })]],
    [
      'has a controller that gave an address',
      [known, classed({ ingressClassName: 'inner' }, {}, { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } })],
    ],
  ])('is well where it %s', (_, items) => {
    expect(roles(...items)).toEqual([]);
  });
});
