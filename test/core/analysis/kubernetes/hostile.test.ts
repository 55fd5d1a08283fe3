import { describe, expect, test } from 'vitest';
import { analyzeClusters, health } from '../../../../core/analysis/kubernetes/index.ts';
import { bytesOf } from '../../../../core/analysis/kubernetes/quantity.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';
import {
  app,
  causes,
  cronJob,
  ended,
  event,
  find,
  job,
  meta,
  node,
  now,
  pending,
  pod,
  quota,
  service,
  sick,
  volume,
  waiting,
} from './objects.ts';

// Objects that are partial, odd or huge: one of them hides nothing of the others, and none stops the reading.

const kinds = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
  'Service',
  'Endpoints',
  'Node',
  'PersistentVolumeClaim',
  'PersistentVolume',
  'ResourceQuota',
  'Event',
  'Ingress',
  'Widget',
];
const oom = sick('ledger', { state: waiting('CrashLoopBackOff'), lastState: ended({ reason: 'OOMKilled' }) });
const said = ['Deployment ledger: oom-killed'];

describe('objects of every kind', () => {
  test.each([
    ['no more than a name', {}],
    ['null for all', { spec: null, status: null, involvedObject: null, subsets: null }],
    ['nothing within', { spec: {}, status: {}, involvedObject: {}, subsets: [] }],
    ['text for all', { spec: 'x', status: 'x', involvedObject: 'x', subsets: 'x' }],
    ['numbers for all', { spec: 7, status: 7, involvedObject: 7, subsets: 7 }],
    ['lists for all', { spec: [], status: [], involvedObject: [], subsets: [null, 7] }],
    [
      'null within',
      {
        spec: {
          containers: null,
          template: { spec: { containers: null, volumes: null } },
          selector: null,
          ports: null,
          replicas: null,
          taints: null,
          capacity: null,
          accessModes: null,
          resources: null,
          schedule: '* * * * *',
          suspend: null,
        },
        status: {
          conditions: null,
          containerStatuses: null,
          initContainerStatuses: null,
          phase: null,
          hard: null,
          used: null,
          allocatable: null,
        },
        involvedObject: { kind: null, name: null },
        reason: null,
        message: null,
      },
    ],
  ])('with %s are read past', (_, over) => {
    const odd = kinds.map((kind) => KubernetesObject.parse({ kind, metadata: { name: 'odd' }, ...over }));
    expect(() => analyzeClusters([{ cluster: 'backend-1', takenAt: now, items: odd }])).not.toThrow();
    expect(causes(...odd, ...oom)).toEqual(said);
  });

  test('whose metadata says null are read as saying nothing', () => {
    const bare = { labels: null, annotations: null, ownerReferences: null, creationTimestamp: null };
    const odd = kinds.map((kind) => ({ kind, metadata: { name: 'odd', ...bare }, spec: {}, status: {} }));
    expect(causes(...odd, ...oom)).toEqual(said);
  });

  test('that own each other in a circle end somewhere', () => {
    const circle = ['a', 'b'].map((name, n) => ({
      ...oom[1],
      metadata: meta(name, { ownerReferences: [{ kind: 'ReplicaSet', name: n === 0 ? 'b' : 'a' }] }),
    }));
    const last = { ...oom[2], metadata: meta('lost', { ownerReferences: [{ kind: 'ReplicaSet', name: 'a' }] }) };
    expect(causes(...circle, last)).toHaveLength(1);
  });

  test('of two that have one name in two namespaces are two', () => {
    const there = oom.map((one) => ({ ...one, metadata: { ...(one.metadata as object), namespace: 'other' } }));
    expect(find(...oom, ...there).map(({ entity }) => entity.namespace)).toEqual(['shop', 'other']);
  });
});

describe('times that are none', () => {
  const never = 'yesterday';
  test.each<[string, Record<string, unknown>[]]>([
    [
      'of an end',
      sick('cart', {
        state: waiting('CrashLoopBackOff'),
        lastState: ended({ reason: 'OOMKilled', finishedAt: never }),
      }),
    ],
    [
      'of an event',
      pending('cart', '0/3 nodes are available: 3 Insufficient cpu.').map((one) =>
        one.kind === 'Event'
          ? { ...one, firstTimestamp: never, lastTimestamp: never }
          : { ...one, metadata: { ...(one.metadata as object), creationTimestamp: never } },
      ),
    ],
    ['of a node', [node('cart', { conditions: [{ type: 'Ready', status: 'Unknown', lastTransitionTime: never }] })]],
    [
      'of a Job',
      [
        cronJob('cart'),
        job('cart-1', 'cart', { type: 'Failed', reason: 'DeadlineExceeded', lastTransitionTime: never }),
      ],
    ],
    [
      'of a refusal',
      [
        event(
          'ReplicaSet',
          'cart',
          'FailedCreate',
          'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
          { firstTimestamp: never, lastTimestamp: null },
        ),
      ],
    ],
  ])('%s are left out of the finding, which stays', (_, items) => {
    const [finding] = find(...items);
    expect(finding?.cause).toBeDefined();
    expect(finding).not.toHaveProperty('onset');
    expect(finding?.claim).not.toMatch(/since|Invalid/);
  });

  test('do not hide those that are', () => {
    const items = pending('cart', '0/3 nodes are available: 3 Insufficient cpu.').concat(
      event('Pod', pod('cart'), 'FailedScheduling', '0/3 nodes are available: 3 Insufficient cpu.', {
        firstTimestamp: '',
      }),
    );
    // The pod itself is older than its first event here.
    expect(find(...items)[0]?.onset).toBe('2026-11-18T01:00:00.000Z');
  });
});

