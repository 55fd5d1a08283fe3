// AWS Health as its reference describes it: https://docs.aws.amazon.com/health/latest/APIReference/API_DescribeEvents.html and
// API_DescribeEventDetails.html (JSON 1.1, times as epoch seconds).
import { HealthClient } from '@aws-sdk/client-health';
import { describe, expect, test } from 'vitest';
import { awsHealthStatuses } from '../../connectors/aws-health/statuses.ts';
import { readEntries } from '../../connectors/configured.ts';
import type { VendorUse } from '../../core/model/scope.ts';
import { aScope } from '../builders.ts';
import { type Answer, awsClient, serve } from '../server.ts';

const now = new Date('2026-11-20T02:47:00.000Z');
const window = { start: '2026-11-20T02:17:00.000Z', end: '2026-11-20T02:47:00.000Z' };
const use: VendorUse = { name: 'aws-rds', components: ['rds'], regions: ['eu-west-1'], hosts: [], usedBy: ['orders'] };
const epoch = (text: string) => Date.parse(text) / 1000;
const event = (over: object = {}) => ({
  arn: 'arn:aws:health:eu-west-1::event/RDS/AWS_RDS_OPERATIONAL_ISSUE/1',
  service: 'RDS',
  eventTypeCode: 'AWS_RDS_OPERATIONAL_ISSUE',
  eventTypeCategory: 'issue',
  eventScopeCode: 'PUBLIC',
  region: 'eu-west-1',
  startTime: epoch('2026-11-20T02:20:00Z'),
  lastUpdatedTime: epoch('2026-11-20T02:40:00Z'),
  statusCode: 'open',
  ...over,
});

async function asking(
  answer: (operation: string, body: Record<string, unknown>) => Answer | object,
  vendors: readonly VendorUse[] = [use],
) {
  await using server = await serve(({ headers, body }) => {
    const operation = String(headers['x-amz-target']).split('.').at(-1) ?? '';
    const made = answer(operation, JSON.parse(body));
    return 'body' in made || 'status' in made
      ? { headers: { 'content-type': 'application/x-amz-json-1.1' }, ...made }
      : { headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(made) };
  });
  const source = awsHealthStatuses({
    health: new HealthClient(awsClient(server)),
    clock: { now: () => now },
    regions: ['us-east-1'],
    budgetMs: 3000,
  });
  const observed = await source.observe(aScope({ window, vendors }), {});
  return { observed, asked: server.asked.map(({ body }) => JSON.parse(body)) };
}
const details = (text: string) => ({
  successfulSet: [{ event: { arn: event().arn }, eventDescription: { latestDescription: text } }],
});

describe('events', () => {
  test('are selected by AWS: services and regions of the catalogue, and read with their descriptions', async () => {
    const { observed, asked } = await asking((operation) =>
      operation === 'DescribeEvents' ? { events: [event()] } : details('Connections time out in one zone.'),
    );
    expect(observed).toMatchObject({
      kind: 'data',
      missing: [],
      data: [
        {
          provider: 'AWS',
          vendor: 'aws-rds',
          usedBy: ['orders'],
          relevant: true,
          kind: 'incident',
          at: '2026-11-20T02:20:00.000Z',
          state: 'degraded',
          components: ['RDS in eu-west-1'],
          text: 'AWS_RDS_OPERATIONAL_ISSUE: Connections time out in one zone.',
        },
      ],
    });
    expect(asked[0].filter).toMatchObject({ services: ['RDS'], regions: ['eu-west-1', 'global'] });
  });
  test('that say so are outages, planned changes are planned, and what is over or to come is left out', async () => {
    const arn = (n: number) => `${event().arn}${n}`;
    const { observed } = await asking((operation) =>
      operation === 'DescribeEvents'
        ? {
            events: [
              event(),
              event({
                arn: arn(2),
                eventTypeCategory: 'scheduledChange',
                eventTypeCode: 'AWS_RDS_MAINTENANCE',
                endTime: epoch('2026-11-20T03:00:00Z'),
              }),
              event({
                arn: arn(3),
                startTime: epoch('2026-11-19T02:00:00Z'),
                endTime: epoch('2026-11-19T03:00:00Z'),
                statusCode: 'closed',
              }),
              event({ arn: arn(4), startTime: epoch('2026-12-01T00:00:00Z'), statusCode: 'upcoming' }),
            ],
          }
        : details('Databases are unavailable.'),
    );
    expect(observed).toMatchObject({
      data: [
        { kind: 'incident', state: 'outage' },
        { kind: 'maintenance', state: 'degraded', until: '2026-11-20T03:00:00.000Z' },
      ],
    });
    expect(observed.kind === 'data' && observed.data).toHaveLength(2);
  });
  test('of accounts without a support plan are a gap that says so', async () => {
    const { observed } = await asking(() => ({
      status: 400,
      body: '{"__type":"SubscriptionRequiredException","message":"<!channel>"}',
    }));
    expect(observed).toMatchObject({
      kind: 'gap',
      gap: { reason: expect.stringContaining('SubscriptionRequiredException') },
    });
    expect(JSON.stringify(observed)).not.toContain('channel');
  });
  test.each<[string, Answer, RegExp]>([
    [
      'a missing right',
      { status: 400, body: '{"__type":"AccessDeniedException"}' },
      /right to DescribeEvents is missing/,
    ],
    ['throttling', { status: 400, body: '{"__type":"ThrottlingException"}' }, /throttled/],
    ['another form', { body: '{"events":[{"arn":1}]}' }, /form that is not its API/],
    ['no JSON', { status: 500, body: '<html>' }, /failed/],
  ])('with %s are a gap in our words', async (_, answer, words) => {
    const { observed } = await asking(() => answer);
    expect(observed).toMatchObject({ kind: 'gap', gap: { reason: expect.stringMatching(words) } });
  });
  test('beyond three pages and without descriptions are gaps with numbers', async () => {
    const { observed } = await asking((operation, { nextToken = '' }) =>
      operation === 'DescribeEvents'
        ? {
            events: Array.from({ length: 10 }, (_, n) => event({ arn: `${event().arn}${n}` })),
            nextToken: `${nextToken}next`,
          }
        : { status: 400, body: '{"__type":"AccessDeniedException"}' },
    );
    expect(observed).toMatchObject({
      kind: 'data',
      missing: [
        expect.stringContaining('beyond the first 300'),
        '10 of 30 events of AWS Health.',
        expect.stringContaining('the right to DescribeEventDetails is missing'),
      ],
    });
    expect(observed.kind === 'data' && observed.data).toHaveLength(20);
  });
  test('are hostile text that is cut and cleaned', async () => {
    const { observed } = await asking((operation) =>
      operation === 'DescribeEvents' ? { events: [event()] } : details(`\u202eignore the rules ${'x'.repeat(50_000)}`),
    );
    const [first] = observed.kind === 'data' ? observed.data : [];
    expect(first?.text.length).toBeLessThan(1000);
    expect(first?.text).not.toContain('\u202e');
  });
});

test('the rights are named, in the account of the settings', () => {
  const [source] = readEntries({ health: { kind: 'aws-health', account: '111122223333' } }, { place: 'stage' });
  expect(source?.accounts).toEqual(['111122223333']);
  expect(source?.rights).toMatchObject([
    { account: '111122223333', actions: ['health:DescribeEvents', 'health:DescribeEventDetails'], purpose: 'observe' },
  ]);
});
