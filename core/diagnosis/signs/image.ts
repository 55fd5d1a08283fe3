// Compares a change that moved a tag or pushed an image with the images that pods run. A tag that no pod pulled since changes nothing.
import type { Candidate } from '../candidates.ts';
import type { ScoringContext, Sign } from '../scene.ts';

export function signsOfImage({ changeId, subject }: Candidate, { changes, imagesOf }: ScoringContext): Sign[] {
  const to = changes.get(changeId ?? '')?.to;
  if (typeof to !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(to)) return [];
  const running = imagesOf(subject);
  if (running.size === 0) return [];
  return running.has(to)
    ? [{ weight: 1.2, text: 'its pods run this image' }]
    : [{ weight: -4, text: 'no pod of it runs this image' }];
}
