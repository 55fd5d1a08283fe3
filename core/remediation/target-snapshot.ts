// Reads the current target and the objects around it, to plan an action within their limits and to check an earlier plan.
import type { Action, ActionId } from '../model/action.ts';
import type { Around, TargetLookup, Targets } from '../ports/telemetry.ts';
import type { Planned } from './action-definition.ts';
import { exceededLimit, needsTarget, planWithinLimits } from './action-limits.ts';
import { planned } from './workload-limits.ts';

export interface TargetSnapshot {
  readonly lookup: TargetLookup;
  readonly around: Around;
}

export async function takeTargetSnapshot(
  target: Action['target'],
  incidentId: string,
  targets: Targets,
): Promise<TargetSnapshot> {
  const [lookup, around] = await Promise.all([
    targets.look(target, { incidentId }),
    targets.around(target, { incidentId }),
  ]);
  return { lookup, around };
}

/** Plans the action within the limits of the target, if it has any. */
export function planOn(id: ActionId, { lookup, around }: TargetSnapshot): Planned {
  if (lookup.kind === 'object')
    return planWithinLimits(id, { target: lookup.object, around: around.objects, without: around.without });
  if (!needsTarget(id)) return planned();
  return { kind: 'refused', why: unreadableReason(lookup) };
}

/** The reason why the current target does not allow the planned action; undefined if it does. */
export function brokenOn(
  action: Pick<Action, 'id' | 'parameters'>,
  { lookup, around }: TargetSnapshot,
): string | undefined {
  if (lookup.kind === 'object')
    return exceededLimit(action, { target: lookup.object, around: around.objects, without: around.without });
  return needsTarget(action.id) ? unreadableReason(lookup) : undefined;
}

const unreadableReason = (lookup: Exclude<TargetLookup, { kind: 'object' }>): string =>
  lookup.kind === 'absent' ? 'The target no longer exists.' : `It cannot be looked at: ${lookup.why}`;
