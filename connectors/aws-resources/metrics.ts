// Reads the metrics of resources of one place by GetMetricData, up to 500 in a call.
import { type AwsResource, type Points, type ResourceType, resourceMetrics } from '../../core/model/aws-resources.ts';
import { MetricDataPage, maxMetricsOfCall, maxPointsOfCall } from '../metric-data.ts';
import type { Place } from './place.ts';

/** The most calls of one question: GetMetricData costs 0.01 US dollars for 1,000 metrics. */
const maxCallsOfQuestion = 2;
const maxPages = 5;

interface Measured {
  readonly resource: AwsResource;
  /** Absent: they follow from its name. */
  readonly dimensions?: Readonly<Record<string, string>> | undefined;
  /** By key, where they are not those of its type. */
  readonly metricNames?: Readonly<Record<string, string>> | undefined;
}

interface Dimensions {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Namespaces of CloudWatch, with the dimension that the name gives: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html */
const namespaces: { readonly [T in ResourceType]?: readonly [namespace: string, dimension?: string] } = {
  lambda: ['AWS/Lambda', 'FunctionName'],
  sqs: ['AWS/SQS', 'QueueName'],
  dynamodb: ['AWS/DynamoDB', 'TableName'],
  kinesis: ['AWS/Kinesis', 'StreamName'],
  rds: ['AWS/RDS'],
  ecs: ['AWS/ECS'],
  alb: ['AWS/ApplicationELB'],
  targetGroup: ['AWS/ApplicationELB'],
  apigateway: ['AWS/ApiGateway'],
  stateMachine: ['AWS/States'],
  s3: ['AWS/S3'],
  cloudfront: ['AWS/CloudFront'],
};

/** Undefined if nothing tells its metrics from those of others. */
function dimensionsOf({ resource, dimensions }: Measured, key: string): Dimensions | undefined {
  const [namespace, dimension] = namespaces[resource.type] ?? [];
  if (namespace === undefined) return undefined;
  if (key.endsWith('.account')) return { namespace, dimensions: {} };
  const named = dimension === undefined ? undefined : { [dimension]: resource.name };
  const all = dimensions ?? named;
  return all === undefined ? undefined : { namespace, dimensions: all };
}

export interface WantedMetric extends Dimensions {
  readonly metric: string;
  readonly statistic: string;
}

interface Wanted extends WantedMetric {
  readonly index: number;
  readonly key: string;
}

export interface MeasuredResources {
  readonly resources: readonly AwsResource[];
  readonly missing: readonly string[];
  readonly asked: number;
}

/** The resources with their metrics. Those that cannot be read stay without, and are missing. */
export async function withMetrics(measured: readonly Measured[], place: Place): Promise<MeasuredResources> {
  const resources = measured.map(({ resource }) => resource);
  const all = measured.flatMap((one, index): Wanted[] =>
    Object.entries(resourceMetrics[one.resource.type]).flatMap(([key, statistic]) => {
      const of = dimensionsOf(one, key);
      return of === undefined ? [] : [{ index, key, metric: one.metricNames?.[key] ?? nameOf(key), statistic, ...of }];
    }),
  );
  const wanted = all.slice(0, maxMetricsOfCall * maxCallsOfQuestion);
  const period = periodAt(place);
  const size = Math.min(
    maxMetricsOfCall,
    Math.max(1, Math.floor(maxPointsOfCall / ((place.to - place.from) / 1000 / period + 1))),
  );
  const batches = Array.from({ length: Math.ceil(wanted.length / size) }, (_, n) =>
    wanted.slice(n * size, (n + 1) * size),
  );
  const read = await Promise.all(batches.map((batch) => readBatch(batch, period, place)));
  const series = resources.map((): Record<string, Points> => ({}));
  for (const [one, points] of read.flatMap(({ points }) => [...points])) {
    const own = series[one.index];
    if (own !== undefined && points.length > 0) own[one.key] = points;
  }
  const failures = [...new Set(read.flatMap(({ failed }) => failed ?? []))];
  return {
    resources: resources.map((resource, index) => ({ ...resource, metrics: series[index] ?? {} })),
    missing: [
      ...failures.map((why) => `metrics of ${resources.length} resources, because ${why}`),
      ...(all.length === wanted.length ? [] : [`${all.length - wanted.length} of ${all.length} metrics (cost)`]),
    ],
    asked: wanted.length,
  };
}

/** Seconds: CloudWatch keeps minutes for 15 days. */
export const periodAt = ({ from }: Place): number => (from < Date.now() - 15 * 86_400_000 ? 300 : 60);

/** At most 500 metrics. */
export async function readBatch<W extends WantedMetric>(
  batch: readonly W[],
  period: number,
  place: Place,
): Promise<{ readonly points: ReadonlyMap<W, Points>; readonly failed?: string }> {
  const sdk = await import('@aws-sdk/client-cloudwatch');
  const cloudwatch = place.client(sdk.CloudWatchClient);
  const found = new Map<W, Map<number, number>>();
  const points = () =>
    new Map([...found].map(([one, values]) => [one, [...values].sort(([a], [b]) => a - b).slice(-2000)] as const));
  let NextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('cloudwatch:GetMetricData', MetricDataPage, () =>
      cloudwatch.send(
        new sdk.GetMetricDataCommand({
          StartTime: new Date(place.from),
          EndTime: new Date(place.to),
          ScanBy: 'TimestampAscending',
          NextToken,
          MetricDataQueries: batch.map(({ namespace, dimensions, metric, statistic }, n) => ({
            Id: `m${n}`,
            ReturnData: true,
            MetricStat: {
              Metric: {
                Namespace: namespace,
                MetricName: metric,
                Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
              },
              Period: period,
              Stat: statistic,
            },
          })),
        }),
        { abortSignal: place.deadline.signal },
      ),
    );
    if (answer.kind === 'failed') return { points: points(), failed: answer.reason };
    for (const { Id, Timestamps, Values } of answer.data.MetricDataResults) {
      const one = batch[Number(/^m(\d{1,3})$/.exec(Id ?? '')?.[1])];
      if (one === undefined) continue;
      const own = found.get(one) ?? new Map<number, number>();
      for (const [n, at] of Timestamps.entries()) {
        const value = Values[n];
        if (value !== undefined && Number.isFinite(value)) own.set(Math.round(at.getTime() / 1000), value);
      }
      found.set(one, own);
    }
    NextToken = answer.data.NextToken;
    if (NextToken === undefined) return { points: points() };
  }
  return { points: points(), failed: `cloudwatch:GetMetricData has more than ${maxPages} pages` };
}

/** `Duration.max` is another statistic of `Duration`; a name of CloudWatch may itself have a dot. */
const nameOf = (key: string): string => key.replace(/\.(?:max|account)$/, '');
