// The Changes port on the clusters' own rollout history, for systems without a delivery pipeline that reports changes.
import { revisionChanges } from '../../core/analysis/kubernetes/index.ts';
import type { Source } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { ClusterAccess } from './access.ts';
import { revisionsSource } from './snapshot.ts';

export function kubernetesChanges(parts: {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
}): Source<'changes'> {
  const revisions = revisionsSource(parts);
  return {
    async observe(scope, query) {
      const observed = await revisions.observe(scope, query);
      if (observed.kind === 'gap') return { kind: 'gap', gap: { ...observed.gap, source: 'changes' } };
      return {
        ...observed,
        data: revisionChanges(observed.data, scope.window),
        query: `revisions of Deployments in ${observed.query}`,
        missing: [
          ...(observed.missing ?? []),
          'Only rollouts are known, as the clusters remember them: no commits, flags or infrastructure.',
        ],
      };
    },
  };
}
