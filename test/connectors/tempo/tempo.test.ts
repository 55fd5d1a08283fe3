import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEntries } from '../../../connectors/configured.ts';
import { liveSources } from '../../../connectors/live.ts';
import { traceQl } from '../../../connectors/tempo/client.ts';
import { tempoTraces } from '../../../connectors/tempo/source.ts';
import { aScope } from '../../builders.ts';
import { tracesContract } from '../../contract/traces.ts';
import type { TestServer } from '../../server.ts';
import { shopTraces } from '../../traces.ts';
import { tempo } from './double.ts';

const end = Date.parse('2026-11-20T03:00:00.000Z');
const shop = { start: end - 90 * 60_000, onset: end - 30 * 60_000, end };
const spans = shopTraces(shop);
const window = { start: new Date(shop.start).toISOString(), end: new Date(end).toISOString() };
const scope = aScope({ window, service: 'cart', cluster: 'backend-1', reach: 'cluster' });
const asked = { baselineEnd: new Date(shop.onset).toISOString() };
const settings = { clusterAttribute: 'k8s.cluster.name' };

let server: TestServer;
beforeAll(async () => {
  server = await tempo({ spans });
});
afterAll(() => server[Symbol.asyncDispose]());

tracesContract({ source: () => tempoTraces({ ...settings, url: server.url }), shop });

describe('a question to Tempo', () => {
  test('selects by the service, the cluster that Tempo knows, failure and duration', () => {
    const query = { service: 'cart', attributes: { env: 'prod' } };
    const place = { 'k8s.cluster.name': 'backend-1' };
    expect(traceQl({ ...query, which: { kind: 'slow', minMs: 41.2 } }, place)).toBe(
      '{ resource.service.name = "cart" && resource.k8s.cluster.name = "backend-1" && resource.env = "prod" && duration > 42ms }',
    );
    expect(traceQl({ ...query, attributes: {}, which: { kind: 'failed' } }, {})).toBe(
      '{ resource.service.name = "cart" && status = error }',
    );
  });

  test('keeps a name with quotes within its quotes, and leaves out an attribute that is none', () => {
    const q = traceQl({ service: 'a" || true }', attributes: { 'x = "1" || y': 'z' }, which: { kind: 'any' } }, {});
    expect(q).toBe('{ resource.service.name = "a\\" || true }" }');
  });

  test('reads each trace once', async () => {
    await using it = await tempo({ spans });
    await tempoTraces({ ...settings, url: it.url }).observe(scope, asked);
    const ids = it.asked.flatMap(({ path }) => /^\/api\/traces\/(\w+)/.exec(path)?.[1] ?? []);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
    expect(it.asked.length).toBeLessThan(150);
  });

  test('goes through Grafana, with its login, and links to its Explore', async () => {
    const prefix = '/api/datasources/proxy/uid/T1';
    await using it = await tempo({ spans, prefix, authorization: 'Bearer glsa', tenant: 'team-a' });
    const entries = {
      graf: { kind: 'grafana', url: it.url, auth: { kind: 'bearer', secret: 'graf-token' } },
      traces: { kind: 'tempo', via: 'graf', uid: 'T1', tenant: 'team-a' },
    };
    const { sources } = liveSources(readEntries(entries, { place: 'stage' }), {
      clock: { now: () => new Date(end) },
      secret: () => async () => 'glsa',
    });
    const observed = await sources.traces.observe(scope, asked);
    expect(observed).toMatchObject({ kind: 'data', link: expect.stringContaining(`${it.url}/explore?`) });
  });

  test('reads ids in base64, names of kinds and codes, and traces under the newer field', async () => {
    const trace = {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] },
          scopeSpans: [
            {
              spans: [
                {
                  spanId: 'AAAAAAAAAAE=',
                  parentSpanId: 'AAAAAAAAAAA=',
                  name: 'add',
                  kind: 'SPAN_KIND_SERVER',
                  startTimeUnixNano: String(BigInt(shop.onset + 60_000) * 1_000_000n),
                  endTimeUnixNano: String(BigInt(shop.onset + 60_250) * 1_000_000n),
                  events: [
                    { name: 'exception', attributes: [{ key: 'exception.message', value: { stringValue: 'full' } }] },
                  ],
                  status: { code: 'STATUS_CODE_ERROR' },
                },
              ],
            },
          ],
        },
      ],
    };
    await using it = await tempo({
      spans,
      instead: (path) => (path.startsWith('/api/traces/') ? { body: JSON.stringify(trace) } : undefined),
    });
    const observed = await tempoTraces({ ...settings, url: it.url, cluster: 'backend-1' }).observe(scope, asked);
    if (observed.kind !== 'data') throw new Error('no data');
    expect(observed.data[0]?.spans[0]).toMatchObject({
      service: 'cart',
      kind: 'server',
      durationMs: 250,
      error: true,
      status: 'full',
      cluster: 'backend-1',
    });
    expect(observed.data[0]?.spans[0]?.parent).toBeUndefined();
  });
});

describe('an answer that is no help', () => {
  const reason = async (url: string, over: object = {}) => {
    const source = tempoTraces({ ...settings, url, deadlineMs: 600, timeoutMs: 300, ...over });
    const observed = await source.observe(scope, asked);
    return observed.kind === 'gap' ? observed.gap.reason : (observed.missing ?? []).join('; ');
  };
  test.each([
    ['refuses', { status: 401 }, 'Tempo refused the login (status 401).'],
    ['is a page', { body: '<html>' }, 'Tempo answered in a form that is not its API.'],
    [
      'has ids that would change the address',
      { body: '{"traces":[{"traceID":"../../admin"}]}' },
      'Tempo answered in a form that is not its API.',
    ],
  ])('%s: a gap in our words', async (_, answer, expected) => {
    const isSearch = 'body' in answer && answer.body.includes('traceID');
    await using it = await tempo({
      spans,
      instead: (path) => (!isSearch || path === '/api/search' ? answer : undefined),
    });
    expect(await reason(it.url)).toBe(expected);
  });
  test('lacks traces that a search found: they are counted', async () => {
    await using it = await tempo({
      spans,
      instead: (path) => (/^\/api\/traces\/a\w*[02468ace]$/.test(path) ? { status: 404 } : undefined),
    });
    expect(await reason(it.url, { deadlineMs: 8000 })).toMatch(/\d of \d traces that a search found/);
  });
  test('is too large, or late', async () => {
    expect(await reason(server.url, { maxBytes: 30 })).toBe('Tempo answered with more than 30 bytes.');
    await using late = await tempo({
      spans,
      instead: () => new Promise((resolve) => setTimeout(() => resolve({}), 900)),
    });
    expect(await reason(late.url)).toMatch(/did not answer within/);
  });
});
