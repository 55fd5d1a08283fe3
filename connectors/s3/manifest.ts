// The manifest of documents in S3: the prefixes whose text files are copied into the knowledge. It gives no signal.
import * as z from 'zod';
import { accountId } from '../auth.ts';
import type { Manifest } from '../source-kind.ts';

const configSchema = z.strictObject({
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "a bucket's name"),
  prefixes: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(20)
    .refine(
      (all) => all.every((one) => one.endsWith('/') && !/[*?]/.test(one)),
      'each ends in a slash, without * and ?',
    ),
  /** Absent: the region of the process. */
  region: z.string().min(1).optional(),
  /** Absent: the account of the process. */
  account: accountId.optional(),
  /** An address instead of AWS's, for a store that speaks S3. */
  endpoint: z.url({ protocol: /^https?$/ }).optional(),
});
export type S3Settings = z.infer<typeof configSchema>;

export const s3: Manifest<S3Settings> = {
  id: 's3',
  title: 'Documents in S3',
  signals: [],
  configSchema,
  secrets: [],
  hasDocuments: () => true,
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ bucket, prefixes, account }) => [
    {
      purpose: 'observe',
      account,
      actions: ['s3:ListBucket'],
      resources: [`arn:aws:s3:::${bucket}`],
    },
    {
      purpose: 'observe',
      account,
      actions: ['s3:GetObject'],
      resources: prefixes.map((prefix) => `arn:aws:s3:::${bucket}/${prefix}*`),
      wildcard: 'The documents under a prefix have names of their own; the right ends at the prefix.',
    },
  ],
};
