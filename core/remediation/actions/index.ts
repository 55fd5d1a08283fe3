// Lists all actions. This is the only table: every other list, order or switch over actions is derived from it. The decision offers the first
// action that fits a hypothesis, so an action that reverts a change precedes the actions that leave the change in place.
import type { ActionId } from '../../model/action.ts';
import type { ActionDefinition, ExecutorName } from '../action-definition.ts';
import { cordonNode } from './cordon-node.ts';
import { deleteStuckPod } from './delete-stuck-pod.ts';
import { drainNode } from './drain-node.ts';
import { enableAutoscaler } from './enable-autoscaler.ts';
import { purgeCdnKey } from './purge-cdn-key.ts';
import { raiseMemoryLimit } from './raise-memory-limit.ts';
import { rerunCronJob } from './rerun-cronjob.ts';
import { rerunJob } from './rerun-job.ts';
import { restartInBatches } from './restart-in-batches.ts';
import { restartRollout } from './restart-rollout.ts';
import { retryExecution } from './retry-execution.ts';
import { rollbackRollout } from './rollback-rollout.ts';
import { scaleWorkload } from './scale-workload.ts';
import { uncordonNode } from './uncordon-node.ts';

const table = {
  'rerun-cronjob': rerunCronJob,
  'rollback-rollout': rollbackRollout,
  'restart-rollout': restartRollout,
  'delete-stuck-pod': deleteStuckPod,
  'rerun-job': rerunJob,
  'raise-memory-limit': raiseMemoryLimit,
  'scale-workload': scaleWorkload,
  'cordon-node': cordonNode,
  'uncordon-node': uncordonNode,
  'enable-autoscaler': enableAutoscaler,
  'drain-node': drainNode,
  'restart-in-batches': restartInBatches,
  'retry-execution': retryExecution,
  'purge-cdn-key': purgeCdnKey,
} satisfies { readonly [Id in ActionId]: ActionDefinition<Id> };

/**
 * The ids of the actions that one executor carries out. A connector's table has these ids as its keys, so that a missing case is a type error.
 */
export type ActionIdOf<Name extends ExecutorName> = {
  [Id in ActionId]: (typeof table)[Id]['executor'] extends Name ? Id : never;
}[ActionId];

export const actions: readonly ActionDefinition[] = Object.values(table);

/** The action with this id; undefined for an unknown id, because records may contain one. */
export const actionNamed = (id: string): ActionDefinition | undefined => actions.find((one) => one.id === id);
