// Traces of a small shop for tests of trace stores: web calls cart, which asks its database; stock works in another namespace and pricing in another
// cluster. In the incident, cart takes longer itself with the new basket, and some calls fail in it.
import { Span } from '../core/model/telemetry.ts';

export interface Shop {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly onset: number;
  readonly end: number;
}

export const aSpan = (over: Partial<Span> = {}): Span =>
  Span.parse({
    trace: '1'.padStart(32, '0'),
    span: '1'.padStart(16, '0'),
    service: 'web',
    operation: 'GET /',
    start: 1,
    durationMs: 1,
    ...over,
  });

/** One trace of each kind a minute. */
export function shopTraces({ start, onset, end }: Shop): Span[] {
  const spans: Span[] = [];
  let count = 0;
  const add = (given: Partial<Span>) => spans.push(Span.parse(given));
  for (let at = start; at < end; at += 60_000) {
    count += 1;
    const idOf = (letter: string) => `${letter}${count.toString(16)}`.padStart(32, '0');
    const [trace, other, far] = [idOf('a'), idOf('b'), idOf('c')];
    const during = at >= onset;
    const slow = during && count % 2 === 0;
    const fails = during && count % 4 === 1;
    const own = slow ? 900 : 20 + (count % 5);
    const cart = own + 15;
    const place = { cluster: 'backend-1', namespace: 'shop' };
    const id = (n: number) => `${n}${count.toString(16)}`.padStart(16, '0');
    const attributes = { 'http.request.method': 'POST', basket: slow ? 'new' : 'old' };
    const status = fails ? { error: true, status: 'basket is full' } : {};
    add({
      ...place,
      ...status,
      trace,
      span: id(1),
      service: 'web',
      operation: 'POST /buy',
      kind: 'server',
      start: at,
      durationMs: cart + 14,
    });
    add({
      ...place,
      ...status,
      trace,
      span: id(2),
      parent: id(1),
      service: 'web',
      operation: 'POST cart',
      kind: 'client',
      peer: 'cart',
      start: at + 5,
      durationMs: cart + 4,
      attributes: { 'peer.service': 'cart' },
    });
    add({
      ...place,
      ...status,
      trace,
      span: id(3),
      parent: id(2),
      service: 'cart',
      operation: 'POST /add',
      kind: 'server',
      start: at + 7,
      durationMs: cart,
      attributes,
    });
    add({
      ...place,
      trace,
      span: id(4),
      parent: id(3),
      service: 'cart',
      operation: 'SELECT',
      kind: 'client',
      peer: 'postgresql',
      start: at + 9,
      durationMs: 15,
      attributes: { 'db.system': 'postgresql' },
    });
    add({
      ...place,
      namespace: 'stock',
      trace: other,
      span: id(5),
      service: 'stock',
      operation: 'count',
      kind: 'server',
      start: at + 100,
      durationMs: 30,
    });
    add({
      cluster: 'backend-2',
      namespace: 'shop',
      trace: far,
      span: id(6),
      service: 'pricing',
      operation: 'price',
      kind: 'server',
      start: at + 200,
      durationMs: 10,
    });
  }
  return spans;
}

const value = (one: string | number | boolean) =>
  typeof one === 'string'
    ? { stringValue: one }
    : typeof one === 'boolean'
      ? { boolValue: one }
      : { intValue: String(one) };
const attributesOf = (all: Readonly<Record<string, string | number | boolean | undefined>>) =>
  Object.entries(all).flatMap(([key, one]) => (one === undefined ? [] : [{ key, value: value(one) }]));
const kinds: readonly Span['kind'][] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];

/** As OpenTelemetry's JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): what an exporter sends, and what Tempo answers. */
export function otlp(spans: readonly Span[]) {
  const byProcess = Map.groupBy(spans, ({ service, namespace, cluster }) =>
    JSON.stringify([service, namespace, cluster]),
  );
  return [...byProcess.values()].map((some) => ({
    resource: {
      attributes: attributesOf({
        'service.name': some[0]?.service,
        'k8s.namespace.name': some[0]?.namespace,
        'k8s.cluster.name': some[0]?.cluster,
      }),
    },
    scopeSpans: [
      {
        spans: some.map((span) => ({
          traceId: span.trace,
          spanId: span.span,
          ...(span.parent === undefined ? {} : { parentSpanId: span.parent }),
          name: span.operation,
          kind: kinds.lastIndexOf(span.kind),
          startTimeUnixNano: String(BigInt(Math.round(span.start)) * 1_000_000n),
          endTimeUnixNano: String(BigInt(Math.round(span.start + span.durationMs)) * 1_000_000n),
          attributes: attributesOf(span.attributes),
          status: span.error ? { code: 2, message: span.status } : {},
        })),
      },
    ],
  }));
}
