// Lists all plans. The decision offers the first one that applies.
import type { PlanId } from '../../plan-ids.ts';
import type { PlanDefinition, StepDefinition } from '../plan-definition.ts';
import { drainSickNode } from './drain-sick-node.ts';
import { raiseLimitAndPropose } from './raise-limit-and-propose.ts';
import { rollbackThenAutoscaler } from './rollback-then-autoscaler.ts';
import { scaledRestart } from './scaled-restart.ts';

const table = {
  'rollback-then-autoscaler': rollbackThenAutoscaler,
  'scaled-restart': scaledRestart,
  'drain-sick-node': drainSickNode,
  'raise-limit-and-propose': raiseLimitAndPropose,
} satisfies { readonly [Id in PlanId]: PlanDefinition<Id> };

export const plans: readonly PlanDefinition[] = Object.values(table);

export const stepNamed = (id: PlanId, name: string): StepDefinition | undefined =>
  table[id].steps.find((step) => step.name === name);
