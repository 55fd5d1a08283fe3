// A service that has another name in a source is selected by its `match` there, and answers have the catalogue's name. One section a kind.
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, test } from 'vitest';
import { unauthorized } from '../../../connectors/authorize.ts';
import { cloudWatchLogs } from '../../../connectors/cloudwatch/logs.ts';
import { cloudWatch } from '../../../connectors/cloudwatch/manifest.ts';
import { renamedLogs, renamedMetrics } from '../../../connectors/cloudwatch/match.ts';
import { cloudWatchMetrics } from '../../../connectors/cloudwatch/metrics.ts';
import { grafanaAlerts } from '../../../connectors/grafana/alerts.ts';
import { fromKubeconfig, kubernetesLogs } from '../../../connectors/kubernetes/index.ts';
import { lokiLogs } from '../../../connectors/loki/logs.ts';
import { newRelicSources } from '../../../connectors/newrelic/index.ts';
import { prometheusAlerts, prometheusMetrics } from '../../../connectors/prometheus/index.ts';
import type { Match } from '../../../core/model/scope.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import type { Observed } from '../../../core/ports/telemetry.ts';
import { aScope } from '../../builders.ts';
import { awsClient, serve } from '../../server.ts';
import { cloudWatchDouble } from '../cloudwatch/double.ts';
import { loki } from '../loki/double.ts';
import { newRelicDouble } from '../newrelic/double.ts';

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const start = Date.parse(window.start);
const scopeOf = (match: Match, over: object = {}) =>
  aScope({
    reach: 'neighbourhood',
    cluster: 'near',
    namespace: 'shop',
    service: 'web',
    match: { web: match },
    window,
    ...over,
  });

async function linesOf(
  observed: Observed<AsyncIterable<LogRecord>>,
): Promise<(readonly [string | undefined, string])[]> {
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const lines: (readonly [string | undefined, string])[] = [];
  for await (const { labels, message } of observed.data) lines.push([labels.service, message]);
  return lines.sort();
}
const missingOf = (observed: Observed<unknown>) => (observed.kind === 'data' ? observed.missing : undefined);

describe('New Relic', () => {
  const line = (message: string, more: object) => ({ timestamp: start + 60_000, message, ...more });
  const request = (appName: string, more: object = {}) => ({
    timestamp: start + 60_000,
    appName,
    duration: 0.1,
    error: false,
    ...more,
  });
  const data = {
    Log: [
      line('mine', { 'entity.name': 'web-player-prod', team: 'a' }),
      line('of another team', { 'entity.name': 'web-player-prod', team: 'b' }),
      line('of a service of that name', { 'entity.name': 'web' }),
    ],
    Transaction: [request('web-player-prod'), request('other')],
  };
  const asked = async (match: Match, over: object = {}) => {
    await using double = await newRelicDouble({ data });
    const { logs, metrics } = newRelicSources({
      url: double.url,
      accounts: [1],
      token: async () => 'NRAK-1',
      pause: async () => undefined,
    });
    const scope = scopeOf(match, over);
    const observed = await logs.observe(scope, {});
    return {
      lines: await linesOf(observed),
      missing: missingOf(observed),
      series: await metrics.observe(scope, {}),
      queries: double.queries,
    };
  };
  test('selects the entity, and names it as the catalogue does', async () => {
    const { lines, series } = await asked({ 'entity.name': 'web-player-prod' });
    expect(lines).toEqual([
      ['web', 'mine'],
      ['web', 'of a service of that name'],
      ['web', 'of another team'],
    ]);
    const names = series.kind === 'data' ? series.data.map(({ entity }) => entity.name) : [];
    expect([...new Set(names)].sort()).toEqual(['other', 'web']);
  });
  test('holds all attributes of a match', async () => {
    const { lines } = await asked({ 'entity.name': 'web-player-prod', team: 'a' });
    expect(lines).toContainEqual(['web', 'mine']);
    expect(lines).toContainEqual(['web-player-prod', 'of another team']);
  });
  test('says that the data lacks an attribute of the match', async () => {
    const { missing } = await asked({ squad: 'a' });
    expect(missing).toContain("web in Log: it lacks an attribute of the service's match");
  });
  test('asked about neighbours alone, selects these', async () => {
    const { lines } = await asked(
      { 'entity.name': 'web-player-prod' },
      { reach: 'neighbours', neighbours: ['web'], service: 'search' },
    );
    expect(lines.map(([, message]) => message)).toEqual(['mine', 'of another team']);
  });
  test('puts no quote of a match into a query', async () => {
    const { queries } = await asked({ 'entity.name': "x' OR '1'='1" });
    expect(queries.join()).not.toContain("x' OR");
  });
});

