import { expect, test } from 'vitest';
import { fromKubeconfig, kubernetesExecutor } from '../../../connectors/kubernetes/index.ts';
import type { ExecutorAction } from '../../../core/ports/telemetry.ts';
import { type Asked, serve } from '../../server.ts';

const owner = { kind: 'ReplicaSet', uid: 'r1', controller: true };
const pod = { metadata: { name: 'api-1', uid: 'u1', ownerReferences: [owner] } };
const action: ExecutorAction = {
  incidentId: 'inc-1',
  id: 'delete-stuck-pod',
  target: { kind: 'Pod', name: 'api-1', namespace: 'shop', cluster: 'backend' },
  parameters: {},
  idempotencyKey: 'inc-1:delete:api-1',
};

/** An API server at which this user may read, and change only with that status. */
const cluster = async (statusOfChanges: number) => {
  const server = await serve(({ method }: Asked) =>
    method === 'GET' ? { body: JSON.stringify(pod) } : { status: statusOfChanges, body: '{"kind":"Status"}' },
  );
  const text = JSON.stringify({
    clusters: [{ name: 'backend', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'reader', user: { token: 't' } }],
    contexts: [{ name: 'backend', context: { cluster: 'backend', user: 'reader' } }],
    'current-context': 'backend',
  });
  const clusters = await fromKubeconfig({ text });
  return { server, executor: kubernetesExecutor({ clusters, clock: { now: () => new Date(0) } }) };
};

test('who decides may only read: a dry run that is forbidden says that who acts will ask', async () => {
  const { server, executor } = await cluster(403);
  await using _ = server;
  expect(await executor.dryRun(action)).toEqual({
    kind: 'ok',
    detail: 'Tried without doing it: the target is there; whether it may be changed is asked by the one who acts.',
  });
});

test('acting without the right to is refused', async () => {
  const { server, executor } = await cluster(403);
  await using _ = server;
  expect(await executor.execute(action)).toEqual({ kind: 'refused', why: 'The Kubernetes API does not allow it.' });
});

test('a dry run with the right to changes nothing and says what would be', async () => {
  const { server, executor } = await cluster(200);
  await using _ = server;
  expect(await executor.dryRun(action)).toMatchObject({ kind: 'ok', detail: expect.stringContaining('would take it') });
  expect(server.asked.map(({ method, body }) => [method, body && JSON.parse(body).dryRun])).toEqual([
    ['GET', ''],
    ['DELETE', ['All']],
  ]);
});
