// Defines the action that uncordons a node, so that new pods start there again.
import type { ActionDefinition, Planned, Surroundings } from '../action-definition.ts';
import { leavesPodsInPlace } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { verb } from '../action-words.ts';
import { isCordoned, isReadyNode, planned, refused, unlimited } from '../workload-limits.ts';

function plan({ target }: Surroundings): Planned {
  if (!isCordoned(target)) return refused(`Node ${target.metadata.name} is not cordoned.`);
  return isReadyNode(target)
    ? planned()
    : refused(`Node ${target.metadata.name} is not ready: pods would not start there.`);
}

export const uncordonNode: ActionDefinition<'uncordon-node', 'kubernetes'> = {
  id: 'uncordon-node',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Node'],
  verbs: {
    does: ['uncordon *', 'mark * schedulable', 'make * schedulable'],
    undoes: [],
    nouns: ['uncordon'],
    targetWords: [],
    taught: verb('uncordon', '(uncordon|uncordoning)'),
  },
  mends: ['scheduling-node-cordoned'],
  rulesOut: [],
  needsChange: false,
  parameters: noParameters,
  limits: { ...unlimited, needsTarget: true, plan },
  reversible: true,
  settleSeconds: 30,
  title: (target) => `Uncordon Node ${target.name} in ${target.cluster}`,
  blastRadius: (target) => `New pods start on ${target.name} again; what runs there stays.`,
  inverse: () => ({ id: 'cordon-node', parameters: {} }),
  verify: (target) => `Do pods start on Node ${target.name} again?`,
  impact: leavesPodsInPlace,
};
