// The calls of Tempo's HTTP API that we need (https://grafana.com/docs/tempo/latest/api_docs/), with TraceQL. A search finds traces; each trace is then
// read by its id, as OpenTelemetry's JSON (ids in base64 or hexadecimal, numbers of enumerations or their names).
import * as z from 'zod';
import type { Span } from '../../core/model/telemetry.ts';
import type { Authorize } from '../authorize.ts';
import { type HttpSession, httpSession } from '../http-session.ts';
import type { FoundTraces, TraceQuery, TraceStore } from '../trace-question.ts';
import { type Attributes, kindOf, spanOf } from '../trace-span.ts';

export interface TempoAccess {
  readonly url: string;
  readonly authorize?: Authorize | undefined;
  readonly tenant?: string | undefined;
  readonly clusterAttribute: string;
  readonly cluster?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
}

export const Values = z.object({ tagValues: z.array(z.object({ value: z.string() })).nullish() });
const Found = z.object({ traces: z.array(z.object({ traceID: z.string().regex(/^[\da-f]{1,32}$/i) })).nullish() });
const KeyValue = z.object({
  key: z.string(),
  value: z
    .object({
      stringValue: z.string().nullish(),
      boolValue: z.boolean().nullish(),
      intValue: z.union([z.string(), z.number()]).nullish(),
      doubleValue: z.number().nullish(),
    })
    .nullish(),
});
const nanos = z.union([z.string().regex(/^\d{1,20}$/), z.number()]);
const OtlpSpan = z.object({
  spanId: z.string(),
  parentSpanId: z.string().nullish(),
  name: z.string(),
  kind: z.union([z.string(), z.number()]).nullish(),
  startTimeUnixNano: nanos,
  endTimeUnixNano: nanos,
  attributes: z.array(KeyValue).nullish(),
  events: z.array(z.object({ name: z.string().nullish(), attributes: z.array(KeyValue).nullish() })).nullish(),
  status: z.object({ code: z.union([z.string(), z.number()]).nullish(), message: z.string().nullish() }).nullish(),
});
const Scoped = z.array(z.object({ spans: z.array(OtlpSpan).nullish() })).nullish();
const Batches = z.array(
  z.object({
    resource: z.object({ attributes: z.array(KeyValue).nullish() }).nullish(),
    scopeSpans: Scoped,
    instrumentationLibrarySpans: Scoped,
  }),
);
export const OtlpTrace = z.object({ batches: Batches.nullish(), resourceSpans: Batches.nullish() });

const maxSpansOfTrace = 2000;
const kinds = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];

export const sessionOf = ({ tenant, ...access }: TempoAccess): HttpSession =>
  httpSession({ title: 'Tempo', ...access, ...(tenant === undefined ? {} : { headers: { 'x-scope-orgid': tenant } }) });

export const valuesOf = (session: HttpSession, attribute: string, period: { start: number; end: number }) =>
  session.get(`api/v2/search/tag/resource.${encodeURIComponent(attribute)}/values`, seconds(period), Values);

const seconds = ({ start, end }: { start: number; end: number }) => ({
  start: String(Math.floor(start / 1000)),
  end: String(Math.ceil(end / 1000)),
});

interface Within {
  /** The period whose services are listed. */
  readonly period: { readonly start: number; readonly end: number };
  /** Spans of the paged service in this cluster only; absent if Tempo does not know it. */
  readonly onlyCluster: string | undefined;
}

export function tempoStore(session: HttpSession, access: TempoAccess, { period, onlyCluster }: Within): TraceStore {
  /** A trace that several searches find is read once. */
  const read = new Map<string, ReturnType<typeof readTrace>>();
  const traceOf = (id: string) => {
    const known = read.get(id) ?? readTrace(session, id, access.cluster);
    read.set(id, known);
    return known;
  };
  return {
    async services() {
      const answer = await valuesOf(session, 'service.name', period);
      if (answer.kind === 'failed') return answer;
      return {
        kind: 'ok',
        data: (answer.data.tagValues ?? [])
          .map(({ value }) => value)
          .filter(Boolean)
          .sort(),
      };
    },
    async traces(query) {
      const q = traceQl(query, onlyCluster === undefined ? {} : { [access.clusterAttribute]: onlyCluster });
      const answer = await session.get(
        'api/search',
        { q, ...seconds(query.period), limit: String(query.limit), spss: '1' },
        Found,
      );
      if (answer.kind === 'failed') return answer;
      const ids = [...new Set((answer.data.traces ?? []).map(({ traceID }) => traceID))];
      const traces = await Promise.all(ids.map(traceOf));
      const unread = traces.filter(({ kind }) => kind === 'failed').length;
      const cut = traces.reduce((sum, one) => sum + (one.kind === 'ok' ? one.cut : 0), 0);
      const missing = [
        ...(unread > 0 ? [`${unread} of ${ids.length} traces that a search found`] : []),
        ...(cut > 0 ? [`${cut} spans of traces with more than ${maxSpansOfTrace}`] : []),
      ];
      const found: FoundTraces = {
        spans: traces.flatMap((one) => (one.kind === 'ok' ? one.spans : [])),
        found: ids.length,
        ...(missing.length === 0 ? {} : { missing }),
      };
      return { kind: 'ok', data: found };
    },
  };
}

