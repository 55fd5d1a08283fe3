// The manifest of Kubernetes: its settings, signals, secrets and rights.
import * as z from 'zod';
import { accountId } from '../auth.ts';
import type { AccessEntry, ArnParts, Manifest } from '../source-kind.ts';

const Cluster = z.discriminatedUnion('access', [
  /**
   * An EKS cluster, whose users are the functions' roles (access entries). With an account, one of `aws.accounts`, its user is the reader's role there.
   */
  z.strictObject({
    name: z.string().min(1),
    access: z.literal('eks'),
    region: z.string().min(1),
    account: accountId.optional(),
  }),
  /** Any cluster, through kubeconfigs in Secrets Manager: one for reading, one for acting. */
  z.strictObject({ name: z.string().min(1), access: z.literal('kubeconfig') }),
]);
/** Pods of all clusters together up to which a question reads every object; above, it reads what the page can be about. Absent, 1,500. */
const readWholeUpTo = z.number().int().nonnegative().optional();
const configSchema = z.strictObject({ clusters: z.array(Cluster).min(1), readWholeUpTo });
const localSchema = z.strictObject({
  /** Path of the file; absent, kubectl's default locations. */
  kubeconfig: z.string().min(1).optional(),
  /** Contexts to read, each one cluster; absent, the current context. */
  contexts: z.array(z.string().min(1)).min(1).optional(),
  readWholeUpTo,
});
export interface KubernetesSettings extends z.infer<typeof localSchema> {
  readonly clusters?: z.infer<typeof configSchema>['clusters'] | undefined;
}

const byKubeconfig = ({ clusters = [] }: KubernetesSettings): boolean =>
  clusters.some(({ access }) => access === 'kubeconfig');

const entriesOf = ({ clusters = [] }: KubernetesSettings): AccessEntry[] =>
  clusters.flatMap((one) =>
    one.access === 'eks' && one.account !== undefined
      ? [{ account: one.account, region: one.region, cluster: one.name }]
      : [],
  );

export const kubernetes: Manifest<KubernetesSettings> = {
  id: 'kubernetes',
  title: 'Kubernetes',
  signals: ['kubernetes', 'changes', 'logs'],
  configSchema,
  localSchema,
  blocks: {
    stage: {
      field: 'clusters',
      schema: z.array(Cluster).transform((clusters) => (clusters.length === 0 ? undefined : { clusters })),
    },
    local: { field: 'kubernetes' },
  },
  paths: ['kubeconfig'],
  secrets: [
    {
      field: 'reader',
      name: 'kubeconfig-reader',
      description: 'Kubeconfig of a user that may read',
      purpose: 'observe',
      isNeeded: byKubeconfig,
    },
    {
      field: 'actor',
      name: 'kubeconfig-actor',
      description: 'Kubeconfig of a user that may carry out the actions of the catalogue',
      purpose: 'act',
      isNeeded: byKubeconfig,
    },
  ],
  accounts: (settings) => entriesOf(settings).map(({ account }) => account),
  accessEntries: entriesOf,
  rights: ({ clusters = [] }) => {
    const byAccount = new Map<string | undefined, ArnParts[]>();
    for (const one of clusters) {
      if (one.access !== 'eks') continue;
      const arn = { service: 'eks', region: one.region, resource: 'cluster', name: one.name, separator: '/' } as const;
      byAccount.set(one.account, [...(byAccount.get(one.account) ?? []), arn]);
    }
    return [...byAccount].map(([account, resources]) => ({
      purpose: 'observe' as const,
      ...(account === undefined ? {} : { account }),
      actions: ['eks:DescribeCluster'],
      resources,
    }));
  },
};
