// The manifest of CloudWatch Application Signals: its settings, signals and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** Absent: the region of the process. */
  region: region.optional(),
  /** The account to read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
});
export type ApplicationSignalsSettings = z.infer<typeof configSchema>;

export const applicationSignals: Manifest<ApplicationSignalsSettings> = {
  id: 'application-signals',
  title: 'CloudWatch Application Signals',
  signals: ['calls'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: [
        'application-signals:ListServices',
        'application-signals:ListServiceDependencies',
        'application-signals:ListServiceDependents',
      ],
      resources: ['*'],
      wildcard: 'Application Signals knows no narrower resource for these.',
    },
  ],
};
