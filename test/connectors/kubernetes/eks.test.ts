import { EKSClient } from '@aws-sdk/client-eks';
import { expect, test } from 'vitest';
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
