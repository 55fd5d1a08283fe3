import { describe, expect, test } from 'vitest';
import {
  ago,
  app,
  causes,
  cronJob,
  down,
  ended,
  event,
  explanations,
  find,
  job,
  meta,
  node,
  ownedBy,
  pod,
  service,
  sick,
  waiting,
} from './objects.ts';

// Services, addresses, rollouts, jobs and nodes.

type Case = readonly [what: string, items: readonly Record<string, unknown>[], said: string[]];

describe('a Service that leads nowhere', () => {
  const udp = { name: 'dns', containerPort: 8080, protocol: 'UDP' };
  test.each<Case>([
    [
      'selects labels its pods do not have',
      [...app('cart'), service('cart', { selector: { app: 'carts' } })],
      ['service-selector'],
    ],
    [
      'sends to a port nobody has',
      [...app('cart'), service('cart', { ports: [{ port: 80, targetPort: 9090 }] })],
      ['service-port'],
    ],
    [
      'sends to a port of a name nobody has',
      [...app('cart'), service('cart', { ports: [{ port: 80, targetPort: 'web' }] })],
      ['service-port'],
    ],
    [
      'sends to its own port, which nobody has',
      [...app('cart'), service('cart', { ports: [{ port: 80 }] })],
      ['service-port'],
    ],
    [
      'speaks UDP to what speaks TCP',
      [...app('cart'), service('cart', { ports: [{ port: 80, targetPort: 8080, protocol: 'UDP' }] })],
      ['service-protocol'],
    ],
    [
      'speaks TCP to what speaks UDP',
      [...app('cart', { container: { ports: [udp] } }), service('cart')],
      ['service-protocol'],
    ],
  ])('%s', (_, items, said) => {
    expect(causes(...items)).toEqual(said.map((cause) => `Service cart: ${cause}`));
  });

  test.each<Case>([
    ['it leads to its pods', [...app('cart'), service('cart')], []],
    [
      'it leads by the name of the port',
      [...app('cart'), service('cart', { ports: [{ port: 80, targetPort: 'http' }] })],
      [],
    ],
    [
      'one of two ports of a number speaks its protocol',
      [
        ...app('cart', { container: { ports: [{ containerPort: 8080 }, { containerPort: 8080, protocol: 'UDP' }] } }),
        service('cart'),
      ],
      [],
    ],
    ['nobody declares a port', [...app('cart', { container: { ports: [] } }), service('cart')], []],
    [
      'its port is not declared, but a ready pod is asked there',
      [
        ...app('cart', {
          container: { ports: [{ containerPort: 9102 }], readinessProbe: { httpGet: { path: '/', port: 8080 } } },
        }),
        service('cart'),
      ],
      [],
    ],
    ['it has no selector', [...app('cart'), service('cart', { selector: null })], []],
    ['it is a name outside', [service('cart', { type: 'ExternalName', externalName: 'cart.example.com' })], []],
    ['it is a leftover that nobody calls', [...app('cart'), service('basket')], []],
    [
      'its pods are in another namespace',
      [...app('cart'), { ...service('cart'), metadata: meta('cart', { namespace: 'other' }) }],
      [],
    ],
  ])('is none where %s', (_, items, said) => {
    expect(causes(...items)).toEqual(said);
  });

  test('is missed where it is a leftover of the name that callers have', () => {
    const calls = app('web', { container: { env: [{ name: 'BASKET_ADDR', value: 'basket:80' }] } });
    expect(causes(...calls, service('basket'))).toEqual(['Service basket: service-selector']);
  });

  test('is not to blame where the workload has no pods', () => {
    const [deployment, replicas] = down('cart');
    expect(causes(deployment!, replicas!, service('cart'))).toEqual([]);
  });
});

