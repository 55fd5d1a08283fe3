// Words that several actions share: verbs that people use for more than one action, and the name of a target in a title.
import type { Target, TaughtVerb } from './action-definition.ts';

export const reruns = ['rerun *', 'retry *', 'run * again', 'try * again'];

export const verb = (name: string, ...forms: readonly string[]): TaughtVerb => ({ name, forms, appliesToData: false });

export const rerunVerb = verb(
  'rerun',
  '(rerun|rerunning|retry|retrying|re-execute|re-executing|reexecute|reexecuting)',
  '(run|try) (<it>|the (cronjob|job)) again',
  '(restart|restarting) the (cronjob|job)',
);

export const takesBack = [
  ...['undo *', 'revert *'],
  ...['change', 'deploy', 'deployment', 'release', 'rollout', 'last change', 'last deploy', 'last release'].map(
    (noun) => `take the ${noun} back`,
  ),
];

export const namespacedName = (target: Target): string =>
  `${target.kind} ${target.namespace}/${target.name} in ${target.cluster}`;

export const podCount = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`);
