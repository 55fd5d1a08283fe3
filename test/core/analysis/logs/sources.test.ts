import { describe, expect, test } from 'vitest';
import { sourceOf } from '../../../../core/analysis/logs/sources.ts';

const job = { kind: 'Job', name: 'get-data', namespace: 'shop' };

describe('the writer of a line', () => {
  test('is the paged Job for its pods, whose ending has no digit', () => {
    expect(sourceOf({ namespace: 'shop', pod: 'get-data-mldtn' }, job).entity).toEqual(job);
  });
  test('is not the paged Job for a workload whose name begins alike', () => {
    expect(sourceOf({ namespace: 'shop', pod: 'get-data-again-mldtn' }, job).entity.name).not.toBe('get-data');
    expect(sourceOf({ namespace: 'shop', pod: 'get-data-store' }, job).entity.name).not.toBe('get-data');
  });
});
