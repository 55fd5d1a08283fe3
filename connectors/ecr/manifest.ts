// The manifest of Elastic Container Registry: its settings, signal and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const repository = z.string().regex(/^[a-z0-9][a-z0-9._/-]{1,255}$/, 'the name of a repository, without its registry');
const configSchema = z.strictObject({
  /** The account of the registry, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Absent: the region of the process. */
  region: region.optional(),
  /** Repositories by service; absent, those with the service's name in theirs. */
  repositories: z.record(z.string().min(1).max(200), z.array(repository).min(1).max(10)).default({}),
});
export type EcrSettings = z.infer<typeof configSchema>;

export const ecr: Manifest<EcrSettings> = {
  id: 'ecr',
  title: 'Amazon Elastic Container Registry',
  signals: ['changes'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: ['ecr:DescribeRepositories', 'ecr:DescribeImages'],
      resources: ['*'],
      wildcard: 'The repositories of services are found by their names.',
    },
  ],
};
