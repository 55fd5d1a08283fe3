import { describe, expect, test } from 'vitest';

import { analyzeClusters, topologyOf } from '../../../../core/analysis/kubernetes/index.ts';
import { missingRight, refusedRightIn } from '../../../../core/analysis/kubernetes/refused-right.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';
import { app, event, find, meta, node, now, pending } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;

const line =
  'Error from server (Forbidden): parcels.depot.example is forbidden: User "system:serviceaccount:shop:sorter" cannot list resource "parcels" in API group "depot.example" in the namespace "shop"';
const rule = (verbs: readonly string[], over: Json = {}): Json => ({
  apiGroups: ['depot.example'],
  resources: ['parcels'],
  verbs,
  ...over,
});
const role = (rules: readonly Json[], over: Json = {}): Json => ({
  kind: 'Role',
  metadata: meta('parcel-reader'),
  rules,
  ...over,
});
const binding = (over: Json = {}): Json => ({
  kind: 'RoleBinding',
  metadata: meta('sorter-reads'),
  roleRef: { kind: 'Role', name: 'parcel-reader' },
  subjects: [{ kind: 'ServiceAccount', name: 'sorter', namespace: 'shop' }],
  ...over,
});
const sorter = app('sorter', { podSpec: { serviceAccountName: 'sorter' } });
const rightsOf = (items: readonly Json[]) =>
  topologyOf(
    [{ cluster: 'backend-1', takenAt: now, items: items.map((item) => KubernetesObject.parse(item)) }],
    () => true,
  ).accounts?.find(({ account }) => account.name === 'sorter');
const gap = (text: string, ...items: readonly Json[]) => {
  const right = refusedRightIn(text);
  return right && missingRight(right, rightsOf([...sorter, ...items]));
};

describe('the gap in the roles of a refused account', () => {
  test.each<[string, string, readonly Json[]]>([
    [
      'the role lacks the verb',
      'allows get and watch on parcels, but list is missing',
      [role([rule(['get', 'watch'])]), binding()],
    ],
    [
      'the role names the singular',
      'names parcel, and has no rule for parcels',
      [role([rule(['list'], { resources: ['parcel'] })]), binding()],
    ],
    [
      'the role names another group',
      'names parcels in API group "", not depot.example',
      [role([rule(['list'], { apiGroups: [''] })]), binding()],
    ],
    [
      'the role names some objects',
      'allows list on parcels only for one',
      [role([rule(['list'], { resourceNames: ['one'] })]), binding()],
    ],
    [
      'the role is about something else',
      'Role parcel-reader has no rule for parcels',
      [role([rule(['list'], { resources: ['secrets'] })]), binding()],
    ],
    [
      'the role does not exist',
      'RoleBinding sorter-reads refers to Role parcel-reader, which is not among the roles read',
      [binding()],
    ],
    [
      'the binding is in another namespace',
      'RoleBinding sorter-reads gives it Role parcel-reader in namespace attic only',
      [
        role([rule(['list'])], { metadata: meta('parcel-reader', { namespace: 'attic' }) }),
        binding({ metadata: meta('sorter-reads', { namespace: 'attic' }) }),
      ],
    ],
    [
      'the binding names the account of another namespace',
      'no binding names this account; RoleBinding sorter-reads names ServiceAccount attic/sorter',
      [role([rule(['list'])]), binding({ subjects: [{ kind: 'ServiceAccount', name: 'sorter', namespace: 'attic' }] })],
    ],
    [
      'the binding names a similar account',
      'no binding names this account; RoleBinding sorter-reads names ServiceAccount shop/sorters',
      [role([rule(['list'])]), binding({ subjects: [{ kind: 'ServiceAccount', name: 'sorters', namespace: 'shop' }] })],
    ],
    [
      'no binding is about it',
      'no RoleBinding or ClusterRoleBinding names this account',
      [role([rule(['list'])]), binding({ subjects: [{ kind: 'ServiceAccount', name: 'billing', namespace: 'shop' }] })],
    ],
  ])('is told where %s', (_, words, items) => {
    expect(gap(line, ...items)).toEqual({
      sentence: expect.stringContaining(words),
      grantedByNow: false,
    });
    expect(gap(line, ...items)?.sentence).toMatch(
      /^ServiceAccount shop\/sorter may not list parcels of API group depot\.example in namespace shop: /,
    );
  });
  test.each<[string, readonly Json[]]>([
    ['its role', [role([rule(['list'])]), binding()]],
    ['a role with wildcards', [role([rule(['*'], { apiGroups: ['*'], resources: ['*'] })]), binding()]],
    [
      'a group of accounts',
      [role([rule(['list'])]), binding({ subjects: [{ kind: 'Group', name: 'system:serviceaccounts:shop' }] })],
    ],
    [
      'a ClusterRole for the whole cluster',
      [
        role([rule(['list'])], { kind: 'ClusterRole', metadata: { name: 'parcel-reader' } }),
        binding({
          kind: 'ClusterRoleBinding',
          metadata: { name: 'sorter-reads' },
          roleRef: { kind: 'ClusterRole', name: 'parcel-reader' },
        }),
      ],
    ],
  ])('is closed by %s', (_, items) => {
    expect(gap(line, ...items)).toMatchObject({ grantedByNow: true });
  });
  test('roles that every account has are not its own', () => {
    const all = binding({
      kind: 'ClusterRoleBinding',
      metadata: { name: 'system:basic-user' },
      roleRef: { kind: 'ClusterRole', name: 'system:basic-user' },
      subjects: [{ kind: 'Group', name: 'system:authenticated' }],
    });
    expect(gap(line, all)?.sentence).toMatch(/no RoleBinding or ClusterRoleBinding names this account$/);
  });
  test('a RoleBinding does not hold for the whole cluster', () => {
    const text =
      'nodes is forbidden: User "system:serviceaccount:shop:sorter" cannot list resource "nodes" in API group "" at the cluster scope';
    const nodes = rule(['list'], { apiGroups: [''], resources: ['nodes'] });
    expect(gap(text, role([nodes]), binding())?.sentence).toBe(
      'ServiceAccount shop/sorter may not list nodes at the cluster scope: RoleBinding sorter-reads gives it Role parcel-reader in namespace shop only',
    );
  });
  test('is not guessed where no binding was read', () => {
    expect(gap(line)?.sentence).toBe(
      'ServiceAccount shop/sorter may not list parcels of API group depot.example in namespace shop',
    );
  });
  test('is read from quotes that JSON escaped', () => {
    expect(refusedRightIn(JSON.stringify({ error: line }))).toMatchObject({ account: 'sorter', verb: 'list' });
  });
  test.each([
    'pods "cart-1" is forbidden: exceeded quota: team-quota',
    'GET /orders 403 Forbidden for user "mallory"',
    'User "alice@example.org" cannot list resource "pods" in API group ""',
  ])('is nothing of %s', (text) => {
    expect(refusedRightIn(text)).toBeUndefined();
  });
});

