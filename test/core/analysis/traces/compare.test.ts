import { describe, expect, test } from 'vitest';
import { callsOf, compareTraces, type TraceFinding } from '../../../../core/analysis/traces/compare.ts';
import { networkOfEdges } from '../../../../core/analysis/traces/edges.ts';
import { type EdgeSeries, Span } from '../../../../core/model/telemetry.ts';

interface Call {
  /** Own time of web, time between web and cart, own time of cart, time of cart's query; milliseconds. */
  readonly web?: number;
  readonly between?: number;
  readonly cart?: number;
  readonly query?: number;
  readonly fails?: 'cart' | 'query' | 'lost';
  readonly without?: 'cart';
  readonly attributes?: Span['attributes'];
}

let traces = 0;
/** web /buy → (client) → cart /add → (client) query of cart-db, which is not traced. */
function trace(call: Call = {}): Span[] {
  const { web = 10, between = 2, cart = 20, query = 15, fails, without, attributes = {} } = call;
  traces += 1;
  const start = traces * 1000;
  const span = (given: Partial<Span>) => Span.parse({ trace: `t${traces}`, start, ...given });
  const served = cart + query;
  const lost = fails === 'lost';
  const waited = without ? 0 : lost ? 1000 : between + served;
  const bad = fails !== undefined;
  return [
    span({
      span: 'a',
      service: 'web',
      operation: '/buy',
      kind: 'server',
      durationMs: web + waited,
      error: bad,
      attributes,
    }),
    ...(without
      ? []
      : [
          span({
            span: 'b',
            parent: 'a',
            service: 'web',
            operation: 'POST cart',
            kind: 'client',
            peer: 'cart',
            durationMs: waited,
            error: bad,
          }),
        ]),
    ...(without || lost
      ? []
      : [
          span({
            span: 'c',
            parent: 'b',
            service: 'cart',
            operation: '/add',
            kind: 'server',
            durationMs: served,
            error: bad,
            attributes,
          }),
          span({
            span: 'd',
            parent: 'c',
            service: 'cart',
            operation: 'select',
            kind: 'client',
            durationMs: query,
            error: fails === 'query',
          }),
        ]),
  ];
}
const many = (count: number, call: Call = {}): Span[] => Array.from({ length: count }, () => trace(call)).flat();
const compared = (incident: Span[], reference = many(20)): TraceFinding[] => compareTraces({ reference, incident });
const kinds = (findings: readonly TraceFinding[]) => findings.map(({ kind, at }) => `${kind} ${at.service}`);

describe('time of its own', () => {
  test('belongs to the service whose own work takes longer', () => {
    expect(compared(many(10, { cart: 300 }))).toMatchObject([
      { kind: 'own-time', at: { service: 'cart', operation: '/add' }, before: 20, during: 300, share: 1 },
    ]);
  });
  test('is not that of a caller that waits', () => {
    expect(kinds(compared(many(10, { cart: 300 })))).not.toContain('own-time web');
  });
  test('is not said where calls are as slow as ever, or by a few milliseconds', () => {
    expect(compared(many(10))).toEqual([]);
    expect(compared(many(10, { cart: 35 }))).toEqual([]);
  });
  test('is not said of what adds little to the calls', () => {
    expect(kinds(compared(many(10, { web: 40, cart: 900 })))).toEqual(['own-time cart']);
  });
  test('takes spans enough', () => {
    expect(compared(many(3, { cart: 300 }))).toEqual([]);
  });
  test('names the attribute by which slow and fast calls differ', () => {
    const mixed = [
      ...many(6, { cart: 600, attributes: { region: 'north', request_id: 'x' } }),
      ...many(6, { attributes: { region: 'south' } }),
    ];
    expect(compared(mixed)).toMatchObject([
      { kind: 'own-time', differs: { attribute: 'region', value: 'north', affected: 1, others: 0 } },
    ]);
  });
  test('names no attribute that the fast calls have, too', () => {
    const region = { attributes: { region: 'north' } };
    const mixed = [...many(6, { cart: 600, ...region }), ...many(6, region)];
    expect(compared(mixed, many(20, region))).toMatchObject([{ kind: 'own-time', differs: undefined }]);
  });
});

describe('time between caller and callee', () => {
  test('is what the caller waits beyond the work of its callee', () => {
    expect(compared(many(10, { between: 200 }))).toMatchObject([
      { kind: 'network', caller: 'web', at: { service: 'cart' }, before: 2, during: 200 },
    ]);
  });
  test('is not grown where the callee works longer', () => {
    expect(kinds(compared(many(10, { query: 400 })))).not.toContain('network cart');
  });
});

