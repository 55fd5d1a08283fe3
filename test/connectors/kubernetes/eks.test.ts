import { EKSClient } from '@aws-sdk/client-eks';
import { expect, test, vi } from 'vitest';
import { make } from '../../../connectors/kubernetes/actor.ts';
import { clustersOf } from '../../../connectors/kubernetes/clusters.ts';
import { fromEks, kubernetesSource } from '../../../connectors/kubernetes/index.ts';
import { aScope } from '../../builders.ts';
import { awsClient, serve } from '../../server.ts';

test('a cluster that EKS does not know is a gap, looked up once for all that is asked of it, and again the next time', async () => {
  await using eks = await serve(() => ({ status: 404, body: '{"message":"No cluster found for name: backend-1."}' }));
  const cluster = fromEks({ name: 'backend-1', region: 'us-east-1', client: new EKSClient(awsClient(eks)) });
  const source = kubernetesSource({ clusters: [cluster], clock: { now: () => new Date(0) } });
  for (const lookUps of [1, 2]) {
    expect(await source.observe(aScope(), {})).toEqual({
      kind: 'gap',
      gap: { source: 'kubernetes', reason: 'No cluster could be read: backend-1: Pod (login failed).' },
    });
    expect(eks.asked).toHaveLength(lookUps);
  }
});

test('the API server that EKS names is asked with a token of our own', async () => {
  await using api = await serve(() => ({ body: '{"items":[]}' }));
  const described = { cluster: { endpoint: api.url, certificateAuthority: { data: 'Y2E=' } } };
  await using eks = await serve(() => ({ body: JSON.stringify(described) }));
  const cluster = fromEks({ name: 'backend-1', region: 'us-east-1', client: new EKSClient(awsClient(eks)) });
  expect(await cluster.request('api/v1/pods')).toMatchObject({ status: 200, body: { items: [] } });
  const [asked] = api.asked;
  const [, token = ''] = /^Bearer k8s-aws-v1\.(\S+)$/.exec(String(asked?.headers.authorization)) ?? [];
  const presigned = new URL(Buffer.from(token, 'base64url').toString('utf8'));
  expect(presigned.hostname).toBe('sts.us-east-1.amazonaws.com');
  expect(presigned.searchParams.get('X-Amz-SignedHeaders')).toContain('x-k8s-aws-id');
});

const own = { accessKeyId: 'AKIAOWN', secretAccessKey: 'own' };
const member = { accessKeyId: 'ASIAMEMBER', secretAccessKey: 'member', sessionToken: 'session-of-member' };
const aws = {
  region: 'us-east-1',
  knows: (account: string) => account === '111122223333',
  credentials: (account?: string) => async () => (account === '111122223333' ? member : own),
};
const inAccount = {
  name: 'media-1',
  access: 'eks',
  region: 'us-east-1',
  account: '111122223333',
} as const;

test('a cluster of another account is looked up and asked as the role of that account', async () => {
  await using api = await serve(() => ({ body: '{"items":[]}' }));
  const described = { cluster: { endpoint: api.url, certificateAuthority: { data: 'Y2E=' } } };
  await using eks = await serve(() => ({ body: JSON.stringify(described) }));
  vi.stubEnv('AWS_ENDPOINT_URL_EKS', eks.url);
  const [cluster] = await clustersOf({ clusters: [inAccount] }, undefined, aws);
  expect(await cluster?.request('api/v1/pods')).toMatchObject({ status: 200 });
  vi.unstubAllEnvs();
  expect(eks.asked[0]?.headers.authorization).toContain('Credential=ASIAMEMBER/');
  expect(eks.asked[0]?.headers['x-amz-security-token']).toBe('session-of-member');
  const token = String(api.asked[0]?.headers.authorization).replace('Bearer k8s-aws-v1.', '');
  const { searchParams } = new URL(Buffer.from(token, 'base64url').toString('utf8'));
  expect(searchParams.get('X-Amz-Credential')).toContain('ASIAMEMBER/');
  expect(searchParams.get('X-Amz-Security-Token')).toBe('session-of-member');
});

test('Watchkeeper does not act in a cluster of another account, and says so before anybody is asked', async () => {
  const { executor } = await make(
    { clusters: [inAccount] },
    { clock: { now: () => new Date(0) }, secret: () => undefined, aws },
  );
  const action = {
    incidentId: 'inc-1',
    id: 'restart-rollout',
    target: { kind: 'Deployment', name: 'web', namespace: 'media', cluster: 'media-1' },
    parameters: {},
    idempotencyKey: 'key',
  };
  const refusal = {
    kind: 'refused',
    why: 'Watchkeeper only reads in account 111122223333, in which the cluster media-1 is.',
  };
  expect(await executor.dryRun(action)).toEqual(refusal);
  expect(await executor.execute(action)).toEqual(refusal);
  const elsewhere = await executor.dryRun({ ...action, target: { ...action.target, cluster: 'other' } });
  expect(elsewhere).toMatchObject({ why: 'No access to cluster other is configured.' });
});