describe('an address of a Service that is not there', () => {
  const env = (value: string) => ({ container: { env: [{ name: 'ASSISTANT_ADDR', value }] } });
  const others = [service('web'), service('ledger')];
  const web = app('web', env('assistant:80'));
  const cause = ['Deployment web: environment-address'];
  const said = (...items: Record<string, unknown>[]) =>
    find(...items).filter(({ claim }) => claim.includes('ASSISTANT_ADDR='));

  test('is context, with what it says as evidence, while nothing else speaks of it', () => {
    expect(causes(...web, ...others)).toEqual([]);
    expect(said(...web, ...others)).toMatchObject([
      {
        role: 'context',
        severity: 'info',
        dependency: { kind: 'Service', name: 'assistant', namespace: 'shop' },
        evidence: [{ excerpt: expect.stringContaining('ASSISTANT_ADDR=assistant:80') }],
      },
    ]);
    expect(said(...web, ...others)[0]).toMatchObject({ role: 'context', cause: 'environment-address' });
  });

  const revision = (number: string, minutes: number, value: string | undefined) => ({
    kind: 'ReplicaSet',
    metadata: meta(`web-${number}`, {
      ...ownedBy('Deployment', 'web'),
      creationTimestamp: ago(minutes),
      annotations: { 'deployment.kubernetes.io/revision': number },
    }),
    spec: {
      template: {
        spec: { containers: [{ name: 'server', env: value ? [{ name: 'ASSISTANT_ADDR', value }] : [] }] },
      },
    },
  });
  const revised = (...revisions: Record<string, unknown>[]) => [web[0]!, ...revisions];
  const dies = (message: string) =>
    app('web', { ...env('assistant:80'), containerStatus: { restartCount: 2, lastState: ended({ message }) } });

  test.each<Case>([
    [
      'the newest revision put it there',
      revised(revision('1', 900, undefined), revision('2', 30, 'assistant:80')),
      cause,
    ],
    [
      'the newest revision changed it',
      revised(revision('10', 20, 'assistant:80'), revision('9', 90, 'helper:80')),
      cause,
    ],
    ['a container ended over it', dies('dial tcp: lookup assistant on 10.96.0.10:53: no such host'), cause],
    [
      'a warning about a pod names it',
      [...web, event('Pod', pod('web'), 'FailedPreStopHook', 'cannot reach "assistant:80"')],
      cause,
    ],
    // Look-alikes
    [
      'the newest revision changed something else',
      revised(revision('2', 30, 'assistant:80'), revision('3', 20, 'assistant:80')),
      [],
    ],
    [
      'the revision that put it there is days old',
      revised(revision('2', 4000, undefined), revision('3', 3000, 'assistant:80')),
      [],
    ],
    ['there is one revision, a young one', revised(revision('1', 5, 'assistant:80')), []],
    ['a container ended over another of nearly that name', dies('no such host: assistant-api'), []],
    ['a normal event names it', [...web, event('Pod', pod('web'), 'Started', 'assistant', { type: 'Normal' })], []],
    [
      'a pod of another workload ended over it',
      [
        ...web,
        ...app('cart', {
          containerStatus: { restartCount: 2, lastState: ended({ message: 'lookup assistant: no such host' }) },
        }),
      ],
      [],
    ],
  ])('counts only where it is corroborated: %s', (_, items, expected) => {
    expect(explanations(...items, ...others)).toEqual(expected);
  });

  test.each<[string, string, boolean]>([
    ['one letter off', 'ledgr:80', true],
    ['longer by a word', 'ledger-api:80', true],
    ['a short one, as unlike as any', 'es:80', false],
    ['a name that happens to contain a short one', 'webhook-dispatcher:80', false],
  ])('counts where it is a slip of the pen: %s', (_, value, slip) => {
    expect(causes(...app('web', env(value)), ...others)).toEqual(slip ? cause : []);
  });

  test.each([
    'assistant.other.svc.cluster.local:80',
    'assistant.example.com:443',
    '127.0.0.1:80',
    'localhost:80',
    '8.8.8.8:53',
  ])('is not looked for where it cannot be known: %s', (value) => {
    expect(said(...app('web', env(value)), ...others)).toEqual([]);
  });
});
describe('a workload scaled to zero', () => {
  const zero = (name: string, kind = 'Deployment') => {
    const [deployment] = app(name, { kind, spec: { replicas: 0 }, status: { replicas: 0 } });
    return deployment!;
  };
  const scaled = (message: string) => event('Deployment', 'worker', 'ScalingReplicaSet', message, { type: 'Normal' });
  test.each<Case>([
    ['a Service leads to it', [zero('cart'), service('cart')], ['Deployment cart: replicas-zero']],
    [
      'a Service of another name leads to it',
      [zero('cart'), service('shop-cart', { selector: { app: 'cart' } })],
      ['Deployment cart: replicas-zero'],
    ],
    [
      'it is a StatefulSet with a Service',
      [zero('cart', 'StatefulSet'), service('cart')],
      ['StatefulSet cart: replicas-zero'],
    ],
    [
      'somebody scaled it down just now',
      [zero('worker'), scaled('Scaled down replica set worker-6778bd7b8b to 0 from 3')],
      ['Deployment worker: replicas-zero'],
    ],
    // Look-alikes
    ['nobody calls it', [zero('worker')], []],
    [
      'a rollout scaled its old revision down',
      [zero('worker'), scaled('Scaled down replica set worker-6778bd7b8b to 1 from 3')],
      [],
    ],
    [
      'it is the idle colour, and the other serves',
      [zero('cart-blue'), ...app('cart'), service('cart-blue', { selector: { app: 'cart' } })],
      [],
    ],
    ['it is a DaemonSet, which counts nodes', [zero('agent', 'DaemonSet'), service('agent')], []],
    ['it has its one', [...app('cart'), service('cart')], []],
  ])('is to blame or not: %s', (_, items, said) => {
    expect(causes(...items)).toEqual(said);
  });

  test('is mentioned all the same where nobody calls it', () => {
    expect(find(zero('worker'))).toMatchObject([
      { role: 'context', claim: 'Deployment worker is scaled to zero replicas.' },
    ]);
  });
});

