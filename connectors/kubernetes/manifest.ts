// The manifest of Kubernetes: its settings, signals, secrets and rights.
import * as z from 'zod';
import type { Manifest } from '../source-kind.ts';

const Cluster = z.discriminatedUnion('access', [
  /** An EKS cluster of this or another region of the account; the functions' roles are its users (access entries). */
  z.strictObject({ name: z.string().min(1), access: z.literal('eks'), region: z.string().min(1) }),
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
  rights: ({ clusters = [] }) => {
    const resources = clusters.flatMap((cluster) =>
      cluster.access === 'eks'
        ? [{ service: 'eks', region: cluster.region, resource: 'cluster', name: cluster.name, separator: '/' } as const]
        : [],
    );
    return resources.length === 0 ? [] : [{ purpose: 'observe', actions: ['eks:DescribeCluster'], resources }];
  },
};
