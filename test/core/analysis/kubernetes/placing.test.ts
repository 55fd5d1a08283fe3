import { describe, expect, test } from 'vitest';
import {
  ago,
  app,
  causes,
  claim,
  down,
  event,
  explanations,
  find,
  job,
  meta,
  node,
  pending,
  pod,
  quota,
  replicaSet,
  service,
  volume,
} from './objects.ts';

// Pods that no node takes, claims that no volume answers, pods that are never made.

type Case = readonly [what: string, items: readonly Record<string, unknown>[], said: string[]];
const ofCart = (said: readonly string[]) => said.map((cause) => `Deployment cart: ${cause}`);
const tail = ' preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
const workers = [node('worker-01'), node('worker-02', { labels: { disk: 'ssd' } })];
const master = node('master', { labels: { 'node-role.kubernetes.io/control-plane': '' } });
const notMatching = `0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.${tail}`;
const someCordoned = `0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector.${tail}`;
const fullPinned =
  "0/2 nodes are available: 1 Insufficient memory, 1 node(s) didn't match Pod's node affinity/selector.";
const affinity = (key: string, operator: string, ...values: string[]) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
      },
    },
  },
});
const ssd = (spec: Record<string, unknown>) => [
  node('worker-01'),
  node('worker-02', { labels: { disk: 'ssd' }, spec }),
];

