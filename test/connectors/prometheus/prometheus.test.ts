import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { authorizer } from '../../../connectors/authorize.ts';
import { prometheusCalls } from '../../../connectors/prometheus/calls.ts';
import { prometheusAlerts, prometheusMetrics } from '../../../connectors/prometheus/index.ts';
import { linkTo } from '../../../connectors/prometheus/link.ts';
import { aScope } from '../../builders.ts';

// What a server may do to us; that the real one is understood is in test/real.

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
const answering = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
};
const window = { start: '2026-11-18T00:00:00Z', end: '2026-11-18T02:00:00Z' };
const ask = (url: string, extra: object = {}) => prometheusMetrics({ url, ...extra }).observe(aScope({ window }), {});
const json =
  (body: unknown): RequestListener =>
  (_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

describe('a server that is no help becomes a gap in our words', () => {
  test('nobody there', async () => {
    expect(await ask('http://127.0.0.1:1')).toEqual({
      kind: 'gap',
      gap: { source: 'prometheus', reason: 'Prometheus at 127.0.0.1:1 could not be reached.' },
    });
  });
  test('an error page', async () => {
    const url = await answering((_, response) => response.writeHead(502).end('<html>secret stack trace</html>'));
    expect(await ask(url)).toMatchObject({ kind: 'gap', gap: { reason: 'Prometheus answered with status 502.' } });
  });
  test.each([['{'], [{ status: 'success', data: [1, 2] }], [{ status: 'error', error: 'x' }], [[]], ['"x"']])(
    'an answer of another form: %j',
    async (body) => {
      expect(await ask(await answering(json(body)))).toMatchObject({
        kind: 'gap',
        gap: { reason: 'Prometheus answered in a form that is not its API.' },
      });
    },
  );
  test('an answer without end', async () => {
    const url = await answering((_, response) => {
      const more = () => void (response.write('x'.repeat(65_536)) && !response.destroyed && setImmediate(more));
      response.on('drain', more);
      more();
    });
    expect(await ask(url, { maxBytes: 1_000_000 })).toMatchObject({
      kind: 'gap',
      gap: { reason: 'Prometheus answered with more than 1000000 bytes.' },
    });
  });
  test('silence', async () => {
    expect(await ask(await answering(() => {}), { timeoutMs: 200 })).toMatchObject({
      kind: 'gap',
      gap: { reason: 'Prometheus did not answer within 200 ms.' },
    });
  });
  test('metrics that nobody knows', async () => {
    const url = await answering(json({ status: 'success', data: ['up', 'go_goroutines'] }));
    expect(await ask(url)).toMatchObject({
      kind: 'gap',
      gap: { reason: 'Prometheus has none of the metrics that the signal catalogue knows.' },
    });
  });
});

test('values that are no numbers are left out, and a series without a name is', async () => {
  const url = await answering((request, response) => {
    const names = request.url?.includes('__name__');
    const result = [
      {
        metric: { deployment: 'checkout', namespace: 'shop' },
        values: [
          [1, '2'],
          [2, 'NaN'],
          [3, '+Inf'],
          [4, '3'],
        ],
      },
      { metric: {}, values: [[1, '1']] },
    ];
    response.end(
      JSON.stringify({
        status: 'success',
        data: names ? ['kube_deployment_status_replicas_available'] : { resultType: 'matrix', result },
      }),
    );
  });
  const observed = await ask(url);
  expect(observed.kind === 'data' && observed.data).toEqual([
    {
      source: 'prometheus',
      entity: { kind: 'Deployment', name: 'checkout', namespace: 'shop' },
      signal: 'replicas_available',
      unit: 'pods',
      points: [
        [1, 2],
        [4, 3],
      ],
      link: expect.stringContaining('/graph?g0.expr='),
    },
  ]);
});

test('the token is sent, and only firing alerts come back', async () => {
  const sent: (string | undefined)[] = [];
  const url = await answering((request, response) => {
    sent.push(request.headers.authorization);
    const alert = (state: string, activeAt: string | null) => ({
      labels: { alertname: 'A', severity: 'page' },
      annotations: { summary: 's' },
      state,
      activeAt,
      value: '1',
    });
    response.end(
      JSON.stringify({
        status: 'success',
        data: {
          alerts: [
            alert('firing', '2026-11-18T01:00:00.123456Z'),
            alert('pending', '2026-11-18T01:00:00Z'),
            alert('firing', null),
          ],
        },
      }),
    );
  });
  const authorize = authorizer({ kind: 'bearer' }, { secret: async () => 'tok', aws: undefined });
  const observed = await prometheusAlerts({ url, authorize }).observe(aScope({ window }), {});
  expect(sent).toEqual(['Bearer tok']);
  expect(observed).toMatchObject({
    kind: 'data',
    data: [{ name: 'A', at: '2026-11-18T01:00:00.123Z', severity: 'page', summary: 's', status: 'firing' }],
  });
});

describe('calls', () => {
  const calls = (url: string) => prometheusCalls({ url, cluster: 'home' }).observe(aScope({ window }), {});
  test('a server without metrics of calls is a gap that names them', async () => {
    const url = await answering(json({ status: 'success', data: ['up'] }));
    expect(await calls(url)).toMatchObject({
      kind: 'gap',
      gap: { reason: expect.stringContaining('traces_service_graph_request_total, istio_requests_total') },
    });
  });
  test('names without a service, calls of itself and values that are no number are left out; unknown failures stay unknown', async () => {
    const row = (client: string, server: string, value: string) => ({
      metric: { client, server },
      values: [[1_763_430_000, value]],
    });
    const url = await answering((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://prometheus');
      const isFailed = searchParams.get('query')?.includes('failed') === true;
      if (isFailed) return response.writeHead(500).end();
      const result = [row('a', 'b', '2'), row('a', 'a', '2'), row('', 'b', '2'), row('c', 'd', 'NaN')];
      const data = pathname.endsWith('query_range')
        ? { resultType: 'matrix', result }
        : ['traces_service_graph_request_total'];
      return response.end(JSON.stringify({ status: 'success', data }));
    });
    const observed = await calls(url);
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    expect(observed.data).toEqual([
      {
        from: 'a',
        to: 'b',
        fromCluster: 'home',
        toCluster: 'home',
        requestsPerSecond: 2,
        seenAt: '2025-11-18T01:40:00.000Z',
      },
    ]);
    expect(observed.missing?.[0]).toContain('how many calls of traces_service_graph_request_total fail');
  });
});

describe('the page of a series', () => {
  const expr = 'rate(x{service="a&b"}[60s])';
  test("is Grafana's Explore at the window of the question, if Prometheus is reached through it", () => {
    const link = new URL(linkTo('https://grafana/api/datasources/proxy/uid/P8E8', expr, window) ?? '');
    expect(`${link.origin}${link.pathname}`).toBe('https://grafana/explore');
    expect(JSON.parse(link.searchParams.get('panes') ?? '')).toEqual({
      metrics: {
        datasource: 'P8E8',
        queries: [{ refId: 'A', expr, range: true, datasource: { type: 'prometheus', uid: 'P8E8' } }],
        range: { from: String(Date.parse(window.start)), to: String(Date.parse(window.end)) },
      },
    });
  });
  test('is that of Prometheus otherwise, and there is none in Managed Prometheus or for an endless query', () => {
    const link = new URL(linkTo('https://prom.be1/', expr, window) ?? '');
    expect(link.pathname).toBe('/graph');
    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      'g0.expr': expr,
      'g0.range_input': '7200s',
      'g0.end_input': '2026-11-18 02:00:00',
    });
    expect(linkTo('https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-1', expr, window)).toBeUndefined();
    expect(linkTo('https://prom.be1', 'x'.repeat(3000), window)).toBeUndefined();
  });
});
describe('a server that answers discovery with anything', () => {
  const hostile = ['http_requests_total', 'x"} or vector(1) #', '<script>', '__proto__', 'a'.repeat(500)];
  test.each([
    [{ '__name__/values': hostile, labels: ['service', 'code"', '__proto__'] }],
    [{ '__name__/values': hostile, labels: { a: 1 } }],
    [
      {
        '__name__/values': hostile,
        metadata: { __proto__: [], http_requests_total: [{ type: 7 }] },
        labels: ['service'],
      },
    ],
    [{ '__name__/values': hostile, metadata: 'none', labels: [] }],
  ])('%#: no name of it stands in a query, and nothing is thrown', async (data: Record<string, unknown>) => {
    const asked: string[] = [];
    const url = await answering((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
      asked.push(...searchParams.getAll('query'), ...searchParams.getAll('match[]'));
      const found = Object.entries(data).find(([end]) => pathname.endsWith(end))?.[1];
      const fallback = pathname.endsWith('query_range')
        ? { resultType: 'matrix', result: [] }
        : ['"} or 1', 'checkout'];
      response.end(JSON.stringify({ status: 'success', data: found ?? fallback }));
    });
    const scope = aScope({ reach: 'cluster', service: 'checkout', window });
    const observed = await prometheusMetrics({ url }).observe(scope, {});
    expect(['data', 'gap']).toContain(observed.kind);
    expect(asked.filter((query) => /vector\(1\)|<script>|__proto__|a{300}|code"/.test(query))).toEqual([]);
    expect(JSON.stringify(observed)).not.toContain('script');
  });
});
