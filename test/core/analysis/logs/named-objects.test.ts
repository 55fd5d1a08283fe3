import { describe, expect, test } from 'vitest';
import { labelsOfObject } from '../../../../core/analysis/logs/named-objects.ts';

const kubelet = { cluster: 'c1', node: 'worker-01', unit: 'kubelet' };
const manager = { cluster: 'c1', namespace: 'kube-system', service: 'kube-controller-manager' };

describe('a line of the cluster itself is about the object that it names', () => {
  test.each([
    [
      kubelet,
      '"Error syncing pod, skipping" err="failed to StartContainer" pod="depot/sorter-6778bd7b8b-x2x4z" podUID="1"',
      { cluster: 'c1', namespace: 'depot', pod: 'sorter-6778bd7b8b-x2x4z' },
    ],
    [
      { cluster: 'c1', node: 'worker-01', unit: 'containerd.service' },
      'RunPodSandbox for &PodSandboxMetadata{Name:sorter-6778bd7b8b-x2x4z,Uid:1,Namespace:depot,Attempt:0,} failed',
      { cluster: 'c1', namespace: 'depot', pod: 'sorter-6778bd7b8b-x2x4z' },
    ],
    [
      kubelet,
      'Error syncing pod 0f7b2c1d, skipping: failed for pod "sorter-0_depot(0f7b2c1d-1111-2222-3333-444444444444)"',
      { cluster: 'c1', namespace: 'depot', pod: 'sorter-0' },
    ],
    [
      manager,
      '"Error syncing deployment" deployment="depot/sorter" err="quota"',
      { cluster: 'c1', namespace: 'depot', service: 'sorter' },
    ],
    [
      manager,
      '"Event occurred" object="depot/sorter" fieldPath="" kind="StatefulSet" reason="FailedCreate"',
      { cluster: 'c1', namespace: 'depot', service: 'sorter' },
    ],
  ])('%j %s', (labels, text, expected) => {
    expect(labelsOfObject(labels, text)).toEqual(expected);
  });

  test.each([
    [kubelet, 'node status updated'],
    [
      kubelet,
      'Failed to create sandbox for pod="depot/sorter-0": dial unix /run/containerd/containerd.sock: connect: connection refused',
    ],
    [{ cluster: 'c1', namespace: 'depot', service: 'portal' }, 'deleted pod="depot/sorter-0"'],
  ])('stays with its writer: %j %s', (labels, text) => {
    expect(labelsOfObject(labels, text)).toBe(labels);
  });
});