describe('a pod that no node takes', () => {
  test.each<Case>([
    [
      'asks for more CPU than is free',
      pending(
        'cart',
        '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu.',
      ),
      ['scheduling-insufficient-cpu'],
    ],
    [
      'asks for more memory than is free',
      pending('cart', '0/3 nodes are available: 3 Insufficient memory.'),
      ['scheduling-insufficient-memory'],
    ],
    [
      'keeps its distance from all',
      pending('cart', "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules."),
      ['scheduling-pod-anti-affinity'],
    ],
    [
      'is to be spread over a label that no node has',
      pending(
        'cart',
        "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label).",
      ),
      ['scheduling-topology-spread'],
    ],
    [
      'asks for more memory than most nodes have, and one node lacks the label of its spread',
      pending(
        'cart',
        "0/3 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label), 2 Insufficient memory.",
      ),
      ['scheduling-insufficient-memory'],
    ],
    [
      'meets cordoned nodes only',
      pending('cart', `0/3 nodes are available: 3 node(s) were unschedulable.${tail}`),
      ['scheduling-node-cordoned'],
    ],
    [
      'does not bear a taint',
      pending(
        'cart',
        '0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) had untolerated taint {gpu: true}.',
      ),
      ['scheduling-taint'],
    ],
    [
      'does not bear a taint, in the words of an older scheduler',
      pending('cart', "0/2 nodes are available: 2 node(s) had taint {gpu: true}, that the pod didn't tolerate."),
      ['scheduling-taint'],
    ],
    [
      'selects labels no node has',
      [...pending('cart', notMatching, { nodeSelector: { disk: 'nvme' } }), ...workers],
      ['scheduling-node-selector'],
    ],
    [
      'wants nodes that there are not',
      [...pending('cart', notMatching, affinity('disk', 'In', 'nvme')), ...workers],
      ['scheduling-node-affinity'],
    ],
    // Look-alikes: the same message, another reason.
    [
      'selects a node that is cordoned',
      [...pending('cart', someCordoned, { nodeSelector: { disk: 'ssd' } }), ...ssd({ unschedulable: true })],
      ['scheduling-node-cordoned'],
    ],
    [
      'wants, by affinity, a node that is cordoned',
      [...pending('cart', someCordoned, affinity('disk', 'Exists')), ...ssd({ unschedulable: true })],
      ['scheduling-node-cordoned'],
    ],
    [
      'selects labels no node has, while another node is cordoned',
      [...pending('cart', someCordoned, { nodeSelector: { disk: 'nvme' } }), ...ssd({ unschedulable: true })],
      ['scheduling-node-selector'],
    ],
    [
      'selects a node that is tainted',
      [
        ...pending(
          'cart',
          "0/2 nodes are available: 1 node(s) had untolerated taint {team: ml}, 1 node(s) didn't match Pod's node affinity/selector.",
          { nodeSelector: { disk: 'ssd' } },
        ),
        ...ssd({ taints: [{ key: 'team', value: 'ml', effect: 'NoSchedule' }] }),
      ],
      ['scheduling-taint'],
    ],
    [
      'selects a full node whose taint it bears',
      [
        ...pending('cart', fullPinned, { nodeSelector: { disk: 'ssd' } }),
        ...ssd({ taints: [{ key: 'team', value: 'ml', effect: 'NoSchedule' }] }),
      ],
      ['scheduling-insufficient-memory'],
    ],
    [
      'selects a full node, while others, which it does not select, are cordoned',
      [
        ...pending(
          'cart',
          "0/4 nodes are available: 1 Insufficient memory, 3 node(s) were unschedulable, 1 node(s) didn't match Pod's node affinity/selector.",
          { nodeSelector: { disk: 'ssd' } },
        ),
        ...ssd({}),
      ],
      ['scheduling-insufficient-memory'],
    ],
    [
      'selects three nodes, one cordoned and two full',
      [
        ...pending(
          'cart',
          "0/4 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector.",
          { nodeSelector: { disk: 'ssd' } },
        ),
        ...ssd({ unschedulable: true }),
        node('worker-03', { labels: { disk: 'ssd' } }),
        node('worker-04', { labels: { disk: 'ssd' } }),
      ],
      ['scheduling-insufficient-cpu'],
    ],
    [
      'is kept by its volume in a zone whose nodes are full',
      pending('cart', '0/3 nodes are available: 1 Insufficient memory, 2 node(s) had volume node affinity conflict.'),
      ['scheduling-insufficient-memory'],
    ],
    [
      'meets nodes that are not ready',
      pending('cart', '0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.'),
      [],
    ],
    [
      'meets nodes that have their number of pods',
      pending('cart', '0/2 nodes are available: 2 Too many pods.'),
      ['scheduling-node-full'],
    ],
    [
      'has been placed since',
      [...app('cart'), event('Pod', pod('cart'), 'FailedScheduling', '0/3 nodes are available: 3 Insufficient cpu.')],
      [],
    ],
  ])('%s', (_, items, said) => {
    expect(causes(...items)).toEqual(ofCart(said));
  });

  test.each([
    ['In', ['ssd'], 'scheduling-node-cordoned'],
    ['In', ['hdd'], 'scheduling-node-affinity'],
    ['NotIn', ['ssd'], 'scheduling-node-affinity'],
    ['Exists', [], 'scheduling-node-cordoned'],
    ['DoesNotExist', [], 'scheduling-node-affinity'],
  ])('is held to its affinity: disk %s %j', (operator, values, cause) => {
    const nodes = ssd({ unschedulable: true }).slice(1);
    expect(causes(...pending('cart', someCordoned, affinity('disk', operator, ...values)), ...nodes)).toEqual(
      ofCart([cause]),
    );
  });

  test('of which nobody says a word is the scheduler’s fault, on the node of the control plane', () => {
    const [finding] = find(...pending('cart', undefined), master, ...workers);
    expect(finding).toMatchObject({
      entity: { kind: 'Node', name: 'master' },
      dependency: { kind: 'Deployment', name: 'cart' },
      cause: 'scheduler-down',
    });
  });

  test('of which nobody says a word is the cluster’s where others run the control plane', () => {
    const [finding] = find(...pending('cart', undefined), ...workers);
    expect(finding).toMatchObject({ entity: { kind: 'Cluster' }, cause: 'scheduler-down' });
  });
  test('that the scheduler has marked long ago does not speak against the scheduler', () => {
    const marked = pending('cart', undefined).map((item) =>
      item.kind === 'Pod'
        ? { ...item, status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] } }
        : item,
    );
    const [finding] = find(...marked, master, ...workers);
    expect(finding).toMatchObject({ entity: { kind: 'Deployment', name: 'cart' }, role: 'symptom' });
    expect(finding?.cause).toBeUndefined();
  });
  test('is its Deployment’s, also where ReplicaSets were not read', () => {
    const items = pending('cart', '0/3 nodes are available: 3 Insufficient cpu.');
    expect(causes(...items.filter(({ kind }) => kind !== 'ReplicaSet'), ...workers)).toEqual(
      ofCart(['scheduling-insufficient-cpu']),
    );
  });

  test('shows the scheduler’s own words as evidence', () => {
    const [finding] = find(...pending('cart', '0/3 nodes are available: 3 Insufficient cpu.'));
    expect(finding?.evidence[0]?.excerpt).toContain('FailedScheduling: 0/3 nodes are available: 3 Insufficient cpu.');
  });
});

