import { describe, expect, test } from 'vitest';
import { withColdCaches } from '../../../core/diagnosis/cold-caches.ts';
import type { Finding } from '../../../core/model/report.ts';
import { aFinding } from '../../builders.ts';

const calls = [
  { from: 'shelf', to: 'shelf-redis' },
  { from: 'shelf', to: 'shelf-db' },
  { from: 'clerk', to: 'clerk-db' },
];
const one = (name: string, time: string, over: Partial<Finding>): Finding =>
  aFinding({ entity: { kind: 'Deployment', name, namespace: 'depot' }, onset: `2026-05-04T${time}Z`, ...over });
const restart = one('shelf-redis', '10:00:00', {
  specialist: 'kubernetes',
  cause: 'oom-killed',
  claim: 'Container redis was killed.',
});
const loaded = (name: string, time: string) =>
  one(name, time, { specialist: 'metrics', role: 'cause', cause: 'traffic-surge', claim: 'Queries rose 8 times.' });
const last = (...findings: readonly Finding[]) => withColdCaches(findings, { servers: [], calls }).at(-1);

describe('load of a store after its cache restarted', () => {
  test('is a symptom of the cache', () => {
    const found = last(restart, loaded('shelf-db', '10:02:00'));
    expect(found).toMatchObject({ role: 'symptom', dependency: { name: 'shelf-redis' } });
    expect(found?.cause).toBeUndefined();
  });
  test('is one, too, if only the hit ratio of the cache shows it', () => {
    const ratio = one('shelf-redis', '10:00:00', {
      specialist: 'metrics',
      role: 'cause',
      cause: 'cache-stampede',
      claim: 'Hit ratio fell.',
    });
    expect(last(ratio, loaded('shelf-db', '10:02:00'))).toMatchObject({ dependency: { name: 'shelf-redis' } });
    expect(last(ratio, loaded('clerk-db', '10:02:00'))).toMatchObject({ cause: 'traffic-surge' });
  });
  test.each<[string, Finding, Finding[]]>([
    ['of a store that no caller of the cache uses', loaded('clerk-db', '10:02:00'), [restart]],
    ['that began before', loaded('shelf-db', '09:40:00'), [restart]],
    ['that began an hour later', loaded('shelf-db', '11:02:00'), [restart]],
    [
      'that comes with more requests of the caller',
      loaded('shelf-db', '10:02:00'),
      [restart, loaded('shelf', '10:02:00')],
    ],
    [
      'without a restart',
      loaded('shelf-db', '10:02:00'),
      [
        one('shelf-redis', '10:00:00', {
          specialist: 'metrics',
          role: 'symptom',
          cause: 'slow-itself',
          claim: 'Slow.',
        }),
      ],
    ],
  ])('is its own if %s', (_, store, others) => {
    expect(last(...others, store)).toEqual(store);
  });
});
