// Reads the applied service quotas of the services that the resources belong to, and their use by the metric that Service Quotas names for each:
// ResourceCount and CallCount of AWS/Usage, or a metric of the service itself. A quota without such a metric is left out; nobody knows its use.
// https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ServiceQuota.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Usage-Metrics.html
import * as z from 'zod';
import type { AwsResource, Points, ResourceQuota, ResourceType } from '../../core/model/aws-resources.ts';
import { clean } from '../../core/text.ts';
import { periodAt, readBatch, type WantedMetric } from './metrics.ts';
import type { Place } from './place.ts';

/** Codes of Service Quotas. */
const codesOf: Readonly<Record<ResourceType, readonly string[]>> = {
  lambda: ['lambda'],
  sqs: ['sqs'],
  dynamodb: ['dynamodb'],
  kinesis: ['kinesis'],
  rds: ['rds'],
  ecs: ['fargate', 'ecs'],
  alb: ['elasticloadbalancing'],
  targetGroup: ['elasticloadbalancing'],
  apigateway: ['apigateway'],
  stateMachine: ['states'],
  s3: ['s3'],
  cloudfront: ['cloudfront'],
};

/** Pages of 100 quotas of a service. */
const maxPages = 4;
/** Quotas whose use is read, of one place. */
const maxMeasured = 60;

const statistics = ['Sum', 'Average', 'Maximum', 'Minimum'] as const;
const Quota = z.object({
  QuotaCode: z.string().regex(/^[\w-]{1,128}$/),
  QuotaName: z.string().min(1).max(500),
  Value: z.number().min(0),
  Adjustable: z.boolean().optional(),
  Period: z
    .object({
      PeriodValue: z.number().positive(),
      PeriodUnit: z.enum(['MICROSECOND', 'MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK']),
    })
    .optional(),
  UsageMetric: z
    .object({
      MetricNamespace: z.string().min(1).max(255),
      MetricName: z.string().min(1).max(255),
      MetricDimensions: z.record(z.string().max(255), z.string().max(1024)).default({}),
      MetricStatisticRecommendation: z.enum(statistics).optional().catch(undefined),
    })
    .optional(),
});
type Quota = z.infer<typeof Quota>;
const Page = z.object({ Quotas: z.array(z.unknown()).max(1000).default([]), NextToken: z.string().min(1).optional() });

const seconds = {
  MICROSECOND: 1e-6,
  MILLISECOND: 1e-3,
  SECOND: 1,
  MINUTE: 60,
  HOUR: 3600,
  DAY: 86_400,
  WEEK: 604_800,
} as const;

export interface ReadQuotas {
  readonly quotas: readonly ResourceQuota[];
  readonly missing: readonly string[];
  /** Metrics of their use. */
  readonly asked: number;
}

interface Measured extends WantedMetric {
  readonly quota: Quota;
  readonly service: string;
  readonly measures: ResourceQuota['measures'];
  /** The value holds for so many seconds; undefined if it holds at any time. */
  readonly every: number | undefined;
}