describe('a claim that waits', () => {
  const unbound = '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.';
  const waiting = [
    ...pending('cart', unbound, { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'cart-data' } }] }),
  ];
  const other = { claimRef: { name: 'other', namespace: 'shop' } };
  const events = (reason: string, message: string) => event('PersistentVolumeClaim', 'cart-data', reason, message);
  test.each<Case>([
    [
      'for a class no volume has',
      [claim('cart-data', { storageClassName: 'fast-sdd' }), volume('pv-1')],
      ['volume-storage-class'],
    ],
    [
      'for a class that does not exist',
      [
        claim('cart-data', { storageClassName: 'fast-sdd' }),
        events('ProvisioningFailed', 'storageclass.storage.k8s.io "fast-sdd" not found'),
      ],
      ['volume-storage-class'],
    ],
    [
      'for an access mode no volume has',
      [claim('cart-data', { accessModes: ['ReadWriteMany'] }), volume('pv-1')],
      ['volume-access-mode'],
    ],
    [
      'for more than there is',
      [claim('cart-data', { resources: { requests: { storage: '1Ti' } } }), volume('pv-1')],
      ['volume-capacity'],
    ],
    [
      'for labels no volume has',
      [claim('cart-data', { selector: { matchLabels: { tier: 'gold' } } }), volume('pv-1')],
      ['volume-selector'],
    ],
    [
      'for a volume that another has',
      [claim('cart-data'), volume('pv-1', other, 'Bound')],
      ['volume-claimed-by-another'],
    ],
    // Look-alikes
    [
      'for a volume that its predecessor of the same name left',
      [claim('cart-data'), volume('pv-1', { claimRef: { name: 'cart-data', namespace: 'shop' } }, 'Released')],
      ['volume-claimed-by-another'],
    ],
    [
      'for more than the free one has, while a larger one is in use',
      [
        claim('cart-data', { resources: { requests: { storage: '20Gi' } } }),
        volume('pv-1', { ...other, capacity: { storage: '20Gi' } }, 'Bound'),
        volume('pv-2'),
      ],
      ['volume-capacity'],
    ],
    [
      'for a provisioner that does not provide, while volumes of others are bound',
      [
        claim('cart-data'),
        volume('pv-1', other, 'Bound'),
        events('ExternalProvisioning', 'waiting for a volume to be created by the external provisioner'),
      ],
      ['volume-storage-class'],
    ],
    [
      'for a named volume that is too small, though another would do',
      [
        claim('cart-data', { volumeName: 'pv-2', resources: { requests: { storage: '5Gi' } } }),
        volume('pv-1'),
        volume('pv-2', { capacity: { storage: '1Gi' } }),
      ],
      ['volume-capacity'],
    ],
    ['a moment longer: a volume fits', [claim('cart-data'), volume('pv-1')], []],
    ['no longer: it is bound, the driver is not ready', [claim('cart-data', {}, 'Bound')], []],
    ['in vain: it was never made', [volume('pv-1')], []],
  ])('%s', (_, items, said) => {
    expect(causes(...waiting, ...items)).toEqual(ofCart(said));
  });

  test('compares sizes, not letters', () => {
    const asks = (storage: string) =>
      causes(...waiting, claim('cart-data', { resources: { requests: { storage } } }), volume('pv-1'));
    expect(asks('10000Mi')).toEqual([]);
    expect(asks('11G')).toEqual(ofCart(['volume-capacity']));
    expect(asks('9')).toEqual([]);
  });

  test('of nobody is said, but is no explanation', () => {
    const items = [claim('old-data'), volume('pv-1')];
    expect(find(...items).map(({ claim: words }) => words)).toHaveLength(1);
    expect(causes(...items)).toEqual([]);
  });
});

