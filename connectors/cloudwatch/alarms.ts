// AlertsSource over DescribeAlarms and DescribeAlarmHistory: alarms that are in ALARM, and those that were in the window. An alarm belongs to the
// service of the settings whose metric it watches, or whose name it contains. Other alarms are counted, and not returned.
import { DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import * as z from 'zod';
import type { FiringAlert } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { type Answered, type Deadline, deadlineIn, isRepeated, listed, repeats, send } from '../aws-calls.ts';
import { boundsOf, type CloudWatchParts, gap } from './client.ts';
import { placeOf, servicesWithin } from './places.ts';

/** CloudWatch keeps the history of alarms for 30 days. */
const keptDays = 30;
/** The history and the alarm may give slightly different times for one change of state. */
const sameMs = 60_000;
const pageSize = 100;
const maxPages = 10;
const types = ['MetricAlarm', 'CompositeAlarm'] as const;

const Dimensions = z.array(z.object({ Name: z.string().optional(), Value: z.string().optional() })).default([]);
const Alarm = z.object({
  AlarmName: z.string().min(1),
  AlarmDescription: z.string().optional(),
  AlarmRule: z.string().optional(),
  StateValue: z.string().max(40).optional(),
  StateReason: z.string().optional(),
  StateUpdatedTimestamp: z.date().optional(),
  StateTransitionedTimestamp: z.date().optional(),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Metrics: z
    .array(
      z.object({
        MetricStat: z
          .object({
            Metric: z
              .object({ Namespace: z.string().optional(), MetricName: z.string().optional(), Dimensions })
              .optional(),
          })
          .optional(),
      }),
    )
    .default([]),
});
type Alarm = z.infer<typeof Alarm>;
const Alarms = z.object({
  MetricAlarms: z.array(Alarm).max(pageSize).default([]),
  CompositeAlarms: z.array(Alarm).max(pageSize).default([]),
  NextToken: z.string().min(1).optional(),
});
const History = z.object({
  AlarmHistoryItems: z
    .array(
      z.object({
        AlarmName: z.string().optional(),
        Timestamp: z.date().optional(),
        HistoryData: z.string().optional(),
      }),
    )
    .max(pageSize)
    .default([]),
  NextToken: z.string().min(1).optional(),
});
const HistoryData = z.object({ newState: z.object({ stateValue: z.string(), stateReason: z.string().optional() }) });

/** A time at which an alarm went into ALARM. */
interface Episode {
  readonly name: string;
  readonly at: Date;
  readonly status: FiringAlert['status'];
  readonly reason: string;
}

export function cloudWatchAlerts(parts: CloudWatchParts): Source<'alerts'> {
  const { groups, metrics, places } = parts.settings;
  const known = [...new Set([...Object.keys(groups), ...Object.keys(metrics), ...Object.keys(places)])];
  return {
    async observe(scope) {
      const within = new Set(servicesWithin(scope, known, places));
      if (within.size === 0)
        return gap(`The settings name no metric or log group for ${scope.service ?? 'this place'}.`);
      const deadline = deadlineIn(parts.budgetMs);
      const bounds = boundsOf(scope.window, parts.clock.now(), keptDays);
      const [firing, history] = await Promise.all([
        alarms(parts, { StateValue: 'ALARM' }, deadline),
        past(parts, bounds, deadline),
      ]);
      if (firing.failed !== undefined && firing.items.length === 0 && history.items.length === 0)
        return gap(`No alarm could be read: ${firing.failed}.`);
      const byName = new Map(firing.items.map((alarm) => [alarm.AlarmName, alarm]));
      const unknown = [...new Set(history.items.map(({ name }) => name))].filter((name) => !byName.has(name));
      const ended = await named(parts, unknown, deadline);
      for (const alarm of ended.items) byName.set(alarm.AlarmName, alarm);

      const current = firing.items.flatMap((alarm): Episode[] => {
        const at = alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
        if (at === undefined || at.getTime() > bounds.end) return [];
        return [{ name: alarm.AlarmName, at, status: 'firing', reason: alarm.StateReason ?? '' }];
      });
      const isCurrent = ({ name, at }: Episode) =>
        current.some((one) => one.name === name && Math.abs(one.at.getTime() - at.getTime()) < sameMs);
      const episodes = [...current, ...history.items.filter((episode) => !isCurrent(episode))];
      const otherAlarms = new Set<string>();
      const data = episodes.flatMap((episode): FiringAlert[] => {
        const alarm = byName.get(episode.name);
        const service = serviceOf(episode.name, alarm, parts, known);
        if (service === undefined) otherAlarms.add(episode.name);
        return service !== undefined && within.has(service) ? [alertOf(episode, alarm, service, parts)] : [];
      });
      return {
        kind: 'data',
        data: data.sort((a, b) => a.at.localeCompare(b.at)),
        query: 'CloudWatch alarms',
        missing: [
          ...lackOf(`alarms beyond the ${firing.items.length} that are in ALARM`, firing),
          ...lackOf(`alarms that were in ALARM before, beyond ${history.items.length}`, history),
          ...lackOf(`which metrics ${unknown.length} past alarms watch`, ended),
          ...(otherAlarms.size === 0
            ? []
            : [
                `${otherAlarms.size} alarms of no service in the settings: ${listed([...otherAlarms].map((name) => name.slice(0, 60)))}`,
              ]),
        ],
        bytes: JSON.stringify(data).length,
      };
    },
  };
}

const lackOf = (what: string, { failed }: Found<unknown>): string[] =>
  failed === undefined ? [] : [`${what}, because ${failed}`];

interface Found<T> {
  readonly items: T[];
  readonly failed?: string;
}

/** Reads page after page. A failure keeps what was read before it. */
async function paged<P extends { readonly NextToken?: string | undefined }, T>(
  operation: string,
  page: (token: string | undefined) => Promise<Answered<P>>,
  itemsOf: (page: P) => readonly T[],
): Promise<Found<T>> {
  const items: T[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const answer = await page(token);
    if (answer.kind === 'failed') return { items, failed: answer.reason };
    if (isRepeated(token, answer.data.NextToken)) return { items, failed: repeats(operation) };
    items.push(...itemsOf(answer.data));
    token = answer.data.NextToken;
    if (token === undefined) return { items };
  }
  return { items, failed: `${operation} has more than ${maxPages} pages` };
}

type Filter = { readonly StateValue: 'ALARM' } | { readonly AlarmNames: string[] };

const alarms = ({ metrics }: CloudWatchParts, filter: Filter, deadline: Deadline): Promise<Found<Alarm>> =>
  paged(
    'cloudwatch:DescribeAlarms',
    (NextToken) =>
      send('cloudwatch:DescribeAlarms', Alarms, () =>
        metrics.send(
          new DescribeAlarmsCommand({ ...filter, AlarmTypes: [...types], MaxRecords: pageSize, NextToken }),
          { abortSignal: deadline.signal },
        ),
      ),
    ({ MetricAlarms, CompositeAlarms }) => [...MetricAlarms, ...CompositeAlarms],
  );

/** The details of alarms by name, as many as one call takes. */
async function named(parts: CloudWatchParts, names: readonly string[], deadline: Deadline): Promise<Found<Alarm>> {
  if (names.length === 0) return { items: [] };
  const found = await alarms(parts, { AlarmNames: names.slice(0, pageSize) }, deadline);
  return names.length <= pageSize || found.failed !== undefined
    ? found
    : { ...found, failed: `only ${pageSize} of ${names.length} past alarms could be looked up` };
}

/** The times at which alarms went into ALARM within the bounds. */
async function past(
  { metrics }: CloudWatchParts,
  bounds: { readonly start: number; readonly end: number },
  deadline: Deadline,
): Promise<Found<Episode>> {
  return paged(
    'cloudwatch:DescribeAlarmHistory',
    (NextToken) =>
      send('cloudwatch:DescribeAlarmHistory', History, () =>
        metrics.send(
          new DescribeAlarmHistoryCommand({
            AlarmTypes: [...types],
            HistoryItemType: 'StateUpdate',
            StartDate: new Date(bounds.start),
            EndDate: new Date(bounds.end),
            ScanBy: 'TimestampDescending',
            MaxRecords: pageSize,
            NextToken,
          }),
          { abortSignal: deadline.signal },
        ),
      ),
    ({ AlarmHistoryItems }) =>
      AlarmHistoryItems.flatMap(({ AlarmName, Timestamp, HistoryData: text }): Episode[] => {
        const state = stateIn(text);
        if (!AlarmName || Timestamp === undefined || state?.stateValue !== 'ALARM') return [];
        return [{ name: AlarmName, at: Timestamp, status: 'resolved', reason: state.stateReason ?? '' }];
      }),
  );
}

function stateIn(text: string | undefined): z.infer<typeof HistoryData>['newState'] | undefined {
  try {
    return HistoryData.safeParse(JSON.parse(text ?? '')).data?.newState;
  } catch {
    return undefined;
  }
}

type Watched = z.infer<typeof Dimensions>;

function serviceOf(
  name: string,
  alarm: Alarm | undefined,
  { settings }: CloudWatchParts,
  known: readonly string[],
): string | undefined {
  const watched = [alarm, ...(alarm?.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Metric)];
  const byMetric = Object.entries(settings.metrics).find(([, metrics]) =>
    metrics.some(({ namespace, dimensions }) =>
      watched.some((one) => one?.Namespace === namespace && isSame(one.Dimensions, dimensions)),
    ),
  );
  if (byMetric !== undefined) return byMetric[0];
  const words = `-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-`;
  return known
    .filter((service) => words.includes(`-${service.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-`))
    .sort((a, b) => b.length - a.length)[0];
}

/** Metrics without dimensions are of a whole account, so they point to no service. */
function isSame(watched: Watched, dimensions: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(dimensions);
  return (
    names.length > 0 &&
    names.length === watched.length &&
    watched.every(
      ({ Name, Value }) => Name !== undefined && Object.hasOwn(dimensions, Name) && dimensions[Name] === Value,
    )
  );
}

function alertOf(
  { name, at, status, reason }: Episode,
  alarm: Alarm | undefined,
  service: string,
  { settings }: CloudWatchParts,
): FiringAlert {
  return {
    name: name.slice(0, 255),
    at: at.toISOString(),
    status,
    summary: (alarm?.AlarmDescription || reason || alarm?.AlarmRule || name).slice(0, 300),
    entity: { kind: 'Service', name: service, ...placeOf(settings.places, service) },
  };
}
