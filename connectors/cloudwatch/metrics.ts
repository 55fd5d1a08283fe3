// MetricsSource over GetMetricData: the metrics that the settings name for the services within the scope. A metric without data is missing.
import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { Series } from '../../core/model/telemetry.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import { type Deadline, deadlineIn, listed, send } from '../aws-calls.ts';
import { MetricDataPage, maxMetricsOfCall, maxPointsOfCall } from '../metric-data.ts';
import { boundsOf, type CloudWatchParts, gap } from './client.ts';
import { placeOf, servicesWithin } from './places.ts';
import { type Metric, signalOfMetric } from './signals.ts';

/** CloudWatch keeps points of an hour for 455 days. */
const keptDays = 455;
const maxPoints = 360;
/** GetMetricData costs 0.01 US dollars for 1,000 metrics. */
const maxMetrics = 2000;
const maxPages = 20;

interface Wanted {
  readonly service: string;
  readonly metric: Metric;
  /** Distinguishes series of a service that would have one name. */
  readonly suffix: string;
}

interface Answered {
  readonly wanted: Wanted;
  readonly points: [number, number][];
  readonly status: string;
}

export function cloudWatchMetrics(parts: CloudWatchParts): Source<'metrics'> {
  const { metrics: metricsOf, places } = parts.settings;
  return {
    async observe(scope) {
      const services = servicesWithin(scope, Object.keys(metricsOf), places);
      if (services.length === 0) return gap(`The settings name no metric for ${scope.service ?? 'this place'}.`);
      const all = services.flatMap((service) => wantedOf(service, metricsOf[service] ?? []));
      const wanted = all.slice(0, maxMetrics);
      const bounds = boundsOf(scope.window, parts.clock.now(), keptDays);
      const period = periodOf(bounds, parts.clock.now());
      const points = Math.ceil((bounds.end - bounds.start) / 1000 / period) + 1;
      const size = Math.max(1, Math.min(maxMetricsOfCall, Math.floor(maxPointsOfCall / points)));
      const deadline = deadlineIn(parts.budgetMs);
      const batches = Array.from({ length: Math.ceil(wanted.length / size) }, (_, index) =>
        wanted.slice(index * size, (index + 1) * size),
      );
      const read = await Promise.all(batches.map((batch) => readBatch(parts, batch, { bounds, period, deadline })));
      const answers = read.flatMap((one) => one.answers);
      const failures = [...new Set(read.flatMap(({ failed }) => failed ?? []))];
      const data = answers.flatMap((one) => seriesOf(one, period, parts));
      if (data.length === 0 && failures.length > 0) return gap(`No metric could be read: ${failures.join('; ')}.`);
      const empty = answers.filter((one) => one.points.length === 0 && one.status === 'Complete');
      const partial = answers.filter(({ status }) => status !== 'Complete');
      return {
        kind: 'data',
        data,
        query: `CloudWatch GetMetricData (${wanted.length} metrics, a point in ${period} s)`,
        missing: [
          ...failures.map((why) => `some metrics, because ${why}`),
          ...(empty.length === 0 ? [] : [`${listed(empty.map(nameOf))}: CloudWatch has no data`]),
          ...(partial.length === 0
            ? []
            : [`${listed(partial.map((one) => `${nameOf(one)} (${one.status})`))}: the data is not complete`]),
          ...(all.length === wanted.length ? [] : [`${all.length - wanted.length} of ${all.length} metrics (cost)`]),
        ],
        bytes: data.reduce((sum, series) => sum + series.points.length * 16, 0),
      };
    },
  };
}

const nameOf = ({ wanted: { service, metric } }: Answered): string => `${metric.name} of ${service}`;

function wantedOf(service: string, metrics: readonly Metric[]): Wanted[] {
  const names = metrics.map((metric) => signalOfMetric(metric).signal);
  return metrics.map((metric, index) => {
    const isAlone = names.filter((name) => name === names[index]).length === 1;
    const values = Object.values(metric.dimensions).join(' ');
    return { service, metric, suffix: isAlone ? '' : ` (${values || metric.stat})` };
  });
}

/** The shortest period, in seconds, that CloudWatch still keeps for the start of the window and that gives at most 360 points. */
export function periodOf({ start, end }: { readonly start: number; readonly end: number }, now: Date): number {
  const ageDays = (now.getTime() - start) / 86_400_000;
  const kept = ageDays < 15 ? 60 : ageDays < 63 ? 300 : 3600;
  return Math.max(1, Math.ceil((end - start) / 1000 / maxPoints / kept)) * kept;
}

interface Reading {
  readonly bounds: { readonly start: number; readonly end: number };
  readonly period: number;
  readonly deadline: Deadline;
}

async function readBatch(
  { metrics }: CloudWatchParts,
  batch: readonly Wanted[],
  { bounds, period, deadline }: Reading,
): Promise<{ readonly answers: Answered[]; readonly failed?: string }> {
  const queries = batch.map(({ metric }, index): MetricDataQuery => {
    const { namespace, name, dimensions, stat, account } = metric;
    return {
      Id: `m${index}`,
      ReturnData: true,
      ...(account === undefined ? {} : { AccountId: account }),
      MetricStat: {
        Metric: {
          Namespace: namespace,
          MetricName: name,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
        Period: period,
        Stat: stat,
      },
    };
  });
  const points = batch.map((): Map<number, number> => new Map());
  const status = batch.map(() => 'no answer');
  const answers = () =>
    batch.map(
      (wanted, index): Answered => ({
        wanted,
        status: status[index] ?? 'no answer',
        points: [...(points[index] ?? [])].sort(([a], [b]) => a - b),
      }),
    );
  let NextToken: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const answer = await send('cloudwatch:GetMetricData', MetricDataPage, () =>
      metrics.send(
        new GetMetricDataCommand({
          MetricDataQueries: queries,
          StartTime: new Date(bounds.start),
          EndTime: new Date(bounds.end),
          ScanBy: 'TimestampAscending',
          NextToken,
        }),
        { abortSignal: deadline.signal },
      ),
    );
    if (answer.kind === 'failed') return { answers: answers(), failed: answer.reason };
    for (const { Id = '', StatusCode = 'Unknown', Timestamps, Values } of answer.data.MetricDataResults) {
      const index = /^m\d{1,3}$/.test(Id) ? Number(Id.slice(1)) : -1;
      if (points[index] === undefined) continue;
      status[index] = /^[A-Za-z]+$/.test(StatusCode) ? StatusCode : 'Unknown';
      for (const [at, time] of Timestamps.entries()) {
        const value = Values[at];
        const ms = time.getTime();
        if (value !== undefined && Number.isFinite(value) && ms >= bounds.start - period * 1000 && ms <= bounds.end)
          points[index].set(ms / 1000, value);
      }
    }
    NextToken = answer.data.NextToken;
    if (NextToken === undefined) return { answers: answers() };
  }
  return { answers: answers(), failed: `cloudwatch:GetMetricData has more than ${maxPages} pages` };
}

function seriesOf({ wanted, points }: Answered, period: number, { settings }: CloudWatchParts): Series[] {
  if (points.length === 0) return [];
  const { service, metric, suffix } = wanted;
  const { signal, unit, factor, rate } = signalOfMetric(metric);
  return [
    {
      source: 'cloudwatch',
      entity: { kind: 'Service', name: service, ...placeOf(settings.places, service) },
      signal: `${signal}${suffix}`.slice(0, 200),
      unit,
      points: points.map(([at, value]) => [at, (value * factor) / (rate ? period : 1)]),
    },
  ];
}
