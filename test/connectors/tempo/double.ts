// A small Tempo for tests. It behaves as Tempo's API reference says (https://grafana.com/docs/tempo/latest/api_docs/): searches take TraceQL and seconds,
// return at most `limit` traces with hexadecimal ids and no spans but matching ones, tag values come from /api/v2/search/tag/…/values, and a trace by its
// id is OpenTelemetry's JSON with `batches`. Of TraceQL (https://grafana.com/docs/tempo/latest/traceql/) it understands one selector of conditions joined by
// `&&`: equal attributes of resources, `status = error`, `duration > Nms`. It refuses others with status 400. With a `prefix` it is Grafana's proxy.
import type { Span } from '../../../core/model/telemetry.ts';
import { type Answer, type Asked, serve, type TestServer } from '../../server.ts';
import { otlp } from '../../traces.ts';

interface Options {
  readonly spans: readonly Span[];
  readonly tenant?: string;
  readonly prefix?: string;
  readonly authorization?: string;
  /** Answers instead of the Tempo, for requests that it chooses. */
  readonly instead?: (path: string, asked: Asked) => Answer | Promise<Answer> | undefined;
}

const resourceOf = ({ service, cluster, namespace }: Span): Readonly<Record<string, string | undefined>> => ({
  'service.name': service,
  'k8s.cluster.name': cluster,
  'k8s.namespace.name': namespace,
});

function matcher(text: string): ((span: Span) => boolean) | undefined {
  const [, inner] = /^\{ (.*) \}$/.exec(text) ?? [];
  const tests = inner?.split(' && ').map((one): ((span: Span) => boolean) | undefined => {
    const [, name, quoted] = /^resource\.([\w.-]+) = ("(?:[^"\\]|\\.)*")$/.exec(one) ?? [];
    if (name !== undefined && quoted !== undefined) return (span) => resourceOf(span)[name] === JSON.parse(quoted);
    if (one === 'status = error') return ({ error }) => error;
    const [, least] = /^duration > (\d+)ms$/.exec(one) ?? [];
    return least === undefined ? undefined : ({ durationMs }) => durationMs > Number(least);
  });
  if (tests === undefined || tests.some((one) => one === undefined)) return undefined;
  return (span) => tests.every((test) => test?.(span));
}

export const tempo = ({ spans, tenant, prefix = '', authorization, instead }: Options): Promise<TestServer> => {
  const traces = Map.groupBy(spans, ({ trace }) => trace.replace(/^0+/, ''));
  return serve(async (asked) => {
    const { pathname, searchParams } = new URL(asked.path, 'http://tempo');
    const path = pathname.slice(prefix.length);
    const other = await instead?.(path, asked);
    if (other !== undefined) return other;
    if (!pathname.startsWith(`${prefix}/`)) return { status: 404 };
    if (authorization !== undefined && asked.headers.authorization !== authorization) return { status: 401 };
    if (tenant !== undefined && asked.headers['x-scope-orgid'] !== tenant) return { status: 401, body: 'no org id' };
    const answer = (body: object): Answer => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const name = /^\/api\/v2\/search\/tag\/resource\.(.+)\/values$/.exec(path)?.[1];
    if (name !== undefined) {
      const values = new Set(spans.flatMap((span) => resourceOf(span)[name] ?? []));
      return answer({ tagValues: [...values].map((value) => ({ type: 'string', value })) });
    }
    if (path === '/api/search') {
      const fits = matcher(searchParams.get('q') ?? '');
      if (fits === undefined) return { status: 400, body: 'parse error' };
      const [from, to] = [Number(searchParams.get('start')) * 1000, Number(searchParams.get('end')) * 1000];
      const found = [...traces].filter(([, some]) =>
        some.some((span) => span.start >= from && span.start <= to && fits(span)),
      );
      return answer({
        traces: found
          .slice(-Number(searchParams.get('limit') ?? 20))
          .map(([traceID, [root]]) => ({ traceID, rootServiceName: root?.service, durationMs: root?.durationMs })),
        metrics: { inspectedBytes: '1000' },
      });
    }
    const trace = traces.get(/^\/api\/traces\/([\da-f]+)$/.exec(path)?.[1] ?? '');
    return trace === undefined ? { status: 404, body: 'trace not found' } : answer({ batches: otlp(trace) });
  });
};