describe('sizes', () => {
  const long = 'no such host '.repeat(50_000);
  test('of a message do not become those of a finding', () => {
    const items = [
      ...sick('cart', { state: waiting('ImagePullBackOff', long) }),
      ...sick('web', { state: waiting('CreateContainerConfigError', `secret "${long}" not found`) }),
      node('worker-01', { conditions: [{ type: 'Ready', status: 'False', message: long }] }),
      event('ReplicaSet', 'job', 'FailedCreate', `denied ${long}`),
    ];
    const found = find(...items);
    expect(found.length).toBeGreaterThanOrEqual(4);
    for (const { claim, errorTemplate, evidence } of found) {
      expect(claim.length).toBeLessThanOrEqual(400);
      expect(errorTemplate?.length ?? 0).toBeLessThanOrEqual(400);
      expect(JSON.stringify(evidence).length).toBeLessThan(30_000);
    }
  });

  test('of a cluster: two thousand sick pods of one workload are one finding', () => {
    const [deployment, replicas, one] = oom;
    const pods = Array.from({ length: 2000 }, (_, n) => ({
      ...one,
      metadata: { ...(one?.metadata as object), name: `ledger-${n}` },
    }));
    const found = find(deployment!, replicas!, ...pods);
    expect(found).toMatchObject([{ claim: expect.stringMatching(/^2000 pods of Deployment ledger OOM-killed/) }]);
    expect(JSON.stringify(found).length).toBeLessThan(100_000);
  });

  test('of a quantity are what Kubernetes means by them', () => {
    expect(['1', '500m', '1k', '1Ki', '2Gi', '1.5G', '3E'].map(bytesOf)).toEqual([
      1,
      0.5,
      1000,
      1024,
      2 ** 31,
      1.5e9,
      3e18,
    ]);
    expect(
      [undefined, '', 'lots', '-1', '1 Gi', '1Qi', 'NaN', '9'.repeat(400)].map(bytesOf).filter((one) => one !== 0),
    ).toEqual([Number.POSITIVE_INFINITY]);
  });

  test('that are absurd compare like others', () => {
    const items = [
      quota({ pods: '9'.repeat(400), services: 'many' }, { pods: '1', services: 'more' }),
      volume('pv', { capacity: { storage: 'much' } }),
    ];
    expect(causes(...items)).toEqual([]);
  });
});

describe('what is well, after an action', () => {
  const of = (items: readonly object[], name = 'cart', namespace: string | undefined = 'shop') =>
    health(
      [
        {
          cluster: 'backend-1',
          takenAt: now,
          items: items.map((item) => KubernetesObject.parse(JSON.parse(JSON.stringify(item)))),
        },
      ],
      [{ kind: 'Deployment', name, ...(namespace === undefined ? {} : { namespace }) }],
    ).map(({ claim, role, cause }) => [claim, role, cause]);
  test('is a workload that has its replicas, or a DaemonSet that has its nodes', () => {
    expect(of(app('cart'))).toEqual([['Deployment cart has 1 of 1 replicas available.', 'context', undefined]]);
    expect(of(app('cart', { kind: 'DaemonSet' }))).toEqual([
      ['DaemonSet cart has 1 of 1 replicas available.', 'context', undefined],
    ]);
    expect(of(app('cart'), 'cart', undefined)).toHaveLength(1);
  });
  test.each([
    ['lacks some', app('cart', { spec: { replicas: 2 } })],
    ['is wanted nowhere', app('cart', { spec: { replicas: 0 } })],
    ['says nothing', app('cart', { status: {} })],
    ['is another', app('ledger')],
  ])('is none that %s', (_, items) => {
    expect(of([...items, service('cart')])).toEqual([]);
  });
  test('is not one of another namespace', () => {
    expect(of(app('cart'), 'cart', 'other')).toEqual([]);
  });
});
