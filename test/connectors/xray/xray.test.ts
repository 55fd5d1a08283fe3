import { XRayClient } from '@aws-sdk/client-xray';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filterOf } from '../../../connectors/xray/client.ts';
import { xRaySources } from '../../../connectors/xray/source.ts';
import { aScope } from '../../builders.ts';
import { tracesContract } from '../../contract/traces.ts';
import { awsClient, type TestServer } from '../../server.ts';
import { shopTraces } from '../../traces.ts';
import { refusal, xRayDouble } from './double.ts';

const end = Date.parse('2026-11-20T03:00:00.000Z');
const shop = { start: end - 90 * 60_000, onset: end - 30 * 60_000, end };
const spans = shopTraces(shop);
const window = { start: new Date(shop.start).toISOString(), end: new Date(end).toISOString() };
const scope = aScope({ window, service: 'cart', reach: 'cluster' });
const asked = { baselineEnd: new Date(shop.onset).toISOString() };
const sourcesOf = (server: TestServer) => xRaySources(new XRayClient(awsClient(server)), { cluster: 'serverless' });

let server: TestServer;
beforeAll(async () => {
  server = await xRayDouble({ spans });
});
afterAll(() => server[Symbol.asyncDispose]());

tracesContract({ source: () => sourcesOf(server).traces, shop, withoutClusters: true });

describe('X-Ray', () => {
  test('gives the calls of its service graph, without clients, of six hours at most', async () => {
    const long = { start: new Date(end - 24 * 3_600_000).toISOString(), end: window.end };
    expect(await sourcesOf(server).calls.observe(aScope({ window: long }), {})).toMatchObject({
      kind: 'data',
      data: [
        {
          from: 'web',
          to: 'cart',
          fromCluster: 'serverless',
          requestsPerSecond: 90 / (6 * 3600),
          seenAt: new Date(end - 60_000).toISOString(),
        },
      ],
    });
  });
  test('is asked with filters that a name cannot leave', () => {
    expect(filterOf('cart', { kind: 'slow', minMs: 41.2 })).toBe('service("cart") { responsetime > 0.041 }');
    expect(filterOf('cart', { kind: 'failed' })).toBe('service("cart") { fault = true }');
    expect(filterOf('a") OR service("b', { kind: 'any' })).toBeUndefined();
  });
  test.each([
    ['the right is missing', refusal('AccessDeniedException', 403), 'the right to xray:GetServiceGraph is missing.'],
    ['it throttles', refusal('ThrottledException', 429), 'xray:GetServiceGraph was throttled (ThrottledException).'],
    [
      'its answer has another form',
      { body: '{"Services":7}' },
      'xray:GetServiceGraph answered in a form that is not its API.',
    ],
  ])('%s: a gap in our words', async (_, answer, reason) => {
    await using it = await xRayDouble({ spans, instead: () => answer });
    const { traces, calls } = sourcesOf(it);
    expect(await traces.observe(scope, asked)).toMatchObject({ kind: 'gap', gap: { reason } });
    expect(await calls.observe(scope, {})).toMatchObject({ kind: 'gap', gap: { reason } });
  });
  test('traces that it does not return are counted', async () => {
    let count = 0;
    await using it = await xRayDouble({
      spans,
      instead: (operation) =>
        operation === 'Traces' && count++ === 0 ? refusal('ThrottledException', 429) : undefined,
    });
    const observed = await sourcesOf(it).traces.observe(scope, asked);
    expect(observed.kind === 'data' && observed.missing?.join()).toContain('5 of 10 traces that X-Ray found');
  });
  test('segments without an end, of another form, or nested without end are left out or cut', async () => {
    const start_time = shop.onset / 1000 + 60;
    let deep: object = { id: 'd', name: 'x', start_time, end_time: start_time + 1 };
    for (let depth = 0; depth < 60; depth += 1)
      deep = { id: `d${depth}`, name: 'x', start_time, end_time: start_time + 1, subsegments: [deep] };
    const documents = [
      '{',
      '[]',
      JSON.stringify({ id: '1', name: 'cart', start_time }),
      JSON.stringify({
        id: '2',
        name: 'cart',
        start_time,
        end_time: start_time + 1,
        fault: true,
        cause: 'abc',
        subsegments: [deep],
      }),
    ];
    await using it = await xRayDouble({
      spans,
      instead: (operation) =>
        operation === 'Traces'
          ? { body: JSON.stringify({ Traces: [{ Id: '1-a', Segments: documents.map((Document) => ({ Document })) }] }) }
          : undefined,
    });
    const observed = await sourcesOf(it).traces.observe(scope, asked);
    if (observed.kind !== 'data') throw new Error(observed.gap.reason);
    expect(observed.data[0]?.spans.length).toBe(21);
    expect(observed.data[0]?.spans[0]).toMatchObject({ span: '2', error: true, cluster: 'serverless' });
  });
});
