// A query of Metrics Insights that an agent wrote. The client is a double that keeps what it is sent; the grammar follows AWS' page of the query language.
import { describe, expect, test } from 'vitest';
import type { CloudWatchParts } from '../../../connectors/cloudwatch/client.ts';
import { cloudWatch } from '../../../connectors/cloudwatch/manifest.ts';
import { renamedQueries } from '../../../connectors/cloudwatch/match.ts';
import { cloudWatchQueries, parseInsights } from '../../../connectors/cloudwatch/own-query.ts';
import type { Scope } from '../../../core/model/scope.ts';
import { aScope } from '../../builders.ts';

const now = new Date('2026-11-20T03:00:00.000Z');
const window = { start: '2026-11-20T02:00:00.000Z', end: now.toISOString() };
const metric = (value: string) => ({ namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: value } });
const settings = cloudWatch.configSchema.parse({
  metrics: { export: [metric('export-prod')], billing: [metric('billing-prod')] },
  places: {},
});
const place: Partial<Scope> = {
  reach: 'neighbourhood',
  service: 'export',
  neighbours: ['thumbs'],
  resources: { thumbs: ['thumbs-fn'] },
  window,
};

async function asked(text: string, scope = place) {
  const sent: string[] = [];
  const metrics = {
    send: async ({ input }: { input: { MetricDataQueries: { Id: string; Expression: string }[] } }) => {
      sent.push(...input.MetricDataQueries.map(({ Expression }) => Expression));
      return {
        MetricDataResults: input.MetricDataQueries.map(({ Id }) => ({
          Id,
          Label: 'export-prod',
          Timestamps: [now],
          Values: [7],
        })),
      };
    },
  };
  const parts = {
    settings,
    clock: { now: () => now },
    metrics,
    logs: metrics,
    budgetMs: 1000,
  } as unknown as CloudWatchParts;
  const observed = await renamedQueries(cloudWatchQueries(parts)).observe(aScope(scope), {
    language: 'cloudwatch',
    text,
  });
  return {
    sent,
    answer:
      observed.kind === 'gap'
        ? observed.gap.reason
        : observed.data.map(({ entity, signal }) => `${entity.name}: ${signal}`),
  };
}

test('it is sent with a resource of the scope', async () => {
  expect(await asked('SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)')).toEqual({
    sent: [`SELECT SUM("Errors") FROM SCHEMA("AWS/Lambda", "FunctionName") WHERE "FunctionName" = 'export-prod'`],
    answer: ['export: SUM Errors of export-prod'],
  });
  expect(
    (
      await asked(
        `SELECT MAX(Duration) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE FunctionName = 'thumbs-fn' GROUP BY FunctionName`,
      )
    ).answer,
  ).toEqual(['thumbs: MAX Duration of thumbs-fn {export-prod}']);
});
test('the settings name a service by its match', async () => {
  const scope = { ...place, service: 'exports', match: { exports: { service: 'export' } } };
  expect((await asked('SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName)', scope)).answer).toEqual([
    'exports: SUM Errors of export-prod',
  ]);
});
test("another service's resource is refused with the reason, and nothing is sent", async () => {
  const { sent, answer } = await asked(
    `SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE FunctionName = 'billing-prod'`,
  );
  expect(sent).toEqual([]);
  expect(answer).toMatch(
    /FunctionName = 'billing-prod' is no resource of this incident. It may read: AWS\/Lambda FunctionName = 'export-prod'/,
  );
  expect((await asked('SELECT AVG(CPUUtilization) FROM SCHEMA("AWS/EC2", InstanceId)')).answer).toMatch(
    /cannot be read within this incident/,
  );
  expect(
    (await asked(`SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE FunctionName != 'export-prod'`))
      .sent,
  ).toEqual([
    `SELECT SUM("Errors") FROM SCHEMA("AWS/Lambda", "FunctionName") WHERE "FunctionName" != 'export-prod' AND "FunctionName" = 'export-prod'`,
  ]);
});
describe('is refused', () => {
  test.each([
    'SELECT AVG(CPUUtilization) FROM "AWS/EC2"',
    'SELECT AVG(a), SUM(b) FROM SCHEMA("x", y)',
    `SELECT AVG(a) FROM SCHEMA("x", y) WHERE y = 'z' OR y = 'w'`,
    `SELECT AVG(a) FROM SCHEMA("x", y) WHERE AWS.AccountId = '123456789012'`,
    `SELECT AVG(a) FROM SCHEMA("x", y) LIMIT 500`,
    `SELECT AVG(a) FROM SCHEMA("x", y) WHERE y = 'it\\'s'`,
    `SEARCH('{AWS/EC2,InstanceId}', 'Average')`,
    `SELECT AVG(a) FROM SCHEMA("x", y); x`,
    `SELECT AVG(${'a'.repeat(3000)}) FROM SCHEMA("x", y)`,
  ])('%s', (text) => expect(parseInsights(text)).toMatch(/^Write SELECT/));
});
test('a source without a named metric gives no queries: it has no right to read metrics', () => {
  expect(cloudWatch.gives?.(cloudWatch.configSchema.parse({}))).not.toContain('queries');
});
