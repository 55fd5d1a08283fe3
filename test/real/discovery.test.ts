// Signals under names that nobody told Watchkeeper: programs with metrics of libraries from npm and PyPI, and an exporter of several conventions, scraped
// by Debian's Prometheus.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEntries } from '../../connectors/configured.ts';
import { prometheusMetrics } from '../../connectors/prometheus/index.ts';
import type { Series } from '../../core/model/telemetry.ts';
import { checkSource } from '../../local/sources.ts';
import { aScope } from '../builders.ts';
import { serve } from '../server.ts';
import { flaskProgram, nodeProgram, prometheusWith, until } from './prometheus/server.ts';

const opened = new AsyncDisposableStack();
let url: string;
const startedAt = Date.now();
const seconds = () => (Date.now() - startedAt) / 1000;

/** Counters that grow with the time: `per` a second. */
const counter = (name: string, series: readonly (readonly [labels: string, per: number])[]) =>
  [
    `# TYPE ${name} counter`,
    ...series.map(([labels, per]) => `${name}{${labels}} ${(seconds() * per).toFixed(3)}`),
  ].join('\n');
const gauge = (name: string, series: readonly (readonly [labels: string, value: number])[]) =>
  [`# TYPE ${name} gauge`, ...series.map(([labels, value]) => `${name}{${labels}} ${value}`)].join('\n');

/** One exporter for several services, which its own label names. */
const platform = () =>
  `${[
    counter('http_requests_total', [
      ['service="cart",code="200"', 40],
      ['service="cart",code="503"', 10],
      ['service="search",code="200"', 5],
    ]),
    // No label is a status: an error ratio would be a guess.
    counter('shop_http_requests_total', [['service="wishlist",path="/"', 7]]),
    // Two counters that could both be the requests of one service.
    counter('old_http_requests_total', [['service="legacy",code="200"', 3]]),
    counter('new_http_requests_total', [['service="legacy",code="200"', 9]]),
    // What a service sends is not what it answers.
    counter('http_client_requests_total', [['service="mailer",code="200"', 50]]),
    counter('my_fail_total', [['service="mailer"', 2]]),
    counter('grpc_server_handled_total', [
      ['app="ledger",grpc_service="bank.Ledger",grpc_code="OK"', 18],
      ['app="ledger",grpc_service="bank.Ledger",grpc_code="Internal"', 2],
      ['app="ledger",grpc_service="bank.Ledger",grpc_code="NotFound"', 5],
    ]),
    counter('traefik_service_requests_total', [
      ['service="portal@docker",code="200"', 30],
      ['service="portal@docker",code="502"', 10],
    ]),
    gauge('hikaricp_connections_active', [['application="billing",pool="main"', 9]]),
    gauge('hikaricp_connections_max', [['application="billing",pool="main"', 10]]),
    gauge('kafka_consumergroup_lag', [
      ['consumergroup="billing",topic="a",partition="0"', 100],
      ['consumergroup="billing",topic="a",partition="1"', 20],
    ]),
  ].join('\n')}\n`;