describe('a rollout', () => {
  const deadline = [
    {
      type: 'Progressing',
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: 'ReplicaSet has timed out progressing.',
      lastTransitionTime: ago(5),
    },
  ];
  test('that does not finish is a symptom', () => {
    const items = down('cart', { status: { replicas: 2, availableReplicas: 0, conditions: deadline } });
    expect(causes(...items)).toEqual(['Deployment cart: rollout-stuck']);
    expect(explanations(...items)).toEqual([]);
  });
  test('that progresses is none', () => {
    const progressing = [{ ...deadline[0], status: 'True', reason: 'NewReplicaSetAvailable' }];
    expect(causes(...app('cart', { status: { replicas: 1, availableReplicas: 1, conditions: progressing } }))).toEqual(
      [],
    );
  });

  const older = {
    kind: 'ReplicaSet',
    metadata: meta('cart-older', {
      ...ownedBy('Deployment', 'cart'),
      annotations: { 'deployment.kubernetes.io/revision': '0' },
    }),
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'server', image: 'registry.example.com/cart:1.4.1', env: [{ name: 'MODE', value: 'a' }] },
          ],
        },
      },
    },
  };
  test('of a workload that is not well tells what it changed, as context', () => {
    const said = find(
      ...down('cart', { container: { env: [{ name: 'MODE', value: 'b' }], resources: {} } }),
      older,
    ).find(({ claim }) => claim.startsWith('Revision'));
    expect(said).toMatchObject({
      role: 'context',
      claim: expect.stringMatching(/^Revision 1 of cart changed image: .*1\.4\.1 → .*1\.4\.2; MODE: a → b/),
    });
    expect(said).not.toHaveProperty('cause');
  });
  test('that was rolled out again is dated by that, and not by its first time', () => {
    const conditions = [{ type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', lastUpdateTime: ago(3) }];
    const status = { replicas: 2, availableReplicas: 0, conditions };
    const younger = { ...older, metadata: { ...older.metadata, creationTimestamp: ago(1) } };
    const onsets = [younger, older].map(
      (before) => find(...down('cart', { status }), before).find(({ claim }) => claim.startsWith('Revision'))?.onset,
    );
    expect(onsets[0]).toBe(new Date(ago(3)).toISOString());
    expect(onsets[1]).not.toBe(onsets[0]);
  });
  test('of a workload that is well tells nothing', () => {
    expect(find(...app('cart'), older)).toEqual([]);
  });
});