describe('pods that are never made', () => {
  const refused = (message: string, over: Record<string, unknown> = {}) =>
    event('ReplicaSet', replicaSet('cart'), 'FailedCreate', `Error creating: ${message}`, over);
  const exceeded = (resource: string) =>
    `pods "cart-1" is forbidden: exceeded quota: team-quota, requested: ${resource}=500m, used: ${resource}=2, limited: ${resource}=2`;
  test.each<Case>([
    ['for CPU', [refused(exceeded('requests.cpu'))], ['Namespace shop: quota-cpu']],
    ['for memory', [refused(exceeded('limits.memory'))], ['Namespace shop: quota-memory']],
    ['for the number of pods', [refused(exceeded('pods'))], ['Namespace shop: quota-pods']],
    ['for the number of pods, in its longer name', [refused(exceeded('count/pods'))], ['Namespace shop: quota-pods']],
    ['for storage', [refused(exceeded('requests.storage'))], ['Namespace shop: quota-storage']],
    ['for services', [refused(exceeded('services.loadbalancers'))], ['Namespace shop: quota-services']],
    // Look-alikes
    [
      'for CPU, by a quota named after memory',
      [refused(exceeded('requests.cpu').replace('team-quota', 'limits.memory-and-pods'))],
      ['Namespace shop: quota-cpu'],
    ],
    ['for graphics cards, which have no code', [refused(exceeded('requests.nvidia.com/gpu'))], []],
    [
      'because they say no limits, though room is left',
      [refused('pods "cart-1" is forbidden: failed quota: team-quota: must specify limits.cpu,limits.memory')],
      ['Deployment cart: admission-refused'],
    ],
  ])('where a quota is used up %s', (_, items, said) => {
    expect(explanations(...down('cart', { podStatus: { phase: 'Running' } }), ...items)).toEqual(said);
  });

  const noAccount =
    'pods "cart-1" is forbidden: error looking up service account shop/robot: serviceaccount "robot" not found';
  test.each<Case>([
    ['their account does not exist', [refused(noAccount)], ['service-account-missing']],
    [
      'a webhook denies them',
      [refused('admission webhook "policy.example.com" denied the request: no root')],
      ['admission-refused'],
    ],
    [
      'a webhook is down',
      [refused('Internal error occurred: failed calling webhook "mesh.example.com": connect: connection refused')],
      ['admission-refused'],
    ],
    [
      'pod security forbids them',
      [refused('pods "cart-1" is forbidden: violates PodSecurity "restricted:latest"')],
      ['admission-refused'],
    ],
    ['the API server was slow', [refused('etcdserver: request timed out')], []],
    [
      'their account was missing, and is there by now',
      [refused(noAccount), { kind: 'ServiceAccount', metadata: meta('robot') }],
      [],
    ],
  ])('because %s', (_, items, said) => {
    expect(explanations(...down('cart'), ...items)).toEqual(ofCart(said));
  });

  test.each<Case>([
    ['a Deployment that has its pods', app('cart'), []],
    ['a DaemonSet that has its pods', app('cart', { kind: 'DaemonSet' }), []],
    ['a Job that succeeded', [job('cart', undefined, { type: 'Complete' }, { succeeded: 1 })], []],
  ])('are history for %s', (_, items, said) => {
    const kind = String(items[0]?.kind);
    const old = event(kind, 'cart', 'FailedCreate', `Error creating: ${noAccount}`, { lastTimestamp: ago(40) });
    expect(causes(...items, old)).toEqual(said);
  });

  test.each([
    [
      'a rollout whose new pods are refused, while the earlier revision has all of its own',
      'True',
      'FailedCreate',
      ['Deployment cart: service-account-missing'],
    ],
    ['a rollout that is through', 'False', 'FailedCreate', []],
    ['a rollout whose earlier pods could not be deleted', 'True', 'FailedDelete', []],
  ])('are told of %s', (_, status, reason, said) => {
    const conditions = [{ type: 'ReplicaFailure', status, reason, message: noAccount, lastTransitionTime: ago(3) }];
    const items = app('cart', { status: { replicas: 1, availableReplicas: 1, conditions } });
    expect(explanations(...items, refused(noAccount))).toEqual(said);
  });

  test('are over once the same controller created a pod, and not before', () => {
    const refused = event('ReplicaSet', replicaSet('cart'), 'FailedCreate', `Error creating: ${noAccount}`, {
      lastTimestamp: ago(10),
    });
    const created = (minutes: number) =>
      event('ReplicaSet', replicaSet('cart'), 'SuccessfulCreate', 'Created pod', { lastTimestamp: ago(minutes) });
    const missing = 'service-account-missing';
    expect(causes(...down('cart'), refused, created(5)).join()).not.toContain(missing);
    expect(causes(...down('cart'), refused, created(15)).join()).toContain(missing);
  });

  test('for a DaemonSet too: one that lacks pods is refused them', () => {
    const items = app('agent', { kind: 'DaemonSet', status: { desiredNumberScheduled: 3, numberAvailable: 2 } });
    expect(causes(...items, event('DaemonSet', 'agent', 'FailedCreate', `Error creating: ${noAccount}`))).toEqual([
      'DaemonSet agent: service-account-missing',
    ]);
  });

  test('for want of limits are not said to want room', () => {
    const [finding] = find(
      ...down('cart'),
      refused('pods "cart-1" is forbidden: failed quota: q: must specify limits.cpu'),
    );
    expect(finding?.claim).toContain('do not set the resources that the quota');
  });

  test('name the namespace, and the workload that lacks them', () => {
    const [finding] = find(...down('cart'), refused(exceeded('requests.cpu')));
    expect(finding).toMatchObject({
      entity: { kind: 'Namespace', name: 'shop' },
      dependency: { kind: 'Deployment', name: 'cart', namespace: 'shop' },
      onset: '2026-11-20T02:48:00.000Z',
    });
  });
});

