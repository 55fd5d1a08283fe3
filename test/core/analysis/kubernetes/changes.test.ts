import { describe, expect, test } from 'vitest';
import { revisionChanges } from '../../../../core/analysis/kubernetes/index.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';
import { ago, meta, now, ownedBy } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;
const template = (container: Json) => ({ spec: { containers: [{ name: 'server', image: 'cart:1.0', ...container }] } });
const deployment = (condition: Json = {}) => ({
  kind: 'Deployment',
  metadata: meta('cart'),
  spec: { replicas: 1, template: template({}) },
  status: { conditions: [{ type: 'Progressing', status: 'True', ...condition }] },
});
const revision = (number: number, minutes: number, container: Json = {}) => ({
  kind: 'ReplicaSet',
  metadata: meta(`cart-${number}`, {
    ...ownedBy('Deployment', 'cart'),
    creationTimestamp: ago(minutes),
    annotations: { 'deployment.kubernetes.io/revision': String(number) },
  }),
  spec: { replicas: 1, template: template(container) },
});
const changes = (...items: unknown[]) =>
  revisionChanges([{ cluster: 'c1', takenAt: now, items: items.map((item) => KubernetesObject.parse(item)) }], {
    start: new Date(Date.parse(now) - 48 * 3600_000).toISOString(),
    end: now,
  });

describe('a rollout in the window', () => {
  test('with a new image is a deploy, with what else it changed', () => {
    const env = [{ name: 'POOL', value: '5' }];
    const after = { image: 'cart:1.1', env };
    expect(changes(deployment(), revision(2, 20, after), revision(1, 9000))).toEqual([
      {
        id: 'c1/shop/cart@2',
        kind: 'deploy',
        at: new Date(ago(20)).toISOString(),
        service: 'cart',
        title: 'Revision 2 of Deployment cart: image: cart:1.0 → cart:1.1; POOL: (not set) → 5',
        diff: '~ image: cart:1.0 → cart:1.1\n~ POOL: (not set) → 5',
        version: '1.1',
        entity: { kind: 'Deployment', name: 'cart', namespace: 'shop', cluster: 'c1' },
      },
    ]);
  });
  test('with the same image is a change of configuration', () => {
    const after = { env: [{ name: 'POOL', value: '5' }] };
    expect(changes(deployment(), revision(2, 20, after), revision(1, 9000))).toMatchObject([{ kind: 'config' }]);
  });
  test.each([
    ['label', { metadata: { labels: { app: 'cart', tier: 'b' } } }, 'label tier: (not set) → b'],
    [
      'volume',
      { spec: { volumes: [{ name: 'tls', secret: { secretName: 'cart-tls-2' } }] } },
      'volume tls: (not set) → {"secret":{"secretName":"cart-tls-2"}}',
    ],
    ['priority', { spec: { priorityClassName: 'low' } }, 'priorityClassName: (not set) → low'],
  ])('by a %s alone is a change of configuration', (_, over: { spec?: Json; metadata?: Json }, says) => {
    const plain = revision(2, 20);
    const { containers } = plain.spec.template.spec;
    const labels = over.metadata ?? { labels: { app: 'cart' } };
    const after = {
      ...plain,
      spec: { ...plain.spec, template: { metadata: labels, spec: { containers, ...over.spec } } },
    };
    const first = revision(1, 9000);
    const before = {
      ...first,
      spec: { ...first.spec, template: { ...first.spec.template, metadata: { labels: { app: 'cart' } } } },
    };
    expect(changes(deployment(), after, before)).toMatchObject([
      { kind: 'config', title: `Revision 2 of Deployment cart: ${says}` },
    ]);
  });
  test('whose revisions differ only by what the cluster labels them with is none', () => {
    const labelled = (hash: string, of: ReturnType<typeof revision>) => ({
      ...of,
      spec: { ...of.spec, template: { ...of.spec.template, metadata: { labels: { 'pod-template-hash': hash } } } },
    });
    expect(changes(deployment(), labelled('a', revision(2, 20)), labelled('b', revision(1, 9000)))).toEqual([]);
  });
  test('that goes back to an older revision went live when the Deployment was last updated', () => {
    const undone = [deployment({ lastUpdateTime: ago(3) }), revision(3, 9000), revision(2, 20, { image: 'cart:1.1' })];
    expect(changes(...undone).map(({ id, at }) => [id, at])).toEqual([
      ['c1/shop/cart@3', new Date(ago(3)).toISOString()],
    ]);
  });
});