describe('a Job', () => {
  const failed = (reason: string, minutes = 10, name = 'invoices-1') =>
    job(name, 'invoices', {
      type: 'Failed',
      reason,
      message: 'Job has reached the specified backoff limit',
      lastTransitionTime: ago(minutes),
    });
  const complete = (minutes: number, name = 'invoices-2') =>
    job(
      name,
      'invoices',
      { type: 'Complete', lastTransitionTime: ago(minutes) },
      { succeeded: 1, completionTime: ago(minutes) },
    );
  const run = (terminated: object) => ({
    kind: 'Pod',
    metadata: meta('invoices-1-abcde', ownedBy('Job', 'invoices-1')),
    spec: { nodeName: 'worker-01', containers: [{ name: 'main', resources: { limits: { memory: '64Mi' } } }] },
    status: {
      phase: 'Failed',
      containerStatuses: [{ name: 'main', ready: false, state: ended(terminated as Record<string, unknown>) }],
    },
  });
  test.each<Case>([
    ['failed', [cronJob('invoices'), failed('BackoffLimitExceeded')], ['job-failed']],
    ['ran too long', [cronJob('invoices'), failed('DeadlineExceeded')], ['job-deadline']],
    [
      'wanted more memory than it had',
      [cronJob('invoices'), failed('BackoffLimitExceeded'), run({ reason: 'OOMKilled', exitCode: 137 })],
      ['oom-killed'],
    ],
    [
      'failed, after one that succeeded',
      [cronJob('invoices'), failed('BackoffLimitExceeded', 10), complete(70)],
      ['job-failed'],
    ],
    ['is suspended', [cronJob('invoices', { suspend: true })], ['cronjob-suspended']],
    // Look-alikes
    ['failed, before one that succeeded', [cronJob('invoices'), failed('BackoffLimitExceeded', 70), complete(10)], []],
    [
      'runs',
      [
        cronJob('invoices'),
        { ...job('invoices-1', 'invoices', { type: 'Suspended', status: 'False' }), status: { active: 1 } },
      ],
      [],
    ],
    [
      'was not failed after all',
      [cronJob('invoices'), job('invoices-1', 'invoices', { type: 'Failed', status: 'False' })],
      [],
    ],
    ['succeeded', [cronJob('invoices'), complete(10)], []],
  ])('%s', (_, items, said) => {
    expect(causes(...items)).toEqual(said.map((cause) => `CronJob invoices: ${cause}`));
  });

  test('that failed says its exit code, its time and its last words', () => {
    const [finding] = find(
      cronJob('invoices'),
      failed('BackoffLimitExceeded'),
      run({ exitCode: 3, message: 'ledger-api:8443 connection reset', finishedAt: ago(11) }),
    );
    expect(finding).toMatchObject({
      claim: 'CronJob invoices failed since 02:50 UTC: BackoffLimitExceeded after 1 pod, exit code 3.',
      onset: '2026-11-20T02:49:00.000Z',
    });
    expect(finding?.evidence[0]?.excerpt).toContain('ledger-api:8443 connection reset');
  });

  test('that failed is exact by exit code and last words, and by neither alone', () => {
    const identity = (terminated: object) =>
      find(cronJob('invoices'), failed('BackoffLimitExceeded'), run(terminated))[0]?.errorIdentity;
    const deadlock = identity({ exitCode: 3, message: 'error 1213', finishedAt: ago(11) });
    expect(deadlock).toMatchObject({ text: expect.stringContaining('container main: Error exit code 3: error 1213') });
    expect(deadlock).not.toHaveProperty('partial');
    expect(identity({ exitCode: 3, message: 'error 1213', finishedAt: ago(9) })).toEqual(deadlock);
    expect(identity({ exitCode: 3, message: 'error 1062' })?.digest).not.toBe(deadlock?.digest);
    expect(identity({ exitCode: 137, message: 'error 1213' })?.digest).not.toBe(deadlock?.digest);
    expect(identity({ exitCode: 3 })).toMatchObject({ partial: true });
    // The kubelet may have cut them.
    expect(identity({ exitCode: 3, message: 'x'.repeat(2048) })).toBeUndefined();
    expect(identity({ exitCode: 3, message: 'x\n'.repeat(80) })).toBeUndefined();
    expect(identity({ exitCode: 3, message: 'x'.repeat(2047) })).toBeDefined();
  });

  test('of nobody fails in its own name', () => {
    expect(causes(job('migrate', undefined, { type: 'Failed', reason: 'BackoffLimitExceeded' }))).toEqual([
      'Job migrate: job-failed',
    ]);
  });

  test('that was run again by hand, and succeeded, is good news', () => {
    const manual = { ...complete(2, 'invoices-again') };
    expect(find(cronJob('invoices'), failed('BackoffLimitExceeded', 10), manual)).toMatchObject([
      { role: 'context', claim: expect.stringContaining('(invoices-again) succeeded') },
    ]);
  });
});

