import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEntries } from '../../connectors/configured.ts';
import { liveSources } from '../../connectors/live.ts';
import { prometheusCalls } from '../../connectors/prometheus/calls.ts';
import { prometheusAlerts, prometheusMetrics } from '../../connectors/prometheus/index.ts';
import { prometheusQueries } from '../../connectors/prometheus/own-query.ts';
import { moves } from '../../core/analysis/metrics/index.ts';
import { aScope } from '../builders.ts';
import { type Prometheus, startPrometheus } from '../prometheus.ts';
import { serve } from '../server.ts';
import { wrongSignature } from '../sigv4.ts';

// Debian's Prometheus with a loaded history: 3 hours of requests to two services, one of which starts to fail at a known minute.

const end = Math.floor(Date.now() / 60_000) * 60 - 3 * 3600;
const start = end - 3 * 3600;
const onset = end - 20 * 60;
let server: Prometheus;
let url: string;

/** Counters every 15 s, as Istio's proxies expose them. */
function history(): string {
  const lines = ['# TYPE istio_requests counter'];
  for (const name of ['session-service', 'playlist-api']) {
    for (const code of ['200', '503']) {
      let total = 0;
      for (let at = start; at <= end; at += 15) {
        const failing = name === 'session-service' && at >= onset;
        const share = failing ? 0.6 : 0.001;
        total += 100 * 15 * (code === '503' ? share : 1 - share);
        const labels = `reporter="destination",destination_service_name="${name}",destination_service_namespace="identity",response_code="${code}"`;
        lines.push(`istio_requests_total{${labels}} ${total} ${at}`);
      }
    }
  }
  // Calls as Istio's proxies of the callers and a service graph of traces report them.
  const counter = (name: string, labels: string, perSecond: number, until = end) => {
    for (let at = start; at <= until; at += 15)
      lines.push(`${name}_total{${labels}} ${(at - start) * perSecond} ${at}`);
  };
  const place = 'source_cluster="near",destination_cluster="far",source_workload="web"';
  const istio = `reporter="source",${place},destination_service_name="session-service"`;
  counter('istio_requests', `${istio},response_code="200"`, 8);
  counter('istio_requests', `${istio},response_code="503"`, 2);
  counter('istio_requests', 'reporter="source",source_workload="web",destination_service_name="PassthroughCluster"', 1);
  lines.push('# TYPE traces_service_graph_request counter');
  counter('traces_service_graph_request', 'client="checkout",server="payments",cluster="near"', 4);
  counter('traces_service_graph_request', 'client="checkout",server="old-tax",cluster="near"', 1, end - 40 * 60);
  counter('traces_service_graph_request', 'client="user",server="web",cluster="near"', 1);
  lines.push('# TYPE traces_service_graph_request_failed counter');
  counter('traces_service_graph_request_failed', 'client="checkout",server="payments",cluster="near"', 1);
  return `${lines.join('\n')}\n# EOF\n`;
}

beforeAll(async () => {
  server = await startPrometheus(history());
  url = server.url;
});

afterAll(() => server?.[Symbol.asyncDispose]());

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const window = { start: iso(end - 150 * 60), end: iso(end) };

