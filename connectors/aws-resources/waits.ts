// Reads what the sessions of a database wait for, by Performance Insights, and max_connections of its parameter group.
// https://docs.aws.amazon.com/performance-insights/latest/APIReference/API_GetResourceMetrics.html
import * as z from 'zod';
import type { Points, ResourceOf } from '../../core/model/aws-resources.ts';
import type { Place } from './place.ts';

type Wait = NonNullable<ResourceOf<'rds'>['waits']>[number];

const Metrics = z.object({
  MetricList: z
    .array(
      z.object({
        Key: z.object({ Dimensions: z.record(z.string().max(100), z.string().max(1000)).optional() }).optional(),
        DataPoints: z
          .array(z.object({ Timestamp: z.date(), Value: z.number().optional() }))
          .max(5000)
          .default([]),
      }),
    )
    .max(100)
    .default([]),
  NextToken: z.string().min(1).optional(),
});
/** Waits that are read; a call gives series of at most 25. */
const maxWaits = 20;
const maxPages = 4;

export interface Waits {
  readonly waits?: Wait[];
  readonly missing?: string;
}

export async function waitsOf(resourceId: string, engine: string, place: Place): Promise<Waits> {
  const sdk = await import('@aws-sdk/client-pi');
  const series = new Map<string, Map<number, number>>();
  const times = new Set<number>();
  let NextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('pi:GetResourceMetrics', Metrics, () =>
      place.client(sdk.PIClient).send(
        new sdk.GetResourceMetricsCommand({
          ServiceType: 'RDS',
          Identifier: resourceId,
          MetricQueries: [{ Metric: 'db.load.avg', GroupBy: { Group: 'db.wait_event', Limit: maxWaits } }],
          StartTime: new Date(place.from),
          EndTime: new Date(place.to),
          PeriodInSeconds: place.to - place.from > 4 * 3_600_000 ? 300 : 60,
          NextToken,
        }),
        { abortSignal: place.deadline.signal },
      ),
    );
    if (answer.kind === 'failed') return { missing: answer.reason };
    for (const { Key, DataPoints } of answer.data.MetricList) {
      for (const { Timestamp } of DataPoints) times.add(Math.round(Timestamp.getTime() / 1000));
      // The series without dimensions is the whole load.
      const event = eventOf(Key?.Dimensions, engine);
      if (event === undefined) continue;
      const own = series.get(event) ?? new Map<number, number>();
      for (const { Timestamp, Value } of DataPoints)
        if (Value !== undefined && Value >= 0) own.set(Math.round(Timestamp.getTime() / 1000), Value);
      series.set(event, own);
    }
    NextToken = answer.data.NextToken;
    if (NextToken === undefined) break;
  }
  const all = [...times].sort((a, b) => a - b).slice(-2000);
  return {
    waits: [...series].slice(0, maxWaits).map(([event, values]) => {
      const points = all.map((at): Points[number] => [at, values.get(at) ?? 0]);
      return { event, sessions: Math.max(0, points.at(-1)?.[1] ?? 0), before: points[0]?.[1] ?? 0, points };
    }),
    ...(NextToken === undefined ? {} : { missing: `pi:GetResourceMetrics has more than ${maxPages} pages` }),
  };
}

/** PostgreSQL's waits have a type and a name (`Lock` and `transactionid`); the names of other engines say all. */
function eventOf(dimensions: Readonly<Record<string, string>> | undefined, engine: string): string | undefined {
  const [name, type] = [dimensions?.['db.wait_event.name'], dimensions?.['db.wait_event.type']];
  if (name === undefined) return undefined;
  const isWhole = type === undefined || type === name || name.startsWith(`${type}:`) || !/postgres/.test(engine);
  return (isWhole ? name : `${type}:${name}`).slice(0, 200);
}

const Parameters = z.object({
  Parameters: z
    .array(
      z.object({ ParameterName: z.string().max(300).optional(), ParameterValue: z.string().max(20_000).optional() }),
    )
    .max(1000)
    .default([]),
  Marker: z.string().min(1).optional(),
});

/** Undefined where nobody set it, or set it to a formula: then AWS computes it from the memory of the instance, and it is not known. */
export async function maxConnectionsOf(
  DBParameterGroupName: string,
  place: Place,
): Promise<{ readonly value?: number; readonly missing?: string }> {
  const sdk = await import('@aws-sdk/client-rds');
  let Marker: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('rds:DescribeDBParameters', Parameters, () =>
      place
        .client(sdk.RDSClient)
        .send(new sdk.DescribeDBParametersCommand({ DBParameterGroupName, Source: 'user', MaxRecords: 100, Marker }), {
          abortSignal: place.deadline.signal,
        }),
    );
    if (answer.kind === 'failed') return { missing: answer.reason };
    const set = answer.data.Parameters.find(({ ParameterName }) => ParameterName === 'max_connections');
    if (set !== undefined)
      return /^\d{1,7}$/.test(set.ParameterValue ?? '') ? { value: Number(set.ParameterValue) } : {};
    Marker = answer.data.Marker;
    if (Marker === undefined) return {};
  }
  return { missing: `it has more than ${100 * maxPages} parameters` };
}
