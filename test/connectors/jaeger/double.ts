// A small Jaeger for tests. It answers as Jaeger 1.62 with its storage in memory does (test/real/jaeger.test.ts runs the same contract against that one):
// a trace fits if one of its spans has the service, the time, the duration and all tags, among those of its process and events; the newest traces are
// returned if there are more than the limit (plugin/storage/memory/memory.go). Times are microseconds, and a failed span has the tag error
// (https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/jaeger/).
import type { Span } from '../../../core/model/telemetry.ts';
import { type Answer, type Asked, serve, type TestServer } from '../../server.ts';

interface Options {
  readonly spans: readonly Span[];
  readonly tenant?: string;
  readonly authorization?: string;
  /** Answers instead of the Jaeger, for requests that it chooses. */
  readonly instead?: (path: string, asked: Asked) => Answer | Promise<Answer> | undefined;
}

const tagsOf = (all: Readonly<Record<string, string | number | boolean | undefined>>) =>
  Object.entries(all).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [{ key, type: typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? 'int64' : 'string', value }],
  );
const tagsOfSpan = ({ kind, error, status, attributes }: Span) =>
  tagsOf({
    ...attributes,
    'span.kind': kind,
    ...(error ? { error: true, 'otel.status_code': 'ERROR', 'otel.status_description': status } : {}),
  });
const tagsOfProcess = ({ cluster, namespace }: Span) =>
  tagsOf({ 'k8s.cluster.name': cluster, 'k8s.namespace.name': namespace });

function fits(span: Span, query: URLSearchParams): boolean {
  const us = span.start * 1000;
  const tags: Record<string, string> = JSON.parse(query.get('tags') ?? '{}');
  const has = [...tagsOfSpan(span), ...tagsOfProcess(span)];
  const [, least = '0'] = /^(\d+)ms$/.exec(query.get('minDuration') ?? '0ms') ?? [];
  return (
    span.service === query.get('service') &&
    us >= Number(query.get('start')) &&
    us <= Number(query.get('end')) &&
    span.durationMs >= Number(least) &&
    Object.entries(tags).every(([key, value]) => has.some((tag) => tag.key === key && String(tag.value) === value))
  );
}

function tracesOf(spans: readonly Span[], query: URLSearchParams) {
  const byTrace = [...Map.groupBy(spans, ({ trace }) => trace).values()];
  return byTrace
    .filter((some) => some.some((span) => fits(span, query)))
    .sort(([a], [b]) => (a?.start ?? 0) - (b?.start ?? 0))
    .slice(-Number(query.get('limit') ?? 100))
    .map((some) => ({
      traceID: some[0]?.trace,
      spans: some.map((span, index) => ({
        traceID: span.trace,
        spanID: span.span,
        operationName: span.operation,
        references:
          span.parent === undefined ? [] : [{ refType: 'CHILD_OF', traceID: span.trace, spanID: span.parent }],
        startTime: span.start * 1000,
        duration: span.durationMs * 1000,
        tags: tagsOfSpan(span),
        logs: [],
        processID: `p${index}`,
        warnings: null,
      })),
      processes: Object.fromEntries(
        some.map((span, index) => [`p${index}`, { serviceName: span.service, tags: tagsOfProcess(span) }]),
      ),
      warnings: null,
    }));
}

function linksOf(spans: readonly Span[]) {
  const byId = new Map(spans.map((span) => [`${span.trace} ${span.span}`, span]));
  const counts = new Map<string, number>();
  for (const span of spans) {
    const parent = byId.get(`${span.trace} ${span.parent}`);
    if (parent === undefined || parent.service === span.service) continue;
    const key = `${parent.service}\n${span.service}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, callCount]) => {
    const [parent, child] = key.split('\n');
    return { parent, child, callCount };
  });
}

export const jaeger = ({ spans, tenant, authorization, instead }: Options): Promise<TestServer> =>
  serve(async (asked) => {
    const { pathname, searchParams } = new URL(asked.path, 'http://jaeger');
    const other = await instead?.(pathname, asked);
    if (other !== undefined) return other;
    if (authorization !== undefined && asked.headers.authorization !== authorization) return { status: 401 };
    if (tenant !== undefined && asked.headers['x-tenant'] !== tenant) return { status: 401 };
    const answer = (data: readonly unknown[]): Answer => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ data, total: data.length, limit: 0, offset: 0, errors: null }),
    });
    if (pathname === '/api/services') return answer([...new Set(spans.map(({ service }) => service))]);
    if (pathname === '/api/traces') return answer(tracesOf(spans, searchParams));
    if (pathname === '/api/dependencies') return answer(linksOf(spans));
    return { status: 404, body: '404 page not found' };
  });