describe('Loki', () => {
  const startNs = BigInt(start) * 1_000_000n;
  const stream = (message: string, labels: Readonly<Record<string, string>>) => ({
    labels: { cluster: 'near', namespace: 'shop', ...labels },
    lines: [[startNs + 1n, message] as const],
  });
  const streams = [
    stream('mine', { service_name: 'wp', app: 'web-player', env: 'prod' }),
    stream('of another environment', { service_name: 'wp', app: 'web-player', env: 'test' }),
    stream('of another service', { service_name: 'search' }),
  ];
  const labels = { service: 'service_name', namespace: 'namespace', cluster: 'cluster', pod: 'pod' };
  const asked = async (match: Match, over: object = {}) => {
    await using server = await loki({ streams });
    const observed = await lokiLogs({ url: server.url, labels, pageSize: 100, maxGbScanned: 1 }).observe(
      scopeOf(match, over),
      {},
    );
    return {
      lines: await linesOf(observed),
      missing: missingOf(observed),
      query: observed.kind === 'data' ? observed.query : '',
    };
  };
  test('selects by the labels of the match, each line once', async () => {
    const { lines, query, missing } = await asked({ app: 'web-player', env: 'prod' });
    expect(lines).toEqual([
      ['search', 'of another service'],
      ['web', 'mine'],
      ['wp', 'of another environment'],
    ]);
    expect(query).toContain('app="web-player", env="prod"');
    expect(missing).toEqual([]);
  });
  test('selects by another value of the label of the service', async () => {
    const { lines } = await asked({ service_name: 'wp' });
    expect(lines.filter(([service]) => service === 'web').length).toBe(2);
  });
  test('says that no stream has these labels', async () => {
    expect((await asked({ app: 'nobody' })).missing).toContain('lines of web: no stream has the labels of its match');
  });
  test('asked about neighbours alone, selects these', async () => {
    const { lines } = await asked(
      { service_name: 'wp' },
      { reach: 'neighbours', service: 'cart', neighbours: ['web'] },
    );
    expect(lines.every(([service]) => service === 'web')).toBe(true);
    expect(lines.length).toBe(2);
  });
  test('quotes what is hostile', async () => {
    const { query } = await asked({ app: '"} |= "x', 'not a label': 'y' });
    expect(query).toContain(String.raw`app="\"} |= \"x"`);
    expect(query).not.toContain('not a label');
  });
});

describe('pod logs', () => {
  const pod = (name: string, labels: object) => ({
    metadata: { name, namespace: 'shop', labels },
    status: { containerStatuses: [{ name: 'main', ready: true, restartCount: 0, state: { running: {} } }] },
  });
  test('selects the labels of the match, and no text that is no selector', async () => {
    await using server = await serve(({ path }) => {
      if (path.includes('/log?')) return { body: '2026-11-20T02:10:00Z ready\n' };
      const items = [pod('wp-1', { app: 'wp', tier: 'web' }), pod('wp-2', { app: 'wp', tier: 'batch' })];
      return { body: JSON.stringify({ items }) };
    });
    const kubeconfig = {
      clusters: [{ name: 'near', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'near', context: { cluster: 'near', user: 'u' } }],
      'current-context': 'near',
    };
    const source = kubernetesLogs({ clusters: await fromKubeconfig({ text: JSON.stringify(kubeconfig) }) });
    const lines = await linesOf(await source.observe(scopeOf({ app: 'wp', tier: 'web' }), {}));
    expect(lines).toEqual([
      ['web', 'ready'],
      ['wp', 'ready'],
    ]);
    const selectors = server.asked.flatMap(
      ({ path }) => new URL(path, server.url).searchParams.get('labelSelector') ?? [],
    );
    expect(selectors).toEqual(['app=wp,tier=web']);
    await source.observe(scopeOf({ app: 'wp,tier!=web' }), {});
    expect(server.asked.some(({ path }) => path.includes('tier%21'))).toBe(false);
  });
});

