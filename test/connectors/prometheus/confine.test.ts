import { describe, expect, test } from 'vitest';
import { confine, parsePromql } from '../../../connectors/prometheus/confine.ts';
import type { Scope } from '../../../core/model/scope.ts';
import { aScope } from '../../builders.ts';

const server = {
  clusterLabel: 'cluster',
  clusters: ['near', 'far'],
  labels: new Map([
    ['requests_total', ['app', 'namespace', 'code', 'cluster']],
    ['kube_pod_info', ['exported_namespace', 'namespace', 'pod']],
    ['my.metric', ['namespace']],
    ['load', ['instance']],
  ]),
};
const place: Partial<Scope> = { reach: 'neighbourhood', namespace: 'shop', cluster: 'near', neighbours: ['payments'] };
const namespaces = '"shop|kube-system|kube-node-lease|istio-system|"';
const cluster = 'cluster=~"near|"';

function sent(promql: string, scope: Partial<Scope> = place): string {
  const parsed = parsePromql(promql);
  if (parsed.kind === 'refused') return `refused: ${parsed.why}`;
  const confined = confine(parsed, aScope(scope), server);
  return confined.kind === 'refused' ? `refused: ${confined.why}` : confined.promql;
}

describe('every selector gets the matchers of the place', () => {
  const own = `${cluster},namespace=~${namespaces}`;
  test.each([
    ['requests_total', `requests_total{${own}}`],
    ['requests_total{}', `requests_total{${own}}`],
    ['requests_total{code=~"5..",}', `requests_total{code=~"5..",${own}}`],
    ['{__name__="requests_total",code="1"}', `{__name__="requests_total",code="1",${own}}`],
    ['{"my.metric"}', `{"my.metric",${own}}`],
    ['requests_total{code=~".*"} or load', `requests_total{code=~".*",${own}} or load{${cluster}}`],
    [
      'sum by (app) (rate(requests_total[5m] offset 1d)) / sum(rate(requests_total[5m]))',
      `sum by (app) (rate(requests_total{${own}}[5m] offset 1d)) / sum(rate(requests_total{${own}}[5m]))`,
    ],
    // The values of strings, and of matchers that hold quotes, end no selector.
    ['requests_total{code="}"} ', `requests_total{code="}",${own}} `],
    [String.raw`requests_total{code="\"}"}`, String.raw`requests_total{code="\"}",${own}}`],
    ['max_over_time(load[1h:1m])', `max_over_time(load{${cluster}}[1h:1m])`],
    ['label_replace(load, "a", "{b}", "c", "(.*)")', `label_replace(load{${cluster}}, "a", "{b}", "c", "(.*)")`],
  ])('%s', (promql, expected) => expect(sent(promql)).toBe(expected));

  test('a matcher of the query cannot widen the place', () =>
    expect(sent('requests_total{namespace=~".*",cluster!=""}')).toBe(
      `requests_total{namespace=~".*",cluster!="",${own}}`,
    ));
  test('series of an exporter that name another place of their own are of that place', () =>
    expect(sent('kube_pod_info')).toBe(
      `kube_pod_info{${cluster},exported_namespace=~"shop|kube-system|kube-node-lease|istio-system"}`,
    ));
  test('a service next to the paged one is read wherever it runs', () =>
    expect(sent('requests_total{app="payments"}')).toBe('requests_total{app="payments"}'));
  test('a pattern is no service next to the paged one', () =>
    expect(sent('requests_total{app=~"payments"}')).toBe(`requests_total{app=~"payments",${own}}`));
});

describe('is refused, with the reason', () => {
  test.each([
    [
      'requests_total{namespace="billing"}',
      /namespace="billing" is outside of this incident, which is about namespace shop of cluster near.*payments/,
    ],
    ['requests_total{cluster="far"}', /cluster="far" is outside/],
    ['{app="x"}', /names one metric/],
    ['{__name__=~".+"}', /names one metric/],
    ['requests_total{__name__=~".+"}', /names one metric/],
    ['requests_total @ 0', /Leave @ out/],
    ['rate(requests_total[5m] @ start())', /Leave @ out/],
    ['info(requests_total)', /Leave info\(\) out/],
    ['requests_total offset 400d', /too long/],
    ['requests_total offset -1h', /plain positive duration/],
    ['rate(requests_total[30d])', /too long/],
    ['max_over_time(load[7d:1s])', /points/],
    ['max_over_time(max_over_time(load[1h:1m])[1h:1m])', /subquery within/],
    ['requests_total # x', /comment/],
    ['requests_total{', /no PromQL at character/],
    ['delete(requests_total)', /no PromQL at character/],
    ['1 + 1', /reads no metric/],
    ['load+load+load+load+load+load+load', /7 metrics/],
    ['requests_total{code="\u0000"}', /control/],
    [`requests_total{code="${'x'.repeat(2000)}"}`, /characters/],
    ['requests_total}) or vector(1', /no PromQL/],
  ])('%s', (promql, why) => expect(sent(promql)).toMatch(why));

  test('anything but neighbours, where only these are asked for', () => {
    const only: Partial<Scope> = { ...place, reach: 'neighbours' };
    expect(sent('requests_total', only)).toMatch(/is asked about payments only/);
    expect(sent('requests_total{app="payments"}', only)).toBe('requests_total{app="payments"}');
  });
});

test('hostile names of a place are not written into a query', () =>
  expect(sent('requests_total', { reach: 'neighbourhood', namespace: 'a"} or b{x="', neighbours: [] })).toBe(
    String.raw`requests_total{namespace=~"a\"\\} or b\\{x=\"|kube-system|kube-node-lease|istio-system|"}`,
  ));
