// The manifest of the security services of AWS: which of them are read, for which resources of services, and the rights.
import * as z from 'zod';
import { accountId, region } from '../auth.ts';
import type { Manifest, SourceRight } from '../source-kind.ts';

const reads = ['guardduty', 'inspector', 'ecr', 'security-hub'] as const;
const name = z.string().regex(/^[\w./-]{1,255}$/, 'a name of letters, digits and . _ / -');
const configSchema = z.strictObject({
  /** The account to read, one of `aws.accounts`. Absent: that of the process. */
  account: accountId.optional(),
  /** Absent: the region of the process. */
  region: region.optional(),
  read: z.array(z.enum(reads)).min(1).default(['guardduty', 'inspector']),
  /** By service: its workloads in EKS (absent: the service's name), instances of EC2, repositories of images, and ARNs in Security Hub. */
  services: z
    .record(
      z.string().min(1).max(200),
      z.strictObject({
        workloads: z.array(name).max(10).optional(),
        instances: z
          .array(z.string().regex(/^i-[0-9a-f]{8,17}$/, 'the id of an instance'))
          .max(20)
          .default([]),
        repositories: z.array(name).max(10).default([]),
        arns: z
          .array(z.string().regex(/^arn:aws[a-z-]*:[\w:/.-]{1,300}$/, 'an ARN'))
          .max(20)
          .default([]),
      }),
    )
    .default({}),
});
export type AwsSecuritySettings = z.infer<typeof configSchema>;

const rightsOf: Record<(typeof reads)[number], { readonly actions: readonly string[]; readonly why: string }> = {
  guardduty: {
    actions: ['guardduty:ListDetectors', 'guardduty:ListFindings', 'guardduty:GetFindings'],
    why: 'The id of the detector is not known before it is listed.',
  },
  inspector: { actions: ['inspector2:ListFindings'], why: 'AWS knows no resource for listing findings.' },
  ecr: {
    actions: ['ecr:DescribeImages'],
    why: 'The settings name repositories by service; rights on them are not narrower.',
  },
  'security-hub': { actions: ['securityhub:GetFindings'], why: 'AWS knows no narrower resource for reading findings.' },
};

export const awsSecurity: Manifest<AwsSecuritySettings> = {
  id: 'aws-security',
  title: 'Security services of AWS',
  signals: ['security'],
  configSchema,
  secrets: [],
  accounts: ({ account }) => (account === undefined ? [] : [account]),
  rights: ({ account, read }) =>
    read.map((one): SourceRight => {
      const { actions, why } = rightsOf[one];
      return { purpose: 'observe', account, actions, resources: ['*'], wildcard: why };
    }),
};
