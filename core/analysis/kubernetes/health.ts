// Reports the recovery signal after an action: the workload has all its replicas available. It reports nothing if the replicas are unknown.
import type { EntityRef } from '../../model/entity.ts';
import type { FindingDraft } from '../../model/report-draft.ts';
import type { KubernetesSnapshot } from '../../model/telemetry.ts';
import { indexCluster, replicasOf } from './cluster.ts';
import { observed } from './finding.ts';

export function health(snapshots: readonly KubernetesSnapshot[], focus: readonly EntityRef[]): FindingDraft[] {
  return snapshots.flatMap((snapshot) => {
    const cluster = indexCluster(snapshot);
    return cluster.workloads.flatMap((workload) => {
      const { name, namespace } = workload.metadata;
      const isInFocus = focus.some(
        (entity) => entity.name === name && (entity.namespace === undefined || entity.namespace === namespace),
      );
      const { desired, available } = replicasOf(workload);
      if (!isInFocus || desired === 0 || available < desired) return [];
      return [
        observed(cluster, {
          claim: `${workload.kind} ${name} has ${available} of ${desired} replicas available.`,
          entity: { kind: workload.kind, name, cluster: cluster.name, ...(namespace ? { namespace } : {}) },
          role: 'context',
          well: true,
          severity: 'info',
          confidence: 0.9,
          lines: [`${workload.kind} ${name}: ${available} available, ${desired} wanted`],
        }),
      ];
    });
  });
}