test('the service that began to fail is found, to within two minutes, and its neighbour is not', async () => {
  const observed = await prometheusMetrics({ url }).observe(aScope({ window }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const found = moves(observed.data, end - 30 * 60).filter((move) => move.bad);
  expect(found.map((move) => [move.series.entity.name, move.series.signal, move.shift.direction])).toEqual([
    ['session-service', 'error_ratio', 'up'],
  ]);
  expect(Math.abs((found[0]?.shift.at ?? 0) - onset)).toBeLessThanOrEqual(120);
  expect(found[0]?.shift.after).toBeGreaterThan(0.5);
});

test('what the server has no metric for is said', async () => {
  const observed = await prometheusMetrics({ url }).observe(aScope({ window }), {});
  expect(observed).toMatchObject({ kind: 'data', query: expect.stringContaining('without latency_p95, memory_bytes') });
});

test('no alert rules, no alerts', async () => {
  expect(await prometheusAlerts({ url }).observe(aScope({ window }), {})).toMatchObject({ kind: 'data', data: [] });
});

test('behind a proxy that checks Signature Version 4, a service of another name is found by its labels', async () => {
  const key = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret of an example', sessionToken: 'session' };
  await using proxy = await serve(async (asked) => {
    const wrong = wrongSignature(asked, { ...key, service: 'aps', region: 'eu-west-1' });
    if (wrong !== undefined) return { status: 403, body: wrong };
    const answer = await fetch(`${url}${asked.path}`);
    return { status: answer.status, body: await answer.text() };
  });
  const sourceWith = (credentials: typeof key) => {
    const auth = { kind: 'sigv4', service: 'aps', region: 'eu-west-1' };
    const aws = { region: undefined, knows: () => false, credentials: () => async () => credentials };
    const configured = readEntries({ amp: { kind: 'prometheus', url: proxy.url, auth } }, { place: 'stage' });
    return liveSources(configured, { clock: { now: () => new Date() }, secret: () => undefined, aws }).sources.metrics;
  };
  const match = { sessions: { destination_service_name: 'session-service', response_code: '503' } };
  const observed = await sourceWith(key).observe(aScope({ window, service: 'sessions', match }), {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const own = observed.data.filter(({ entity }) => entity.name === 'sessions');
  expect(own.map(({ signal }) => signal).sort()).toEqual(['error_ratio', 'requests_per_second']);
  const requests = own.find(({ signal }) => signal === 'requests_per_second')?.points.at(-1)?.[1] ?? 0;
  expect(Math.round(requests)).toBe(60);
  expect(own[0]?.entity.namespace).toBe('identity');
  expect(await sourceWith({ ...key, secretAccessKey: 'another' }).observe(aScope({ window }), {})).toMatchObject({
    kind: 'gap',
    gap: { reason: 'Prometheus refused the login (status 403).' },
  });
});

test('the call graph is read from service graphs and from the mesh, with clusters, failures and when each call was last seen', async () => {
  const observed = await prometheusCalls({ url, cluster: 'home' }).observe(
    aScope({ window: { start: iso(end - 3600), end: iso(end) } }),
    {},
  );
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const calls = new Map(observed.data.map((call) => [`${call.from} ${call.to}`, call]));
  expect([...calls.keys()].sort()).toEqual(['checkout old-tax', 'checkout payments', 'web session-service']);
  expect(calls.get('web session-service')).toMatchObject({ fromCluster: 'near', toCluster: 'far', seenAt: iso(end) });
  expect(calls.get('web session-service')?.requestsPerSecond).toBeCloseTo(10);
  expect(calls.get('web session-service')?.errorRatio).toBeCloseTo(0.2);
  expect(calls.get('checkout payments')).toMatchObject({ fromCluster: 'near', toCluster: 'near' });
  expect(calls.get('checkout payments')?.errorRatio).toBeCloseTo(0.25);
  const gone = Date.parse(calls.get('checkout old-tax')?.seenAt ?? '');
  expect(gone).toBeLessThan((end - 30 * 60) * 1000);
  expect(observed.missing).toBeUndefined();
});

describe('a query that an agent wrote', () => {
  const place = { window, reach: 'neighbourhood', namespace: 'identity', neighbours: [] } as const;
  const ask = (text: string, scope: Parameters<typeof aScope>[0] = place) =>
    prometheusQueries({ url }).observe(aScope(scope), { language: 'promql', text });

  test('is answered within the place', async () => {
    const observed = await ask(
      'sum by (destination_service_name) (rate(istio_requests_total{reporter="destination",response_code="503"}[5m])) / sum by (destination_service_name) (rate(istio_requests_total{reporter="destination"}[5m]))',
    );
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    expect(observed.query).toContain('destination_service_namespace=~"identity|');
    const last = observed.data.map(({ entity, points }) => [entity.name, Math.round((points.at(-1)?.[1] ?? 0) * 100)]);
    expect(last).toContainEqual(['session-service', 60]);
    expect(last).toContainEqual(['playlist-api', 0]);
  });
  test('of another place gives nothing, or is refused', async () => {
    expect(
      await ask('istio_requests_total{destination_service_namespace=~"identity"}', { ...place, namespace: 'shop' }),
    ).toMatchObject({ data: [] });
    expect(
      await ask('istio_requests_total{destination_service_namespace="identity"}', { ...place, namespace: 'shop' }),
    ).toMatchObject({
      kind: 'gap',
      gap: { reason: expect.stringContaining('is outside of this incident, which is about namespace shop') },
    });
  });
  test('that the server refuses is answered with its words', async () => {
    expect(await ask('istio_requests_total[5m]')).toMatchObject({
      kind: 'gap',
      gap: { reason: expect.stringMatching(/Prometheus refuses the query; it says: .*range vector/) },
    });
  });
  test('for a metric that is not there names those that are', async () => {
    expect(await ask('istio_request_errors_total')).toMatchObject({
      gap: {
        reason: expect.stringMatching(/There is no metric istio_request_errors_total. There are: istio_requests_total/),
      },
    });
  });
});
