import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newRelicSources } from '../../../connectors/newrelic/index.ts';
import { aScope } from '../../builders.ts';
import { tracesContract } from '../../contract/traces.ts';
import { shopTraces } from '../../traces.ts';
import { type Double, failure, json, newRelicDouble } from './double.ts';

const end = Date.parse('2026-11-20T03:00:00.000Z');
const shop = { start: end - 90 * 60_000, onset: end - 30 * 60_000, end };
/** As OpenTelemetry spans arrive in New Relic. */
const events = shopTraces(shop).map((span) => ({
  ...span.attributes,
  timestamp: span.start,
  'trace.id': span.trace,
  id: span.span,
  name: span.operation,
  'service.name': span.service,
  'duration.ms': span.durationMs,
  'span.kind': span.kind,
  'k8s.cluster.name': span.cluster ?? '',
  'k8s.namespace.name': span.namespace ?? '',
  'otel.status_code': span.error ? 'ERROR' : 'OK',
  ...(span.parent === undefined ? {} : { 'parent.id': span.parent }),
  ...(span.status === undefined ? {} : { 'otel.status_description': span.status }),
}));
const window = { start: new Date(shop.start).toISOString(), end: new Date(end).toISOString() };
const scope = aScope({ window, service: 'cart', reach: 'cluster' });
const asked = { baselineEnd: new Date(shop.onset).toISOString() };
const sourceOf = (double: Double) =>
  newRelicSources({ url: double.url, accounts: [1], token: async () => 'NRAK-1', pause: async () => undefined }).traces;

let server: Double;
beforeAll(async () => {
  server = await newRelicDouble({ data: { Span: events } });
});
afterAll(() => server[Symbol.asyncDispose]());

tracesContract({ source: () => sourceOf(server), shop, maxServices: 2 });

describe('a question to New Relic', () => {
  test('takes few queries, and selects by service, failure and duration there', async () => {
    await using it = await newRelicDouble({ data: { Span: events } });
    await sourceOf(it).observe(scope, asked);
    expect(it.queries.length).toBeLessThanOrEqual(18);
    const text = it.queries.join('\n');
    expect(text).toContain("`service.name` = 'cart' AND (`otel.status_code` = 'ERROR')");
    expect(text).toMatch(/`service\.name` = 'cart' AND `duration\.ms` > \d+/);
  });
  test('never holds a name that could end its text', async () => {
    await using it = await newRelicDouble({ data: { Span: events } });
    const match = { cart: { 'service.name': "cart' OR true" } };
    const observed = await sourceOf(it).observe({ ...scope, match }, asked);
    expect(it.queries.join()).not.toContain('OR true');
    expect(observed).toMatchObject({ kind: 'data', missing: [expect.stringContaining('traces of cart')] });
  });
});

describe('an answer that is no help', () => {
  test.each([
    ['without spans', undefined, 'New Relic has no spans with a service in these accounts and this window.'],
    ['that refuses', json({}, 403), 'New Relic refused the key (status 403).'],
    ['with an error in a 200', failure('no access'), 'New Relic answered: no access'],
  ])('%s: a gap in our words', async (_, answer, reason) => {
    await using it = await newRelicDouble({ data: { Log: [] }, instead: () => answer });
    expect(await sourceOf(it).observe(scope, asked)).toMatchObject({ kind: 'gap', gap: { reason } });
  });
  test('that fails for some traces: they are counted', async () => {
    let count = 0;
    await using it = await newRelicDouble({
      data: { Span: events },
      instead: (nrql) => (nrql?.startsWith('SELECT *') && count++ === 0 ? failure('too much') : undefined),
    });
    const observed = await sourceOf(it).observe(scope, asked);
    expect(observed.kind === 'data' && observed.missing?.join()).toContain('1 of 4 samples of traces');
  });
  test('with rows of another form: they are left out', async () => {
    await using it = await newRelicDouble({
      data: { Span: events },
      instead: (nrql) =>
        nrql?.startsWith('SELECT *')
          ? json({
              data: {
                actor: {
                  nrql: {
                    results: [
                      { 'trace.id': 7, name: ['x'], timestamp: 'now' },
                      {
                        'trace.id': 'a',
                        id: 'b',
                        name: 'n',
                        'service.name': 'cart',
                        timestamp: shop.start + 1,
                        duration: 0.2,
                        'error.class': 'Oops',
                      },
                    ],
                    queryProgress: { queryId: 'q', completed: true },
                  },
                },
              },
            })
          : undefined,
    });
    const observed = await sourceOf(it).observe(scope, asked);
    expect(observed.kind === 'data' && observed.data[0]?.spans).toEqual([
      expect.objectContaining({ span: 'b', service: 'cart', durationMs: 200, error: true, status: 'Oops' }),
    ]);
  });
});