/** The quotas of one place whose use is known, the fullest first. */
export async function readQuotas(resources: readonly AwsResource[], place: Place): Promise<ReadQuotas> {
  const services = [...new Set(resources.flatMap(({ type }) => codesOf[type]))];
  const listed = await Promise.all(services.map(async (service) => ({ service, ...(await list(service, place)) })));
  const missing = [...new Set(listed.flatMap((one) => one.missing))];
  const all = listed.flatMap(({ service, quotas }) => quotas.flatMap((quota) => measuredOf(quota, service)));
  const unknownRates = listed.flatMap(({ quotas }) => quotas.filter(isOfUnknownRate)).length;
  const wanted = all.slice(0, maxMeasured);
  const period = periodAt(place);
  const read = wanted.length === 0 ? { points: new Map<Measured, Points>() } : await readBatch(wanted, period, place);
  const account = resources.find((one) => one.account !== undefined)?.account;
  const quotas = wanted.flatMap((one): ResourceQuota[] => {
    const points = read.points.get(one);
    if (points === undefined) return [];
    const { every } = one;
    const used =
      every === undefined ? points : points.map(([at, sum]): [number, number] => [at, (sum / period) * every]);
    return [
      {
        ...(account === undefined ? {} : { account }),
        ...(place.region === undefined ? {} : { region: place.region }),
        service: one.service,
        code: one.quota.QuotaCode,
        name: clean(one.quota.QuotaName).replace(/\s+/g, ' ').slice(0, 200),
        value: one.quota.Value,
        ...(one.quota.Adjustable === undefined ? {} : { adjustable: one.quota.Adjustable }),
        measures: one.measures,
        used,
      },
    ];
  });
  const fullness = ({ used, value }: ResourceQuota) =>
    value === 0 ? 0 : used.reduce((most, [, now]) => Math.max(most, now), 0) / value;
  return {
    quotas: quotas.toSorted((a, b) => fullness(b) - fullness(a)),
    missing: [
      ...missing,
      ...('failed' in read && read.failed !== undefined
        ? [`the use of ${wanted.length} quotas, because ${read.failed}`]
        : []),
      ...(all.length > wanted.length
        ? [`the use of ${all.length - wanted.length} of ${all.length} quotas (cost)`]
        : []),
      ...(unknownRates === 0
        ? []
        : [`the use of ${unknownRates} quotas for calls, because nobody says for which time they hold`]),
    ],
    asked: wanted.length,
  };
}

async function list(service: string, place: Place): Promise<{ readonly quotas: Quota[]; readonly missing: string[] }> {
  const sdk = await import('@aws-sdk/client-service-quotas');
  const client = place.client(sdk.ServiceQuotasClient);
  const quotas: Quota[] = [];
  let odd = 0;
  let NextToken: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await place.ask('servicequotas:ListServiceQuotas', Page, () =>
      client.send(new sdk.ListServiceQuotasCommand({ ServiceCode: service, MaxResults: 100, NextToken }), {
        abortSignal: place.deadline.signal,
      }),
    );
    if (answer.kind === 'failed') {
      // A service without quotas in this region.
      if (answer.error === 'NoSuchResourceException') return { quotas, missing: [] };
      return { quotas, missing: [`service quotas of ${service}: ${answer.reason}`] };
    }
    const read = answer.data.Quotas.map((one) => Quota.safeParse(one).data);
    odd += read.filter((one) => one === undefined).length;
    quotas.push(...read.flatMap((one) => one ?? []));
    NextToken = answer.data.NextToken;
    if (NextToken === undefined)
      return { quotas, missing: odd === 0 ? [] : [`${odd} service quotas of ${service} of another form`] };
  }
  return { quotas, missing: [`service quotas of ${service} beyond the first ${quotas.length}`] };
}

const isCallCount = ({ UsageMetric: metric }: Quota): boolean => metric?.MetricName === 'CallCount';

/** Seconds for which a quota of calls holds: its period, or its name says it. */
const timeOf = ({ Period: period, QuotaName: name }: Quota): number | undefined =>
  period !== undefined
    ? period.PeriodValue * seconds[period.PeriodUnit]
    : /per[ -]second|\bTPS\b|\/ ?s(?:ec)?\b/i.test(name)
      ? 1
      : /per[ -]minute/i.test(name)
        ? 60
        : undefined;

const isOfUnknownRate = (quota: Quota): boolean => isCallCount(quota) && timeOf(quota) === undefined;

function measuredOf(quota: Quota, service: string): Measured[] {
  const { UsageMetric: metric, QuotaName: name } = quota;
  if (metric === undefined || isOfUnknownRate(quota)) return [];
  const isCalls = isCallCount(quota);
  const statistic = isCalls ? 'Sum' : (metric.MetricStatisticRecommendation ?? 'Maximum');
  const every = isCalls || (statistic === 'Sum' && quota.Period !== undefined) ? timeOf(quota) : undefined;
  return [
    {
      quota,
      service,
      measures:
        every !== undefined ? 'rate' : /concurren/i.test(`${name} ${metric.MetricName}`) ? 'concurrency' : 'count',
      every,
      namespace: metric.MetricNamespace,
      dimensions: metric.MetricDimensions,
      metric: metric.MetricName,
      statistic,
    },
  ];
}
