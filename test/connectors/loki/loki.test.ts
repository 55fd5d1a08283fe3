import { describe, expect, test } from 'vitest';
import { readEntries } from '../../../connectors/configured.ts';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { liveSources } from '../../../connectors/live.ts';
import { lokiLogs } from '../../../connectors/loki/logs.ts';
import type { ConfigPlace } from '../../../connectors/source-kind.ts';
import type { Scope } from '../../../core/model/scope.ts';
import { LogRecord } from '../../../core/model/telemetry.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { investigateLogs } from '../../../core/specialists/logs/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aScope, at } from '../../builders.ts';
import { partly } from '../../partly.ts';
import type { Answer, TestServer } from '../../server.ts';
import { loki, type Stream } from './double.ts';

const window = { start: '2026-11-20T02:00:00.000Z', end: '2026-11-20T03:00:00.000Z' };
const startNs = BigInt(Date.parse(window.start)) * 1_000_000n;
const second = 1_000_000_000n;
const place = { cluster: 'near', namespace: 'shop', service_name: 'web' };
const shop: Partial<Scope> = { reach: 'neighbourhood', cluster: 'near', namespace: 'shop', service: 'web', window };
const aStream = (lines: Stream['lines'], labels: Stream['labels'] = place): Stream => ({ labels, lines });
/** As many lines, equally far from each other over the window. */
const evenly = (count: number, text: (n: number) => string): Stream['lines'] =>
  Array.from({ length: count }, (_, n) => [startNs + (3600n * second * BigInt(n)) / BigInt(count), text(n)]);

const labels = { service: 'service_name', namespace: 'namespace', cluster: 'cluster', pod: 'pod' };
type Config = Parameters<typeof lokiLogs>[0];
async function ask(server: Pick<TestServer, 'url'>, scope: Partial<Scope> = shop, over: Partial<Config> = {}) {
  const config = { url: server.url, labels, pageSize: 100, maxGbScanned: 10, ...over };
  const observed = await lokiLogs(config).observe(aScope(scope), {});
  if (observed.kind === 'gap') return { observed, gap: observed.gap.reason, records: [], missing: [] };
  const records: LogRecord[] = [];
  for await (const record of observed.data) records.push(LogRecord.parse(record));
  return { observed, gap: undefined, records, missing: observed.missing ?? [] };
}
const queriesOf = (server: TestServer, end: string) =>
  server.asked
    .map(({ path }) => new URL(path, server.url))
    .filter(({ pathname }) => pathname.endsWith(`/${end}`))
    .map(({ searchParams }) => Object.fromEntries(searchParams));

