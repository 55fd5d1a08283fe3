// Defines the action that redrives a failed state machine execution from the state that failed.
import { changeIsTheCause, dependencyStillDown, errorWouldRepeat, notRepeatable } from '../action-checks.ts';
import type { ActionDefinition } from '../action-definition.ts';
import { touchesNoPod } from '../action-impact.ts';
import { noParameters } from '../action-parameters.ts';
import { reruns, rerunVerb } from '../action-words.ts';
import { unlimited } from '../workload-limits.ts';

export const retryExecution: ActionDefinition<'retry-execution', 'step-functions'> = {
  id: 'retry-execution',
  executor: 'step-functions',
  stakes: 'safe',
  kinds: ['Execution'],
  verbs: {
    does: [...reruns, 'redrive *'],
    undoes: [],
    nouns: ['rerun', 'retry', 'redrive'],
    targetWords: [],
    taught: rerunVerb,
  },
  mends: ['job-failed', 'job-deadline'],
  rulesOut: [changeIsTheCause, notRepeatable, errorWouldRepeat, dependencyStillDown],
  needsChange: false,
  parameters: noParameters,
  limits: unlimited,
  reversible: false,
  settleSeconds: 60,
  title: (target) => `Redrive execution ${target.name} of state machine ${target.namespace} in ${target.cluster}`,
  blastRadius: () => 'Goes on with the same input from the state that failed; what succeeded before is not run again.',
  inverse: () => 'Completed steps of an execution cannot be undone; it can only be stopped.',
  verify: (target) => `Did execution ${target.name} of state machine ${target.namespace} succeed?`,
  impact: touchesNoPod,
};
