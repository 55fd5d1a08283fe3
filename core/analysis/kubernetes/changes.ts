// Reads changes from the cluster's own history: the revisions of its Deployments. A deployment pipeline knows more (author, commit); this works
// without one.
import type { TimeWindow } from '../../model/entity.ts';
import type { Change, KubernetesSnapshot } from '../../model/telemetry.ts';
import { type Cluster, indexCluster } from './cluster.ts';
import { clusterWideChanges } from './cluster-changes.ts';
import type { Workload } from './objects.ts';
import { revisionOf, revisionsOf, wentLive } from './rollouts.ts';
import { type Difference, describeDifference, templateDifferences } from './template-diff.ts';

/** Changes that went live in the window, oldest first. A Deployment's first revision is not a change. */
export function revisionChanges(snapshots: readonly KubernetesSnapshot[], { start, end }: TimeWindow): Change[] {
  return snapshots
    .map(indexCluster)
    .flatMap((cluster) => [
      ...cluster.workloads
        .filter(({ kind }) => kind === 'Deployment')
        .flatMap((deployment) => changesOf(cluster, deployment)),
      ...clusterWideChanges(cluster),
    ])
    .filter(({ at }) => Date.parse(at) >= Date.parse(start) && Date.parse(at) <= Date.parse(end))
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at) || a.id.localeCompare(b.id));
}

function changesOf(cluster: Cluster, deployment: Workload): Change[] {
  const revisions = revisionsOf(cluster, deployment);
  return revisions.flatMap((after, place): Change[] => {
    const before = revisions[place + 1];
    const at = before && wentLive(deployment, after, before, place === 0);
    if (!at) return [];
    const fields = templateDifferences(before.spec.template, after.spec.template);
    if (fields.length === 0) return [];
    const differences = fields.map(describeDifference);
    const { name, namespace } = deployment.metadata;
    const image = differences.find((one) => one.startsWith('image: '));
    const version = image && /[:@]([^:@/]+)$/.exec(image)?.[1];
    return [
      {
        id: `${cluster.name}/${namespace ?? '-'}/${name}@${revisionOf(after)}`,
        kind: image ? 'deploy' : 'config',
        at: new Date(at).toISOString(),
        service: name,
        title: `Revision ${revisionOf(after)} of Deployment ${name}: ${differences.slice(0, 3).join('; ')}`.slice(
          0,
          300,
        ),
        diff: diffOf(fields),
        ...(version && { version }),
        entity: { kind: 'Deployment', name, ...(namespace && { namespace }), cluster: cluster.name },
      },
    ];
  });
}

/** A new image can hold any change of code, so its other differences do not tell what the revision does. Without one, they are the whole change. */
const diffOf = (fields: readonly Difference[]): string =>
  fields.some(({ field }) => field === 'image' || /container .* is new$/.test(field))
    ? fields.map((one) => `~ ${describeDifference(one)}`).join('\n')
    : fields.flatMap(({ field, before, after }) => [`-${field}: ${before}`, `+${field}: ${after}`]).join('\n');
