// The manifest of Elastic Container Registry: its settings, signal and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const repository = z.string().regex(/^[a-z0-9][a-z0-9._/-]{1,255}$/, 'the name of a repository, without its registry');
const configSchema = z.strictObject({
  /** The account of the registry, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Accounts whose registries hold images of this fleet, each one of `aws.accounts`; besides `account`. */
  accounts: z.array(accountId).max(50).default([]),
  /** Absent: the region of the process. An image says the region of its registry. */
  region: region.optional(),
  /** Repositories by service; absent, those of the images that run, and without any such image those with the service's name in theirs. */
  repositories: z.record(z.string().min(1).max(200), z.array(repository).min(1).max(10)).default({}),
});
export type EcrSettings = z.infer<typeof configSchema>;

export const ecr: Manifest<EcrSettings> = {
  id: 'ecr',
  title: 'Amazon Elastic Container Registry',
  signals: ['changes'],
  configSchema,
  secrets: [],
  accounts: ({ account, accounts }) => [...new Set([...(account === undefined ? [] : [account]), ...accounts])],
  rights: ({ account, accounts }) =>
    [...new Set([account, ...accounts])].map((of) => ({
      purpose: 'observe',
      account: of,
      actions: ['ecr:DescribeRepositories', 'ecr:DescribeImages'],
      resources: ['*'],
      wildcard: 'The repositories of services are found by the images that run, and by their names.',
    })),
};
