// The Changes port on what clusters remember of their rollouts, for where no delivery pipeline tells.
import { revisionChanges } from '../../core/analysis/kubernetes/index.ts';
import type { ChangesSource } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { ClusterAccess } from './access.ts';
import { revisionsSource } from './snapshot.ts';

export function kubernetesChanges(parts: {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
}): ChangesSource {
  const revisions = revisionsSource(parts);
  return {
    async changes(scope, window) {
      const observed = await revisions.snapshots({ incidentId: scope.incidentId, cluster: scope.cluster });
      if (observed.kind === 'gap') return { kind: 'gap', gap: { ...observed.gap, source: 'changes' } };
      return {
        ...observed,
        data: revisionChanges(observed.data, window),
        query: `revisions of Deployments in ${observed.query}`,
        missing: [
          ...(observed.missing ?? []),
          'Only rollouts are known, as the clusters remember them: no commits, flags or infrastructure.',
        ],
      };
    },
  };
}