describe('the scope', () => {
  const streams = ['near', 'far'].flatMap((cluster) =>
    [
      { namespace: 'shop', service_name: 'web' },
      { namespace: 'bank', service_name: 'ledger' },
    ].map((one) =>
      aStream(
        evenly(3, () => 'ready'),
        { cluster, ...one },
      ),
    ),
  );
  test('is selected by the server, the paged service first and nothing twice', async () => {
    await using server = await loki({ streams });
    const { records, missing } = await ask(server, { ...shop, neighbours: ['ledger'] });
    expect(queriesOf(server, 'query_range').map(({ query }) => query)).toEqual([
      '{cluster="near", namespace="shop", service_name="web"}',
      '{service_name=~"ledger"}',
    ]);
    expect(records).toHaveLength(9);
    expect(missing).toEqual([]);
  });
  test('names from a page cannot change the query', async () => {
    await using server = await loki({ streams });
    const hostile = 'x"} or {a=~".+|(';
    const { gap, records } = await ask(server, { ...shop, service: hostile, neighbours: ['.*', hostile, 'a|b'] });
    expect(gap).toBeUndefined();
    expect(records.every((one) => one.labels.cluster === 'near' && one.labels.namespace === 'shop')).toBe(true);
  });
  test('has at most 50 neighbours, which is said', async () => {
    await using server = await loki({ streams });
    const neighbours = Array.from({ length: 53 }, (_, n) => `service-${n}`);
    expect((await ask(server, { ...shop, neighbours })).missing).toEqual(['logs of 3 neighbours: 50 are asked for']);
  });
  test('without a place is every stream with a label that nearly all have, which is said', async () => {
    await using server = await loki({
      streams: [
        ...streams,
        aStream(
          evenly(2, () => 'x'),
          { job: 'cron' },
        ),
      ],
    });
    const { records, missing } = await ask(server, { window });
    expect(records).toHaveLength(12);
    expect(missing).toEqual(['streams without the label namespace']);
  });
  test('needs no cluster label if the cluster is configured', async () => {
    await using server = await loki({
      streams: [
        aStream(
          evenly(2, () => 'a'),
          { app: 'web', ns: 'shop' },
        ),
      ],
    });
    const names = { ...labels, service: 'app', namespace: 'ns' };
    const { records } = await ask(server, shop, { cluster: 'near', labels: names });
    expect(records.map((one) => one.labels)).toEqual(
      Array.from({ length: 2 }, () => ({ cluster: 'near', namespace: 'shop', service: 'web' })),
    );
  });
  test('whatever the server answers, nothing outside the scope and the window is kept', async () => {
    const line = (stream: object, ns: bigint) => ({ stream, values: [[String(ns), 'x']] });
    const result = [line(place, startNs), line({ ...place, namespace: 'bank' }, startNs), line(place, startNs - 1n)];
    await using server = await loki({
      streams: [aStream(evenly(1, () => 'x'))],
      instead: (path) =>
        path === 'query_range'
          ? { body: JSON.stringify({ status: 'success', data: { resultType: 'streams', result } }) }
          : undefined,
    });
    expect((await ask(server)).records).toHaveLength(1);
  });
});

describe('pages', () => {
  test('continue at the last nanosecond, and repeat no line of it', async () => {
    // Five lines share each nanosecond, of two streams, so that pages end inside of it.
    const at5 = (n: number) => startNs + BigInt(Math.floor(n / 5));
    const lines = Array.from({ length: 333 }, (_, n) => [at5(n), `line ${n}`] as const);
    await using server = await loki({
      streams: [
        aStream(lines.filter((_, n) => n % 2 === 0)),
        aStream(
          lines.filter((_, n) => n % 2 === 1),
          { ...place, pod: 'web-1' },
        ),
      ],
    });
    const { records, missing } = await ask(server);
    expect(records.map(({ message }) => message).toSorted()).toEqual(lines.map(([, text]) => text).toSorted());
    expect(missing).toEqual([]);
    const asked = queriesOf(server, 'query_range');
    expect(asked.length).toBeGreaterThan(3);
    for (const { direction, limit, start } of asked) {
      expect({ direction, limit }).toEqual({ direction: 'forward', limit: '100' });
      expect(start).toMatch(/^\d{19}$/);
    }
  });
  test('a nanosecond that fills a page is left, and that is said', async () => {
    const many = Array.from({ length: 150 }, (_, n) => [startNs, `same ${n}`] as const);
    await using server = await loki({ streams: [aStream([...many, [startNs + second, 'after']])] });
    const { records, missing } = await ask(server);
    expect(records).toHaveLength(101);
    expect(records.at(-1)?.message).toBe('after');
    expect(missing.join()).toMatch(/further lines of the paged service in the nanosecond/);
  });
  test('that break off leave the lines before, and that is said', async () => {
    await using server = await loki({
      streams: [aStream(evenly(250, (n) => `line ${n}`))],
      instead: (path, _, times) => (path === 'query_range' && times === 2 ? { status: 500, body: 'boom' } : undefined),
    });
    const { records, missing } = await ask(server);
    expect(records).toHaveLength(100);
    expect(missing.join()).toMatch(/lines of the paged service after .* \(Loki answered with status 500\.\)/);
  });
});

