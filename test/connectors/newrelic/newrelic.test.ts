// New Relic's sources against a double of NerdGraph (double.ts).
import { describe, expect, onTestFinished, test } from 'vitest';
import { readEntries } from '../../../connectors/configured.ts';
import { liveSources } from '../../../connectors/live.ts';
import { type NewRelicConfig, newRelicSources } from '../../../connectors/newrelic/index.ts';
import type { LogRecord } from '../../../core/model/telemetry.ts';
import type { Observed } from '../../../core/ports/telemetry.ts';
import { aScope } from '../../builders.ts';
import { serve } from '../../server.ts';
import { type Data, type Event, failure, json, newRelicDouble } from './double.ts';

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const start = Date.parse(window.start);
const at = (minute: number) => start + minute * 60_000;
const places = ['near', 'far'].flatMap((cluster) => [
  { cluster, namespace: 'shop', service: 'web' },
  { cluster, namespace: 'bank', service: 'ledger' },
]);
const line = (minute: number, message: string, more: object = {}): Event => ({
  timestamp: at(minute),
  message,
  level: 'INFO',
  ...more,
});
const data: Data = {
  Log: places.map(({ cluster, namespace, service }) =>
    line(30, 'ready', {
      cluster_name: cluster,
      namespace_name: namespace,
      'service.name': service,
      pod_name: `${service}-1`,
    }),
  ),
  Transaction: places.flatMap(({ cluster, namespace, service }) =>
    [10, 11].map((minute) => ({
      timestamp: at(minute),
      appName: service,
      clusterName: cluster,
      namespaceName: namespace,
      error: minute === 11,
      duration: 0.25,
    })),
  ),
  K8sContainerSample: places.map(({ cluster, namespace, service }) => ({
    timestamp: at(10),
    deploymentName: service,
    clusterName: cluster,
    namespaceName: namespace,
    podName: `${service}-1`,
    containerID: 'c1',
    memoryWorkingSetBytes: 1000,
    cpuUsedCores: 0.5,
    restartCount: 2,
  })),
};
type DoubleOptions = Partial<Parameters<typeof newRelicDouble>[0]>;

async function setUp(options: DoubleOptions = {}, config: Partial<NewRelicConfig> = {}) {
  const double = await newRelicDouble({ data, ...options });
  onTestFinished(() => double[Symbol.asyncDispose]());
  const pauses: number[] = [];
  const sources = newRelicSources({
    url: double.url,
    accounts: [1],
    token: async () => 'NRAK-1',
    pause: async (ms) => pauses.push(ms),
    ...config,
  });
  return { double, sources, pauses };
}

async function read(observed: Observed<AsyncIterable<LogRecord>>) {
  if (observed.kind === 'gap') throw new Error(observed.gap.reason);
  const records: LogRecord[] = [];
  for await (const record of observed.data) records.push(record);
  return { ...observed, records };
}
const scope = aScope({ window });
const reasonOf = (observed: Observed<unknown>) => (observed.kind === 'gap' ? observed.gap.reason : undefined);

describe('the scope', () => {
  test('the server selects what is within the scope', async () => {
    const { double, sources } = await setUp();
    await sources.logs.observe(
      aScope({ window, cluster: 'near', namespace: 'shop', reach: 'neighbourhood', neighbours: ["o'hara", 'ledger'] }),
      {},
    );
    const samples = double.queries.filter((query) => query.includes('LIMIT MAX'));
    expect(samples.length).toBeGreaterThan(0);
    for (const query of samples) {
      expect(query).toContain("`cluster_name` IN ('near')");
      expect(query).toContain("`namespace_name` IN ('shop', ");
      expect(query).toContain("`service.name` IN ('ledger')");
      expect(query).not.toContain('hara');
      expect(query).toContain(`SINCE ${start} UNTIL ${start + 3_600_000}`);
    }
  });
});

test('lines without a level or a service are read once each', async () => {
  const { sources } = await setUp({
    data: {
      Log: [
        { timestamp: at(1), message: 'bare' },
        line(2, 'of web', { 'service.name': 'web', pod_name: 'web-1' }),
        line(3, 'of its pod', { pod_name: 'web-2', level: 'error' }),
        { timestamp: at(4), message: 'no level', 'service.name': 'web' },
      ],
    },
  });
  const observed = await read(await sources.logs.observe(aScope({ window, service: 'web' }), {}));
  expect(observed.records.map((one) => one.message)).toEqual(['bare', 'of web', 'of its pod', 'no level']);
  expect(observed.missing).toEqual([]);
});

