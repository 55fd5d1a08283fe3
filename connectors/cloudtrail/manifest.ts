// The manifest of CloudTrail: its settings, signal and right.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

/** Services whose write events can break other services. The first ones are asked first. */
const usualSources = [
  'ec2',
  'rds',
  'lambda',
  'iam',
  'ssm',
  'secretsmanager',
  'ecs',
  'elasticloadbalancing',
  'dynamodb',
  'sqs',
  'kms',
  'route53',
  'apigateway',
  'autoscaling',
  'elasticache',
  'eks',
] as const;

const configSchema = z.strictObject({
  /** The account to read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Absent: the region of the process. Events of IAM, Route 53 and CloudFront are always read in us-east-1, where AWS records them. */
  regions: z.array(region).min(1).max(5).optional(),
  /** By service, names of its resources as CloudTrail has them: `[orders-db, sg-0abc, /orders/db-url]`. */
  resources: z.record(z.string().min(1).max(200), z.array(z.string().min(2).max(300)).min(1).max(50)).default({}),
  /** Services of AWS, without `.amazonaws.com`. */
  eventSources: z
    .array(z.string().regex(/^[a-z0-9.-]{2,60}$/, 'a service of AWS as CloudTrail names it, such as rds'))
    .min(1)
    .max(30)
    .default([...usualSources]),
});
export type CloudTrailSettings = z.infer<typeof configSchema>;

export const cloudTrail: Manifest<CloudTrailSettings> = {
  id: 'cloudtrail',
  title: 'AWS CloudTrail',
  signals: ['changes'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: ['cloudtrail:LookupEvents'],
      resources: ['*'],
      wildcard: 'AWS knows no resource for looking up events.',
    },
  ],
};