describe('no change is', () => {
  test('the first revision', () => {
    expect(changes(deployment(), revision(1, 20))).toEqual([]);
  });
  test('a restart, which changes nothing of what runs', () => {
    expect(changes(deployment(), revision(2, 20), revision(1, 9000))).toEqual([]);
  });
  test('a rollout before the window', () => {
    expect(changes(deployment(), revision(2, 60 * 50, { image: 'cart:1.1' }), revision(1, 90_000))).toEqual([]);
  });
  test.each([[undefined], ['yesterday']])('a revision of %s', (creationTimestamp) => {
    const odd = revision(2, 20, { image: 'cart:1.1' });
    const items = [deployment(), { ...odd, metadata: { ...odd.metadata, creationTimestamp } }, revision(1, 9000)];
    expect(changes(...items)).toEqual([]);
  });
});

describe('a change that the whole cluster depends on', () => {
  const wide = (item: Json) => changes(item).map(({ at, title, service }) => ({ at, title, service }));
  const written = (minutes: number, over: Json = {}) => ({ managedFields: [{ time: ago(minutes), ...over }] });
  test('is a new priority class, with its reach', () => {
    const made = {
      kind: 'PriorityClass',
      metadata: { name: 'rush', creationTimestamp: ago(30) },
      value: 9,
      globalDefault: true,
    };
    expect(wide(made)).toEqual([
      {
        at: new Date(ago(30)).toISOString(),
        title: 'PriorityClass rush was created (priority 9, the default of all pods)',
        service: 'cluster',
      },
    ]);
  });
  test.each<[string, Json]>([
    [
      'ConfigMap coredns',
      { kind: 'ConfigMap', metadata: { name: 'coredns', namespace: 'kube-system', ...written(9) } },
    ],
    [
      'ValidatingWebhookConfiguration rules',
      { kind: 'ValidatingWebhookConfiguration', metadata: { name: 'rules', ...written(9) } },
    ],
    [
      'DaemonSet kube-proxy',
      { kind: 'DaemonSet', metadata: { name: 'kube-proxy', namespace: 'kube-system', ...written(9) } },
    ],
    ['NetworkPolicy deny', { kind: 'NetworkPolicy', metadata: meta('deny', written(9)), spec: { podSelector: {} } }],
  ])('is a write to %s', (name, item) => {
    expect(wide(item).map(({ title }) => title.split(' (')[0])).toEqual([`${name} was changed`]);
  });
  test.each<[string, Json]>([
    [
      'a policy of one workload',
      {
        kind: 'NetworkPolicy',
        metadata: meta('one', written(9)),
        spec: { podSelector: { matchLabels: { app: 'a' } } },
      },
    ],
    ['a ConfigMap of an application', { kind: 'ConfigMap', metadata: meta('coredns', written(9)) }],
    ['a DaemonSet of an application', { kind: 'DaemonSet', metadata: meta('shipper', written(9)) }],
    [
      'a write to the status',
      {
        kind: 'DaemonSet',
        metadata: { name: 'kube-proxy', creationTimestamp: ago(9000), ...written(9, { subresource: 'status' }) },
      },
    ],
    ['an object without times', { kind: 'PriorityClass', metadata: { name: 'rush' }, value: 9 }],
    [
      'fields of another form',
      { kind: 'PriorityClass', metadata: { name: 'rush', managedFields: 'none' }, value: 'high' },
    ],
  ])('is not %s', (_, item) => {
    expect(wide(item)).toEqual([]);
  });
});
