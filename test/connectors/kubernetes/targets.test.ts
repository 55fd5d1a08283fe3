import { expect, test } from 'vitest';
import { fromKubeconfig, kubernetesTargets } from '../../../connectors/kubernetes/index.ts';
import { Unavailable } from '../../../core/errors.ts';
import { targetStateOf } from '../../../core/remediation/target-state.ts';
import { type Answer, serve, type TestServer } from '../../server.ts';

const targetsAt = async (server: TestServer) =>
  kubernetesTargets({
    clusters: await fromKubeconfig({
      text: JSON.stringify({
        clusters: [{ name: 'backend', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'reader', user: { token: 't' } }],
        contexts: [{ name: 'backend', context: { cluster: 'backend', user: 'reader' } }],
        'current-context': 'backend',
      }),
    }),
  });
const target = { kind: 'Deployment', name: 'checkout', namespace: 'shop', cluster: 'backend' };
const scope = { incidentId: 'inc-1' };
const looked = async (answer: Answer, at: Partial<typeof target> = {}) => {
  await using server = await serve(() => answer);
  return { seen: await (await targetsAt(server)).look({ ...target, ...at }, scope), asked: server.asked };
};

test('an object is read by one GET, and says how many pods it stands for', async () => {
  const object = {
    metadata: { name: 'checkout', namespace: 'shop', generation: 7, labels: { tier: 'gold' } },
    spec: { replicas: 4 },
    status: { readyReplicas: 4 },
  };
  const { seen, asked } = await looked({ body: JSON.stringify(object) });
  expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /apis/apps/v1/namespaces/shop/deployments/checkout',
  ]);
  expect(targetStateOf(seen)).toMatchObject({
    seen: true,
    pods: 4,
    labels: { tier: 'gold' },
    state: { health: 'all pods ready', 'wanted state, version': '7' },
  });
});
test.each([
  ['Node', '/api/v1/nodes/checkout'],
  ['CronJob', '/apis/batch/v1/namespaces/shop/cronjobs/checkout'],
  ['Pod', '/api/v1/namespaces/shop/pods/checkout'],
])('a %s is looked for where it is', async (kind, path) => {
  expect((await looked({ body: JSON.stringify({ metadata: { name: 'checkout' } }) }, { kind })).asked[0]?.path).toBe(
    path,
  );
});
test('a name cannot lead anywhere else', async () => {
  const { asked } = await looked({ status: 404 }, { name: '../../secrets/x', namespace: 'a/b?c' });
  expect(asked[0]?.path).toBe('/apis/apps/v1/namespaces/a%2Fb%3Fc/deployments/..%2F..%2Fsecrets%2Fx');
});
test('what is gone is absent, what may not be read or makes no sense is not seen', async () => {
  expect((await looked({ status: 404 })).seen).toEqual({ kind: 'absent' });
  for (const answer of [
    { status: 403 },
    { status: 200, body: '[]' },
    { status: 200, body: 'null' },
    { status: 200, body: '{"metadata":{}}' },
  ])
    expect((await looked(answer)).seen.kind).toBe('unseen');
  expect((await looked({ status: 200 }, { kind: 'Secret' })).seen).toEqual({
    kind: 'unseen',
    why: 'Watchkeeper does not read objects of kind Secret.',
  });
  expect((await looked({ status: 200 }, { cluster: 'other' })).seen.kind).toBe('unseen');
});
test('what may be different next time is tried again', async () => {
  await expect(looked({ status: 503 })).rejects.toThrow(Unavailable);
  await expect(looked({ status: 429 })).rejects.toThrow(Unavailable);
});
