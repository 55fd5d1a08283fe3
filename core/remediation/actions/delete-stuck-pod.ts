// Defines the action that deletes a stuck pod, so that its controller creates a new one.
import type { Impact } from '../../model/action.ts';
import { causeInDependency, causeWouldRemain, noRoomForPods } from '../action-checks.ts';
import type { ActionDefinition, ImpactInput } from '../action-definition.ts';
import { Pod, podsAmong, shareOf } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { namespacedName, verb } from '../action-words.ts';
import { unlimited } from '../workload-limits.ts';

function impact({ target, object, around, callers }: ImpactInput): Impact {
  const owners = new Set(Pod.safeParse(object).data?.metadata.ownerReferences?.map(({ uid }) => uid));
  const own = podsAmong(around).filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => owners.has(uid)));
  const deleted = own.filter(({ metadata }) => metadata.name === target.name);
  return { pods: 1, ...shareOf(own, deleted), callers: [...callers] };
}

export const deleteStuckPod: ActionDefinition<'delete-stuck-pod', 'kubernetes'> = {
  id: 'delete-stuck-pod',
  executor: 'kubernetes',
  stakes: 'safe',
  kinds: ['Pod'],
  verbs: {
    does: [
      'delete *',
      'remove the pod',
      'get rid of the pod',
      'kill the pod',
      'kill that pod',
      'kill this pod',
      'kill pod *',
    ],
    undoes: [],
    nouns: ['deletion'],
    targetWords: ['stuck'],
    taught: verb('delete', '(delete|deleting|kill|killing|remove|evict)'),
  },
  mends: ['node-not-ready', 'node-kubelet', 'node-container-runtime', 'application-crash'],
  rulesOut: [causeInDependency, causeWouldRemain, noRoomForPods],
  needsChange: false,
  parameters: noParameters,
  limits: unlimited,
  reversible: false,
  settleSeconds: 45,
  title: (target) => `Delete stuck ${namespacedName(target)}`,
  blastRadius: (target) => `Removes the one pod ${target.name}; its controller makes a new one.`,
  inverse: () => 'A pod that was deleted does not come back; its controller makes a new one.',
  verify: (target) => `Is the workload of pod ${target.name} healthy again?`,
  impact,
};
