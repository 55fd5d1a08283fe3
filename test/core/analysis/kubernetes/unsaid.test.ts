import { describe, expect, test } from 'vitest';
import { ago, app, claim, down, explanations, find, meta, node, quota, replicaSet, sick, volume } from './objects.ts';

// Events are kept for an hour, and some recordings have no messages at all: what is there has to tell.

type Json = Readonly<Record<string, unknown>>;

/** A pod that the scheduler turned down, and of which its words are gone. */
const waits = (podSpec: Json, over: Json = {}): Json[] =>
  down('cart', {
    podSpec: { nodeName: undefined, ...podSpec },
    podStatus: {
      phase: 'Pending',
      containerStatuses: undefined,
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
    },
    ...over,
  });
const asks = (requests: Json) => ({ container: { resources: { requests } } });
const workers = (over: Parameters<typeof node>[1] = {}) => [node('worker-01', over), node('worker-02', over)];
const taint = { taints: [{ key: 'team', value: 'data', effect: 'NoSchedule' }] };
const apart = (app: string, topologyKey = 'kubernetes.io/hostname') => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: { matchLabels: { app } }, topologyKey }],
    },
  },
});
const on = (name: string, nodeName: string, requests: Json = {}) =>
  app(name, { podSpec: { nodeName }, container: { resources: { requests } } });

describe('why no node takes a pod, by the specs alone', () => {
  test.each<readonly [what: string, items: readonly Json[], said: string | undefined]>([
    ['a node selector', [...waits({ nodeSelector: { disk: 'ssd' } }), ...workers()], 'scheduling-node-selector'],
    ['taints', [...waits({}), ...workers({ spec: taint })], 'scheduling-taint'],
    [
      'taints that it tolerates, and too little memory',
      [
        ...waits({ tolerations: [{ key: 'team', operator: 'Exists' }] }, asks({ memory: '9Gi' })),
        ...workers({ spec: taint }),
      ],
      'scheduling-insufficient-memory',
    ],
    ['more CPU than a node has', [...waits({}, asks({ cpu: '5' })), ...workers()], 'scheduling-insufficient-cpu'],
    [
      'more CPU than the others leave',
      [...waits({}, asks({ cpu: '2' })), node('worker-01'), ...on('web', 'worker-01', { cpu: '2500m' })],
      'scheduling-insufficient-cpu',
    ],
    ['cordoned nodes', [...waits({}), ...workers({ spec: { unschedulable: true } })], 'scheduling-node-cordoned'],
    [
      'pods that it keeps away from',
      [...waits(apart('web')), node('worker-01'), ...on('web', 'worker-01')],
      'scheduling-pod-anti-affinity',
    ],
    [
      'pods that keep away from it',
      [...waits({}), node('worker-01'), ...app('web', { podSpec: { nodeName: 'worker-01', ...apart('cart') } })],
      'scheduling-pod-anti-affinity',
    ],
    [
      'a claim that no volume answers',
      [
        ...waits({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
        claim('data', { accessModes: ['ReadWriteMany'] }),
        volume('v1'),
        ...workers(),
      ],
      'volume-access-mode',
    ],
  ])('%s', (_, items, said) => {
    expect(explanations(...items)).toEqual([`Deployment cart: ${said}`]);
  });
  test('is said as worked out, and with less confidence than the scheduler’s own words', () => {
    const [finding] = find(...waits({ nodeSelector: { disk: 'ssd' } }), ...workers());
    expect(finding?.confidence).toBeLessThanOrEqual(0.85);
    expect(finding?.evidence[0]?.excerpt).toContain(
      "worked out from the specs of the pod and the nodes: 0/2 nodes are available: 2 node(s) didn't match",
    );
  });
  test.each<readonly [what: string, items: readonly Json[]]>([
    ['a node has room by now', [...waits({}), ...workers()]],
    ['no node is known', waits({ nodeSelector: { disk: 'ssd' } })],
    [
      'the pods it keeps away from are in another namespace',
      [
        ...waits(apart('web')),
        node('worker-01'),
        { ...on('web', 'worker-01')[2], metadata: meta('web', { namespace: 'other', labels: { app: 'web' } }) },
      ],
    ],
    [
      'its claim is bound when it is placed',
      [
        ...waits({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] }),
        claim('data', { storageClassName: 'ebs' }),
        { kind: 'StorageClass', metadata: { name: 'ebs' }, volumeBindingMode: 'WaitForFirstConsumer' },
        ...workers(),
      ],
    ],
  ])('is not made up where %s', (_, items) => {
    expect(explanations(...items)).toEqual([]);
    expect(find(...items).some((finding) => finding.claim.includes('its reason is not recorded any more'))).toBe(true);
  });
});

describe('why pods are not made, where no event says it', () => {
  const failure = (message?: string) => ({
    replicas: 0,
    availableReplicas: 0,
    conditions: [
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message, lastTransitionTime: ago(120) },
    ],
  });
  const refused = (message?: string, spec: Json = {}): Json[] =>
    down('cart', { podSpec: spec, status: failure(message) }).filter((item) => item.kind !== 'Pod');
  const account = (name: string) => ({ kind: 'ServiceAccount', metadata: meta(name) });

  test('the condition of the workload says it', () => {
    const message = `pods "${replicaSet('cart')}-" is forbidden: exceeded quota: team-quota, requested: pods=1, used: pods=9, limited: pods=9`;
    expect(explanations(...refused(message))).toEqual(['Namespace shop: quota-pods']);
  });
  test.each([
    ['pods', { pods: '9' }, { pods: '9' }, 'quota-pods'],
    ['CPU', { 'requests.cpu': '1' }, { 'requests.cpu': '950m' }, 'quota-cpu'],
    ['memory', { 'limits.memory': '1Gi' }, { 'limits.memory': '1000Mi' }, 'quota-memory'],
  ])('a quota has no room for one more: %s', (_, hard, used, said) => {
    expect(explanations(...refused(), quota(hard, used))).toEqual([`Namespace shop: ${said}`]);
  });
  test('its service account does not exist', () => {
    expect(explanations(...refused(undefined, { serviceAccountName: 'cart' }), account('default'))).toEqual([
      'Deployment cart: service-account-missing',
    ]);
  });
  test.each<readonly [string, readonly Json[]]>([
    [
      'the account exists and no quota is near',
      [...refused(undefined, { serviceAccountName: 'cart' }), account('cart')],
    ],
    ['accounts were not read', refused(undefined, { serviceAccountName: 'cart' })],
    ['the quota has room', [...refused(), quota({ 'requests.cpu': '1' }, { 'requests.cpu': '100m' })]],
  ])('nothing is made up where %s', (_, items) => {
    expect(explanations(...items)).toEqual([]);
    expect(find(...items).some((finding) => finding.claim.includes('cannot be created'))).toBe(true);
  });
});

