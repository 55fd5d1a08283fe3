// The manifest of CodePipeline: its settings, signal and rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  /** The account to read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Absent: the region of the process. */
  region: region.optional(),
  /** Pipelines by service; absent, those with the service's name in theirs. */
  pipelines: z
    .record(
      z.string().min(1).max(200),
      z
        .array(z.string().regex(/^[A-Za-z0-9.@_-]{1,100}$/, 'the name of a pipeline'))
        .min(1)
        .max(10),
    )
    .default({}),
});
export type CodePipelineSettings = z.infer<typeof configSchema>;

export const codePipeline: Manifest<CodePipelineSettings> = {
  id: 'codepipeline',
  title: 'AWS CodePipeline',
  signals: ['changes'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account }) => [
    {
      purpose: 'observe',
      account,
      actions: [
        'codepipeline:ListPipelines',
        'codepipeline:ListPipelineExecutions',
        'codepipeline:ListActionExecutions',
      ],
      resources: ['*'],
      wildcard: 'The pipelines of services are found by their names, and AWS knows no resource for listing pipelines.',
    },
  ],
};
