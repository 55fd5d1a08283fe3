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
async function against(answer: Parameters<typeof serve>[0], { maxAttempts = 1, now = (): number => 0 } = {}) {
  const server = await serve(answer);
  const client = {
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts,
  };
  const costs = costExplorer(
    {},
    {
      costExplorer: new CostExplorerClient(client),
      organizations: new OrganizationsClient(client),
    },
    now,
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
test('regions are a dimension and tags a group of their own, with the costs that carry no tag', async () => {
  const { server, costs } = await against((asked) =>
    json({
      ResultsByTime: [
        {
          Groups: asked.body.includes('"TAG"')
            ? [group('team$shop', '7'), group('team$', '2')]
            : [group('eu-west-1', '5'), group('NoRegion', '1')],
        },
      ],
    }),
  );
  await using _ = server;
  expect(await costs.costs({ ...query, by: 'tag', tag: 'team' })).toMatchObject({
    costs: [
      { key: 'shop', usd: 7 },
      { key: '', usd: 2 },
    ],
  });
  expect(await costs.costs({ ...query, by: 'region' })).toMatchObject({
    costs: [
      { key: 'eu-west-1', usd: 5 },
      { key: 'NoRegion', usd: 1 },
    ],
  });
  expect(server.asked.map(({ body }) => JSON.parse(body).GroupBy)).toEqual([
    [{ Type: 'TAG', Key: 'team' }],
    [{ Type: 'DIMENSION', Key: 'REGION' }],
  ]);
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

test('days and months are asked for without groups, and come in their order', async () => {
  const day = (Start: string, Amount: string) => ({
    TimePeriod: { Start, End: '' },
    Total: { UnblendedCost: { Amount, Unit: 'USD' } },
    Groups: [],
    Estimated: false,
  });
  const { server, costs } = await against(() =>
    json({ ResultsByTime: [day('2026-10-02', '-0.5'), day('2026-10-01', '7'), day('2026-10-03', 'none')] }),
  );
  await using _ = server;
  expect(await costs.costs({ ...query, by: 'day' })).toEqual({
    kind: 'data',
    estimated: false,
    costs: [
      { key: '2026-10-01', usd: 7 },
      { key: '2026-10-02', usd: -0.5 },
    ],
  });
  await costs.costs({ ...query, by: 'month' });
  expect(
    server.asked.map(({ body }) => JSON.parse(body)).map(({ Granularity, GroupBy }) => [Granularity, GroupBy]),
  ).toEqual([
    ['DAILY', undefined],
    ['MONTHLY', undefined],
  ]);
});
test('accounts that are closed or suspended are told so, by the state and by the status that it replaces', async () => {
  const { server, costs } = await against(() =>
    json({
      Accounts: [
        { Id: '1', Name: 'a', Status: 'ACTIVE', State: 'ACTIVE' },
        { Id: '2', Name: 'b', Status: 'SUSPENDED', State: 'CLOSED' },
        { Id: '3', Name: 'c', Status: 'SUSPENDED' },
        { Id: '4', State: 'PENDING_CLOSURE' },
      ],
    }),
  );
  await using _ = server;
  expect(await costs.accounts()).toEqual({
    kind: 'data',
    accounts: [
      { id: '1', name: 'a' },
      { id: '2', name: 'b', state: 'closed' },
      { id: '3', name: 'c', state: 'suspended' },
      { id: '4', name: '4', state: 'closing' },
    ],
  });
});
test('the same question within an hour is paid for once, also when it is asked twice at once', async () => {
  let time = 0;
  const { server, costs } = await against(() => json({ ResultsByTime: [] }), { now: () => time });
  await using _ = server;
  await Promise.all([costs.costs(query), costs.costs({ ...query })]);
  time = 59 * 60_000;
  await costs.costs(query);
  expect(server.asked).toHaveLength(1);
  await costs.costs({ ...query, by: 'account' });
  expect(server.asked).toHaveLength(2);
  time = 61 * 60_000;
  await costs.costs(query);
  expect(server.asked).toHaveLength(3);
});
test('what could not be learned is asked again', async () => {
  let down = true;
  const { server, costs } = await against(() =>
    down ? json({ __type: 'DataUnavailableException' }, 400) : json({ ResultsByTime: [] }),
  );
  await using _ = server;
  expect(await costs.costs(query)).toMatchObject({
    gap: { reason: expect.stringContaining('no data for that time yet') },
  });
  down = false;
  expect(await costs.costs(query)).toMatchObject({ kind: 'data' });
});
test.each(['ThrottlingException', 'LimitExceededException', 'TooManyRequestsException'])(
  '%s is tried again by the SDK',
  async (__type) => {
    let asked = 0;
    const { server, costs } = await against(
      () => {
        asked += 1;
        return asked === 1 ? json({ __type }, 400) : json({ ResultsByTime: [], Accounts: [] });
      },
      { maxAttempts: 3 },
    );
    await using _ = server;
    expect(await (__type.startsWith('TooMany') ? costs.accounts() : costs.costs(query))).toMatchObject({
      kind: 'data',
    });
    expect(server.asked).toHaveLength(2);
  },
);