beforeAll(async () => {
  const node = opened.use(await nodeProgram());
  const flask = opened.use(await flaskProgram());
  const exporter = opened.use(await serve(() => ({ body: platform() })));
  const far = opened.use(
    await serve(() => ({ body: `${counter('http_requests_total', [['service="cart",code="200"', 100]])}\n` })),
  );
  const prometheus = opened.use(
    await prometheusWith([
      { url: node.url, labels: { job: 'kubernetes-pods', app: 'web', namespace: 'shop', cluster: 'near' } },
      { url: flask.url, labels: { job: 'shop/catalogue', cluster: 'near' } },
      { url: exporter.url, labels: { job: 'platform', namespace: 'shop', cluster: 'near' } },
      { url: far.url, labels: { job: 'platform-far', namespace: 'shop', cluster: 'far' } },
    ]),
  );
  const proxy = opened.use(
    await serve(async ({ path }) => {
      const answer = await fetch(`${prometheus.url}${path}`);
      return { status: answer.status, body: await answer.text() };
    }),
  );
  url = proxy.url;
  const traffic = setInterval(() => {
    for (const program of [node, flask])
      for (const path of ['/', '/', '/', '/fail']) void fetch(program.url + path).catch(() => undefined);
  }, 50);
  opened.defer(() => clearInterval(traffic));
  const has = async (query: string) => {
    const answer = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`);
    return (await answer.text()).includes('"value"');
  };
  await until(
    'there are rates',
    async () =>
      (await has('rate(flask_http_request_total[60s])>0')) &&
      has('rate(http_request_duration_seconds_count{app="web",status_code="500"}[60s])>0'),
  );
  await new Promise((resolve) => setTimeout(resolve, 16_000));
});
afterAll(() => opened.disposeAsync());

const window = () => ({ start: new Date(Date.now() - 1_800_000).toISOString(), end: new Date().toISOString() });
async function ask(
  service: string,
  { queries, ...more }: Parameters<typeof aScope>[0] & { queries?: Record<string, string> } = {},
) {
  const scope = aScope({ reach: 'cluster', cluster: 'near', service, window: window(), ...more });
  const observed = await prometheusMetrics({ url, queries }).observe(scope, {});
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  return observed;
}
const own = (all: readonly Series[], service: string) =>
  Object.fromEntries(
    all
      .filter(({ entity }) => entity.name === service)
      .map(({ signal, points }) => [signal, points.at(-1)?.[1] ?? Number.NaN]),
  );

describe('by known names', () => {
  test('http_requests_total by service and code', async () => {
    const { data, found, missing } = await ask('cart');
    const { requests_per_second, error_ratio } = own(data, 'cart');
    // The rate of a window that has begun is lower than the 50 a second.
    expect(requests_per_second).toBeGreaterThan(5);
    expect(requests_per_second).toBeLessThan(60);
    expect(error_ratio).toBeCloseTo(0.2, 2);
    expect(data.every(({ entity }) => entity.name === 'cart' && entity.cluster === 'near')).toBe(true);
    expect(found?.join()).toContain('http_requests_total by service');
    expect(missing?.join()).toContain('latency_p95 of cart');
  });
  test('the same service in another cluster stays apart', async () => {
    const { data } = await ask('cart', { reach: 'everywhere', cluster: undefined });
    const rates = data.filter(({ entity, signal }) => entity.name === 'cart' && signal === 'requests_per_second');
    expect(rates.map(({ entity }) => entity.cluster).sort()).toEqual(['far', 'near']);
  });
  test('express-prom-bundle and prom-client, by the label app', async () => {
    const signals = own((await ask('web')).data, 'web');
    expect(signals.error_ratio).toBeCloseTo(0.25, 1);
    expect(Object.keys(signals)).toEqual(
      expect.arrayContaining(['requests_per_second', 'latency_p95', 'cpu_cores', 'memory_bytes', 'eventloop_lag_p99']),
    );
  });
  test('prometheus_flask_exporter, by a job with its namespace', async () => {
    const signals = own((await ask('catalogue')).data, 'catalogue');
    expect(signals.error_ratio).toBeCloseTo(0.25, 1);
    expect(Object.keys(signals)).toEqual(
      expect.arrayContaining(['requests_per_second', 'latency_p95', 'memory_bytes']),
    );
  });
  test('gRPC counts faults of the server only, Traefik names providers, HikariCP and Kafka their services', async () => {
    expect(own((await ask('ledger')).data, 'ledger').error_ratio).toBeCloseTo(0.08, 2);
    expect(own((await ask('portal')).data, 'portal').error_ratio).toBeCloseTo(0.25, 2);
    expect(own((await ask('billing')).data, 'billing')).toEqual({
      connection_pool_utilization: 0.9,
      consumer_lag: 120,
    });
  });
});

describe('in doubt', () => {
  test('no error ratio without a status', async () => {
    const { data, missing } = await ask('wishlist');
    expect(Object.keys(own(data, 'wishlist'))).toEqual(['requests_per_second']);
    expect(missing).toContain(
      'error_ratio of wishlist: shop_http_requests_total has no label that is a status (its labels: cluster, instance, job, namespace, path and service)',
    );
  });
  test('two counters that could both be it are left out and said', async () => {
    const { data, missing } = await ask('legacy');
    expect(own(data, 'legacy')).toEqual({});
    expect(missing?.join()).toMatch(
      /requests_per_second of legacy: (?:old|new)_http_requests_total and (?:old|new)_http_requests_total could both be it/,
    );
  });
  test('requests that a service sends are not its own, and what it has is said', async () => {
    await expect(ask('mailer')).rejects.toThrow(
      /of mailer: none of its 2 metrics \(http_client_requests_total and my_fail_total; by service\) is known/,
    );
  });
  test('a service of which the server knows nothing', async () => {
    await expect(ask('nobody')).rejects.toThrow('no label of its series has the value nobody');
  });
});

test('the query of a user gives the signal, and its value is escaped', async () => {
  const queries = { errors: 'sum by (service) (rate(my_fail_total{service="$service"}[1m]))' };
  expect(own((await ask('mailer', { queries })).data, 'mailer').errors_per_second).toBeGreaterThan(0.1);
  const hostile = await ask('x"} or vector(1) #', { queries, neighbours: ['mailer'] });
  expect(hostile.data.every(({ entity }) => entity.name === 'mailer')).toBe(true);
});

test('the check names what it finds, under which metric, and how to get the rest', async () => {
  const queries = {
    errors: 'sum by (service) (rate(my_fail_total{service="$service"}[1m]))',
    queue: 'sum(x{service="$service"} by',
  };
  const [source] = readEntries({ prom: { kind: 'prometheus', url, queries } }, { place: 'stage' });
  if (source === undefined) throw new Error('There is no source.');
  const answer = await checkSource(source, { clock: { now: () => new Date() }, secret: () => undefined });
  if (answer.kind === 'silent') throw new Error(answer.lack.what);
  expect(answer.clusters.toSorted()).toEqual(['far', 'near']);
  expect(answer.sees.join('\n')).toContain('http_requests_total by service');
  expect(answer.sees.join('\n')).toContain('errors_per_second by the query errors');
  expect(answer.missing.map(({ what }) => what).join('\n')).toContain(
    'the query queue: Prometheus answered with status 400',
  );
});
