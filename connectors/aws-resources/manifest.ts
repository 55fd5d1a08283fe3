// The manifest of AWS resources: its settings, signal and rights. Which resources it reads stands in the service catalogue and in pages.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { ArnParts, Manifest, SourceRight } from '../source-kind.ts';

/** Types of resources; each needs its own rights. */
const Type = z.enum([
  'lambda',
  'sqs',
  'dynamodb',
  'kinesis',
  'rds',
  'ecs',
  'alb',
  'targetGroup',
  'apigateway',
  'stateMachine',
  's3',
  'cloudfront',
]);

const configSchema = z.strictObject({
  /** Accounts that are read by their reader's role, each one of `aws.accounts`. The account of the process is read besides, unless they are all. */
  accounts: z.array(accountId).max(200).default([]),
  /** The region of resources of which neither the catalogue nor the page says one. Absent: that of the process. */
  region: region.optional(),
  /** The types that it may read. */
  types: z
    .array(Type)
    .min(1)
    .default([...Type.options]),
  /** Whether it reads the account's service quotas and their use. */
  quotas: z.boolean().default(true),
});
export type AwsResourcesSettings = z.infer<typeof configSchema>;

const anything: readonly ArnParts[] = ['*'];
const parts = (service: string, resource: string, name: string, separator: ':' | '/'): ArnParts => ({
  service,
  region: '*',
  resource,
  name,
  separator,
});
const named = 'The service catalogue and pages name the resources, which may be any of the account.';
const unnamed = 'AWS knows no resource for these.';

type Right = Pick<SourceRight, 'actions' | 'resources' | 'wildcard'>;

const balancers: Right = {
  actions: [
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetHealth',
  ],
  resources: anything,
  wildcard: unnamed,
};

/** Least privilege by type: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const rightsOf: Readonly<Record<z.infer<typeof Type>, readonly Right[]>> = {
  lambda: [
    {
      actions: ['lambda:GetFunctionConfiguration', 'lambda:GetFunctionConcurrency'],
      resources: [parts('lambda', 'function', '*', ':')],
      wildcard: named,
    },
    {
      actions: ['lambda:ListEventSourceMappings', 'lambda:GetAccountSettings'],
      resources: anything,
      wildcard: unnamed,
    },
    {
      actions: ['logs:FilterLogEvents'],
      resources: [parts('logs', 'log-group', '/aws/lambda/*', ':')],
      wildcard: 'Functions write to log groups of this prefix unless they are told otherwise.',
    },
  ],
  sqs: [
    {
      actions: ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:ListDeadLetterSourceQueues'],
      resources: ['arn:aws:sqs:*:*:*'],
      wildcard: named,
    },
  ],
  dynamodb: [
    { actions: ['dynamodb:DescribeTable'], resources: [parts('dynamodb', 'table', '*', '/')], wildcard: named },
  ],
  kinesis: [
    { actions: ['kinesis:DescribeStreamSummary'], resources: [parts('kinesis', 'stream', '*', '/')], wildcard: named },
  ],
  rds: [
    {
      actions: ['rds:DescribeDBInstances', 'rds:DescribeDBClusters', 'rds:DescribeEvents', 'rds:DescribeDBParameters'],
      resources: anything,
      wildcard: named,
    },
    {
      actions: ['pi:GetResourceMetrics'],
      resources: ['arn:aws:pi:*:*:metrics/rds/*'],
      wildcard: 'Performance Insights knows instances by ids that nobody knows before.',
    },
  ],
  ecs: [
    {
      actions: ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks'],
      resources: anything,
      wildcard: named,
    },
  ],
  alb: [balancers],
  targetGroup: [balancers],
  apigateway: [
    {
      actions: ['apigateway:GET'],
      resources: [
        'arn:aws:apigateway:*::/restapis',
        'arn:aws:apigateway:*::/restapis/*/stages',
        'arn:aws:apigateway:*::/restapis/*/resources',
        'arn:aws:apigateway:*::/apis',
        'arn:aws:apigateway:*::/apis/*/stages',
        'arn:aws:apigateway:*::/apis/*/integrations',
      ],
      wildcard: named,
    },
  ],
  stateMachine: [
    {
      actions: ['states:DescribeStateMachine'],
      resources: [parts('states', 'stateMachine', '*', ':')],
      wildcard: named,
    },
    { actions: ['states:ListStateMachines'], resources: anything, wildcard: unnamed },
  ],
  s3: [{ actions: ['s3:GetMetricsConfiguration'], resources: ['arn:aws:s3:::*'], wildcard: named }],
  cloudfront: [
    { actions: ['cloudfront:GetDistribution'], resources: ['arn:aws:cloudfront::*:distribution/*'], wildcard: named },
  ],
};
const metrics: Right = {
  actions: ['cloudwatch:GetMetricData'],
  resources: anything,
  wildcard: 'AWS knows no resource for reading metrics.',
};
const quotas: Right = { actions: ['servicequotas:ListServiceQuotas'], resources: anything, wildcard: unnamed };

export const awsResources: Manifest<AwsResourcesSettings> = {
  id: 'aws-resources',
  title: 'AWS resources',
  signals: ['resources'],
  configSchema,
  secrets: [],
  accounts: ({ accounts }) => accounts,
  rights: ({ accounts, types, quotas: withQuotas }) => {
    const rights = [...new Set([metrics, ...types.flatMap((type) => rightsOf[type]), ...(withQuotas ? [quotas] : [])])];
    return [undefined, ...accounts].flatMap((account) =>
      rights.map(
        (right): SourceRight => ({ purpose: 'observe', ...(account === undefined ? {} : { account }), ...right }),
      ),
    );
  },
};
