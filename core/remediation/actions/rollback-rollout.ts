import * as z from 'zod';
import type { ActionDefinition, Planned, Surroundings } from '../action-definition.ts';
import { replacesAllPods } from '../action-impact.ts';
import { undo } from '../action-parameters.ts';
import { namespacedName, takesBack, verb } from '../action-words.ts';
import { onlyOneRevision, registryRefuses, revisionOf, rolloutPaused } from '../ruled-out.ts';
import { planned, unlimited } from '../workload-limits.ts';

const revision = z.number().int().min(1).optional();

function plan({ target }: Surroundings): Planned {
  const fromRevision = Number(revisionOf(target));
  return planned(fromRevision > 0 ? { fromRevision } : {});
}

export const rollbackRollout: ActionDefinition<'rollback-rollout', 'kubernetes'> = {
  id: 'rollback-rollout',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['Deployment', 'StatefulSet', 'DaemonSet'],
  verbs: {
    does: [...takesBack, 'roll * back', 'roll back *', 'back out *', 'back * out', 'downgrade *'],
    undoes: ['roll * forward', 'roll forward *', 'go forward', 'go forward again'],
    nouns: ['roll back', 'revert'],
    things: ['deploy', 'deployment', 'release', 'rollout', 'change', 'version', 'revision', 'last', 'latest'],
    inSentence: verb('roll(?:ing)? ?(?:it |this |that )?back|rollback|revert(?:ing)?|undo(?:ing)?'),
  },
  mends: [
    'image-not-found',
    'oom-killed',
    'code-change',
    'config-change',
    'rollout-stuck',
    'application-crash',
    'application-errors',
    'command-invalid',
    'secret-missing',
    'environment-address',
    'liveness-probe',
    'liveness-probe-port',
    'liveness-probe-protocol',
    'liveness-probe-timing',
    'readiness-probe',
    'readiness-probe-port',
    'readiness-probe-protocol',
  ],
  rulesOut: [registryRefuses, onlyOneRevision, rolloutPaused],
  needsChange: true,
  parameters: z.strictObject({ fromRevision: revision, toRevision: revision, undo }),
  limits: { ...unlimited, plan },
  reversible: true,
  settleSeconds: 90,
  title: (target, { toRevision }) =>
    toRevision === undefined
      ? `Roll ${namespacedName(target)} back to its last healthy revision`
      : `Roll ${namespacedName(target)} forward again to revision ${toRevision}`,
  blastRadius: (target) =>
    `Replaces all pods of ${target.name}, a few at a time; what the newest revision brought is gone until it is rolled out again.`,
  inverse: ({ fromRevision, undo: undoing }) =>
    fromRevision === undefined || undoing === true
      ? 'Which revision to go forward to is not known.'
      : { id: 'rollback-rollout', parameters: { toRevision: fromRevision, undo: true } },
  verify: (target) => `Is ${target.kind} ${target.name} healthy after the rollback?`,
  impact: replacesAllPods,
};
