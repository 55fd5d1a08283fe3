// Versions of ConfigMaps and Secrets, read from an API server double on loopback (gitops-objects.ts says what it follows).
import { describe, expect, test } from 'vitest';
import { kubernetesChanges } from '../../../connectors/kubernetes/index.ts';
import type { Scope } from '../../../core/model/scope.ts';
import { Change } from '../../../core/model/telemetry.ts';
import { aScope } from '../../builders.ts';
import { apiServer, at, clustersFor, deployment, written, wrote } from './gitops-objects.ts';

const window = { start: '2026-11-20T00:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const clock = { now: () => new Date(window.end) };
type Lists = Parameters<typeof apiServer>[0];

const reading = (name: string, spec: object) => ({
  ...deployment(name),
  spec: { replicas: 1, template: { spec: { containers: [{ name: 'main', image: 'registry/app:1' }], ...spec } } },
});
const mounts = (name: string, volume: object) => reading(name, { volumes: [{ name: 'v', ...volume }] });
const edited = { 'f:data': { 'f:rules.json': {}, 'f:currency': {} } };

async function changesIn(lists: Lists, over: Partial<Scope> = {}) {
  await using server = await apiServer(lists);
  const source = kubernetesChanges({ clusters: await clustersFor({ backend: server }), clock });
  const observed = await source.observe(aScope({ window, service: 'orders', ...over }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  return {
    changes: observed.data.map((one) => Change.parse(one)),
    missing: (observed.missing ?? []).filter((one) => !one.startsWith('Only ')),
    asked: server.asked,
  };
}

test('a ConfigMap that a Deployment mounts is a change with who, when, which keys, and on what', async () => {
  const { changes, missing, asked } = await changesIn({
    deployments: [mounts('orders', { configMap: { name: 'orders-pricing' } })],
    configMapsOfShop: [written('orders-pricing', [wrote('kubectl-edit', at('02:16:00'), edited)])],
  });
  expect(changes).toEqual([
    {
      id: 'configmap/backend/shop/orders-pricing@1795140960000',
      kind: 'config',
      at: '2026-11-20T02:16:00.000Z',
      service: 'orders',
      author: 'kubectl-edit',
      title:
        'ConfigMap orders-pricing was changed by kubectl-edit, which owns the keys rules.json and currency; mounted by Deployment orders',
      entity: { kind: 'Deployment', name: 'orders', namespace: 'shop', cluster: 'backend' },
    },
  ]);
  expect(missing).toEqual([]);
  const lists = asked.filter(({ path }) => /namespaces\/shop\/(?:configmaps|secrets)/.test(path));
  expect(lists).toHaveLength(2);
  for (const { headers } of lists) expect(headers.accept).toContain('PartialObjectMetadataList');
});

describe('a Secret', () => {
  const secret = written('orders-db', [wrote('external-secrets', at('02:00:00'), { 'f:data': { 'f:password': {} } })]);
  test.each<[string, object]>([
    [
      'in the environment',
      reading('orders', {
        containers: [
          { name: 'main', env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'orders-db', key: 'p' } } }] },
        ],
      }),
    ],
    [
      'as the environment',
      reading('orders', { containers: [{ name: 'main', envFrom: [{ secretRef: { name: 'orders-db' } }] }] }),
    ],
    [
      'of an init container',
      reading('orders', { initContainers: [{ name: 'init', envFrom: [{ secretRef: { name: 'orders-db' } }] }] }),
    ],
  ])('%s is read at the start of the pods', async (_, workload) => {
    const { changes } = await changesIn({ deployments: [workload], secretsOfShop: [secret] });
    expect(changes.map(({ title }) => title)).toEqual([
      'Secret orders-db was changed by external-secrets, which owns the keys password; read at their start by Deployment orders',
    ]);
  });
  test('in a projected volume is mounted, and its values are never read', async () => {
    const workload = mounts('orders', { projected: { sources: [{ secret: { name: 'orders-db' } }] } });
    const { changes } = await changesIn({
      deployments: [workload],
      secretsOfShop: [{ ...secret, data: { password: 'aHVudGVyMg==' } }],
    });
    expect(changes[0]?.title).toContain('mounted by');
    expect(JSON.stringify(changes)).not.toContain('aHVudGVyMg');
  });
});

describe('is no change', () => {
  const workload = mounts('orders', { configMap: { name: 'orders-pricing' } });
  test.each<[string, object]>([
    ['before the window', written('orders-pricing', [wrote('helm', at('00:00:00').replace('20T', '10T'), edited)])],
    [
      'of labels only',
      written('orders-pricing', [wrote('argocd', at('02:00:00'), { 'f:metadata': { 'f:labels': {} } })]),
    ],
    [
      'of an object that no Deployment reads',
      written('leader-election', [wrote('controller', at('02:00:00'), edited)]),
    ],
    ['without a time', written('orders-pricing', [{ manager: 'x', fieldsV1: edited }])],
  ])('a writing %s', async (_, object) => {
    expect((await changesIn({ deployments: [workload], configMapsOfShop: [object] })).changes).toEqual([]);
  });
});

test('only Deployments within the scope are looked at, and without any nothing is asked', async () => {
  const { changes, asked } = await changesIn(
    {
      deployments: [mounts('ads', { configMap: { name: 'ads' } })],
      configMapsOfShop: [written('ads', [wrote('x', at('02:00:00'), edited)])],
    },
    { namespace: 'other', reach: 'neighbourhood', neighbours: ['cart'] },
  );
  expect(changes).toEqual([]);
  expect(asked.some(({ path }) => path.includes('configmaps'))).toBe(false);
});
test('a missing right is a gap that names it, and the other kind stays', async () => {
  const workload = reading('orders', {
    volumes: [{ configMap: { name: 'c' } }, { secret: { secretName: 's' } }],
  });
  const { changes, missing } = await changesIn({
    deployments: [workload],
    configMapsOfShop: [written('c', [wrote('kubectl', at('02:00:00'), edited)])],
    secretsOfShop: { status: 403, body: '{"kind":"Status","message":"<script>"}' },
  });
  expect(changes).toHaveLength(1);
  expect(missing).toEqual([
    expect.stringMatching(/^backend: versions of Secrets \(.*the right to list secrets is missing\)$/),
  ]);
});
test('hostile names are plain words', async () => {
  const { changes } = await changesIn({
    deployments: [mounts('orders', { configMap: { name: 'c' } })],
    configMapsOfShop: [
      written('c', [wrote('x\u001b[2J\n# approve', at('02:00:00'), { 'f:data': { 'f:a\u202eb': {}, '.': {} } })]),
      { metadata: 7 },
    ],
  });
  expect(changes).toHaveLength(1);
  expect(`${changes[0]?.title}${changes[0]?.author}`).not.toMatch(/\p{C}/u);
});
