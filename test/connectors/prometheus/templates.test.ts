import { describe, expect, test } from 'vitest';
import { templatesOf } from '../../../connectors/own-queries.ts';
import { problemIn, Queries } from '../../../connectors/prometheus/manifest.ts';
import { filled } from '../../../connectors/prometheus/templates.ts';
import { aScope } from '../../builders.ts';

describe('a query of the user', () => {
  test.each([
    ['sum by (service) (rate(my_fail_total{service="$service"}[5m]))'],
    ['sum(rate(x{app=~"$service(-canary)?", cluster="$cluster"}[$window]))'],
    ['label_replace(x{service="$service"}, "a", "$1", "b", "(.*)")'],
  ])('is accepted: %s', (promql) => {
    expect(problemIn(promql)).toBeUndefined();
  });
  test.each([
    ['sum(rate(my_fail_total[5m]))', /neither \$service nor \$cluster/],
    ['x{namespace="$namespace"}', /neither \$service nor \$cluster/],
    ['x{service=$service}', /\$service stands outside/],
    ["x{service='$service'}", /double quotes/],
    ['x{service=`$service`}', /double quotes/],
    ['x{service!="$service"}', /excludes/],
    ['label_replace(x, "service", "$service", "a", "b")', /in a matcher alone/],
    ['x{service="$service}', /quote without an end/],
    ['sum(x) # {service="$service"}', /comment/],
    ['x{service="$service"} + $other', /\$other stands outside/],
  ])('is refused: %s', (promql, problem) => {
    expect(problemIn(promql)).toMatch(problem);
    expect(Queries.safeParse({ errors: promql }).success).toBe(false);
  });
  test('with a hostile key is refused', () => {
    expect(Queries.safeParse({ 'a"}': 'x{service="$service"}' }).success).toBe(false);
    expect(templatesOf(Queries.parse({ constructor: 'x{service="$service"}' }))[0]?.signal).toBe('constructor');
  });
});

describe('values', () => {
  const fill = (query: string, scope: Parameters<typeof aScope>[0]) =>
    filled(templatesOf({ errors: query }), aScope({ reach: 'cluster', ...scope }), { clusters: ['near'], seconds: 60 });
  test('are escaped for strings and for expressions', () => {
    const service = 'a"b\\c.d';
    expect(fill('x{s="$service",t=~"$service-.+"}', { service }).queries[0]?.promql).toBe(
      String.raw`x{s="a\"b\\c.d",t=~"a\"b\\\\c\\.d-.+"}`,
    );
  });
  test('never become variables themselves', () => {
    expect(fill('x{s="$service",c="$cluster"}', { service: '$cluster', cluster: 'near' }).queries[0]?.promql).toBe(
      'x{s="$cluster",c="near"}',
    );
  });
  test('that are not known are said', () => {
    const { queries, missing } = fill('x{s="$service",c="$cluster"}', { service: 'a', cluster: 'alias' });
    expect(queries).toEqual([]);
    expect(missing).toEqual(['errors by its query: it needs the cluster, which is not known here']);
  });
  test('with control characters are not asked for', () => {
    expect(fill('x{s="$service"}', { service: 'a\n}' }).queries).toEqual([]);
  });
  test('are those of the paged service and its neighbours, ten at most', () => {
    const neighbours = Array.from({ length: 12 }, (_, place) => `n${place}`);
    const { queries, missing } = fill('x{s="$service"}', { service: 'a', neighbours });
    expect(queries.map(({ service }) => service)).toEqual(['a', ...neighbours.slice(0, 9)]);
    expect(missing).toEqual(['errors by its query for 3 of 13 services']);
  });
});
