// Reads log events by CloudWatch Logs Insights: one query over at most 50 log groups, polled until it ends, and stopped at the time limit or when it
// has scanned more than its share of the cap. Insights costs money per gigabyte that it scans, also for a stopped query.
import {
  GetQueryResultsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod';
import { type Deadline, isRepeated, repeats, send } from '../aws-calls.ts';
import type { CloudWatchParts } from './client.ts';
import { type LogEvent, type LogReading, maxCharacters, maxMessage } from './events.ts';

/** The limit of StartQuery. */
export const maxGroups = 50;
/** The limit of one page of GetQueryResults. */
const pageRows = 10_000;
const maxStarts = 5;
const timeLimit = 'the query was stopped at its time limit';

const Started = z.object({ queryId: z.string().min(1).max(256) });
const Results = z.object({
  status: z
    .string()
    .regex(/^[A-Za-z]{1,40}$/)
    .optional(),
  results: z.array(z.array(z.object({ field: z.string().optional(), value: z.string().optional() }))).max(pageRows),
  statistics: z
    .object({ bytesScanned: z.number().min(0).optional(), recordsMatched: z.number().min(0).optional() })
    .optional(),
  nextToken: z.string().min(1).optional(),
});
type Results = z.infer<typeof Results>;

export interface InsightsQuery {
  readonly groups: readonly string[];
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly maxRows: number;
  readonly maxBytesScanned: number;
}

/** Reads the newest events of the log groups. `failed` is present if the query gave nothing because of an error or a limit. */
export async function readByInsights(
  parts: CloudWatchParts,
  query: InsightsQuery,
  deadline: Deadline,
): Promise<LogReading> {
  const started = await start(parts, query, deadline);
  if (started.kind === 'failed') {
    if (started.error === 'ResourceNotFoundException') return withoutTheUnknown(parts, query, deadline);
    return { events: [], missing: [], failed: started.reason, cut: false };
  }
  return poll(parts, query, started.data.queryId, deadline);
}

/** A single unknown log group fails the whole query, so each half is queried alone. */
async function withoutTheUnknown(
  parts: CloudWatchParts,
  query: InsightsQuery,
  deadline: Deadline,
): Promise<LogReading> {
  const { groups } = query;
  if (groups.length === 1)
    return { events: [], missing: [], failed: `the log group ${groups[0]} does not exist`, cut: false };
  const middle = Math.ceil(groups.length / 2);
  const half = { maxRows: Math.ceil(query.maxRows / 2), maxBytesScanned: query.maxBytesScanned / 2 };
  const halves = await Promise.all(
    [groups.slice(0, middle), groups.slice(middle)].map((some) =>
      readByInsights(parts, { ...query, ...half, groups: some }, deadline),
    ),
  );
  const failures = halves.flatMap(({ failed }) => failed ?? []);
  return {
    events: halves.flatMap(({ events }) => events),
    missing: [...halves.flatMap(({ missing }) => missing), ...(failures.length < halves.length ? failures : [])],
    failed: failures.length === halves.length ? failures.join('; ') : undefined,
    cut: halves.some(({ cut }) => cut),
  };
}

/** Starts the query. If too many queries run in the region, it waits and tries again. */
async function start(parts: CloudWatchParts, { groups, start, end, maxRows }: InsightsQuery, deadline: Deadline) {
  const input: StartQueryCommandInput = {
    logGroupIdentifiers: [...groups],
    startTime: Math.floor(start / 1000),
    endTime: Math.ceil(end / 1000),
    queryString: 'fields @timestamp, @message, @log, @logStream | sort @timestamp desc',
    limit: maxRows,
  };
  const once = () =>
    send('logs:StartQuery', Started, () =>
      parts.logs.send(new StartQueryCommand(input), { abortSignal: deadline.signal }),
    );
  let answer = await once();
  for (let tries = 1; tries < maxStarts; tries += 1) {
    if (answer.kind === 'ok' || answer.error !== 'LimitExceededException') break;
    if (!(await deadline.wait(500 * 2 ** tries))) break;
    answer = await once();
  }
  return answer;
}

async function poll(
  parts: CloudWatchParts,
  query: InsightsQuery,
  queryId: string,
  deadline: Deadline,
): Promise<LogReading> {
  const page = (nextToken?: string) =>
    send('logs:GetQueryResults', Results, () =>
      parts.logs.send(new GetQueryResultsCommand({ queryId, nextToken }), { abortSignal: deadline.signal }),
    );
  const stopped = async (why: string, latest: Results | undefined): Promise<LogReading> => {
    const stop = await send('logs:StopQuery', z.object({ success: z.boolean().optional() }), () =>
      parts.logs.send(new StopQueryCommand({ queryId }), { abortSignal: AbortSignal.timeout(2000) }),
    );
    const missing = stop.kind === 'failed' ? [`the query may still run, because ${stop.reason}`] : [];
    const events = eventsOf(latest?.results ?? []);
    if (events.length === 0) return { events, missing, failed: why, cut: true };
    return { events, missing: [`all but ${events.length} lines, because ${why}`, ...missing], cut: true };
  };

  let latest: Results | undefined;
  for (let pause = 250; ; pause = Math.min(pause * 1.5, 2000)) {
    if (!(await deadline.wait(pause))) return stopped(timeLimit, latest);
    const answer = await page();
    if (answer.kind === 'failed') return stopped(deadline.leftMs() > 0 ? answer.reason : timeLimit, latest);
    latest = answer.data;
    const { status = 'Unknown', statistics } = latest;
    if (status === 'Complete') break;
    if (!['Scheduled', 'Running', 'Unknown'].includes(status))
      return { events: [], missing: [], failed: `the query ended as ${status}`, cut: true };
    if ((statistics?.bytesScanned ?? 0) > query.maxBytesScanned)
      return stopped(`the query was stopped after ${gigabytes(statistics?.bytesScanned ?? 0)} scanned`, latest);
  }

  const rows = [...latest.results];
  const missing: string[] = [];
  let { nextToken } = latest;
  for (let pages = 0; nextToken !== undefined && rows.length < query.maxRows; pages += 1) {
    // Pages without rows are not the end, but they have one.
    if (pages === maxPages) {
      missing.push(`lines after the first ${rows.length}, because there are more than ${maxPages} pages`);
      break;
    }
    const answer = await page(nextToken);
    if (answer.kind === 'failed') {
      missing.push(`lines after the first ${rows.length}, because ${answer.reason}`);
      break;
    }
    if (isRepeated(nextToken, answer.data.nextToken)) {
      missing.push(`lines after the first ${rows.length}, because ${repeats('logs:GetQueryResults')}`);
      break;
    }
    rows.push(...answer.data.results);
    nextToken = answer.data.nextToken;
  }
  const events = eventsOf(rows.slice(0, query.maxRows));
  const matched = latest.statistics?.recordsMatched ?? rows.length;
  const unread = Math.max(matched, rows.length) - events.length;
  if (unread > 0 && missing.length === 0) missing.push(`${unread} older lines of ${matched}`);
  return { events, missing, cut: missing.length > 0 };
}

/** Of one query; a full page has 10,000 rows. */
const maxPages = 20;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toPrecision(2)} GB`;

/** The time of Insights is in UTC, as `2026-11-20 02:47:00.000`. Rows of another form are left out and counted as unread. */
function eventsOf(rows: Results['results']): LogEvent[] {
  const events: LogEvent[] = [];
  let characters = 0;
  for (const row of rows) {
    const of = (field: string) => row.find((one) => one.field === field)?.value;
    const at = Date.parse(`${of('@timestamp')?.replace(' ', 'T')}Z`);
    const message = of('@message')?.slice(0, maxMessage);
    if (Number.isNaN(at) || message === undefined) continue;
    characters += message.length;
    if (characters > maxCharacters) break;
    events.push({ at, message, group: of('@log') });
  }
  return events;
}
