// LogsSource over CloudWatch Logs. The log groups of the paged service are queried apart from those of its neighbours, so that noisy neighbours cannot
// take its place. If Logs Insights gives nothing, one group of the paged service is read by FilterLogEvents.
import type { LogRecord } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { type Deadline, deadlineIn, listed } from '../aws-calls.ts';
import { boundsOf, type CloudWatchParts, gap } from './client.ts';
import { type LogReading, readByFilter } from './events.ts';
import { maxGroups, readByInsights } from './insights.ts';
import { placeOf, servicesWithin } from './places.ts';

/** CloudWatch keeps logs for at most ten years. */
const keptDays = 3653;
const rowsOfPaged = 20_000;
const rowsOfOtherGroups = 10_000;
/** The part of the cap on scanned bytes that the paged service gets if others are queried, too. */
const shareOfPaged = 0.7;
/** The part of the time that Insights gets; the rest is for FilterLogEvents. */
const shareOfInsights = 0.7;
const filterWindowMs = 30 * 60_000;

interface Bounds {
  readonly start: number;
  readonly end: number;
}

export function cloudWatchLogs(parts: CloudWatchParts): Source<'logs'> {
  const { groups: groupsOf, places } = parts.settings;
  return {
    async observe(scope) {
      const services = servicesWithin(scope, Object.keys(groupsOf), places);
      if (services.length === 0) return gap(`The settings name no log group for ${scope.service ?? 'this place'}.`);
      const serviceOf = new Map(services.flatMap((one) => (groupsOf[one] ?? []).map((group) => [group, one] as const)));
      const all = [...serviceOf.keys()];
      const paged = all.filter((group) => serviceOf.get(group) === scope.service);
      const bounds = boundsOf(scope.window, parts.clock.now(), keptDays);
      const reading = await read(parts, { paged, others: all.filter((group) => !paged.includes(group)) }, bounds);
      if (reading.failed !== undefined) return gap(`No log could be read: ${reading.failed}.`);
      const { records, unknown } = recordsOf(parts.settings, serviceOf, reading);
      return {
        kind: 'data',
        data: streamed(records),
        query: `CloudWatch log groups ${listed(all)}`,
        missing: [
          ...reading.missing,
          ...(unknown === 0 ? [] : [`${unknown} lines of log groups that were not asked for`]),
        ],
        bytes: records.reduce((sum, { message }) => sum + message.length, 0),
      };
    },
  };
}

interface Chosen {
  readonly paged: readonly string[];
  readonly others: readonly string[];
}

async function read(parts: CloudWatchParts, { paged, others }: Chosen, bounds: Bounds): Promise<LogReading> {
  const { maxGbScanned } = parts.settings;
  const total = deadlineIn(parts.budgetMs);
  const insights = deadlineIn(parts.budgetMs * shareOfInsights);
  const share = others.length === 0 ? 1 : paged.length === 0 ? 0 : shareOfPaged;
  const query = (groups: readonly string[], maxRows: number, part: number) =>
    readByInsights(
      parts,
      { ...bounds, groups: groups.slice(0, maxGroups), maxRows, maxBytesScanned: part * maxGbScanned * 1e9 },
      insights,
    );
  const [first, second] = await Promise.all([
    paged.length === 0 ? undefined : query(paged, rowsOfPaged, share),
    others.length === 0 ? undefined : query(others, rowsOfOtherGroups, 1 - share),
  ]);
  const only = paged[0] ?? others[0];
  const main = first ?? second;
  const readings = [first, second].flatMap((one) => one ?? []);
  if (main?.failed !== undefined && only !== undefined && main.events.length === 0) {
    const instead = await filtered(parts, only, bounds, total);
    if (instead.failed === undefined) readings.push(instead);
  }
  const failures = [...new Set(readings.flatMap(({ failed }) => failed ?? []))];
  const unreadOf = (groups: readonly string[], reading: LogReading | undefined) =>
    reading?.failed === undefined ? [] : [`lines of ${listed(groups)} by Logs Insights, because ${reading.failed}`];
  const notQueried = Math.max(0, paged.length - maxGroups) + Math.max(0, others.length - maxGroups);
  return {
    events: readings.flatMap(({ events }) => events),
    missing: [
      ...readings.flatMap(({ missing }) => missing),
      ...unreadOf(paged, first),
      ...unreadOf(others, second),
      ...(notQueried === 0
        ? []
        : [`${notQueried} of ${paged.length + others.length} log groups, because a query takes 50`]),
    ],
    failed: readings.every(({ failed }) => failed !== undefined) ? failures.join('; ') : undefined,
    cut: readings.some(({ cut }) => cut) || failures.length > 0,
  };
}

async function filtered(
  parts: CloudWatchParts,
  group: string,
  bounds: Bounds,
  deadline: Deadline,
): Promise<LogReading> {
  const start = Math.max(bounds.start, bounds.end - filterWindowMs);
  const reading = await readByFilter(parts, { group, start, end: bounds.end }, deadline);
  if (reading.failed !== undefined) return reading;
  const before = start > bounds.start ? [`lines of ${group} before ${new Date(start).toISOString()}`] : [];
  return { ...reading, missing: [...reading.missing, ...before], cut: reading.cut || before.length > 0 };
}

/** Oldest first. Each service's first record says whether older lines of it may be unread. */
function recordsOf(
  { places }: CloudWatchParts['settings'],
  serviceOf: ReadonlyMap<string, string>,
  { events, cut }: LogReading,
): { readonly records: LogRecord[]; readonly unknown: number } {
  const services = new Map([...serviceOf].flatMap(([group, service]) => keysOf(group).map((key) => [key, service])));
  const [only, another] = new Set(serviceOf.values());
  const begun = new Set<string>();
  const records = events
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, message, group = '' }): LogRecord[] => {
      const service = services.get(group) ?? services.get(withoutAccount(group)) ?? (another ? undefined : only);
      if (service === undefined) return [];
      const first = cut && !begun.has(service);
      begun.add(service);
      return [
        {
          timestamp: new Date(at).toISOString(),
          source: 'cloudwatch',
          labels: { ...placeOf(places, service), service },
          message: message.replace(/\r?\n$/, ''),
          ...(first ? { cut: true } : {}),
        },
      ];
    });
  return { records, unknown: events.length - records.length };
}

/** How an answer may name a log group: by its name, by its ARN, or by its account and name. */
function keysOf(group: string): string[] {
  const [, account, name] = /^arn:[^:]*:logs:[^:]*:(\d{12}):log-group:(.+)$/.exec(group) ?? [];
  return name === undefined ? [group] : [group, `${account}:${name}`];
}

const withoutAccount = (group: string): string => group.replace(/^\d{12}:/, '');

async function* streamed(records: readonly LogRecord[]): AsyncGenerator<LogRecord> {
  yield* records;
}