test('rows outside the scope that a server returns all the same are dropped', async () => {
  const { sources } = await setUp({
    instead: (nrql) =>
      nrql?.includes('LIMIT MAX')
        ? json({
            data: {
              actor: {
                nrql: {
                  results: [
                    { timestamp: at(1), message: 'here', cluster_name: 'near', namespace_name: 'shop' },
                    { timestamp: at(1), message: 'there', cluster_name: 'far', namespace_name: 'shop' },
                  ],
                },
              },
            },
          })
        : undefined,
  });
  const narrow = aScope({ window, cluster: 'near', namespace: 'shop', reach: 'neighbourhood' });
  const { records } = await read(await sources.logs.observe(narrow, {}));
  expect(new Set(records.map(({ message }) => message))).toEqual(new Set(['here']));
});

test('an entry of a stage file gives logs, metrics, alerts and changes, with the secret of its name', async () => {
  const double = await newRelicDouble({ data, key: 'value of shop-token' });
  onTestFinished(() => double[Symbol.asyncDispose]());
  const configured = readEntries(
    { shop: { kind: 'newrelic', accounts: [11, 12], url: double.url } },
    { place: 'stage' },
  );
  const { sources } = liveSources(configured, {
    clock: { now: () => new Date(window.end) },
    secret: (name) => async () => `value of ${name}`,
  });
  const logs = await read(await sources.logs.observe(scope, {}));
  expect(logs.records.map(({ message }) => message)).toEqual(['ready', 'ready', 'ready', 'ready']);
  expect(logs.records[0]).toMatchObject({
    source: 'newrelic',
    labels: { cluster: 'near', service: 'web', level: 'INFO' },
  });
  expect(await sources.metrics.observe(scope, {})).toMatchObject({ kind: 'data' });
  expect(await sources.alerts.observe(scope, {})).toMatchObject({ kind: 'data', data: [] });
  expect(await sources.changes.observe(scope, {})).toMatchObject({ kind: 'data', data: [] });
  expect(double.accounts).toContainEqual([11, 12]);
});

test('settings are checked', () => {
  const entry = (more: object, place: 'stage' | 'local' = 'stage') =>
    readEntries({ shop: { kind: 'newrelic', accounts: [1], ...more } }, { place });
  expect(entry({ region: 'eu' })[0]?.config).toMatchObject({ region: 'eu', maxMegabytes: 50 });
  expect(() => entry({ accounts: Array.from({ length: 31 }, (_, index) => index + 1) })).toThrow();
  expect(() => entry({ region: 'moon' })).toThrow();
  expect(() => entry({}, 'local')).toThrow(/User key/);
});

describe('metrics', () => {
  test('golden signals of services and workloads', async () => {
    const { sources } = await setUp();
    const observed = await sources.metrics.observe(
      aScope({ window, cluster: 'near', namespace: 'shop', reach: 'neighbourhood' }),
      {},
    );
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    const points = Object.fromEntries(observed.data.map((one) => [`${one.entity.kind} ${one.signal}`, one.points]));
    const [first, second] = [at(10) / 1000, at(11) / 1000];
    expect(points).toEqual({
      'Service requests_per_second': [
        [first, 1 / 60],
        [second, 1 / 60],
      ],
      'Service error_ratio': [
        [first, 0],
        [second, 1],
      ],
      'Service latency_p95': [
        [first, 250],
        [second, 250],
      ],
      'Deployment memory_bytes': [[first, 1000]],
      'Deployment cpu_cores': [[first, 0.5]],
      'Deployment restarts_total': [[first, 2]],
    });
    expect(observed.query).toContain('without replicas_available, node_ready');
  });
  test('a window of two weeks stays below the limit of buckets', async () => {
    const { sources } = await setUp();
    const wide = { start: '2026-11-06T03:00:00.000Z', end: window.end };
    expect(await sources.metrics.observe(aScope({ window: wide }), {})).toMatchObject({ kind: 'data', missing: [] });
  });
  test('an attribute that the data lacks is not asked for', async () => {
    const { double, sources } = await setUp({
      data: { Transaction: [{ timestamp: at(5), appName: 'web', duration: 1 }] },
    });
    const observed = await sources.metrics.observe(scope, {});
    expect(observed).toMatchObject({ data: [{ signal: 'requests_per_second' }, { signal: 'latency_p95' }] });
    expect(double.queries.some((query) => query.includes('error IS true'))).toBe(false);
  });
  test('a browser application gives its own signals, but for a name that a service has', async () => {
    const view = { timestamp: at(5), duration: 3 };
    const { sources } = await setUp({
      data: {
        Transaction: [{ timestamp: at(5), appName: 'web', duration: 1, error: false }],
        PageView: [
          { ...view, appName: 'web' },
          { ...view, appName: 'shop-window' },
        ],
      },
    });
    const observed = await sources.metrics.observe(scope, {});
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    expect(
      observed.data
        .filter(({ signal }) => signal === 'latency_p95')
        .map(({ entity, points }) => [entity.name, points[0]?.[1]]),
    ).toEqual([
      ['web', 1000],
      ['shop-window', 3000],
    ]);
  });
  test('accounts without any such event are a gap', async () => {
    const { sources } = await setUp({ data: {} });
    expect(reasonOf(await sources.metrics.observe(scope, {}))).toMatch(/none of the events/);
  });
  test('one event that fails leaves the others, and is said', async () => {
    const { sources } = await setUp({
      instead: (nrql) => (nrql?.includes('K8sContainerSample') ? failure('Query timed out', 'TIMEOUT') : undefined),
    });
    const observed = await sources.metrics.observe(scope, {});
    expect(observed).toMatchObject({ kind: 'data', missing: ['New Relic answered: Query timed out'] });
  });
});

