// Defines the action that cordons a node, so that no new pod starts there.
import type { ActionDefinition, Planned, Surroundings } from '../action-definition.ts';
import { leavesPodsInPlace } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { verb } from '../action-words.ts';
import { isCordoned, isReadyNode, planned, refused, unlimited, unread } from '../workload-limits.ts';

/** Refuses to cordon the last node that takes pods. */
function plan(surroundings: Surroundings): Planned {
  const { target, around } = surroundings;
  const blind = unread(surroundings, ['Node']);
  if (blind) return blind;
  if (isCordoned(target)) return refused(`Node ${target.metadata.name} is cordoned already.`);
  const otherNodes = around.filter(
    (one) => one.kind === 'Node' && one.metadata.name !== target.metadata.name && isReadyNode(one) && !isCordoned(one),
  );
  return otherNodes.length === 0
    ? refused(`No other node is ready and takes pods: without Node ${target.metadata.name} none could start.`)
    : planned();
}

export const cordonNode: ActionDefinition<'cordon-node', 'kubernetes'> = {
  id: 'cordon-node',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Node'],
  verbs: {
    does: ['cordon *', 'cordon * off', 'cordon off *', 'mark * unschedulable'],
    undoes: [],
    nouns: ['cordon'],
    targetWords: [],
    taught: verb('cordon', '(cordon|cordoning)'),
  },
  mends: [
    'node-not-ready',
    'node-kubelet',
    'node-container-runtime',
    'node-kube-proxy',
    'node-pressure',
    'node-network-delay',
    'node-network-loss',
    'connection-tracking-full',
  ],
  rulesOut: [],
  needsChange: false,
  parameters: noParameters,
  limits: { ...unlimited, needsTarget: true, plan },
  reversible: true,
  settleSeconds: 30,
  title: (target) => `Cordon Node ${target.name} in ${target.cluster}`,
  blastRadius: (target) => `No new pod starts on ${target.name}; what runs there stays.`,
  inverse: () => ({ id: 'uncordon-node', parameters: {} }),
  verify: (target) => `Do pods start on other nodes than ${target.name} and stay well?`,
  impact: leavesPodsInPlace,
};
