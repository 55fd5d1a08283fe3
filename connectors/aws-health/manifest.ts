// The manifest of AWS Health: its settings, signal and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** The account whose events are read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Regions whose events are read for vendors without regions of their own. Absent: the region of the process. */
  regions: z.array(region).min(1).max(20).optional(),
});
export type AwsHealthSettings = z.infer<typeof configSchema>;

export const awsHealth: Manifest<AwsHealthSettings> = {
  id: 'aws-health',
  title: 'AWS Health',
  signals: ['status'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: ['health:DescribeEvents', 'health:DescribeEventDetails'],
      resources: ['*'],
      wildcard: 'Events of AWS Health are not known before they are listed.',
    },
  ],
};
