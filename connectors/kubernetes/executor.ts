// Executes the catalogue's actions on a cluster, at most once for each key. The key becomes the name of the created object or an annotation of the
// changed one, so that the API server itself refuses a second attempt, even if the first answer was lost.
import { createHash } from 'node:crypto';
import type { Executor, ExecutorAction } from '../../core/ports/telemetry.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { ActionIdOf } from '../../core/remediation/actions/index.ts';
import type { ClusterAccess } from './access.ts';
import { enableAutoscaler } from './autoscalers.ts';
import type { Call, Outcome } from './call.ts';
import { drainNode, restartInBatches } from './evictions.ts';
import { rerunCronJob, rerunJob } from './jobs.ts';
import { cordonNode, uncordonNode } from './nodes.ts';
import { deletePod } from './pods.ts';
import { raiseMemoryLimit, restartRollout, rollbackRollout, scaleWorkload } from './rollouts.ts';

const executors = new Map<string, (call: Call) => Promise<Outcome>>(
  Object.entries({
    'rerun-cronjob': rerunCronJob,
    'rerun-job': rerunJob,
    'restart-rollout': restartRollout,
    'rollback-rollout': rollbackRollout,
    'delete-stuck-pod': deletePod,
    'scale-workload': scaleWorkload,
    'raise-memory-limit': raiseMemoryLimit,
    'cordon-node': cordonNode,
    'uncordon-node': uncordonNode,
    'enable-autoscaler': enableAutoscaler,
    'drain-node': drainNode,
    'restart-in-batches': restartInBatches,
  } satisfies Record<ActionIdOf<'kubernetes'>, (call: Call) => Promise<Outcome>>),
);

export function kubernetesExecutor({
  clusters,
  clock,
  readOnly = new Map(),
}: {
  readonly clusters: readonly ClusterAccess[];
  readonly clock: Clock;
  /** Clusters in which Watchkeeper only reads, each with the account that they are in. */
  readonly readOnly?: ReadonlyMap<string, string>;
}): Executor {
  const run = async (action: ExecutorAction, dryRun: boolean): Promise<Outcome> => {
    const account = readOnly.get(action.target.cluster ?? '');
    if (account !== undefined)
      return {
        kind: 'refused',
        why: `Watchkeeper only reads in account ${account}, in which the cluster ${action.target.cluster} is.`,
      };
    const cluster = clusters.find((one) => one.name === action.target.cluster);
    if (!cluster) return { kind: 'refused', why: `No access to cluster ${action.target.cluster} is configured.` };
    const key = createHash('sha256').update(action.idempotencyKey).digest('hex').slice(0, 16);
    const call = { cluster, action, key, now: clock.now(), dryRun };
    return (await executors.get(action.id)?.(call)) ?? { kind: 'refused', why: `There is no action ${action.id}.` };
  };
  return {
    async dryRun(action) {
      const outcome = await run(action, true);
      return outcome.kind === 'refused' ? outcome : { kind: 'ok', detail: `Tried without doing it: ${outcome.detail}` };
    },
    execute: (action) => run(action, false),
  };
}
