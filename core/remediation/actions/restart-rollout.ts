// Defines the action that restarts a workload: new pods of the same revision replace its pods, a few at a time.
import { type Check, causeInDependency, causeWouldRemain, noRoomForPods, rolloutPaused } from '../action-checks.ts';
import type { ActionDefinition } from '../action-definition.ts';
import { replacesAllPods } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { namespacedName, verb } from '../action-words.ts';
import { unlimited } from '../workload-limits.ts';

const sameRevisionComesBack: Check = {
  code: 'same-revision-comes-back',
  why: 'A change is what broke it, and a restart brings the same revision back.',
  holds: ({ hypothesis }) => hypothesis.changeId !== undefined && hypothesis.cause === 'application-errors',
};

export const restartRollout: ActionDefinition<'restart-rollout', 'kubernetes'> = {
  id: 'restart-rollout',
  executor: 'kubernetes',
  stakes: 'safe',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet'],
  verbs: {
    does: ['restart *', 'bounce *', 'reboot *', 'recycle *', 'kick *', 'roll the pods *', 'rolling restart *'],
    undoes: [],
    nouns: ['restart', 'rolling restart', 'bounce', 'rollout restart'],
    targetWords: ['pods'],
    taught: verb('restart', '(restart|restarting|bounce|bouncing|reboot|rebooting)'),
  },
  mends: ['memory-leak', 'application-errors', 'database-connections-exhausted'],
  rulesOut: [causeInDependency, sameRevisionComesBack, causeWouldRemain, noRoomForPods, rolloutPaused],
  needsChange: false,
  parameters: noParameters,
  limits: unlimited,
  reversible: false,
  settleSeconds: 90,
  title: (target) => `Restart ${namespacedName(target)}`,
  blastRadius: (target) => `Replaces all pods of ${target.name}, a few at a time, with the same revision.`,
  inverse: () => 'The earlier pods no longer exist; the revision is the same.',
  verify: (target) => `Is ${target.kind} ${target.name} healthy after the restart?`,
  impact: replacesAllPods,
};