/** Names from a page are values in quotes; attributes of a match come from the catalogue, and only plain ones are used. */
export function traceQl(
  { service, attributes, which }: Pick<TraceQuery, 'service' | 'attributes' | 'which'>,
  place: Readonly<Record<string, string>>,
): string {
  const resource = Object.entries({ 'service.name': service, ...place, ...attributes }).filter(([name]) =>
    /^[a-zA-Z_][\w.-]{0,99}$/.test(name),
  );
  const conditions = resource.map(([name, value]) => `resource.${name} = ${JSON.stringify(value)}`);
  if (which.kind === 'failed') conditions.push('status = error');
  if (which.kind === 'slow') conditions.push(`duration > ${Math.ceil(which.minMs)}ms`);
  return `{ ${conditions.join(' && ')} }`;
}

async function readTrace(session: HttpSession, id: string, cluster: string | undefined) {
  const answer = await session.get(`api/traces/${id}`, {}, OtlpTrace);
  if (answer.kind === 'failed') return answer;
  const all = (answer.data.batches ?? answer.data.resourceSpans ?? []).flatMap(
    ({ resource, scopeSpans, instrumentationLibrarySpans }) => {
      const process = attributesOf(resource?.attributes);
      const spans = (scopeSpans ?? instrumentationLibrarySpans ?? []).flatMap(({ spans: some }) => some ?? []);
      return spans.map((span) => ({ span, process }));
    },
  );
  return {
    kind: 'ok' as const,
    spans: all.slice(0, maxSpansOfTrace).flatMap(({ span, process }) => toSpan(id, span, process, cluster) ?? []),
    cut: Math.max(0, all.length - maxSpansOfTrace),
  };
}

function toSpan(
  trace: string,
  span: z.infer<typeof OtlpSpan>,
  resource: Attributes,
  cluster: string | undefined,
): Span | undefined {
  const exception = span.events?.find(({ name }) => name === 'exception');
  const attributes = { ...attributesOf(exception?.attributes), ...attributesOf(span.attributes) };
  const code = String(span.status?.code ?? '');
  const startMs = ms(span.startTimeUnixNano);
  return spanOf(
    {
      trace,
      span: span.spanId,
      parent: isNone(span.parentSpanId) ? undefined : (span.parentSpanId ?? undefined),
      service: String(resource['service.name'] ?? ''),
      operation: span.name,
      kind: typeof span.kind === 'number' ? kindOf(kinds[span.kind]) : kindOf(span.kind),
      startMs,
      durationMs: ms(span.endTimeUnixNano) - startMs,
      error: code === '2' || code === 'STATUS_CODE_ERROR',
      status: span.status?.message || undefined,
      attributes,
      resource,
    },
    cluster,
  );
}

/** A root has no parent, or one of zeros. */
const isNone = (id: string | null | undefined): boolean => !id || /^0+$/.test(id) || /^A+=*$/.test(id);

/** Nanoseconds in a double are exact to a quarter of a microsecond. */
const ms = (ns: string | number): number => (typeof ns === 'number' ? ns / 1e6 : Number(BigInt(ns) / 1000n) / 1000);

const attributesOf = (values: readonly z.infer<typeof KeyValue>[] | null | undefined): Attributes =>
  Object.fromEntries(
    (values ?? []).slice(0, 100).flatMap(({ key, value }): [string, string | number | boolean][] => {
      if (value == null) return [];
      const { stringValue, boolValue, intValue, doubleValue } = value;
      const one = stringValue ?? boolValue ?? doubleValue ?? (intValue == null ? undefined : Number(intValue));
      return one == null ? [] : [[key, one]];
    }),
  );
