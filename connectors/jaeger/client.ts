// The calls of Jaeger's HTTP API that we need (https://www.jaegertracing.io/docs/1.62/apis/#http-json, and the JSON model of its source,
// model/json/model.go). Times and durations there are microseconds.
import * as z from 'zod';
import type { Span } from '../../core/model/telemetry.ts';
import type { Authorize } from '../authorize.ts';
import { type HttpSession, httpSession } from '../http-session.ts';
import type { FoundTraces, TraceStore } from '../trace-question.ts';
import { type Attributes, isError, kindOf, spanOf } from '../trace-span.ts';

export interface JaegerAccess {
  readonly url: string;
  readonly authorize?: Authorize | undefined;
  readonly tenant?: string | undefined;
  readonly cluster?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
}

const KeyValue = z.object({ key: z.string(), value: z.unknown() });
const JaegerSpan = z.object({
  spanID: z.string(),
  operationName: z.string(),
  references: z.array(z.object({ refType: z.string(), traceID: z.string(), spanID: z.string() })).nullish(),
  startTime: z.number(),
  duration: z.number(),
  tags: z.array(KeyValue).nullish(),
  logs: z.array(z.object({ fields: z.array(KeyValue).nullish() })).nullish(),
  processID: z.string().nullish(),
});
const Trace = z.object({
  traceID: z.string(),
  spans: z.array(JaegerSpan).nullish(),
  processes: z.record(z.string(), z.object({ serviceName: z.string(), tags: z.array(KeyValue).nullish() })).nullish(),
});
export const Services = z.object({ data: z.array(z.string()).nullish() });
export const Traces = z.object({ data: z.array(Trace).nullish() });
export const Dependencies = z.object({
  data: z.array(z.object({ parent: z.string(), child: z.string(), callCount: z.number().nullish() })).nullish(),
});

/** Spans of one trace that are read; a batch job can have a hundred thousand. */
const maxSpansOfTrace = 2000;

export const sessionOf = ({ tenant, ...access }: JaegerAccess): HttpSession =>
  httpSession({ title: 'Jaeger', ...access, ...(tenant === undefined ? {} : { headers: { 'x-tenant': tenant } }) });

export const jaegerStore = (session: HttpSession, cluster: string | undefined): TraceStore => ({
  async services() {
    const answer = await session.get('api/services', {}, Services);
    return answer.kind === 'failed' ? answer : { kind: 'ok', data: (answer.data.data ?? []).filter(Boolean).sort() };
  },
  async traces({ service, attributes, period, which, limit }) {
    const tags = { ...attributes, ...(which.kind === 'failed' ? { error: 'true' } : {}) };
    const answer = await session.get(
      'api/traces',
      {
        service,
        start: String(Math.floor(period.start * 1000)),
        end: String(Math.floor(period.end * 1000)),
        limit: String(limit),
        ...(Object.keys(tags).length === 0 ? {} : { tags: JSON.stringify(tags) }),
        ...(which.kind === 'slow' ? { minDuration: `${Math.ceil(which.minMs)}ms` } : {}),
      },
      Traces,
    );
    if (answer.kind === 'failed') return answer;
    const traces = answer.data.data ?? [];
    return { kind: 'ok', data: foundIn(traces, cluster) };
  },
});

function foundIn(traces: readonly z.infer<typeof Trace>[], cluster: string | undefined): FoundTraces {
  let cut = 0;
  const spans = traces.flatMap((trace) => {
    const all = trace.spans ?? [];
    cut += Math.max(0, all.length - maxSpansOfTrace);
    return all.slice(0, maxSpansOfTrace).flatMap((span) => toSpan(span, trace, cluster) ?? []);
  });
  return {
    spans,
    found: traces.length,
    ...(cut > 0 ? { missing: [`${cut} spans of traces with more than ${maxSpansOfTrace}`] } : {}),
  };
}

function toSpan(
  span: z.infer<typeof JaegerSpan>,
  { traceID, processes }: z.infer<typeof Trace>,
  cluster: string | undefined,
): Span | undefined {
  const { processID } = span;
  const process = processID && processes && Object.hasOwn(processes, processID) ? processes[processID] : undefined;
  if (process === undefined) return undefined;
  const attributes = { ...exceptionIn(span), ...attributesOf(span.tags) };
  const parent =
    span.references?.find(({ refType, traceID: of }) => refType === 'CHILD_OF' && of === traceID) ??
    span.references?.find(({ traceID: of }) => of === traceID);
  return spanOf(
    {
      trace: traceID,
      span: span.spanID,
      parent: parent?.spanID,
      service: process.serviceName,
      operation: span.operationName,
      kind: kindOf(attributes['span.kind']),
      startMs: span.startTime / 1000,
      durationMs: span.duration / 1000,
      error: isError(attributes),
      attributes,
      resource: attributesOf(process.tags),
    },
    cluster,
  );
}

/** The message of an exception is in an event of the span. */
function exceptionIn({ logs }: z.infer<typeof JaegerSpan>): Attributes {
  const fields = (logs ?? []).slice(0, 20).flatMap((log) => log.fields ?? []);
  return attributesOf(fields.filter(({ key }) => key === 'exception.message' || key === 'exception.type'));
}

const attributesOf = (tags: readonly z.infer<typeof KeyValue>[] | null | undefined): Attributes =>
  Object.fromEntries(
    (tags ?? [])
      .slice(0, 100)
      .flatMap(({ key, value }) =>
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, value]] : [],
      ),
  );
