// Limits an action to what the current target allows: replicas within the autoscaler and the quota; memory within the LimitRange, the nodes and
// the quota; a cordon only if another node takes pods. Each action has its own rule (actions/). The decision and the executor, right before it
// acts, use the same rule. Pure.
import { bytesOf } from '../analysis/kubernetes/quantity.ts';
import type { Action, ActionId } from '../model/action.ts';
import type { Planned, Surroundings } from './action-definition.ts';
import { actionNamed } from './actions/index.ts';
import { planned } from './workload-limits.ts';

/** False for an action that can be planned without reading its target. */
export const needsTarget = (id: ActionId): boolean => actionNamed(id)?.limits.needsTarget ?? false;

/** The parameters of an action on the current target, or the reason why the target does not allow it. */
export const planWithinLimits = (id: ActionId, surroundings: Surroundings): Planned =>
  actionNamed(id)?.limits.plan(surroundings) ?? planned();

/**
 * The reason why an action that was planned earlier exceeds the current limits; undefined if it does not. An action that reverts another one has
 * a single condition: the target still has the quantity that the other action set.
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
    : `The limit is now ${to}, and the action asks for ${parameters.to}.`;
}

const measure = (value: string | number | boolean | undefined): number =>
  typeof value === 'number' ? value : bytesOf(String(value));
