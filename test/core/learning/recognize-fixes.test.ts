import { describe, expect, test } from 'vitest';
import { type Aftermath, recognizeFixes } from '../../../core/learning/recognize-fixes.ts';
import type { Change } from '../../../core/model/telemetry.ts';

const target = { kind: 'Deployment', name: 'checkout', namespace: 'shop', cluster: 'c1' };
const seen = (over: Partial<Aftermath>): Aftermath => ({
  target,
  changes: [],
  objects: [],
  since: new Date('2026-11-20T03:00:00Z'),
  until: new Date('2026-11-20T04:00:00Z'),
  ...over,
});
const deploy = (id: string, at: string, version: string): Change => ({
  id,
  kind: 'deploy',
  at: `2026-11-20T${at}Z`,
  service: 'checkout',
  title: `Deploy checkout ${version}`,
  version,
});
const flag = (id: string, at: string, from: string, to: string, title = 'new_pricing changed'): Change => ({
  id,
  kind: 'flag',
  at: `2026-11-20T${at}Z`,
  service: 'orders',
  title,
  from,
  to,
});
const kindsOf = (over: Partial<Aftermath>) => recognizeFixes(seen(over)).map(({ kind }) => kind);

describe('a change that was taken back', () => {
  const rollout = [deploy('a', '01:00:00', '1.0'), deploy('b', '02:50:00', '1.1')];
  test('the version before it is live again', () => {
    expect(
      recognizeFixes(seen({ changeId: 'b', changes: [...rollout, deploy('c', '03:10:00', '1.0')] })),
    ).toMatchObject([{ kind: 'rollout-undone', action: 'rollback-rollout', what: 'Deploy checkout 1.0' }]);
  });
  test.each([
    ['a fix forward', deploy('c', '03:10:00', '1.2')],
    ['the same version again', deploy('c', '03:10:00', '1.1')],
    ['after the hour', deploy('c', '04:10:00', '1.0')],
    ['before the diagnosis', deploy('c', '02:55:00', '1.0')],
    ['another service', { ...deploy('c', '03:10:00', '1.0'), service: 'cart' }],
  ])('not: %s', (_, last) => {
    expect(kindsOf({ changeId: 'b', changes: [...rollout, last] })).toEqual([]);
  });
  test('a flag is off again; another flag, or the same way again, is not', () => {
    const on = flag('f', '02:50:00', 'off', 'on');
    expect(kindsOf({ changeId: 'f', changes: [on, flag('g', '03:05:00', 'on', 'off')] })).toEqual(['flag-turned-off']);
    expect(kindsOf({ changeId: 'f', changes: [on, flag('g', '03:05:00', 'on', 'off', 'dark_mode changed')] })).toEqual(
      [],
    );
    expect(kindsOf({ changeId: 'f', changes: [on, flag('g', '03:05:00', 'off', 'on')] })).toEqual([]);
    expect(kindsOf({ changes: [on, flag('g', '03:05:00', 'on', 'off')] })).toEqual([]);
  });
});

describe('an object that somebody changed', () => {
  const deployment = (over: object = {}, metadata: object = {}) => ({
    kind: 'Deployment',
    metadata: {
      name: 'checkout',
      namespace: 'shop',
      annotations: { 'deployment.kubernetes.io/revision': '7' },
      ...metadata,
    },
    status: { conditions: [{ type: 'Progressing', status: 'True', lastUpdateTime: '2026-11-20T03:12:00Z' }] },
    ...over,
  });
  const set = (annotations: object) => ({
    kind: 'ReplicaSet',
    metadata: {
      name: 'checkout-1',
      namespace: 'shop',
      creationTimestamp: '2026-11-18T00:00:00Z',
      annotations: { 'deployment.kubernetes.io/revision': '7', ...annotations },
      ownerReferences: [{ kind: 'Deployment', name: 'checkout' }],
    },
  });
  test('an older ReplicaSet has the newest revision', () => {
    const history = { 'deployment.kubernetes.io/revision-history': '5' };
    expect(kindsOf({ objects: [deployment(), set(history)] })).toEqual(['rollout-undone']);
    expect(kindsOf({ objects: [deployment(), set({})] })).toEqual([]);
  });
  test('scaled by a person, not by an autoscaler, not earlier', () => {
    const scaledBy = (manager: string, time: string) =>
      kindsOf({ objects: [deployment({}, { managedFields: [{ manager, time, subresource: 'scale' }] })] });
    expect(scaledBy('kubectl', '2026-11-20T03:20:00Z')).toEqual(['scaled']);
    expect(scaledBy('kube-controller-manager', '2026-11-20T03:20:00Z')).toEqual([]);
    expect(scaledBy('kubectl', '2026-11-20T02:20:00Z')).toEqual([]);
  });
  test('a Job of the CronJob by hand that succeeded, not a scheduled, a failed or another one', () => {
    const job = (metadata: object = {}, succeeded = 1) => ({
      kind: 'Job',
      metadata: {
        name: 'again',
        namespace: 'shop',
        creationTimestamp: '2026-11-20T03:20:00Z',
        annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
        ownerReferences: [{ kind: 'CronJob', name: 'nightly' }],
        ...metadata,
      },
      status: { succeeded },
    });
    const rerun = (one: object) =>
      kindsOf({ target: { ...target, kind: 'CronJob', name: 'nightly' }, objects: [one as ReturnType<typeof job>] });
    expect(rerun(job())).toEqual(['job-rerun']);
    expect(rerun(job({ annotations: {} }))).toEqual([]);
    expect(rerun(job({}, 0))).toEqual([]);
    expect(rerun(job({ ownerReferences: [{ kind: 'CronJob', name: 'nightly-2' }] }))).toEqual([]);
  });
  test('a node that is gone while another came; without nodes nothing is known', () => {
    const node = (name: string, creationTimestamp: string) => ({ kind: 'Node', metadata: { name, creationTimestamp } });
    const replaced = (...objects: readonly ReturnType<typeof node>[]) =>
      kindsOf({ target: { kind: 'Node', name: 'n1' }, objects });
    expect(replaced(node('n2', '2026-11-20T03:20:00Z'))).toEqual(['node-replaced']);
    expect(replaced(node('n1', '2026-01-01T00:00:00Z'), node('n2', '2026-11-20T03:20:00Z'))).toEqual([]);
    expect(replaced(node('n2', '2026-01-01T00:00:00Z'))).toEqual([]);
    expect(replaced()).toEqual([]);
  });
  test('hostile objects are no fix', () => {
    expect(
      kindsOf({
        objects: [{ kind: 'Deployment', metadata: { name: '', annotations: 'x' } } as never, deployment({ spec: 'x' })],
      }),
    ).toEqual([]);
  });
});
