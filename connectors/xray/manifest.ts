// The manifest of AWS X-Ray: its settings, signals and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** Absent: the region of the process. */
  region: region.optional(),
  /** The account to read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** The cluster of its services, if all run in one. */
  cluster: z.string().min(1).optional(),
});
export type XRaySettings = z.infer<typeof configSchema>;

export const xRay: Manifest<XRaySettings> = {
  id: 'xray',
  title: 'AWS X-Ray',
  signals: ['traces', 'calls'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: ['xray:GetServiceGraph', 'xray:GetTraceSummaries', 'xray:BatchGetTraces'],
      resources: ['*'],
      wildcard: 'X-Ray knows no narrower resource for these.',
    },
  ],
};
