import { describe, expect, test } from 'vitest';
import type { Action, ActionId } from '../../../core/model/action.ts';
import { KubernetesObject } from '../../../core/model/telemetry.ts';
import { exceededLimit, planWithinLimits } from '../../../core/remediation/action-limits.ts';
import { impactOf, impactText } from '../../../core/remediation/impact.ts';
import { app, meta, node } from '../analysis/kubernetes/objects.ts';

type Json = Readonly<Record<string, unknown>>;

const objects = (...items: Json[]) => items.map((item) => KubernetesObject.parse(item));
const deployment = (over: { replicas?: number; limit?: string | undefined } = {}) => {
  const { replicas = 4, limit = '128Mi' } = over;
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: limit } };
  const [made] = objects({
    kind: 'Deployment',
    metadata: meta('web', { annotations: { 'deployment.kubernetes.io/revision': '7' } }),
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { spec: { containers: [{ name: 'sidecar' }, { name: 'server', resources }] } },
    },
  });
  if (made === undefined) throw new Error('A Deployment is an object.');
  return made;
};
const killed: Json = {
  kind: 'Pod',
  metadata: meta('web-1', { labels: { app: 'web' } }),
  spec: { nodeName: 'node-1' },
  status: {
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'server', lastState: { terminated: { reason: 'OOMKilled' } } }],
  },
};
const scaler = (maxReplicas: number): Json => ({
  kind: 'HorizontalPodAutoscaler',
  metadata: meta('web'),
  spec: { maxReplicas, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
});
const quota = (hard: Json, used: Json): Json => ({
  kind: 'ResourceQuota',
  metadata: meta('team'),
  spec: { hard },
  status: { hard, used },
});
const limitRange = (type: string, memory: string): Json => ({
  kind: 'LimitRange',
  metadata: meta('sane'),
  spec: { limits: [{ type, max: { memory } }] },
});
const closed = (name: string) => node(name, { spec: { unschedulable: true } });
const ill = (name: string) => node(name, { conditions: [{ type: 'Ready', status: 'Unknown' }] });

const plan = (id: ActionId, around: Json[], target = deployment(), without: string[] = []) =>
  planWithinLimits(id, { target, around: objects(...around), without });
const planned = (parameters: object, says: string | RegExp = '') => ({
  kind: 'planned',
  parameters,
  limit: typeof says === 'string' ? says : expect.stringMatching(says),
});
const refused = (why: RegExp) => ({ kind: 'refused', why: expect.stringMatching(why) });

describe('how far a workload is scaled', () => {
  test.each<[string, Json[], unknown]>([
    ['half as much again', [], planned({ from: 4, to: 6 })],
    ['within its autoscaler', [scaler(5)], planned({ from: 4, to: 5 }, /HorizontalPodAutoscaler web .* allows 5/)],
    ['not over its autoscaler', [scaler(4)], refused(/cannot have more than its 4 replicas: .*allows 4/)],
    [
      'whatever another workload’s autoscaler says',
      [{ ...scaler(1), spec: { maxReplicas: 1, scaleTargetRef: { kind: 'Deployment', name: 'api' } } }],
      planned({ from: 4, to: 6 }),
    ],
    [
      'within the quota of pods',
      [quota({ pods: '10' }, { pods: '9' })],
      planned({ from: 4, to: 5 }, /ResourceQuota team has no pods for more/),
    ],
    [
      'within the quota of requests',
      [quota({ 'requests.memory': '1Gi' }, { 'requests.memory': '1000Mi' })],
      refused(/ResourceQuota team has no requests.memory/),
    ],
    [
      'within a bare quota, which means requests',
      [quota({ cpu: '1' }, { cpu: '900m' })],
      planned({ from: 4, to: 5 }, /cpu/),
    ],
  ])('%s', (_, around, expected) => {
    expect(plan('scale-workload', around)).toEqual(expected);
  });
  test('one more at least', () => {
    expect(plan('scale-workload', [], deployment({ replicas: 1 }))).toEqual(planned({ from: 1, to: 2 }));
  });
  test('not from none: somebody meant that', () => {
    expect(plan('scale-workload', [], deployment({ replicas: 0 }))).toEqual(refused(/scaled to none, on purpose/));
  });
  test('not where its bounds could not be read', () => {
    expect(plan('scale-workload', [], deployment(), ['ResourceQuota'])).toEqual(
      refused(/ResourceQuota cannot be read/),
    );
  });
});

describe('how far a memory limit is raised', () => {
  const around = (...more: Json[]) => [killed, node('node-1'), ...more];
  test.each<[string, Json[], unknown]>([
    [
      'to double, of the container that was killed',
      around(),
      planned({ container: 'server', from: '128Mi', to: '256Mi' }),
    ],
    [
      'within the range of a container',
      around(limitRange('Container', '200Mi')),
      planned({ container: 'server', from: '128Mi', to: '200Mi' }, /LimitRange sane allows 200Mi a Container/),
    ],
    ['not over it', around(limitRange('Container', '128Mi')), refused(/cannot be raised: LimitRange sane/)],
    [
      'within the quota, for all its replicas',
      around(quota({ 'limits.memory': '1Gi' }, { 'limits.memory': '768Mi' })),
      planned({ container: 'server', from: '128Mi', to: '192Mi' }, /ResourceQuota team has no more limits.memory/),
    ],
    ['not where no pod says that it was killed', [node('node-1')], refused(/No container .* was killed for memory/)],
    ['not where no node is known', [killed], refused(/The memory of the nodes is unknown/)],
  ])('%s', (_, world, expected) => {
    expect(plan('raise-memory-limit', world)).toEqual(expected);
  });
  test('not over what the largest node has', () => {
    expect(plan('raise-memory-limit', around(), deployment({ limit: '6Gi' }))).toEqual(
      planned({ container: 'server', from: '6Gi', to: '8192Mi' }, /the largest node has 8192Mi/),
    );
  });
  test('not where there is none', () => {
    const target = deployment();
    const bare = KubernetesObject.parse(JSON.parse(JSON.stringify(target).replace('"memory":"128Mi"', '"cpu":"1"')));
    expect(plan('raise-memory-limit', around(), bare)).toEqual(refused(/has no memory limit to raise/));
  });
});

describe('a node', () => {
  const [one] = objects(node('node-1'));
  test.each<[string, Json[], unknown]>([
    ['is cordoned where pods have another', [node('node-1'), node('node-2')], planned({})],
    ['is not where it is the last', [node('node-1')], refused(/none could start/)],
    [
      'is not where the others are closed or ill',
      [node('node-1'), closed('node-2'), ill('node-3')],
      refused(/none could/),
    ],
  ])('%s', (_, around, expected) => {
    expect(plan('cordon-node', around, one)).toEqual(expected);
  });
  test('is uncordoned where it is cordoned and ready', () => {
    const [shut, sick] = objects(closed('node-1'), { ...ill('node-1'), spec: { unschedulable: true } });
    expect(plan('uncordon-node', [], shut)).toEqual(planned({}));
    expect(plan('uncordon-node', [], sick)).toEqual(refused(/not ready/));
    expect(plan('uncordon-node', [], one)).toEqual(refused(/not cordoned/));
    expect(plan('cordon-node', [node('node-2')], shut)).toEqual(refused(/cordoned already/));
  });
});

test('a rollback knows which revision it leaves', () => {
  expect(plan('rollback-rollout', [])).toEqual(planned({ fromRevision: 7 }));
  expect(plan('restart-rollout', [])).toEqual(planned({}));
});

describe('what was planned, right before it is done,', () => {
  const broken = (id: ActionId, parameters: Action['parameters'], around: Json[], target = deployment()) =>
    exceededLimit({ id, parameters }, { target, around: objects(...around), without: [] });
  test('holds where nothing changed', () => {
    expect(broken('scale-workload', { from: 4, to: 6 }, [])).toBeUndefined();
    expect(broken('cordon-node', {}, [node('node-2')], objects(node('node-1'))[0])).toBeUndefined();
  });
  test.each<[string, ActionId, Action['parameters'], Json[], RegExp]>([
    ['is at another number', 'scale-workload', { from: 3, to: 5 }, [], /is at 4 and not at 3/],
    [
      'may not go so far any more',
      'scale-workload',
      { from: 4, to: 6 },
      [scaler(5)],
      /limit is now 5, and the action asks for 6/,
    ],
    ['may not go anywhere any more', 'scale-workload', { from: 4, to: 6 }, [scaler(4)], /cannot have more/],
    [
      'has another limit',
      'raise-memory-limit',
      { container: 'server', from: '64Mi', to: '128Mi' },
      [killed, node('n')],
      /is at 128Mi and not at 64Mi/,
    ],
    [
      'goes further than a step',
      'raise-memory-limit',
      { container: 'server', from: '128Mi', to: '64Gi' },
      [killed, node('n')],
      /limit is now 256Mi/,
    ],
  ])('does not where the target %s', (_, id, parameters, around, why) => {
    expect(broken(id, parameters, around)).toMatch(why);
  });
  test('holds for what takes it back, wherever the bounds are now', () => {
    expect(broken('scale-workload', { from: 4, to: 2, undo: true }, [scaler(2)])).toBeUndefined();
    expect(broken('scale-workload', { from: 5, to: 2, undo: true }, [])).toMatch(/is at 4 and not at 5/);
  });
});

describe('who is affected', () => {
  const target = { kind: 'Deployment', name: 'web', namespace: 'shop', cluster: 'one' };
  const calls = [
    { from: 'gateway', to: 'web' },
    { from: 'gateway', to: 'web' },
    { from: 'web', to: 'db' },
  ];
  const unready: Json = { ...killed, metadata: meta('web-2', { labels: { app: 'web' } }), status: {} };
  const around = objects(killed, unready, ...app('api'), node('node-1'));
  const affects = (id: ActionId, parameters: Action['parameters'] = {}, over: object = {}, object = deployment()) =>
    impactOf({ id, target: { ...target, ...over }, parameters }, { kind: 'object', object }, around, calls);
  test('by a restart are all its pods and their share, and its callers', () => {
    const restart = affects('restart-rollout');
    expect(restart).toEqual({ pods: 4, ready: 1, sharePercent: 100, callers: ['gateway'] });
    expect(impactText(restart)).toBe('4 pods, among them the only one that is ready. Called by gateway.');
  });
  test('by scaling up is nobody who runs, and down those that end', () => {
    expect(affects('scale-workload', { from: 4, to: 6 })).toEqual({ pods: 2, sharePercent: 0, callers: ['gateway'] });
    expect(impactText(affects('scale-workload', { from: 4, to: 1 }))).toContain('3 pods, 75 % of the capacity');
  });
  test('by a cordon are those that would not come back', () => {
    const here = affects('cordon-node', {}, { kind: 'Node', name: 'node-1' }, objects(node('node-1'))[0]);
    expect(here).toMatchObject({ pods: 0, staying: 2 });
    expect(impactText(here)).toBe('no pod. 2 that run there stay.');
  });
  test('is not said where nobody could look', () => {
    expect(impactText(undefined)).toBe('');
    const blind = impactOf({ id: 'restart-rollout', target, parameters: {} }, { kind: 'unseen', why: 'x' }, [], calls);
    expect(blind).toEqual({ pods: 1, callers: ['gateway'] });
  });
});
