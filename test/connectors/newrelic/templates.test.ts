// The user's own NRQL against a double of NerdGraph (double.ts).
import { describe, expect, test } from 'vitest';
import { newRelicSources } from '../../../connectors/newrelic/index.ts';
import { newRelic, problemIn } from '../../../connectors/newrelic/manifest.ts';
import { filled } from '../../../connectors/newrelic/templates.ts';
import { templatesOf } from '../../../connectors/own-queries.ts';
import { aScope } from '../../builders.ts';
import { newRelicDouble } from './double.ts';

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const start = Date.parse(window.start);
const errors = "SELECT rate(count(*), 1 second) FROM Charge WHERE app = '$service'";

describe('a query of the user', () => {
  test('is accepted', () => {
    expect(problemIn(errors)).toBeUndefined();
    expect(
      problemIn("SELECT percentile(duration, 95) FROM Charge WHERE app IN ('$service') AND kind != 'AS test'"),
    ).toBeUndefined();
    expect(newRelic.configSchema.safeParse({ accounts: [1], queries: { errors } }).success).toBe(true);
  });
  test.each([
    ['SELECT count(*) FROM Charge', /WHERE/],
    ["SELECT count(*) FROM Charge WHERE app = 'web'", /does not select/],
    ["SELECT count(*) FROM Charge WHERE app != '$service'", /does not select|stands alone/],
    ["SELECT count(*) FROM Charge WHERE app NOT IN ('$service')", /does not select/],
    ["SELECT count(*) FROM Charge WHERE app = '$service' SINCE 1 day ago", /SINCE has no place/],
    ["SELECT count(*) FROM Charge WHERE app = '$service' FACET host", /FACET has no place/],
    ["SELECT count(*) AS n FROM Charge WHERE app = '$service'", /AS has no place/],
    ["SELECT count(*), sum(x) FROM Charge WHERE app = '$service'", /more than one value/],
    ["SELECT count(*) FROM Charge WHERE app = '$service' OR x = $other", /\$other stands alone/],
    ["DELETE FROM Charge WHERE app = '$service'", /write SELECT/],
  ])('is refused: %s', (nrql, problem) => {
    expect(problemIn(nrql)).toMatch(problem);
    expect(newRelic.configSchema.safeParse({ accounts: [1], queries: { errors: nrql } }).success).toBe(false);
  });
  test('is not asked with a value that could end a string', () => {
    const scope = aScope({ reach: 'cluster', service: "x' OR 1 = 1", neighbours: ['web'] });
    expect(filled(templatesOf({ errors }), scope).queries.map(({ nrql }) => nrql)).toEqual([
      "SELECT rate(count(*), 1 second) AS value FROM Charge WHERE app = 'web'",
    ]);
  });
});

test('it gives a series of the paged service in each cluster', async () => {
  const Charge = ['near', 'far'].flatMap((clusterName, n) =>
    Array.from({ length: 60 * (n + 1) }, () => ({ timestamp: start + 60_000, app: 'web', clusterName })),
  );
  await using double = await newRelicDouble({ data: { Charge } });
  const source = newRelicSources({
    url: double.url,
    accounts: [1],
    token: async () => 'NRAK-1',
    queries: { errors },
  }).metrics;
  const observed = await source.observe(aScope({ reach: 'cluster', service: 'web', window }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const own = observed.data.map(({ entity, signal, points }) => [
    entity.name,
    entity.cluster,
    signal,
    points.at(-1)?.[1],
  ]);
  expect(own.sort()).toEqual([
    ['web', 'far', 'errors_per_second', 2],
    ['web', 'near', 'errors_per_second', 1],
  ]);
  expect(observed.found).toEqual(['errors_per_second by its query']);
});