describe('more lines than can be read', () => {
  test('are counted first; then lines that look like trouble are read from all parts of the window', async () => {
    const text = (n: number) => (n % 500 === 0 ? `ERROR no ${n}` : `GET /${n} 200`);
    await using server = await loki({
      streams: [
        aStream(evenly(100_000, text)),
        aStream(
          evenly(9, () => 'asked'),
          { ...place, service_name: 'ledger', namespace: 'bank' },
        ),
        aStream(evenly(40_000, text), { ...place, service_name: 'batch' }),
      ],
    });
    const { records, missing, observed } = await ask(server, { ...shop, neighbours: ['ledger'] });
    expect(server.asked.length).toBeLessThanOrEqual(10);
    expect(observed.kind === 'data' && observed.bytes).toBeLessThan(50_000_000);
    const own = records.filter((one) => one.labels.service === 'web');
    expect(own).toHaveLength(200);
    expect(own.every(({ message, cut }) => message.startsWith('ERROR') && cut)).toBe(true);
    expect(own.at(-1)?.timestamp.slice(11, 16)).toBe('02:59');
    expect(records.filter((one) => one.labels.service === 'ledger')).toHaveLength(9);
    expect(missing[0]).toBe(
      'most lines of the paged service: of 100,000 lines, 200 that look like trouble were read, from 3 equal parts of the window',
    );
    expect(missing[1]).toMatch(/^most lines of other services: of 40,000 lines, 80 /);
  });
  test('of the neighbourhood do not keep the paged service from being read whole', async () => {
    await using server = await loki({
      streams: [
        aStream(evenly(250, (n) => `GET /${n} 200`)),
        aStream(
          evenly(9000, () => 'noise'),
          { ...place, service_name: 'batch' },
        ),
      ],
    });
    const { records } = await ask(server);
    expect(records.filter((one) => one.labels.service === 'web' && one.cut === undefined)).toHaveLength(250);
  });
  test('are sampled, too, if they cannot be counted', async () => {
    await using server = await loki({
      streams: [aStream([[startNs, 'ERROR']])],
      instead: (path) => (path === 'query' ? { status: 400, body: 'maximum of series (500) reached' } : undefined),
    });
    const { records, missing } = await ask(server);
    expect(records).toHaveLength(1);
    expect(missing[0]).toBe('the number of lines (Loki answered with status 400.)');
  });
  test('than Loki may read for the money begin the window later', async () => {
    await using server = await loki({ streams: [aStream(evenly(60, (n) => `line ${n}`))], indexBytes: 2e9 });
    const { records, missing } = await ask(server, shop, { maxGbScanned: 1 });
    // The index says 2 GB, read twice: a quarter of the hour fits.
    expect(records.length).toBeGreaterThan(13);
    expect(records.length).toBeLessThan(17);
    expect(records[0]?.timestamp.slice(11, 16)).toBe('02:46');
    expect(missing[0]).toBe('lines before 2026-11-20T02:45:00.000Z: Loki would read 4.0 GB, and the cap is 1 GB');
  });
  test('than Loki says to have read already are not asked for', async () => {
    const stats = { summary: { totalBytesProcessed: 2e9 } };
    const body = JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [], stats } });
    await using server = await loki({
      streams: [aStream(evenly(1, () => 'x'))],
      instead: (path) =>
        path === 'index/stats'
          ? { status: 404 }
          : path === 'query'
            ? { body: body.replace('"result":[]', '"result":[{"metric":{"service_name":"web"},"value":[1,"1"]}]') }
            : undefined,
    });
    expect((await ask(server, shop, { maxGbScanned: 1 })).missing.join()).toMatch(/Loki has read 2\.0 GB/);
    expect(queriesOf(server, 'query_range')).toEqual([]);
  });
});

