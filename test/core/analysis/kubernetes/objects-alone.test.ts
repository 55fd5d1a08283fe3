import { describe, expect, test } from 'vitest';
import { ago, app, causes, down, event, explanations, meta, pod, quota, service, sick, waiting } from './objects.ts';

// What the objects alone tell where events are gone and statuses have no message.

type Json = Readonly<Record<string, unknown>>;
const account = (name: string): Json => ({ kind: 'ServiceAccount', metadata: meta(name) });
const env = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));

describe('a service account', () => {
  const unmade = (name: string): Json[] =>
    down('cart', { podSpec: { serviceAccountName: name } }).filter((item) => item.kind !== 'Pod');
  const condition = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' };
  const refused = (name: string): Json[] =>
    unmade(name).map((item) => ({ ...item, status: { replicas: 0, availableReplicas: 0, conditions: [condition] } }));

  test('that does not exist is why there is no pod, without a condition too', () => {
    expect(explanations(...unmade('cart'), account('ledger'))).toEqual(['Deployment cart: service-account-missing']);
  });
  test('that exists is not blamed', () => {
    expect(explanations(...unmade('cart'), account('cart'))).toEqual([]);
  });
  test('of the name default always exists, listed or not', () => {
    expect(explanations(...refused('default'), account('ledger'))).toEqual([]);
  });
  test('that is missing does not matter to a pod that runs', () => {
    expect(explanations(...app('cart', { podSpec: { serviceAccountName: 'cart' } }), account('ledger'))).toEqual([]);
  });
});

describe('a Secret that may be missing', () => {
  const missing = 'Deployment desk: secret-missing';
  const mounts = (optional = false) => ({
    podSpec: { volumes: [{ name: 'tls', secret: { secretName: 'desk-tls', optional } }] },
  });
  const creating = (over: Json = {}) => sick('desk', { state: waiting('ContainerCreating') }, over);
  const secret = (name: string): Json => ({ kind: 'Secret', metadata: meta(name) });

  test('is what a pod waits for that no event explains', () => {
    expect(causes(...creating(mounts()))).toContain(missing);
    expect(causes(...creating(mounts()), secret('other'))).toContain(missing);
  });
  test.each<readonly [string, readonly Json[]]>([
    ['it exists', [...creating(mounts()), secret('desk-tls')]],
    ['a running pod uses it', [...creating(mounts()), ...app('till', mounts())]],
    ['the pod does not need it', creating(mounts(true))],
    ['the pod mounts none', creating()],
    [
      'an event says something else',
      [...creating(mounts()), event('Pod', pod('desk'), 'FailedMount', 'timed out waiting for the condition')],
    ],
    ['the pod runs', app('desk', mounts())],
  ])('is not blamed where %s', (_, items) => {
    expect(causes(...items)).not.toContain(missing);
  });

  const unconfigured = (container: Json, podSpec: Json = {}) =>
    sick('desk', { state: waiting('CreateContainerConfigError') }, { container, podSpec });
  const reads = { envFrom: [{ secretRef: { name: 'desk-vault' } }] };
  test('is why a container that reads one cannot be configured', () => {
    expect(causes(...unconfigured(reads))).toContain(missing);
  });
  test('is not why a container without one, or one that must not be root, cannot', () => {
    expect(causes(...unconfigured({}))).not.toContain(missing);
    expect(causes(...unconfigured(reads, { securityContext: { runAsNonRoot: true } }))).not.toContain(missing);
  });
});

describe('a liveness probe that kills without an event left', () => {
  const killed = {
    restartCount: 6,
    lastState: { terminated: { exitCode: 143, startedAt: ago(60), finishedAt: ago(1) } },
  };
  const probes = (livenessProbe: Json) => ({
    container: { livenessProbe, readinessProbe: { tcpSocket: { port: 8080 } } },
  });
  const protocol = 'Deployment desk: liveness-probe-protocol';
  test('speaks another protocol than the readiness probe on one port', () => {
    expect(causes(...sick('desk', killed, probes({ grpc: { port: 8080 } })))).toContain(protocol);
    expect(causes(...sick('desk', killed, probes({ httpGet: { port: 8080, scheme: 'HTTPS' } })))).toContain(protocol);
  });
  test('may speak HTTP where the other only connects', () => {
    expect(causes(...sick('desk', killed, probes({ httpGet: { port: 8080, path: '/live' } })))).not.toContain(protocol);
  });
  test('is not blamed for a container that ends by itself', () => {
    const crashed = { ...killed, lastState: { terminated: { exitCode: 1 } } };
    expect(causes(...sick('desk', crashed, probes({ grpc: { port: 8080 } })))).not.toContain(protocol);
  });
});

describe('a container killed with exit code 137 and no reason', () => {
  const oom = 'Deployment desk: oom-killed';
  const killed = (exitCode: number) => ({ restartCount: 3, lastState: { terminated: { exitCode, reason: 'Error' } } });
  const jvm = (heap: string, memory: string) => ({
    container: { env: env({ JAVA_OPTS: `-Xms64m ${heap}` }), resources: { limits: { memory } } },
  });
  test('ran out of memory where its heap may exceed the limit', () => {
    expect(causes(...sick('desk', killed(137), jvm('-Xmx200m', '128Mi')))).toContain(oom);
  });
  test.each([
    ['the heap fits', killed(137), jvm('-Xmx200m', '1Gi')],
    ['it ended by itself', killed(1), jvm('-Xmx200m', '128Mi')],
    ['it has no heap option', killed(137), jvm('', '128Mi')],
  ])('is not said to where %s', (_, status, over) => {
    expect(causes(...sick('desk', status, over))).not.toContain(oom);
  });
});