describe('a quota without an event', () => {
  const calls = app('web', { container: { env: [{ name: 'CART_ADDR', value: 'cart:80' }] } });
  const wantsClaim = pending('cart', 'persistentvolumeclaim "cart-data" not found', {
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'cart-data' } }],
  });
  test('explains a Service that callers are told of and that is not there', () => {
    expect(explanations(...calls, ...app('cart'), service('web'), quota({ services: '1' }, { services: '1' }))).toEqual(
      ['Namespace shop: quota-services'],
    );
  });
  test('explains a claim that is not there, also where it is only nearly full', () => {
    expect(explanations(...wantsClaim, quota({ 'requests.storage': '10Gi' }, { 'requests.storage': '8Gi' }))).toEqual([
      'Namespace shop: quota-storage',
    ]);
  });
  test.each<Case>([
    [
      'fits exactly what is there',
      [...app('cart'), service('cart'), quota({ services: '1', pods: '1' }, { services: '1', pods: '1' })],
      [],
    ],
    ['has room', [...calls, ...app('cart'), service('web'), quota({ services: '5' }, { services: '1' })], []],
    [
      'has room for a claim that is not there',
      [...wantsClaim, quota({ 'requests.storage': '10Gi' }, { 'requests.storage': '1Gi' })],
      [],
    ],
    [
      'allows none of something',
      [...app('cart'), quota({ 'services.loadbalancers': '0' }, { 'services.loadbalancers': '0' })],
      [],
    ],
  ])('explains nothing where it %s', (_, items, said) => {
    expect(causes(...items)).toEqual(said);
  });
});
