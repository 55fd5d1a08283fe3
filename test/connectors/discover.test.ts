// The doubles answer as the references say: PagerDuty REST API v2 (List services: limit, offset, more), Grafana HTTP API (GET /api/datasources,
// Prometheus-compatible rules) and the Resource Groups Tagging API (GetResources: ResourceTagMappingList, PaginationToken).
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { expect, test } from 'vitest';
import { discoverTags, partsOf } from '../../connectors/aws-tags.ts';
import { discover } from '../../connectors/grafana/discover.ts';
import { grafana } from '../../connectors/grafana/manifest.ts';
import { discoverPagerDuty } from '../../connectors/pagerduty/discover.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const json = (body: unknown): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

test('PagerDuty: services with their only team, page by page', async () => {
  await using server = await serve(({ path }) => {
    const offset = Number(new URL(path, 'http://x').searchParams.get('offset'));
    return json({
      more: offset === 0,
      services: [
        { id: `P${offset}AAA`, name: 'AWS checkout', teams: [{ summary: 'Team Shop' }] },
        { id: 'PX', name: 'x', teams: [{ summary: 'a' }, { summary: 'b' }] },
      ],
    });
  });
  const found = await discoverPagerDuty({ token: async () => 'secret\n', baseUrl: server.url });
  expect(found.pagers?.map(({ id, team }) => [id, team])).toEqual([
    ['P0AAA', 'Team Shop'],
    ['PX', undefined],
    ['P100AAA', 'Team Shop'],
    ['PX', undefined],
  ]);
  expect(server.asked[0]?.headers.authorization).toBe('Token token=secret');
});

test.each([
  ['a refusal', { status: 403 }, 'status 403, only the first 0 services'],
  ['another form', json({ services: 'all' }), 'it answered in a form that is not its API'],
  ['no JSON', { body: '<html>' }, 'it answered in a form that is not its API'],
] as const)('PagerDuty: %s is missing and not silence', async (_, answer, what) => {
  await using server = await serve(() => answer);
  const found = await discoverPagerDuty({ token: async () => 'x', baseUrl: server.url });
  expect(found.missing).toMatchObject([{ what: `PagerDuty: ${what}` }]);
});

test('PagerDuty: an endless list ends', async () => {
  await using server = await serve(() => json({ more: true, services: [{ id: 'PAAA111', name: 'x' }] }));
  const found = await discoverPagerDuty({ token: async () => 'x', baseUrl: server.url });
  expect(server.asked).toHaveLength(30);
  expect(found.missing).toMatchObject([{ what: 'PagerDuty: only the first 30 services' }]);
});

test('Grafana: owners by labels of alert rules, and data sources that could be sources', async () => {
  await using server = await serve(({ path }) =>
    path.startsWith('/api/datasources')
      ? json([
          { uid: 'P8E8', name: 'loki-eu', type: 'loki' },
          { uid: 'X1', name: 'sheet', type: 'googlesheets' },
        ])
      : json({
          data: {
            groups: [{ rules: [{ name: 'Errors', labels: { service: 'web', team: 'shop' } }, { name: 'Other' }] }],
          },
        }),
  );
  const means = { clock: { now: () => new Date() }, secret: () => undefined, name: 'graf' };
  expect(await discover(grafana.configSchema.parse({ url: server.url }), means)).toEqual({
    owners: [{ service: 'web', owner: 'shop', at: 'graf: alert rule Errors' }],
    hints: ['loki-eu: { kind: loki, via: graf, uid: P8E8 }'],
    missing: [],
  });
  await using refusing = await serve(() => ({ status: 403 }));
  expect((await discover(grafana.configSchema.parse({ url: refusing.url }), means)).missing).toHaveLength(2);
});

const credentials = async () => ({ accessKeyId: 'test', secretAccessKey: 'test' });

test('AWS: tagged resources by type, name and account, page by page; clusters of EKS apart', async () => {
  const arn = (text: string, tags: Record<string, string> = {}) => ({
    ResourceARN: text,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  await using server = await serve(({ body }) =>
    json(
      JSON.parse(body).PaginationToken === undefined
        ? {
            ResourceTagMappingList: [
              arn('arn:aws:lambda:eu-west-1:111122223333:function:clips', { service: 'clips' }),
              arn('nonsense'),
              {},
            ],
            PaginationToken: 'next',
          }
        : {
            ResourceTagMappingList: [
              arn('arn:aws:s3:::media', { service: 'clips' }),
              arn('arn:aws:eks:eu-west-1:111122223333:cluster/prod-1'),
            ],
            PaginationToken: '',
          },
    ),
  );
  const client = new ResourceGroupsTaggingAPIClient(awsClient(server));
  const found = await discoverTags([{ account: '111122223333', region: 'eu-west-1', credentials, client }]);
  expect(found.resources).toEqual([
    {
      type: 'lambda',
      name: 'clips',
      account: '111122223333',
      region: 'eu-west-1',
      tags: { service: 'clips' },
      at: 'AWS 111122223333, eu-west-1: lambda clips',
    },
    expect.objectContaining({ type: 's3', name: 'media', account: '111122223333' }),
  ]);
  expect(found.eks).toEqual([{ name: 'prod-1', account: '111122223333', region: 'eu-west-1' }]);
  expect(found.missing).toEqual([]);
});

test('AWS: a missing right names it, and an endless list ends', async () => {
  await using refusing = await serve(() => ({ status: 400, ...json({ __type: 'AccessDeniedException' }) }));
  const place = { account: '111122223333', region: 'eu-west-1', credentials };
  const refused = await discoverTags([{ ...place, client: new ResourceGroupsTaggingAPIClient(awsClient(refusing)) }]);
  expect(refused.missing).toEqual([
    {
      what: 'AWS 111122223333, eu-west-1: tags (AccessDeniedException)',
      fix: 'allow tag:GetResources to the role that reads this account',
    },
  ]);
  await using endless = await serve(() => json({ ResourceTagMappingList: [], PaginationToken: 'again' }));
  const cut = await discoverTags([{ ...place, client: new ResourceGroupsTaggingAPIClient(awsClient(endless)) }]);
  expect(endless.asked).toHaveLength(50);
  expect(cut.missing).toHaveLength(1);
});

test.each([
  ['arn:aws:sqs:eu-west-1:111122223333:clips', 'sqs', 'clips'],
  ['arn:aws:ecs:eu-west-1:111122223333:service/main/web', 'ecs', 'web'],
  ['arn:aws:rds:eu-west-1:111122223333:db:clips-db', 'rds', 'clips-db'],
])('%s is %s %s', (arn, type, name) => expect(partsOf(arn)).toEqual({ type, name, account: '111122223333' }));
test.each([
  'arn:aws:constructor:::x',
  'arn:aws:sqs:eu-west-1:not-an-account:x',
  '',
  'arn:aws:rds:eu-west-1:1:cluster:x',
])('%s is nothing', (arn) => expect(partsOf(arn)).toBeUndefined());