describe('a server that throttles', () => {
  const throttling = (limit: number, after: string) =>
    loki({
      streams: [aStream(evenly(3, () => 'x'))],
      instead: (path, _, times) =>
        path === 'query_range' && times <= limit
          ? { status: 429, headers: { 'retry-after': after }, body: 'too many outstanding requests' }
          : undefined,
    });
  test('is asked again after the time that it names', async () => {
    await using server = await throttling(2, '0');
    expect(await ask(server)).toMatchObject({ missing: [], records: { length: 3 } });
  });
  test('for longer than the question may take is not waited for', async () => {
    await using server = await throttling(9, '3600');
    const before = performance.now();
    const { gap, missing } = await ask(server);
    expect([gap, ...missing].join()).toMatch(/throttled the question/);
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

describe('a server that is no help becomes a gap in our words', () => {
  const always = (answer: Answer | (() => Promise<Answer>)) =>
    loki({ streams: [], instead: () => (typeof answer === 'function' ? answer() : answer) });
  test.each<[string, Answer, RegExp]>([
    ['no tenant', { status: 401, body: 'no org id' }, /refused the token or tenant \(status 401\)/],
    ['no right', { status: 403, body: '<script>' }, /status 403/],
    ['another address', { status: 404, body: '404' }, /does not lead to the API of Loki/],
    ['a login page', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, /status 302/],
    ['an error', { status: 500, body: 'secret stack trace' }, /^Loki answered with status 500\.$/],
    ['another form', { body: '{"status":"success","data":{"a":1}}' }, /form that is not its API/],
    ['no JSON', { body: '<html>' }, /form that is not its API/],
    ['another prototype', { body: '{"__proto__":{"status":"success"},"data":7}' }, /form that is not its API/],
  ])('%s', async (_, answer, said) => {
    await using server = await always(answer);
    expect((await ask(server)).gap).toMatch(said);
  });
  test('nobody there', async () => {
    expect((await ask({ url: 'http://127.0.0.1:1' })).gap).toBe('Loki at 127.0.0.1:1 could not be reached.');
  });
  test('silence', async () => {
    await using server = await always(() => new Promise(() => undefined));
    expect((await ask(server, shop, { timeoutMs: 100 })).gap).toBe('Loki did not answer within 100 ms.');
    expect((await ask(server, shop, { deadlineMs: 100 })).gap).toMatch(/did not answer within \d+ ms/);
  });
  test('an answer without end', async () => {
    await using server = await always({ body: 'x'.repeat(200_000) });
    expect((await ask(server, shop, { maxBytes: 100_000 })).gap).toBe('Loki answered with more than 100000 bytes.');
  });
});

test('hostile text stays text, and a long line and long labels are cut', async () => {
  const lines = [
    [startNs, '\u001b[31m<script>alert(1)</script>\u0000\u202e{"__proto__":1}'],
    [startNs + 1n, 'y'.repeat(40_000)],
  ] as const;
  const own = { ...place, pod: 'p'.repeat(5000), detected_level: 'error', constructor: 'x' };
  await using server = await loki({ streams: [aStream(lines, own)] });
  const { records, missing } = await ask(server);
  expect(records[0]).toMatchObject({ message: lines[0][1], labels: { level: 'error', pod: 'p'.repeat(253) } });
  expect(records[1]?.message).toHaveLength(16_384);
  expect(missing).toEqual(['the ends of 1 lines of more than 16,384 characters']);
});

describe('silence is explained', () => {
  test('by labels that this Loki lacks', async () => {
    await using server = await loki({
      streams: [
        aStream(
          evenly(5, () => 'x'),
          { app: 'web', job: 'shop/web' },
        ),
      ],
    });
    const { records, missing } = await ask(server);
    expect(records).toEqual([]);
    expect(missing).toEqual([
      'streams by the label service_name or namespace, which this Loki lacks (labels: app, job)',
    ]);
  });
  test('by a service that has no streams under this name', async () => {
    await using server = await loki({ streams: [aStream(evenly(5, () => 'x'))] });
    const { records, missing } = await ask(server, { ...shop, service: 'web-player' });
    expect(records).toHaveLength(5);
    expect(missing).toEqual(['lines of web-player: the label service_name has no such value here']);
  });
  test('by the lack of any stream', async () => {
    await using server = await loki({ streams: [] });
    const { gap, records, missing } = await ask(server, { window });
    expect({ gap, records }).toEqual({ gap: undefined, records: [] });
    expect(missing.join()).toMatch(/none in the window/);
  });
});

describe('configured', () => {
  const clock = { now: () => new Date(at('02:50:00')) };
  const logsOf = (place_: ConfigPlace, settings: object) =>
    liveSources(readEntries({ logs: { kind: 'loki', ...settings } }, { place: place_ }), {
      clock,
      secret: (name) => async () => `value of ${name}`,
    }).sources.logs;
  const streams = [aStream(evenly(3, () => 'x'))];
  const read = async (source: ReturnType<typeof logsOf>) => {
    const observed = await source.observe(aScope(shop), {});
    if (observed.kind === 'gap') throw new Error(observed.gap.reason);
    let lines = 0;
    for await (const { labels: of } of observed.data) lines += Number(of.service === 'web');
    return { ...observed, lines };
  };
  test('in a stage: the token of the secret, and the tenant', async () => {
    await using server = await loki({ streams, tenant: 'team-a|team-b', authorization: 'Bearer value of logs-token' });
    const settings = { url: server.url, auth: 'token', tenant: 'team-a|team-b' };
    expect((await read(logsOf('stage', settings))).lines).toBe(3);
  });
  test('in a local file: a user and a token are basic authentication', async () => {
    const basic = `Basic ${Buffer.from('123:t').toString('base64')}`;
    await using server = await loki({ streams, authorization: basic });
    expect((await read(logsOf('local', { url: server.url, user: '123', token: 't' }))).lines).toBe(3);
    expect(() => logsOf('local', { url: server.url, user: '123' })).toThrow(/only with a token/);
    expect(() => logsOf('local', { url: server.url, auth: 'token' })).toThrow(/is needed: Token for Loki/);
  });
  test("through Grafana's data source proxy, with a link to Explore", async () => {
    const prefix = '/grafana/api/datasources/proxy/uid/P8E8';
    await using server = await loki({ streams, prefix, authorization: 'Bearer glsa_x' });
    const { lines, link = '' } = await read(logsOf('local', { url: `${server.url}${prefix}/`, token: 'glsa_x' }));
    expect(lines).toBe(3);
    const { pathname, searchParams } = new URL(link);
    expect(pathname).toBe('/grafana/explore');
    expect(JSON.parse(searchParams.get('panes') ?? '')).toMatchObject({
      logs: { datasource: 'P8E8', range: { from: String(Date.parse(window.start)) } },
    });
  });
  test('the logs specialist finds its new error', async () => {
    const of = { cluster: 'backend-1', namespace: 'billing', service_name: 'billing' };
    const minute = (n: number) => BigInt(Date.parse(at('01:30:00')) + n * 60_000) * 1_000_000n;
    const alive = Array.from({ length: 77 }, (_, n) => [minute(n), `POST /invoices 200 in ${n} ms`] as const);
    const broken = Array.from(
      { length: 10 },
      (_, n) => [minute(66 + n) + 1n, 'ERROR dial tcp ledger-api.billing:8443: connect: connection refused'] as const,
    );
    const prefix = '/api/datasources/proxy/uid/P8E8';
    await using server = await loki({ streams: [aStream([...alive, ...broken], of)], prefix });
    const evidence = diskEvidence(memoryDisk());
    const telemetry = { logs: logsOf('local', { url: `${server.url}${prefix}` }) };
    const ports = partly<Ports>({ evidence, clock, telemetry });
    const report = await investigateLogs(aBrief({ specialist: 'logs', context: aContext() }), ports);
    expect(report.findings[0]?.claim).toMatch(/New at billing.*connection refused/);
    const shown = await evidence.get('inc-1', report.findings[0]?.evidenceIds[0] ?? '');
    expect(shown?.link).toMatch(/\/explore\?/);
  });
});