describe('an error', () => {
  test('begins at the deepest span that fails, and reaches those above', () => {
    expect(compared([...many(5, { fails: 'cart' }), ...many(5)])).toMatchObject([
      { kind: 'error-origin', at: { service: 'cart', operation: '/add' }, before: 0, during: 0.5, reached: ['web'] },
    ]);
  });
  test('of a query begins in the query', () => {
    expect(compared(many(6, { fails: 'query' }))).toMatchObject([
      { kind: 'error-origin', at: { service: 'cart', operation: 'select' } },
    ]);
  });
  test('that was as frequent before is no finding', () => {
    const usual = [...many(10, { fails: 'cart' }), ...many(10)];
    expect(compared([...many(5, { fails: 'cart' }), ...many(5)], usual)).toEqual([]);
  });
});

describe('a call', () => {
  test('that does not arrive is told of the callee, and the caller is no origin of errors', () => {
    const found = compared(many(8, { fails: 'lost' }));
    expect(found.filter(({ kind }) => kind !== 'vanished' && kind !== 'own-time')).toMatchObject([
      { kind: 'unanswered', caller: 'web', at: { service: 'cart' }, before: 0, during: 1 },
    ]);
  });
  test('to a callee that is never traced is not unanswered', () => {
    expect(compared(many(8, { query: 15 }), many(20)).map(({ kind }) => kind)).not.toContain('unanswered');
  });
  test('that every trace had and none has now has vanished', () => {
    expect(compared(many(8, { without: 'cart' }))).toMatchObject([
      { kind: 'vanished', at: { service: 'web', operation: '/buy' }, callee: 'cart', before: 1, during: 0 },
    ]);
  });
  test('that only some traces had has not', () => {
    const some = [...many(10), ...many(10, { without: 'cart' })];
    expect(compared(many(8, { without: 'cart' }), some)).toEqual([]);
  });
});

test('spans show who calls whom', () => {
  expect(callsOf(trace())).toEqual([{ from: 'web', to: 'cart' }]);
});

describe('metrics of calls', () => {
  const edge = (reporter: 'caller' | 'callee', before: number, during: number): EdgeSeries => ({
    from: 'web',
    to: 'cart',
    reporter,
    signal: 'latency',
    statistic: 'p95',
    unit: 'ms',
    points: Array.from({ length: 20 }, (_, index): [number, number] => [index * 60, index < 10 ? before : during]),
  });
  const set = (caller: EdgeSeries, callee: EdgeSeries) => ({ edges: [caller, callee] });
  const baselineEnd = 9.5 * 60_000;
  test('show the time between the two', () => {
    expect(networkOfEdges(set(edge('caller', 30, 250), edge('callee', 25, 25)), baselineEnd)).toMatchObject([
      { caller: 'web', callee: 'cart', before: 5, during: 225 },
    ]);
  });
  test('show nothing between them where the callee became slow', () => {
    expect(networkOfEdges(set(edge('caller', 30, 250), edge('callee', 25, 245)), baselineEnd)).toEqual([]);
  });
  test('are compared with a reference period apart from time', () => {
    const apart = { start: new Date(0).toISOString(), end: new Date(baselineEnd).toISOString() };
    const moved = { ...set(edge('caller', 30, 250), edge('callee', 25, 25)), reference: apart };
    expect(networkOfEdges(moved, baselineEnd)).toHaveLength(1);
  });
});

describe('a callee without spans of its own', () => {
  let count = 0;
  /** cart /add → (client) query of its database. */
  const query = (ms: number, over: Partial<Span> = {}, served: Partial<Span> = {}) => {
    count += 1;
    const span = (given: Partial<Span>) =>
      Span.parse({ trace: `q${count}`, start: count * 1000, service: 'cart', ...given });
    return [
      span({ span: 'a', operation: '/add', kind: 'server', durationMs: ms + 10, ...served }),
      span({
        span: 'b',
        parent: 'a',
        operation: 'SELECT',
        kind: 'client',
        peer: 'postgresql',
        durationMs: ms,
        ...over,
      }),
    ];
  };
  const times = (of: () => Span[]) => Array.from({ length: 12 }, of).flat();
  const usual = times(() => query(15));
  test('that takes longer is slow itself, and its caller is not', () => {
    const found = compared(
      times(() => query(400)),
      usual,
    );
    expect(kinds(found)).toEqual(['untraced-callee postgresql']);
    expect(found[0]).toMatchObject({ caller: 'cart', at: { operation: 'SELECT' }, before: 15, during: 400 });
  });
  test('that takes as long as before says nothing, whatever the caller does', () => {
    const slowCaller = times(() => query(15, {}, { durationMs: 500 }));
    expect(kinds(compared(slowCaller, usual))).toEqual(['own-time cart']);
  });
  test('that refuses shows where its errors begin', () => {
    const refused = times(() => query(2, { error: true, status: 'too many clients' }, { error: true }));
    expect(compared(refused, usual)).toMatchObject([
      { kind: 'error-origin', at: { service: 'cart', operation: 'SELECT' } },
    ]);
  });
  test('that gives no answer is not called slow', () => {
    const lost = times(() => query(3000, { error: true, status: 'timeout' }, { error: true }));
    expect(kinds(compared(lost, usual))).toEqual(['error-origin cart']);
  });
});
