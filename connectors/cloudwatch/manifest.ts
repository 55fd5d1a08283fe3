// The manifest of CloudWatch: its settings, signals and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { ArnParts, Manifest, SourceRight } from '../source-kind.ts';

/** A log group by name, or by ARN if it belongs to an account that shares it with this one. Patterns are not allowed. */
const logGroup = z
  .string()
  .regex(
    /^(?:arn:aws[a-z-]*:logs:[a-z0-9-]+:\d{12}:log-group:)?[\w./#-]{1,512}$/,
    'the name of a log group, or its ARN without a * at the end',
  );

const metric = z.strictObject({
  namespace: z.string().min(1).max(255),
  name: z.string().min(1).max(255),
  dimensions: z
    .record(z.string().min(1).max(255), z.string().min(1).max(1024))
    .refine((all) => Object.keys(all).length <= 30, 'CloudWatch allows at most 30 dimensions')
    .default({}),
  stat: z
    .string()
    .regex(/^(?:Sum|Average|Minimum|Maximum|SampleCount|p\d{1,2}(?:\.\d{1,2})?)$/, 'Sum, Average, Maximum or p95')
    .default('Average'),
  /** The account that owns the metric, if it shares it with this one. */
  account: accountId.optional(),
  /** The signal's name and unit. They follow from the metric if absent. */
  signal: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,79}$/, 'lower-case letters, digits and underscores')
    .optional(),
  unit: z.string().max(30).optional(),
});

const service = z.string().min(1).max(200);
const configSchema = z.strictObject({
  /** The region of the log groups, metrics and alarms. Absent: the region of the process. */
  region: region.optional(),
  /** The account to read, one of `aws.accounts`. Absent: the monitoring account if there is one, else that of the process. */
  account: accountId.optional(),
  groups: z.record(service, z.array(logGroup).min(1).max(50)).default({}),
  metrics: z.record(service, z.array(metric).min(1).max(100)).default({}),
  /** Where a service runs, if it runs in a cluster. */
  places: z
    .record(service, z.strictObject({ cluster: z.string().min(1).optional(), namespace: z.string().min(1).optional() }))
    .default({}),
  /** The gigabytes that Logs Insights may scan for one question. */
  maxGbScanned: z.number().positive().max(1000).default(5),
});
export type CloudWatchSettings = z.infer<typeof configSchema>;

const groupArn =
  (at: string | undefined) =>
  (group: string): ArnParts =>
    group.startsWith('arn:')
      ? `${group}:*`
      : {
          service: 'logs',
          ...(at === undefined ? {} : { region: at }),
          resource: 'log-group',
          name: `${group}:*`,
          separator: ':',
        };

export const cloudWatch: Manifest<CloudWatchSettings> = {
  id: 'cloudwatch',
  title: 'Amazon CloudWatch',
  signals: ['logs', 'metrics', 'queries', 'alerts'],
  // Without a named metric there is no right to read any.
  gives: ({ metrics }) =>
    Object.keys(metrics).length === 0 ? ['logs', 'metrics', 'alerts'] : ['logs', 'metrics', 'queries', 'alerts'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ region: at, account, groups, metrics }) => {
    const named = [...new Set(Object.values(groups).flat())];
    const everything = ['*'];
    const rights: SourceRight[] = [
      ...(named.length === 0
        ? []
        : [
            {
              purpose: 'observe' as const,
              actions: ['logs:StartQuery', 'logs:FilterLogEvents'],
              resources: named.map(groupArn(at)),
              wildcard: 'The settings name the log groups; the wildcard stands for the streams of each.',
            },
            {
              purpose: 'observe' as const,
              actions: ['logs:GetQueryResults', 'logs:StopQuery'],
              resources: everything,
              wildcard: 'AWS knows no resource for a query, and StartQuery is limited to the named log groups.',
            },
          ]),
      ...(Object.keys(metrics).length === 0
        ? []
        : [
            {
              purpose: 'observe' as const,
              actions: ['cloudwatch:GetMetricData'],
              resources: everything,
              wildcard: 'AWS knows no resource for reading metrics.',
            },
          ]),
      {
        purpose: 'observe',
        actions: ['cloudwatch:DescribeAlarms', 'cloudwatch:DescribeAlarmHistory'],
        resources: everything,
        wildcard: 'AWS returns composite alarms only to a right on all alarms.',
      },
    ];
    return account === undefined ? rights : rights.map((right) => ({ ...right, account }));
  },
};
