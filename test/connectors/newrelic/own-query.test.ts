// A query that an agent wrote, against a double of NerdGraph (double.ts).
import { describe, expect, test } from 'vitest';
import { newRelicSources } from '../../../connectors/newrelic/index.ts';
import { parseNrql } from '../../../connectors/newrelic/own-query.ts';
import type { Scope } from '../../../core/model/scope.ts';
import { aScope } from '../../builders.ts';
import { failure, newRelicDouble } from './double.ts';

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const start = Date.parse(window.start);
const place: Partial<Scope> = {
  reach: 'neighbourhood',
  namespace: 'shop',
  cluster: 'near',
  service: 'web',
  neighbours: ['payments'],
  window,
};
const of = (appName: string, namespaceName: string | undefined, n: number, clusterName = 'near') =>
  Array.from({ length: n }, () => ({
    timestamp: start + 60_000,
    appName,
    ...(namespaceName === undefined ? {} : { namespaceName }),
    clusterName,
    host: 'h',
  }));
const Charge = [
  ...of('web', 'shop', 60),
  ...of('web', 'shop', 600, 'far'),
  ...of('payments', 'money', 30),
  ...of('billing', 'money', 90),
  ...of('stray', undefined, 90),
];

async function asked(nrql: string, scope = place, language: 'nrql' | 'promql' = 'nrql') {
  await using double = await newRelicDouble({ data: { Charge, Plain: [{ timestamp: start + 1, x: 1 }] } });
  const source = newRelicSources({ url: double.url, accounts: [1], token: async () => 'NRAK-1' }).queries;
  const observed = await source.observe(aScope(scope), { language, text: nrql });
  return { observed, queries: double.queries, accounts: double.accounts };
}
const sums = (observed: Awaited<ReturnType<typeof asked>>['observed']) =>
  observed.kind === 'gap'
    ? observed.gap.reason
    : observed.data.map(({ entity, points }) => [entity.name, points.reduce((sum, [, value]) => sum + value, 0)]);

test('it is answered for the place and the services next to it alone, in the account of the settings', async () => {
  const { observed, queries, accounts } = await asked("SELECT count(*) FROM Charge WHERE host = 'h' FACET appName");
  expect(sums(observed)).toEqual([
    ['web', 60],
    ['payments', 30],
  ]);
  expect(queries.at(-1)).toContain("AND (host = 'h') SINCE");
  expect(new Set(accounts.map(String))).toEqual(new Set(['1']));
});
test('a condition cannot open the brackets around the place', async () => {
  expect(
    sums((await asked("SELECT count(*) FROM Charge WHERE host = 'h') OR (host = 'h' FACET appName")).observed),
  ).toMatch(/brackets/);
  expect(
    sums((await asked("SELECT count(*) FROM Charge WHERE host = 'x' OR host = 'h' FACET appName")).observed),
  ).not.toContainEqual(['billing', 90]);
});
test('what is outside is refused with the reason', async () => {
  expect(sums((await asked("SELECT count(*) FROM Charge WHERE namespaceName = 'money'")).observed)).toMatch(
    /namespaceName = 'money' is outside of this incident.*payments/,
  );
  expect(
    sums(
      (await asked("SELECT count(*) FROM Charge WHERE namespaceName = 'money' AND appName = 'payments' FACET appName"))
        .observed,
    ),
  ).toEqual([['payments', 30]]);
  expect(sums((await asked('SELECT count(*) FROM Plain')).observed)).toMatch(/no attribute that tells a place/);
});
test('another language is not answered', async () =>
  expect(sums((await asked('up', place, 'promql')).observed)).toBe('It is asked in nrql.'));
test('an attribute that is not there names those that are', async () =>
  expect(sums((await asked('SELECT count(*) FROM Charge FACET team')).observed)).toMatch(
    /no attribute `team`. It has: timestamp, appName/,
  ));
test("New Relic's own words about a wrong query come back", async () => {
  await using double = await newRelicDouble({
    data: { Charge },
    instead: (nrql) =>
      nrql?.includes('TIMESERIES') ? failure('NRQL Syntax Error: Error at line 1 position 8') : undefined,
  });
  const source = newRelicSources({ url: double.url, accounts: [1], token: async () => 'NRAK-1' }).queries;
  const observed = await source.observe(aScope(place), { language: 'nrql', text: 'SELECT median(host) FROM Charge' });
  expect(sums(observed)).toMatch(/Syntax Error: Error at line 1 position 8/);
});

describe('is refused', () => {
  test.each([
    ['SELECT count(*) FROM Charge SINCE 90 days ago', /Leave SINCE out/],
    ['SELECT count(*) FROM Charge LIMIT MAX', /Leave LIMIT out/],
    ['SELECT count(*) FROM Charge WITH TIMEZONE', /Leave WITH out/],
    ['SELECT count(*) FROM (SELECT count(*) FROM Charge)', /without a query inside/],
    ['SELECT count(*) FROM Charge WHERE x IN (SELECT y FROM Other)', /without a query inside/],
    ['SELECT count(*) FROM Charge, Other', /FROM names one event/],
    ['SELECT count(*) FROM lookup(teams)', /Leave lookup out/],
    ['SELECT count(*) FROM NrAuditEvent', /about the account/],
    ['SELECT * FROM Charge', /aggregates/],
    ['SELECT appName FROM Charge', /aggregates/],
    ['SELECT count(*), count(*), count(*), count(*) FROM Charge', /aggregates/],
    ['SELECT count(*) FROM Charge -- x', /Only words/],
    ['SELECT count(*) FROM Charge /* x */', /Only words/],
    ["SELECT count(*) FROM Charge WHERE a = 'it\\'s'", /Only words/],
    ['SELECT count(*) FROM Charge; SELECT 1', /Only words/],
    ['SELECT count(*) FROM Charge FACET cases(WHERE x)', /FACET|clauses/],
    ['SHOW EVENT TYPES', /Leave SHOW out/],
    ['DROP Charge', /Leave DROP out/],
    [`SELECT count(*) FROM Charge WHERE a = '${'x'.repeat(2000)}'`, /characters/],
  ])('%s', (nrql, why) => {
    const parsed = parseNrql(nrql);
    expect(parsed.kind === 'refused' ? parsed.why : parsed).toMatch(why);
  });
});
