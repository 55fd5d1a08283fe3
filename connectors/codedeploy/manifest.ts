// The manifest of CodeDeploy: its settings, signal and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** The account to read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Absent: the region of the process. */
  region: region.optional(),
  /** Applications by service; absent, those with the service's name in theirs. */
  applications: z.record(z.string().min(1).max(200), z.array(z.string().min(1).max(100)).min(1).max(10)).default({}),
});
export type CodeDeploySettings = z.infer<typeof configSchema>;

export const codeDeploy: Manifest<CodeDeploySettings> = {
  id: 'codedeploy',
  title: 'AWS CodeDeploy',
  signals: ['changes'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: [
        'codedeploy:ListApplications',
        'codedeploy:ListDeploymentGroups',
        'codedeploy:ListDeployments',
        'codedeploy:BatchGetDeployments',
        'codedeploy:ListDeploymentTargets',
        'codedeploy:BatchGetDeploymentTargets',
      ],
      resources: ['*'],
      wildcard:
        'The applications of services are found by their names, and AWS knows no resource for listing applications.',
    },
  ],
};
