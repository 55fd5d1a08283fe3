// Words that several actions share: the verbs that people use for more than one of them, and the way a target is named in a title.
import type { Target, VerbPattern } from './action-definition.ts';

export const reruns = ['rerun *', 'retry *', 'run * again', 'try * again'];

export const rerunVerb: VerbPattern = {
  pattern:
    're-?run(?:ning)?|retry(?:ing)?|re-?execut(?:e|ing)|(?:run|try) (?:it|this|that|the (?:cron ?)?job) again|restart(?:ing)? the (?:cron ?)?job',
  canDestroy: false,
};

export const takesBack = [
  ...['undo *', 'revert *'],
  ...['change', 'deploy', 'deployment', 'release', 'rollout', 'last change', 'last deploy', 'last release'].map(
    (thing) => `take the ${thing} back`,
  ),
];

export const verb = (pattern: string): VerbPattern => ({ pattern, canDestroy: false });

export const namespacedName = (target: Target): string =>
  `${target.kind} ${target.namespace}/${target.name} in ${target.cluster}`;

export const podCount = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`);
