// The calls of X-Ray's API that we need (https://docs.aws.amazon.com/xray/latest/api/), and its segment documents as spans
// (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html).
import {
  BatchGetTracesCommand,
  GetServiceGraphCommand,
  GetTraceSummariesCommand,
  type XRayClient,
} from '@aws-sdk/client-xray';
import * as z from 'zod';
import type { Dependency, Span } from '../../core/model/telemetry.ts';
import { type Deadline, isRepeated, repeats, send } from '../aws-calls.ts';
import { parsedJson } from '../body.ts';
import type { Answer } from '../http-session.ts';
import type { FoundTraces, Period, TraceStore, Which } from '../trace-question.ts';
import { type Attributes, spanOf } from '../trace-span.ts';

export interface XRayParts {
  readonly client: Pick<XRayClient, 'send'>;
  readonly cluster: string | undefined;
  readonly deadline: Deadline;
  /** Counts characters of segment documents. */
  readonly onBytes: (bytes: number) => void;
}

const statistics = z.object({
  TotalCount: z.number().nullish(),
  FaultStatistics: z.object({ TotalCount: z.number().nullish() }).nullish(),
});
const Graph = z.object({
  Services: z
    .array(
      z.object({
        ReferenceId: z.number().nullish(),
        Name: z.string().nullish(),
        Type: z.string().nullish(),
        Edges: z
          .array(
            z.object({
              ReferenceId: z.number().nullish(),
              EndTime: z.date().nullish(),
              SummaryStatistics: statistics.nullish(),
            }),
          )
          .nullish(),
      }),
    )
    .nullish(),
  NextToken: z.string().nullish(),
});
const Summaries = z.object({
  TraceSummaries: z.array(z.object({ Id: z.string().nullish() })).nullish(),
  NextToken: z.string().nullish(),
});
const Batch = z.object({
  Traces: z
    .array(
      z.object({ Id: z.string().nullish(), Segments: z.array(z.object({ Document: z.string().nullish() })).nullish() }),
    )
    .nullish(),
  UnprocessedTraceIds: z.array(z.string()).nullish(),
});

interface Segment {
  id: string;
  name: string;
  start_time: number;
  end_time?: number | null | undefined;
  parent_id?: string | null | undefined;
  namespace?: string | null | undefined;
  error?: boolean | null | undefined;
  fault?: boolean | null | undefined;
  throttle?: boolean | null | undefined;
  http?:
    | {
        request?: Record<string, unknown> | null | undefined;
        response?: { status?: number | null | undefined } | null | undefined;
      }
    | null
    | undefined;
  cause?: unknown;
  annotations?: Record<string, unknown> | null | undefined;
  aws?: Record<string, unknown> | null | undefined;
  subsegments?: Segment[] | null | undefined;
}
const loose = z.record(z.string(), z.unknown()).nullish();
const Segment: z.ZodType<Segment> = z.lazy(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    start_time: z.number(),
    end_time: z.number().nullish(),
    parent_id: z.string().nullish(),
    namespace: z.string().nullish(),
    error: z.boolean().nullish(),
    fault: z.boolean().nullish(),
    throttle: z.boolean().nullish(),
    http: z.object({ request: loose, response: z.object({ status: z.number().nullish() }).nullish() }).nullish(),
    cause: z.unknown().optional(),
    annotations: loose,
    aws: loose,
    subsegments: z.array(Segment).nullish(),
  }),
);

const maxPages = 10;
const maxGraphMs = 6 * 3_600_000;
const idsOfBatch = 5;
const maxDepth = 20;
const maxSpansOfTrace = 2000;

export interface ServiceGraph {
  readonly services: readonly string[];
  readonly calls: readonly Dependency[];
  readonly missing: readonly string[];
}

