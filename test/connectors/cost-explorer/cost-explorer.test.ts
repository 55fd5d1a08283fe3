import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { expect, test } from 'vitest';
import { costExplorer } from '../../../connectors/cost-explorer/index.ts';
import { type Asked, serve } from '../../server.ts';

const target = ({ headers }: Asked) => String(headers['x-amz-target']).split('.').at(-1);
const json = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});
async function against(answer: Parameters<typeof serve>[0]) {
  const server = await serve(answer);
  const client = {
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  };
  const costs = costExplorer(
    {},
    {
      costExplorer: new CostExplorerClient(client),
      organizations: new OrganizationsClient(client),
    },
  );
  return { server, costs };
}
const group = (name: string, amount: string) => ({
  Keys: [name],
  Metrics: { UnblendedCost: { Amount: amount, Unit: 'USD' } },
});
const query = { accounts: ['111111111111'], start: '2026-10-01', end: '2026-12-01', by: 'service' } as const;

test('months and pages are added up, greatest first', async () => {
  const { server, costs } = await against((asked) =>
    'NextPageToken' in JSON.parse(asked.body)
      ? json({ ResultsByTime: [{ Estimated: true, Groups: [group('Amazon S3', '0.5'), group('Refund', '-3')] }] })
      : json({
          NextPageToken: 'more',
          ResultsByTime: [
            { Estimated: false, Groups: [group('Amazon S3', '1.25'), group('Amazon EC2', '10')] },
            { Estimated: false, Groups: [group('Amazon EC2', '20.5'), group('Odd', 'NaN')] },
          ],
        }),
  );
  await using _ = server;
  expect(await costs.costs(query)).toEqual({
    kind: 'data',
    estimated: true,
    costs: [
      { key: 'Amazon EC2', usd: 30.5 },
      { key: 'Amazon S3', usd: 1.75 },
      { key: 'Refund', usd: -3 },
    ],
  });
  expect(server.asked.map(target)).toEqual(['GetCostAndUsage', 'GetCostAndUsage']);
  expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({
    TimePeriod: { Start: '2026-10-01', End: '2026-12-01' },
    Filter: { Dimensions: { Key: 'LINKED_ACCOUNT', Values: ['111111111111'] } },
    GroupBy: [{ Type: 'DIMENSION', Key: 'SERVICE' }],
  });
});
test('accounts are read page by page', async () => {
  const { server, costs } = await against((asked) =>
    'NextToken' in JSON.parse(asked.body)
      ? json({ Accounts: [{ Id: '222222222222', Name: 'data' }] })
      : json({ Accounts: [{ Id: '111111111111', Name: 'media-prod' }], NextToken: 'more' }),
  );
  await using _ = server;
  expect(await costs.accounts()).toEqual({
    kind: 'data',
    accounts: [
      { id: '111111111111', name: 'media-prod' },
      { id: '222222222222', name: 'data' },
    ],
  });
});
test('a refusal is a gap that names its kind, and nothing that was sent', async () => {
  const { server, costs } = await against(() =>
    json({ __type: 'AccessDeniedException', message: 'User arn:aws:iam::123:user/x is not authorized' }, 400),
  );
  await using _ = server;
  expect(await costs.costs(query)).toEqual({
    kind: 'gap',
    gap: { source: 'cost', reason: 'Cost Explorer did not answer (AccessDeniedException).' },
  });
  expect(await costs.accounts()).toMatchObject({ kind: 'gap' });
});
test('pages without end are a gap', async () => {
  const { server, costs } = await against(() => json({ NextPageToken: 'again', ResultsByTime: [] }));
  await using _ = server;
  expect(await costs.costs(query)).toMatchObject({
    kind: 'gap',
    gap: { reason: 'There are more than 50 pages of costs.' },
  });
});