describe('a node', () => {
  const notReady = (reason: string, message: string, status = 'False') =>
    node('worker-01', { conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: ago(6) }] });
  test.each<Case>([
    [
      'whose kubelet went silent',
      [notReady('NodeStatusUnknown', 'Kubelet stopped posting node status.', 'Unknown')],
      ['node-kubelet'],
    ],
    ['whose runtime is down', [notReady('KubeletNotReady', 'container runtime is down')], ['node-container-runtime']],
    [
      'whose runtime answers too late',
      [notReady('KubeletNotReady', 'PLEG is not healthy: pleg was last seen active 3m ago')],
      ['node-container-runtime'],
    ],
    [
      'under pressure',
      [
        node('worker-01', {
          conditions: [
            { type: 'Ready', status: 'True' },
            { type: 'DiskPressure', status: 'True', reason: 'KubeletHasDiskPressure', lastTransitionTime: ago(6) },
          ],
        }),
      ],
      ['node-pressure'],
    ],
    // Look-alikes
    [
      'whose network plugin is not there',
      [
        notReady(
          'KubeletNotReady',
          'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized',
        ),
      ],
      ['node-not-ready'],
    ],
    [
      'that is not ready, and warns of its runtime',
      [
        notReady('KubeletNotReady', 'node is shutting down'),
        event('Node', 'worker-01', 'ContainerGCFailed', 'rpc error: dial unix /run/containerd/containerd.sock'),
      ],
      ['node-container-runtime'],
    ],
    [
      'whose kubelet went silent, and whose runtime started normally long ago',
      [
        notReady('NodeStatusUnknown', 'Kubelet stopped posting node status.', 'Unknown'),
        event('Node', 'worker-01', 'Starting', 'Starting containerd', { type: 'Normal' }),
      ],
      ['node-kubelet'],
    ],
    ['that is well', [node('worker-01')], []],
    ['that is cordoned on purpose', [node('worker-01', { spec: { unschedulable: true } })], []],
    ['of which nothing is known', [{ kind: 'Node', metadata: { name: 'worker-01' } }], []],
  ])('%s', (_, items, said) => {
    expect(causes(...items)).toEqual(said.map((cause) => `Node worker-01: ${cause}`));
  });
});

describe('what is well', () => {
  test('is a whole cluster of which nothing is said', () => {
    const items = [
      node('master', {
        labels: { 'node-role.kubernetes.io/control-plane': '' },
        spec: { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] },
      }),
      node('worker-01'),
      ...app('cart', {
        container: {
          livenessProbe: { httpGet: { path: '/', port: 8080 } },
          readinessProbe: { tcpSocket: { port: 'http' } },
          env: [{ name: 'LEDGER_ADDR', value: 'ledger:80' }],
        },
      }),
      service('cart'),
      ...app('ledger', { kind: 'StatefulSet' }),
      service('ledger', { clusterIP: 'None' }),
      ...app('agent', { kind: 'DaemonSet' }),
      cronJob('invoices'),
      job('invoices-1', 'invoices', { type: 'Complete' }, { succeeded: 1, completionTime: ago(10) }),
      { kind: 'ConfigMap', metadata: meta('settings'), data: { a: 'b' } },
    ];
    expect(find(...items)).toEqual([]);
  });

  test('does not hide the one thing that is not', () => {
    const items = [
      ...app('cart'),
      service('cart'),
      ...sick('ledger', { state: waiting('CreateContainerConfigError', 'secret "x" not found') }),
    ];
    expect(causes(...items)).toEqual(['Deployment ledger: secret-missing']);
  });
});