describe('a Service that selects the pods of another', () => {
  const selects = (name: string, of: string) => service(name, { selector: { app: of } });
  const wrongSelector = 'Service price: service-selector';
  test('is at fault where its namesake runs', () => {
    expect(causes(...app('price'), ...app('ledger'), selects('price', 'ledger'), service('ledger'))).toContain(
      wrongSelector,
    );
  });
  test.each<readonly [string, readonly Json[]]>([
    ['selects its own', [...app('price'), ...app('ledger'), service('price'), service('ledger')]],
    [
      'selects a version of it',
      [...app('price'), ...app('price-green'), selects('price', 'price-green'), service('price-green')],
    ],
    ['has no namesake', [...app('ledger'), selects('price', 'ledger'), service('ledger')]],
    ['is the only Service of the other', [...app('price'), ...app('ledger'), selects('price', 'ledger')]],
  ])('is well where it %s', (_, items) => {
    expect(causes(...items)).not.toContain(wrongSelector);
  });
});

describe('an address', () => {
  const services = ['ledger', 'price-service', 'roster-service', 'till-service'].map((name) => service(name));
  const desk = (container: Json) => app('desk', { container });
  const odd = 'Deployment desk: environment-address';

  test.each([
    ['an option', { args: ['--ledger.url=http://ledger:8081/api'] }],
    ['a property of the JVM', { command: ['java', '-Dledger.url=http://ledgr:80', '-jar', 'app.jar'] }],
    ['JSON', { env: env({ SPRING_APPLICATION_JSON: '{"ledger":{"url":"http://ledger:8081"}}' }) }],
    ['HOST_NAME', { env: env({ LEDGER_HOST_NAME: 'ledgers' }) }],
  ])('that is wrong is found in %s', (_, container) => {
    expect(causes(...desk(container), ...services)).toContain(odd);
  });
  test('of a database may be wrong in an argument', () => {
    const args = ['--spring.datasource.url=jdbc:mysql://ledger:3310/x?useSSL=false'];
    expect(causes(...desk({ args }), ...services)).toContain('Deployment desk: database-port');
  });
  test.each([
    ['right', { args: ['--ledger.url=http://ledger:80/api', '--spring.profiles.active=prod'] }],
    ['outside', { args: ['--ledger.url=https://api.example.com:8081'] }],
  ])('that is %s is none', (_, container) => {
    expect(causes(...desk(container), ...services)).not.toContain(odd);
  });

  const customs = { ROSTER_SERVICE_HOST: 'roster-service', TILL_SERVICE_HOST: 'till-service', LEDGER_HOST: 'ledger' };
  test('named after one service leads to another, against the custom', () => {
    expect(causes(...desk({ env: env({ ...customs, PRICE_SERVICE_HOST: 'ledger' }) }), ...services)).toContain(odd);
  });
  test.each<readonly [string, Record<string, string>]>([
    ['there is no such custom', { PRICE_SERVICE_HOST: 'ledger' }],
    ['it leads to its namesake', { ...customs, PRICE_SERVICE_HOST: 'price-service' }],
    ['it is named after no service', { ...customs, BILLING_HOST: 'ledger' }],
  ])('is well where %s', (_, values) => {
    expect(causes(...desk({ env: env(values) }), ...services)).not.toContain(odd);
  });
  test('is well where many lead to one host: a proxy', () => {
    const through = { PRICE_SERVICE_HOST: 'ledger', ROSTER_SERVICE_HOST: 'ledger' };
    const others = app('till', { container: { env: env(customs) } });
    expect(causes(...desk({ env: env(through) }), ...others, ...services)).not.toContain(odd);
  });
});

describe('an address without a Service', () => {
  const calls = (host: string) => app('desk', { container: { env: env({ LEDGER_URL: `http://${host}:80` }) } });
  const others = [service('ledgers'), service('price')];
  const odd = 'Deployment desk: environment-address';
  const full = quota({ services: '2' }, { services: '2' });
  test('is right where the quota refuses the Service of a workload', () => {
    expect(causes(...calls('ledger'), ...app('ledger'), ...others, full)).toEqual(['Namespace shop: quota-services']);
  });
  test.each<readonly [string, readonly Json[]]>([
    ['the quota has room', [...app('ledger'), quota({ services: '9' }, { services: '2' })]],
    ['there is no workload of that name', [full]],
  ])('is wrong where %s', (_, items) => {
    expect(causes(...calls('ledger'), ...others, ...items)).toContain(odd);
  });
});

describe('an image that the registry refuses', () => {
  const refusal = 'pull access denied, repository does not exist or may require authorization: authorization failed';
  const pulling = (message: string) => sick('desk', { state: waiting('ImagePullBackOff', message) });
  test('for want of any credentials lacks a pull secret', () => {
    expect(causes(...pulling(`${refusal}: no basic auth credentials`))).toContain(
      'Deployment desk: image-pull-secret-missing',
    );
  });
  test('without that word may have a wrong name', () => {
    expect(causes(...pulling(refusal))).toContain('Deployment desk: image-not-found');
  });
});