describe('a probe that is wrong, where no event says that it fails', () => {
  const grpc = (port: number) => ({ grpc: { port } });
  const http = (port: number) => ({ httpGet: { port, path: '/' } });
  const killed = (over: Json = {}) => ({
    ready: true,
    restartCount: 4,
    lastState: { terminated: { exitCode: 137, reason: 'Error', startedAt: ago(8), finishedAt: ago(7), ...over } },
  });
  const container = (over: Json) => ({ container: { ports: [{ containerPort: 8080 }], ...over } });

  test('it asks another port than there is, and the pod is never ready', () => {
    expect(explanations(...sick('cart', {}, container({ readinessProbe: grpc(8081) })))).toEqual([
      'Deployment cart: readiness-probe-port',
    ]);
  });
  test('it asks another port than there is, and the container is killed', () => {
    expect(explanations(...sick('cart', killed(), container({ livenessProbe: grpc(8081) })))).toContain(
      'Deployment cart: liveness-probe-port',
    );
  });
  test('it speaks otherwise than the probe that passes at the same port', () => {
    const probes = { livenessProbe: grpc(8080), readinessProbe: http(8080) };
    expect(explanations(...sick('cart', {}, container(probes)))).toEqual(['Deployment cart: readiness-probe-protocol']);
  });
  test.each<readonly [string, readonly Json[]]>([
    [
      'it was killed for memory',
      sick('cart', killed({ reason: 'OOMKilled' }), container({ livenessProbe: grpc(8081) })),
    ],
    ['it ended by itself', sick('cart', killed({ exitCode: 1 }), container({ livenessProbe: grpc(8081) }))],
    ['it asks the right port', sick('cart', {}, container({ readinessProbe: grpc(8080) }))],
    [
      'it has just started',
      sick('cart', { state: { running: { startedAt: ago(0) } } }, container({ readinessProbe: grpc(8081) })),
    ],
    ['the pod is ready', app('cart', container({ readinessProbe: grpc(8081) }))],
  ])('is not blamed where %s', (_, items) => {
    expect(explanations(...items).filter((one) => one.includes('probe'))).toEqual([]);
  });
});

test('an image that cannot be pulled, nobody says why, is no more than likely a wrong name', () => {
  const [finding] = find(...sick('cart', { state: { waiting: { reason: 'ImagePullBackOff' } } }));
  expect(finding).toMatchObject({ cause: 'image-not-found', confidence: 0.4 });
  expect(finding?.claim).toContain('why is not recorded');
});
