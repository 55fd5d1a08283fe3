// Defines the action that lets an autoscaler scale again after somebody disabled it. A step of plans; it mends no cause by itself.
import * as z from 'zod';
import type { KubernetesObject } from '../../model/telemetry.ts';
import type { ActionDefinition, Planned, Surroundings } from '../action-definition.ts';
import { touchesNoPod } from '../action-impact.ts';
import { undo } from '../action-parameters.ts';
import { namespacedName, verb } from '../action-words.ts';
import { planned, refused, unlimited } from '../workload-limits.ts';

const directions = ['up', 'down', 'up and down'] as const;

/** https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior: `Disabled` turns a direction off. */
const Rules = z.looseObject({ selectPolicy: z.string().nullish() }).nullish();
const Autoscaler = z.looseObject({
  spec: z.looseObject({ behavior: z.looseObject({ scaleUp: Rules, scaleDown: Rules }).nullish() }),
});

/** The directions in which the autoscaler is disabled; undefined if it is in none. */
export function disabledDirections(target: KubernetesObject): (typeof directions)[number] | undefined {
  const behavior = Autoscaler.safeParse(target).data?.spec.behavior;
  const up = behavior?.scaleUp?.selectPolicy === 'Disabled';
  const down = behavior?.scaleDown?.selectPolicy === 'Disabled';
  return up && down ? 'up and down' : up ? 'up' : down ? 'down' : undefined;
}

function plan({ target }: Surroundings): Planned {
  const disabled = disabledDirections(target);
  return disabled === undefined
    ? refused(`HorizontalPodAutoscaler ${target.metadata.name} is not disabled.`)
    : planned({ direction: disabled });
}

export const enableAutoscaler: ActionDefinition<'enable-autoscaler', 'kubernetes'> = {
  id: 'enable-autoscaler',
  executor: 'kubernetes',
  stakes: 'high-stakes',
  kinds: ['HorizontalPodAutoscaler'],
  verbs: {
    does: ['enable the autoscaler', 're-enable the autoscaler'],
    undoes: ['disable the autoscaler'],
    nouns: [],
    targetWords: ['autoscaler', 'hpa'],
    taught: verb('autoscaler', '(enable|enabling) [the] autoscaler'),
  },
  mends: [],
  rulesOut: [],
  needsChange: false,
  parameters: z.strictObject({ direction: z.enum(directions), undo }),
  limits: { ...unlimited, needsTarget: true, plan },
  reversible: true,
  settleSeconds: 30,
  title: (target, { direction, undo: undoing }) =>
    `${undoing === true ? 'Disable' : 'Enable'} ${namespacedName(target)} ${undoing === true ? 'again ' : ''}to scale ${direction}`,
  blastRadius: (target, { undo: undoing }) =>
    undoing === true
      ? `${target.name} scales no more until it is enabled.`
      : `${target.name} scales its workload by load again; no pod is touched now.`,
  inverse: ({ direction, undo: undoing }) =>
    undoing === true
      ? 'It only restores how it was.'
      : { id: 'enable-autoscaler', parameters: { direction: direction ?? 'up and down', undo: true } },
  verify: (target) => `Does HorizontalPodAutoscaler ${target.name} scale again?`,
  impact: (on) => ({ ...touchesNoPod(on), pods: 0 }),
};