describe('many logs', () => {
  const many = (count: number, more: (index: number) => object): Event[] =>
    Array.from({ length: count }, (_, index) => ({
      ...line(0, `line ${index}`),
      timestamp: start + Math.floor((index / count) * 3_600_000),
      ...more(index),
    }));
  test('are counted there, then sampled over the whole window: the paged service first; what was not read is said', async () => {
    const { double, sources } = await setUp({
      data: {
        Log: [
          ...many(12_000, (index) => ({ 'service.name': 'web', level: index % 1000 === 0 ? 'ERROR' : 'INFO' })),
          ...many(40_000, () => ({ 'service.name': 'noise' })),
        ],
      },
    });
    const observed = await read(await sources.logs.observe(aScope({ window, service: 'web' }), {}));
    const web = observed.records.filter(({ labels }) => labels.service === 'web');
    expect(web).toHaveLength(12_000);
    expect(web.some(({ cut }) => cut)).toBe(false);
    expect(observed.missing).toEqual(['30000 of 40000 other lines of other services']);
    const noise = observed.records.filter(({ labels }) => labels.service === 'noise');
    expect(noise.filter(({ cut }) => cut)).toHaveLength(2);
    expect(new Set(noise.map(({ timestamp }) => Date.parse(timestamp) < at(30))).size).toBe(2);
    expect(double.queries.length).toBeLessThanOrEqual(10);
    expect(observed.records.map(({ timestamp }) => timestamp)).toEqual(
      observed.records.map(({ timestamp }) => timestamp).toSorted(),
    );
  });
  test('more bytes than are allowed are not read', async () => {
    const { sources } = await setUp(
      { data: { Log: many(5000, () => ({ message: 'x'.repeat(1000) })) } },
      { maxBytes: 1_000_000 },
    );
    expect(reasonOf(await sources.logs.observe(scope, {}))).toMatch(/more than 1000000 bytes/);
  });
});