/** The graph of at most the last six hours of the period, which X-Ray allows. */
export async function serviceGraph(
  { client, cluster, deadline }: XRayParts,
  period: Period,
): Promise<Answer<ServiceGraph>> {
  const start = Math.max(period.start, period.end - maxGraphMs);
  const services: NonNullable<z.infer<typeof Graph>['Services']> = [];
  let token: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const command = new GetServiceGraphCommand({
      StartTime: new Date(start),
      EndTime: new Date(period.end),
      NextToken: token,
    });
    const answer = await send('xray:GetServiceGraph', Graph, () =>
      client.send(command, { abortSignal: deadline.signal }),
    );
    if (answer.kind === 'failed') return { kind: 'failed', reason: `${answer.reason}.` };
    if (isRepeated(token, answer.data.NextToken)) break;
    services.push(...(answer.data.Services ?? []));
    token = answer.data.NextToken ?? undefined;
    if (token === undefined) break;
  }
  const names = new Map(
    services.flatMap(({ ReferenceId, Name }) => (ReferenceId == null || !Name ? [] : [[ReferenceId, Name] as const])),
  );
  const isClient = ({ Type }: (typeof services)[number]) => Type === 'client';
  const seconds = Math.max(1, (period.end - start) / 1000);
  const place = cluster === undefined ? {} : { fromCluster: cluster, toCluster: cluster };
  const calls = services
    .filter((service) => !isClient(service))
    .flatMap(({ Name, Edges }) =>
      (Edges ?? []).flatMap(({ ReferenceId, EndTime, SummaryStatistics }): Dependency[] => {
        const to = ReferenceId == null ? undefined : names.get(ReferenceId);
        if (!Name || to === undefined || to === Name) return [];
        const total = SummaryStatistics?.TotalCount ?? undefined;
        const faults = SummaryStatistics?.FaultStatistics?.TotalCount ?? 0;
        return [
          {
            from: Name.slice(0, 200),
            to: to.slice(0, 200),
            ...place,
            ...(total === undefined ? {} : { requestsPerSecond: Math.max(0, total / seconds) }),
            ...(total === undefined || total <= 0 ? {} : { errorRatio: Math.min(1, Math.max(0, faults / total)) }),
            seenAt: new Date(Math.min(EndTime?.getTime() ?? period.end, period.end)).toISOString(),
          },
        ];
      }),
    );
  return {
    kind: 'ok',
    data: {
      services: [...new Set(services.filter((one) => !isClient(one)).flatMap(({ Name }) => Name || []))].sort(),
      calls,
      missing: token === undefined ? [] : [`services beyond the first ${services.length} of the service graph`],
    },
  };
}

