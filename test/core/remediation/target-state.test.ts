import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../core/errors.ts';
import {
  differences,
  digestOf,
  stateText,
  targetStateOf,
  tolerateUnavailable,
} from '../../../core/remediation/target-state.ts';

const object = (kind: string, over: object = {}) =>
  targetStateOf({
    kind: 'object',
    object: { kind, metadata: { name: 'x', namespace: 'y', ...metadata }, ...over } as never,
  });
const metadata = { uid: 'u1', generation: 4, resourceVersion: '100' };
const digest = (kind: string, over: object) => digestOf(object(kind, over).state);

describe('what changes by itself changes no digest', () => {
  test.each<[string, string, object, object]>([
    [
      'the resource version',
      'Deployment',
      { metadata: { ...metadata, name: 'x', resourceVersion: '100' } },
      { metadata: { ...metadata, name: 'x', resourceVersion: '999' } },
    ],
    [
      'how many of the pods that crash in turn are ready',
      'Deployment',
      { spec: { replicas: 3 }, status: { readyReplicas: 1 } },
      { spec: { replicas: 3 }, status: { readyReplicas: 2 } },
    ],
    [
      'a heartbeat of a node',
      'Node',
      { status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'a' }] } },
      { status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: 'b' }] } },
    ],
    [
      'when a CronJob was last scheduled',
      'CronJob',
      { status: { lastScheduleTime: 'a' } },
      { status: { lastScheduleTime: 'b' } },
    ],
  ])('%s', (_, kind, before, after) => {
    expect(digest(kind, before)).toBe(digest(kind, after));
  });
});
describe('what matters to the answer changes it', () => {
  test.each<[string, string, object, object]>([
    ['another object of the same name', 'Pod', {}, { metadata: { ...metadata, name: 'x', uid: 'u2' } }],
    ['another wanted state', 'Deployment', {}, { metadata: { ...metadata, name: 'x', generation: 5 } }],
    [
      'health',
      'Deployment',
      { spec: { replicas: 3 }, status: { readyReplicas: 1 } },
      { spec: { replicas: 3 }, status: { readyReplicas: 3 } },
    ],
    ['a CronJob that succeeded meanwhile', 'CronJob', { status: {} }, { status: { lastSuccessfulTime: 't' } }],
    ['a Job of it that runs', 'CronJob', { status: {} }, { status: { active: [{ name: 'j' }] } }],
    ['a CronJob that was suspended', 'CronJob', { spec: {} }, { spec: { suspend: true } }],
    ['a pod that is well again', 'Pod', { status: { phase: 'Pending' } }, { status: { phase: 'Running' } }],
    ['a pod that is being deleted', 'Pod', {}, { metadata: { ...metadata, name: 'x', deletionTimestamp: 't' } }],
    ['a node that was cordoned', 'Node', { spec: {} }, { spec: { unschedulable: true } }],
    ['a Job that completed', 'Job', { status: {} }, { status: { conditions: [{ type: 'Complete', status: 'True' }] } }],
  ])('%s', (_, kind, before, after) => {
    expect(digest(kind, before)).not.toBe(digest(kind, after));
  });
  test('that it is gone', () => {
    expect(digestOf(targetStateOf({ kind: 'absent' }).state)).not.toBe(digest('Pod', {}));
  });
});

test('where nobody could look there is nothing to hold anybody to', () => {
  expect(digestOf(targetStateOf({ kind: 'unseen', why: 'x' }).state)).toBeUndefined();
  expect(stateText(undefined)).toBe('');
});
test('not being able to look now is no reason to fail, and what nobody foresaw is', async () => {
  const away = (error: Error) =>
    tolerateUnavailable({ look: () => Promise.reject(error), around: () => Promise.reject(error) });
  expect(await away(new Unavailable('away')).look({ kind: 'Pod', name: 'x' }, { incidentId: 'i' })).toEqual({
    kind: 'unseen',
    why: 'away',
  });
  const around = await away(new Unavailable('away')).around({ kind: 'Pod', name: 'x' }, { incidentId: 'i' });
  expect(around).toMatchObject({ objects: [], without: expect.arrayContaining(['Pod', 'ResourceQuota', 'Node']) });
  await expect(away(new TypeError('x')).look({ kind: 'Pod', name: 'x' }, { incidentId: 'i' })).rejects.toThrow(
    TypeError,
  );
});
test('what is otherwise is said in words', () => {
  expect(differences({ health: 'not all pods ready', a: '1' }, { health: 'all pods ready', a: '1', new: 'x' })).toEqual(
    ['health was not all pods ready and is all pods ready', 'new was not there and is x'],
  );
});
test.each<[string, object, boolean]>([
  ['a label of Kubernetes', { metadata: { name: 'x', labels: { 'app.kubernetes.io/component': 'database' } } }, true],
  ['its image', { spec: { template: { spec: { containers: [{ image: 'docker.io/library/postgres:17' }] } } } }, true],
  ['an image with a digest', { spec: { containers: [{ image: 'registry:5000/mysql@sha256:00' }] } }, true],
  ['no exporter', { spec: { containers: [{ image: 'prom/postgres-exporter:1' }] } }, false],
  ['no name that only begins so', { spec: { containers: [{ image: 'acme/mysqldump-ui:1' }] } }, false],
  ['no second container', { spec: { containers: [{ image: 'acme/shop:1' }, { image: 'postgres:17' }] } }, false],
  ['no other thing', { spec: { containers: [{ image: 'acme/shop:1' }] } }, false],
])('a database is known by %s', (_, over, database) => {
  expect(object('Deployment', over).database).toBe(database);
});
test('an object that is no object is not seen', () => {
  expect(object('Pod', { metadata: { name: 'x', generation: 'four' } }).seen).toBe(false);
});
