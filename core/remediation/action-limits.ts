// How far an action may go on what is there now: replicas within the autoscaler and the quota, memory within the LimitRange, the nodes and the
// quota, a cordon only where pods have another node. Each action has its own rule (actions/); the decision and the executor, right before it acts,
// judge by the same one. Pure.
import { bytesOf } from '../analysis/kubernetes/quantity.ts';
import type { Action, ActionId } from '../model/action.ts';
import type { Planned, Surroundings } from './action-definition.ts';
import { actionNamed } from './actions/index.ts';
import { planned } from './workload-limits.ts';

/** False for an action that may be planned without reading its target. */
export const needsTarget = (id: ActionId): boolean => actionNamed(id)?.limits.needsTarget ?? false;

/** The parameters of an action on what is there now, or the reason that it cannot be done. */
export const planWithinLimits = (id: ActionId, surroundings: Surroundings): Planned =>
  actionNamed(id)?.limits.plan(surroundings) ?? planned();

/**
 * Why an action that was planned before does not hold any more; undefined if it does. An action that takes another back is held to one thing: the
 * target is as the other left it.
 */
export function exceededLimit(
  { id, parameters }: Pick<Action, 'id' | 'parameters'>,
  surroundings: Surroundings,
): string | undefined {
  const { target } = surroundings;
  const now = actionNamed(id)?.limits.quantity(target, parameters);
  if (now !== undefined && String(now) !== String(parameters.from))
    return `${target.kind} ${target.metadata.name} is at ${now} and not at ${parameters.from} any more.`;
  if (parameters.undo === true) return undefined;
  const plan = planWithinLimits(id, surroundings);
  if (plan.kind === 'refused') return plan.why;
  const { to } = plan.parameters;
  return to === undefined || measure(parameters.to) <= measure(to)
    ? undefined
    : `It may go to ${to} at most now, and ${parameters.to} was meant.`;
}

const measure = (value: string | number | boolean | undefined): number =>
  typeof value === 'number' ? value : bytesOf(String(value));
