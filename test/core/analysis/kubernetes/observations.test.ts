// What a cluster shows to be well: each observation where it is made and where it is not.
import { describe, expect, test } from 'vitest';
import { observationsOf } from '../../../../core/analysis/kubernetes/index.ts';
import { KubernetesObject } from '../../../../core/model/telemetry.ts';
import { ago, app, event, meta, node, now, pod } from './objects.ts';

type Json = Readonly<Record<string, unknown>>;
const kindsOf = (items: readonly Json[], isNear = () => true): readonly string[] =>
  observationsOf(
    [{ cluster: 'c1', takenAt: now, items: items.map((item) => KubernetesObject.parse(item)) }],
    isNear,
  ).map(
    ({ kind, entity, at }) => `${kind} ${entity.kind}/${entity.name}${at === undefined ? '' : ` ${at.slice(11, 16)}`}`,
  );

describe('an image that a pod cannot pull', () => {
  const image = 'registry.example.com/cart:1.4.2';
  const waiting = { ready: false, state: { waiting: { reason: 'ImagePullBackOff', message: `Back-off "${image}"` } } };
  const stuck = app('cart', { containerStatus: waiting, status: { availableReplicas: 0 } });
  const pulled = (name: string, minutes: number) =>
    event('Pod', 'other-1', 'Pulled', `Successfully pulled image "${name}" in 2s (2s including waiting)`, {
      type: 'Normal',
      lastTimestamp: ago(minutes),
    });

  test('was pulled by a node since', () => {
    expect(kindsOf([...stuck, pulled(image, 2)])).toContain('image-pulled Deployment/cart 02:58');
  });
  test('was pulled only before the pod was made, or was there already', () => {
    const cached = event('Pod', 'other-1', 'Pulled', `Container image "${image}" already present on machine`);
    expect(kindsOf([...stuck, pulled(image, 9000), cached]).filter((one) => one.startsWith('image-'))).toEqual([]);
  });
  test('is of a registry that gave another image since', () => {
    const other = kindsOf([...stuck, pulled('registry.example.com/web:2', 2)]);
    expect(other).toContain('registry-answers Deployment/cart 02:58');
    expect(other.join()).not.toContain('image-pulled');
  });
  test('is of a registry that only another one than gave an image', () => {
    expect(kindsOf([...stuck, pulled('nginx:1', 2)]).join()).not.toContain('registry-answers');
  });
  test('is said once, however many pods of the workload wait', () => {
    const twin = { ...(stuck.find(({ kind }) => kind === 'Pod') ?? {}), metadata: meta(`${pod('cart')}2`) };
    const items = [...stuck, twin, pulled(image, 2)];
    expect(kindsOf(items).filter((one) => one === 'image-pulled Deployment/cart 02:58')).toHaveLength(1);
  });
});

describe('a workload', () => {
  test('has all of its pods', () => {
    expect(kindsOf(app('cart'))).toContain('all-pods-available Deployment/cart');
  });
  test.each([
    ['lacks one', { availableReplicas: 0 }],
    ['still has pods of the revision before', { availableReplicas: 1, updatedReplicas: 0 }],
  ])('%s', (_, status) => {
    expect(kindsOf(app('cart', { status })).join()).not.toContain('all-pods-available');
  });
  test('has no CPU limit, or has one', () => {
    const limits = { resources: { requests: {}, limits: { cpu: '200m' } } };
    expect(kindsOf(app('cart'))).toContain('no-cpu-limit Deployment/cart');
    expect(kindsOf(app('cart', { container: limits })).join()).not.toContain('no-cpu-limit');
  });
  test('that is far from what was paged is left out', () => {
    expect(kindsOf(app('cart'), () => false)).toEqual([]);
  });
});

describe('a node', () => {
  const ready = (status: string) => [
    { type: 'Ready', status, lastHeartbeatTime: ago(3), lastTransitionTime: ago(9000) },
  ];
  test('is ready, and its kubelet reported', () => {
    expect(kindsOf([node('n1', { conditions: ready('True') })])).toEqual(['kubelet-reported Node/n1 02:57']);
  });
  test('is not ready, or nobody knows when it reported', () => {
    expect(kindsOf([node('n1', { conditions: ready('Unknown') }), node('n2')])).toEqual([]);
  });
});

test('the scheduler placed a pod, or only failed to', () => {
  const placed = event('Pod', 'cart-1', 'Scheduled', 'Successfully assigned shop/cart-1 to n1', { type: 'Normal' });
  expect(kindsOf([placed])).toEqual(['pod-scheduled Cluster/c1 02:59']);
  expect(kindsOf([event('Pod', 'cart-1', 'FailedScheduling', '0/3 nodes are available')])).toEqual([]);
});
