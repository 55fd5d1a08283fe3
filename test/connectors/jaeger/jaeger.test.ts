import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jaegerSources } from '../../../connectors/jaeger/source.ts';
import { aScope } from '../../builders.ts';
import { tracesContract } from '../../contract/traces.ts';
import type { TestServer } from '../../server.ts';
import { shopTraces } from '../../traces.ts';
import { jaeger } from './double.ts';

const end = Date.parse('2026-11-20T03:00:00.000Z');
const shop = { start: end - 90 * 60_000, onset: end - 30 * 60_000, end };
const spans = shopTraces(shop);
const window = { start: new Date(shop.start).toISOString(), end: new Date(end).toISOString() };
const scope = aScope({ window, service: 'cart', reach: 'cluster' });
const asked = { baselineEnd: new Date(shop.onset).toISOString() };

let server: TestServer;
beforeAll(async () => {
  server = await jaeger({ spans });
});
afterAll(() => server[Symbol.asyncDispose]());

tracesContract({ source: () => jaegerSources({ url: server.url }).traces, shop });

describe('the calls', () => {
  test('are those that Jaeger counted, with their rate and when they were seen', async () => {
    const observed = await jaegerSources({ url: server.url, cluster: 'backend-1' }).calls.observe(scope, {});
    expect(observed).toMatchObject({
      kind: 'data',
      data: [{ from: 'web', to: 'cart', fromCluster: 'backend-1', requestsPerSecond: 90 / 5400, seenAt: window.end }],
    });
  });
});

describe('an answer that is no help', () => {
  const ask = async (url: string, over: object = {}) => {
    const { traces, calls } = jaegerSources({ url, deadlineMs: 400, timeoutMs: 300, ...over });
    return [await traces.observe(scope, asked), await calls.observe(scope, {})];
  };
  const reasons = async (url: string, over?: object) =>
    (await ask(url, over)).map((one) => (one.kind === 'gap' ? one.gap.reason : 'data'));

  test.each([
    ['refuses', { status: 403, body: 'secret words' }, 'Jaeger refused the login (status 403).'],
    [
      'leads to a login page',
      { status: 302, headers: { location: '/login' } },
      'Jaeger refused the login (status 302).',
    ],
    ['is a page', { body: '<html>' }, 'Jaeger answered in a form that is not its API.'],
    ['has another form', { body: '{"data":"everything"}' }, 'Jaeger answered in a form that is not its API.'],
    ['is an error', { status: 500, body: 'boom' }, 'Jaeger answered with status 500.'],
  ])('%s: a gap in our words', async (_, answer, reason) => {
    await using it = await jaeger({ spans: [], instead: () => answer });
    expect(await reasons(it.url)).toEqual([reason, reason]);
  });

  test('is late, too large or throttled: a gap that says so', async () => {
    await using late = await jaeger({
      spans,
      instead: () => new Promise((resolve) => setTimeout(() => resolve({}), 900)),
    });
    expect((await reasons(late.url))[0]).toMatch(/did not answer within/);
    expect((await reasons(server.url, { maxBytes: 20 }))[0]).toBe('Jaeger answered with more than 20 bytes.');
    await using busy = await jaeger({ spans, instead: () => ({ status: 429 }) });
    expect((await reasons(busy.url))[0]).toBe('Jaeger throttled the question (status 429).');
    expect((await reasons('http://127.0.0.1:1'))[0]).toBe('Jaeger at 127.0.0.1:1 could not be reached.');
  });

  test('is throttled once: it is asked again', async () => {
    let refused = 0;
    await using it = await jaeger({
      spans,
      instead: () => (refused++ === 0 ? { status: 429, headers: { 'retry-after': '0' } } : undefined),
    });
    expect((await ask(it.url, { deadlineMs: 5000 }))[0]).toMatchObject({ kind: 'data' });
  });

  test('is partial: what failed is missing, with numbers', async () => {
    let count = 0;
    await using it = await jaeger({
      spans,
      instead: (path) => (path === '/api/traces' && count++ % 4 === 3 ? { status: 500 } : undefined),
    });
    const [traces] = await ask(it.url, { deadlineMs: 5000 });
    expect(traces).toMatchObject({ kind: 'data' });
    expect(traces?.kind === 'data' && traces.missing?.join()).toContain(
      '2 of 8 samples of traces (Jaeger answered with status 500.)',
    );
  });

  test('is hostile: names are cut, logins in attributes are left out, spans without time or process are dropped', async () => {
    const evil = 'x'.repeat(5000);
    const process = { serviceName: 'cart', tags: [{ key: 'k8s.cluster.name', value: evil }] };
    const span = {
      spanID: '1',
      operationName: evil,
      startTime: shop.onset * 1000 + 1_000_000,
      duration: 10,
      tags: [
        { key: 'http.request.header.authorization', value: 'Bearer abc' },
        { key: '__proto__', value: 'polluted' },
        { key: 'query', value: evil },
        { key: 'list', value: ['a'] },
      ],
      processID: 'p1',
    };
    const spansOf = [
      span,
      { ...span, spanID: '2', processID: '__proto__' },
      { ...span, spanID: '3', duration: -1 },
      { ...span, spanID: '4', startTime: 0 },
    ];
    await using it = await jaeger({
      spans,
      instead: (path) =>
        path === '/api/traces'
          ? { body: JSON.stringify({ data: [{ traceID: 'abc', processes: { p1: process }, spans: spansOf }] }) }
          : undefined,
    });
    const [traces] = await ask(it.url, { deadlineMs: 5000 });
    if (traces?.kind !== 'data') throw new Error('no data');
    const [set] = traces.data as readonly { readonly spans: readonly { readonly [key: string]: unknown }[] }[];
    expect(set?.spans).toHaveLength(1);
    expect(JSON.stringify(set).length).toBeLessThan(3000);
    expect(JSON.stringify(set)).not.toContain('Bearer');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

test('sends the tenant and the login', async () => {
  await using it = await jaeger({ spans, tenant: 'team-a', authorization: 'Bearer t' });
  const authorize = async ({ url, headers }: { url: URL; headers: Readonly<Record<string, string>> }) => ({
    url,
    headers: { ...headers, authorization: 'Bearer t' },
  });
  const { traces } = jaegerSources({ url: it.url, tenant: 'team-a', authorize });
  expect(await traces.observe(scope, asked)).toMatchObject({ kind: 'data' });
});
