// A tag that was moved counts by the image that pods run: pulled, not pulled, and not known.
import { expect, test } from 'vitest';
import { topologyOf } from '../../../core/analysis/kubernetes/index.ts';
import type { Candidate } from '../../../core/diagnosis/candidates.ts';
import type { ScoringContext } from '../../../core/diagnosis/scene.ts';
import { signsOfImage } from '../../../core/diagnosis/signs/image.ts';
import { partly } from '../../partly.ts';

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const weightIf = (running: readonly string[], to: unknown = digest('b')) =>
  signsOfImage(
    partly<Candidate>({ changeId: 'c', subject: 's' }),
    partly<ScoringContext>({
      changes: new Map([['c', { kind: 'deploy', title: 'moved', from: digest('a'), to }]]),
      imagesOf: () => new Set(running),
    }),
  ).map(({ weight }) => Math.sign(weight));

test('pods that run the image count for the change', () => expect(weightIf([digest('b'), digest('a')])).toEqual([1]));
test('pods that run another image count against it', () => expect(weightIf([digest('a')])).toEqual([-1]));
test('unknown images and changes of no image say nothing', () => {
  expect(weightIf([])).toEqual([]);
  expect(weightIf([digest('a')], 'on')).toEqual([]);
});

test('the cluster says which images the pods of a workload run', () => {
  const pod = (name: string, imageID: string) => ({
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'store',
      ownerReferences: [{ kind: 'StatefulSet', name: 'orders', controller: true }],
    },
    spec: { containers: [{ name: 'main', image: 'registry/orders:stable' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'main', imageID }] },
  });
  const items = [
    pod('orders-0', `docker-pullable://registry/orders@${digest('a')}`),
    pod('orders-1', `registry/orders@${digest('b')}`),
    // A digest of the image's configuration is not the registry's.
    pod('orders-2', digest('c')),
  ];
  const { images } = topologyOf([{ cluster: 'store-1', takenAt: '2026-11-22T14:30:00Z', items }], () => true);
  expect(images).toEqual([
    { workload: expect.objectContaining({ kind: 'StatefulSet', name: 'orders' }), digests: [digest('a'), digest('b')] },
  ]);
});
