// Defines the action that runs a CronJob once more, from its template.
import { changeIsTheCause, dependencyStillDown, errorWouldRepeat, notRepeatable } from '../action-checks.ts';
import type { ActionDefinition } from '../action-definition.ts';
import { startsBeside } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { namespacedName, reruns, rerunVerb } from '../action-words.ts';
import { unlimited } from '../workload-limits.ts';

export const rerunCronJob: ActionDefinition<'rerun-cronjob', 'kubernetes'> = {
  id: 'rerun-cronjob',
  executor: 'kubernetes',
  stakes: 'safe',
  kinds: ['CronJob'],
  verbs: {
    does: [...reruns, 'start * again', 'kick off *', 'kick * off', 'trigger *'],
    undoes: [],
    nouns: ['rerun', 'retry'],
    targetWords: [],
    taught: rerunVerb,
  },
  mends: ['job-failed', 'job-deadline', 'dependency-unavailable', 'application-crash'],
  rulesOut: [changeIsTheCause, notRepeatable, errorWouldRepeat, dependencyStillDown],
  needsChange: false,
  parameters: noParameters,
  limits: unlimited,
  reversible: false,
  settleSeconds: 60,
  title: (target) => `Rerun ${namespacedName(target)}`,
  blastRadius: (target) => `Starts one more Job from the template of ${target.name}; nothing that runs is touched.`,
  inverse: () => 'A started Job cannot be undone, and neither can its effects.',
  verify: (target) => `Did the new Job of CronJob ${target.name} succeed?`,
  impact: startsBeside,
};