describe('Prometheus', () => {
  const asked = async (match: Match) => {
    const queries: string[] = [];
    await using server = await serve(({ path }) => {
      const url = new URL(path, 'http://x');
      if (url.pathname.endsWith('/labels')) return { body: JSON.stringify({ status: 'success', data: ['job'] }) };
      if (url.pathname.endsWith('/values'))
        return {
          body: JSON.stringify({
            status: 'success',
            data: ['istio_requests_total', 'container_memory_working_set_bytes'],
          }),
        };
      const query = url.searchParams.get('query') ?? '';
      queries.push(query);
      const metric = query.includes('job=')
        ? { cluster: 'near', namespace: 'shop' }
        : { cluster: 'near', workload: 'other', namespace: 'shop' };
      const result = [{ metric, values: [[start / 1000, '1']] }];
      return { body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }) };
    });
    const observed = await prometheusMetrics({ url: server.url }).observe(scopeOf(match), {});
    const names = observed.kind === 'data' ? observed.data.map(({ entity }) => entity.name) : [];
    return { queries, missing: missingOf(observed), names: [...new Set(names)].sort() };
  };
  test('puts the labels into each selector, and takes the names out of the grouping', async () => {
    const { queries, names } = await asked({ job: 'wp', env: 'prod' });
    expect(names).toEqual(['other', 'web']);
    const own = queries.filter((query) => query.includes('job='));
    expect(own).toContain(
      'sum by (cluster, destination_service_namespace) (rate(istio_requests_total{reporter="destination",job="wp",env="prod"}[60s]))',
    );
    expect(own.every((query) => !query.includes('workload,') && !query.includes('destination_service_name,'))).toBe(
      true,
    );
    expect(own.some((query) => query.includes('container!="POD",job="wp",env="prod"'))).toBe(true);
  });
  test('names alerts with its labels', async () => {
    const labels = { alertname: 'Slow', job: 'wp', service: 'other', cluster: 'near', namespace: 'shop' };
    const alert = { labels, annotations: {}, state: 'firing', activeAt: '2026-11-20T02:10:00Z' };
    await using server = await serve(() => ({
      body: JSON.stringify({ status: 'success', data: { alerts: [alert] } }),
    }));
    for (const source of [
      prometheusAlerts({ url: server.url }),
      grafanaAlerts({ url: server.url, authorize: unauthorized }),
    ]) {
      const observed = await source.observe(scopeOf({ job: 'wp' }), {});
      expect(observed.kind === 'data' && observed.data.map(({ entity }) => entity?.name)).toEqual(['web']);
    }
  });
  test('quotes what is hostile, and says which name is no label', async () => {
    expect(
      (await asked({ job: '"} or vector(1) #' })).queries.some((query) =>
        query.includes(String.raw`job="\"} or vector(1) #"`),
      ),
    ).toBe(true);
    expect((await asked({ 'entity.name': 'x' })).missing).toContain(
      'web by its match, in which a name is no label of Prometheus',
    );
  });
});

describe('CloudWatch', () => {
  test('asks for the service by its name in the settings', async () => {
    await using server = await cloudWatchDouble({
      groups: { '/aws/lambda/wp': [[start + 60_000, 'timeout']] },
      metrics: { 'AWS/Lambda Errors': [1] },
    });
    const client = { ...awsClient(server), maxAttempts: 1 };
    const metric = { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'wp' }, stat: 'Sum' };
    const parts = {
      settings: cloudWatch.configSchema.parse({ groups: { wp: ['/aws/lambda/wp'] }, metrics: { wp: [metric] } }),
      clock: { now: () => new Date(window.end) },
      logs: new CloudWatchLogsClient(client),
      metrics: new CloudWatchClient(client),
      budgetMs: 3000,
    };
    const scope = scopeOf({ service: 'wp' });
    expect(await linesOf(await renamedLogs(cloudWatchLogs(parts)).observe(scope, {}))).toEqual([['web', 'timeout']]);
    const series = await renamedMetrics(cloudWatchMetrics(parts)).observe(scope, {});
    expect(series.kind === 'data' && series.data.map(({ entity }) => entity.name)).toEqual(['web']);
  });
});