/** X-Ray's filter: a name with quotes or a backslash is never part of it. */
export function filterOf(service: string, which: Which): string | undefined {
  if (!/^[^"\\\p{C}]{1,200}$/u.test(service)) return undefined;
  if (which.kind === 'failed') return `service("${service}") { fault = true }`;
  if (which.kind === 'slow') return `service("${service}") { responsetime > ${(which.minMs / 1000).toFixed(3)} }`;
  return `service("${service}")`;
}

export const xRayStore = (parts: XRayParts, period: Period): TraceStore => ({
  async services() {
    const graph = await serviceGraph(parts, period);
    return graph.kind === 'failed' ? graph : { kind: 'ok', data: graph.data.services };
  },
  async traces({ service, period: asked, which, limit }) {
    const filter = filterOf(service, which);
    if (filter === undefined) return { kind: 'ok', data: { spans: [], found: 0 } };
    const { client, deadline } = parts;
    const ids = new Set<string>();
    const missing: string[] = [];
    let token: string | undefined;
    // X-Ray answers with the traces that it has found so far, which may be none, and a token to search on.
    for (let page = 0; ids.size < limit; page += 1) {
      const command = new GetTraceSummariesCommand({
        StartTime: new Date(asked.start),
        EndTime: new Date(asked.end),
        FilterExpression: filter,
        // X-Ray then chooses some of the traces itself.
        Sampling: which.kind === 'any',
        NextToken: token,
      });
      const answer = await send('xray:GetTraceSummaries', Summaries, () =>
        client.send(command, { abortSignal: deadline.signal }),
      );
      if (answer.kind === 'failed' && page === 0) return { kind: 'failed', reason: `${answer.reason}.` };
      const lack =
        answer.kind === 'failed'
          ? answer.reason
          : isRepeated(token, answer.data.NextToken)
            ? repeats('xray:GetTraceSummaries')
            : undefined;
      if (answer.kind === 'failed' || lack !== undefined) {
        missing.push(`traces of ${service} beyond the first ${ids.size} found (${lack})`);
        break;
      }
      for (const { Id } of answer.data.TraceSummaries ?? []) if (Id) ids.add(Id);
      token = answer.data.NextToken ?? undefined;
      if (token === undefined) break;
      if (page + 1 === maxPages) {
        missing.push(`traces of ${service} beyond ${maxPages} pages of a search`);
        break;
      }
    }
    const found = await read(parts, [...ids].slice(0, limit));
    return {
      kind: 'ok',
      data: missing.length === 0 ? found : { ...found, missing: [...(found.missing ?? []), ...missing] },
    };
  },
});

async function read({ client, cluster, deadline, onBytes }: XRayParts, ids: readonly string[]): Promise<FoundTraces> {
  const batches = Array.from({ length: Math.ceil(ids.length / idsOfBatch) }, (_, index) =>
    ids.slice(index * idsOfBatch, (index + 1) * idsOfBatch),
  );
  const answers = await Promise.all(
    batches.map(async (TraceIds) => ({
      TraceIds,
      answer: await send('xray:BatchGetTraces', Batch, () =>
        client.send(new BatchGetTracesCommand({ TraceIds }), { abortSignal: deadline.signal }),
      ),
    })),
  );
  let unread = 0;
  let unreadable = 0;
  const spans = answers.flatMap(({ TraceIds, answer }): Span[] => {
    if (answer.kind === 'failed') {
      unread += TraceIds.length;
      return [];
    }
    unread += (answer.data.UnprocessedTraceIds ?? []).length;
    return (answer.data.Traces ?? []).flatMap(({ Id, Segments }) =>
      (Segments ?? [])
        .flatMap(({ Document }) => {
          onBytes(Document?.length ?? 0);
          const segment = Segment.safeParse(parsedJson(Document ?? ''));
          if (Id && segment.success) return spansOf(Id, segment.data, cluster);
          unreadable += 1;
          return [];
        })
        .slice(0, maxSpansOfTrace),
    );
  });
  return {
    spans,
    found: ids.length,
    missing: [
      ...(unread === 0 ? [] : [`${unread} of ${ids.length} traces that X-Ray found`]),
      ...(unreadable === 0 ? [] : [`${unreadable} segments of another form`]),
    ],
  };
}

/** A segment is the work of a service; a subsegment in the namespace `aws` or `remote` is a call, any other is a part of the work. */
function spansOf(trace: string, root: Segment, cluster: string | undefined): Span[] {
  const found: Span[] = [];
  const walk = (segment: Segment, parent: string | undefined, depth: number) => {
    const isCall = segment.namespace === 'aws' || segment.namespace === 'remote';
    const isRoot = depth === 0;
    const status = segment.http?.response?.status;
    const span = spanOf(
      {
        trace,
        span: segment.id,
        parent,
        service: root.name,
        operation: isRoot ? (methodOf(segment) ?? root.name) : segment.name,
        kind: isRoot ? 'server' : isCall ? 'client' : 'internal',
        startMs: segment.start_time * 1000,
        durationMs: ((segment.end_time ?? Number.NaN) - segment.start_time) * 1000,
        error: segment.fault === true || segment.throttle === true,
        status: messageOf(segment.cause) ?? (segment.throttle ? 'throttled' : undefined),
        peer: isCall ? segment.name : undefined,
        attributes: {
          ...plain(segment.annotations),
          ...(status == null ? {} : { 'http.response.status_code': status }),
          ...(typeof segment.aws?.operation === 'string' ? { 'aws.operation': segment.aws.operation } : {}),
        },
        resource: {
          ...(typeof root.aws?.account_id === 'string' ? { 'cloud.account.id': root.aws.account_id } : {}),
        },
      },
      cluster,
    );
    if (span !== undefined) found.push(span);
    if (depth < maxDepth) for (const child of segment.subsegments ?? []) walk(child, segment.id, depth + 1);
  };
  walk(root, root.parent_id ?? undefined, 0);
  return found;
}

function methodOf({ http }: Segment): string | undefined {
  const method = http?.request?.method;
  return typeof method === 'string' && method !== '' ? method : undefined;
}

const Cause = z.object({
  exceptions: z.array(z.object({ message: z.string().nullish(), type: z.string().nullish() })).nullish(),
});
function messageOf(cause: unknown): string | undefined {
  const [first] = Cause.safeParse(cause).data?.exceptions ?? [];
  return first?.message ?? first?.type ?? undefined;
}

const plain = (all: Record<string, unknown> | null | undefined): Attributes =>
  Object.fromEntries(
    Object.entries(all ?? {}).flatMap(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [],
    ),
  );