describe('an event about a refused account', () => {
  test('leads to the workload that runs as it', () => {
    const found = find(...sorter, role([rule(['get'])]), binding(), event('Parcel', 'p-1', 'SyncFailed', line));
    expect(found.filter(({ cause }) => cause === 'access-denied')).toEqual([
      expect.objectContaining({
        entity: expect.objectContaining({ kind: 'Deployment', name: 'sorter' }),
        role: 'cause',
        claim: expect.stringContaining('list is missing'),
      }),
    ]);
  });
});

const crowded = (pods: number, phase = 'Running'): Json[] => [
  { ...node('worker-01'), status: { conditions: [{ type: 'Ready', status: 'True' }], allocatable: { pods: '4' } } },
  ...Array.from({ length: pods }, (_, n) => ({
    kind: 'Pod',
    metadata: meta(`batch-${n}`, { ownerReferences: [{ kind: 'Job', name: 'batch' }] }),
    spec: { nodeName: 'worker-01', containers: [] },
    status: { phase },
  })),
];
const limits = (items: readonly Json[]) =>
  analyzeClusters([
    { cluster: 'backend-1', takenAt: now, items: items.map((item) => KubernetesObject.parse(item)) },
  ]).filter(({ cause }) => cause === 'scheduling-node-full');

describe('a node at its pod limit', () => {
  test('is told with the workload that fills it', () => {
    expect(limits(crowded(4)).map(({ claim }) => claim)).toEqual([
      'Node worker-01 is at its pod limit: it runs 4 of 4 pods, 4 of them of Job shop/batch.',
    ]);
  });
  test.each([
    ['has a place left', crowded(3)],
    ['holds pods that ended', crowded(6, 'Succeeded')],
  ])('is none if it %s', (_, items) => {
    expect(limits(items)).toEqual([]);
  });
  test('is counted where a pod waits for a place', () => {
    const found = limits([...crowded(4), ...pending('cart', '0/1 nodes are available: 1 Too many pods.')]);
    expect(found.find(({ entity }) => entity.name === 'cart')?.evidence[0]?.excerpt).toContain(
      'Node worker-01: 4 of 4 pods',
    );
  });
});