describe('an answer', () => {
  const logsOf = async (options: DoubleOptions, config: Partial<NewRelicConfig> = {}) => {
    const { double, sources, pauses } = await setUp(options, config);
    return { double, pauses, observed: await sources.logs.observe(scope, {}) };
  };
  test('that takes long is polled for, as often as New Relic asks', async () => {
    const { observed, pauses } = await logsOf({ rounds: 3 });
    expect((await read(observed)).records).toHaveLength(4);
    expect(new Set(pauses)).toEqual(new Set([1000]));
  });
  test('that does not come in time is a gap, and the query is cancelled', async () => {
    const { observed, double } = await logsOf({ rounds: 1e9 }, { timeoutMs: 300 });
    expect(reasonOf(observed)).toBe('New Relic did not answer within 300 ms.');
    expect(double.cancelled).toEqual(['query-1']);
  });
  test('of status 429 is waited for', async () => {
    let refused = 0;
    const start = performance.now();
    const { observed } = await logsOf({
      instead: () => (refused++ < 1 ? { status: 429, headers: { 'retry-after': '1' } } : undefined),
    });
    expect((await read(observed)).records).toHaveLength(4);
    expect(performance.now() - start).toBeGreaterThan(990);
  });
  test('that says within a 200 that there are too many queries is waited for, and a gap in the end', async () => {
    const tooMany = { instead: () => failure('Too many', 'TOO_MANY_REQUESTS') };
    const { observed, double } = await logsOf(tooMany, { retryMs: 1 });
    expect(reasonOf(observed)).toMatch(/refused further queries/);
    expect(double.queries).toHaveLength(5);
  });
  test('that asks to wait past the budget is a gap at once', async () => {
    const { observed, double } = await logsOf({ instead: () => ({ status: 429, headers: { 'retry-after': '3600' } }) });
    expect(reasonOf(observed)).toMatch(/refused further queries/);
    expect(double.queries).toHaveLength(1);
  });
  test.each([
    ['a status of 500', { status: 500, body: 'oops' }, /status 500/],
    ['another key', { status: 401, body: '{}' }, /refused the key/],
    ['an error inside a 200', failure('NRQL Syntax Error'), /New Relic answered: NRQL Syntax Error/],
    ['no JSON', { body: '<html>' }, /form/],
    ['another form', json({ data: { actor: { nrql: { results: 'none' } } } }), /form/],
    ['a container without anything', json({ data: { actor: { nrql: {} } } }), /form/],
  ])('with %s is a gap', async (_, instead, reason) => {
    expect(reasonOf((await logsOf({ instead: () => instead })).observed)).toMatch(reason);
  });
  test('that redirects is a gap, and the key is not sent on', async () => {
    const elsewhere = await serve(() => json({}));
    onTestFinished(() => elsewhere[Symbol.asyncDispose]());
    const { observed } = await logsOf({ instead: () => ({ status: 307, headers: { location: elsewhere.url } }) });
    expect(reasonOf(observed)).toMatch(/could not be reached/);
    expect(elsewhere.asked).toEqual([]);
  });
  test('with part of the accounts keeps its rows and says what is missing', async () => {
    const { observed } = await logsOf({
      instead: (nrql) =>
        nrql?.includes('LIMIT MAX')
          ? json({
              data: {
                actor: {
                  nrql: { results: [{ timestamp: at(1), message: 'ready' }], queryProgress: { completed: true } },
                },
              },
              errors: [{ message: 'Account 2 is not accessible' }],
            })
          : undefined,
    });
    const { records, missing } = await read(observed);
    expect(records.length).toBeGreaterThan(0);
    expect(missing).toContain('Account 2 is not accessible');
  });
  test('with hostile rows is read as far as it can be', async () => {
    const rows = [
      { timestamp: 'yesterday', message: 'no time' },
      { timestamp: at(1), message: { nested: true } },
      { timestamp: 1e300, message: 'no date' },
      { timestamp: at(2), message: 'x'.repeat(1e6), level: 'l'.repeat(1e4), cluster_name: ['a'] },
    ];
    const { observed } = await logsOf({
      instead: (nrql) =>
        nrql?.includes('LIMIT MAX')
          ? json({ data: { actor: { nrql: { results: rows, queryProgress: { completed: true } } } } })
          : undefined,
    });
    const { records } = await read(observed);
    expect(
      new Set(records.map(({ message, labels }) => `${message.length} ${labels.level?.length} ${labels.cluster}`)),
    ).toEqual(new Set(['16000 40 undefined']));
  });
  test('without logs is a gap that says so', async () => {
    expect(reasonOf((await logsOf({ data: {} })).observed)).toMatch(/no logs of this window/);
  });
});

test('no more than five queries run at once', async () => {
  let running = 0;
  let most = 0;
  const original = globalThis.fetch;
  globalThis.fetch = async (...given) => {
    running += 1;
    most = Math.max(most, running);
    try {
      return await original(...given);
    } finally {
      running -= 1;
    }
  };
  onTestFinished(() => {
    globalThis.fetch = original;
  });
  const { sources } = await setUp();
  await Promise.all([
    sources.metrics.observe(scope, {}),
    sources.logs.observe(scope, {}),
    sources.alerts.observe(scope, {}),
  ]);
  expect(most).toBe(5);
});

describe('events', () => {
  const events: Data = {
    NrAiIncident: [
      {
        timestamp: at(5),
        event: 'open',
        conditionName: 'Slow',
        title: 'web is slow',
        priority: 'critical',
        openTime: at(4),
        'entity.name': 'web',
        'tags.clusterName': 'near',
      },
      {
        timestamp: at(6),
        event: 'open',
        conditionName: 'Slow',
        title: 'other',
        openTime: at(6),
        'entity.name': 'other',
        'tags.clusterName': 'far',
      },
      {
        timestamp: at(7),
        event: 'close',
        conditionName: 'Slow',
        title: 'web is slow',
        'entity.name': 'web',
        'tags.clusterName': 'near',
      },
    ],
    Deployment: [
      { timestamp: at(3), deploymentId: 'd-1', 'entity.name': 'web', version: 'v2', commit: 'abc', user: 'kim' },
    ],
  };
  test('alerts that opened, within the scope', async () => {
    const { sources } = await setUp({ data: events });
    expect(await sources.alerts.observe(aScope({ window, cluster: 'near', reach: 'cluster' }), {})).toMatchObject({
      data: [
        {
          name: 'Slow',
          at: new Date(at(4)).toISOString(),
          severity: 'critical',
          summary: 'web is slow',
          entity: { name: 'web', cluster: 'near' },
        },
      ],
    });
  });
  test('deployment markers are changes', async () => {
    const { sources } = await setUp({ data: events });
    expect(await sources.changes.observe(scope, {})).toMatchObject({
      data: [
        {
          id: 'd-1',
          kind: 'deploy',
          service: 'web',
          version: 'v2',
          commit: 'abc',
          author: 'kim',
          title: 'Deployment of v2',
        },
      ],
    });
  });
});
