// The target and what is around it, as they are now: how far to go with an action there, and whether what was planned still holds.
import type { Action, ActionId } from '../model/action.ts';
import type { Around, LookedAt, Targets } from '../ports/telemetry.ts';
import { boundedActions, brokenBound, type Planned, planFor } from './action-limits.ts';

export interface Survey {
  readonly looked: LookedAt;
  readonly around: Around;
}

export async function surveyOf(target: Action['target'], incidentId: string, targets: Targets): Promise<Survey> {
  const [looked, around] = await Promise.all([
    targets.look(target, { incidentId }),
    targets.around(target, { incidentId }),
  ]);
  return { looked, around };
}

/** How far to go with it, where that depends on what is there. */
export function planOn(id: ActionId, { looked, around }: Survey): Planned {
  if (looked.kind === 'object')
    return planFor(id, { target: looked.object, around: around.objects, without: around.without });
  if (!boundedActions.has(id)) return { kind: 'planned', parameters: {}, says: '' };
  return { kind: 'refused', why: cannotBeSeen(looked) };
}

/** Why what was planned may not be done on what is there now; undefined where it may. */
export function brokenOn(action: Pick<Action, 'id' | 'parameters'>, { looked, around }: Survey): string | undefined {
  if (looked.kind === 'object')
    return brokenBound(action, { target: looked.object, around: around.objects, without: around.without });
  return boundedActions.has(action.id) ? cannotBeSeen(looked) : undefined;
}

const cannotBeSeen = (looked: Exclude<LookedAt, { kind: 'object' }>): string =>
  looked.kind === 'absent' ? 'It is not there any more.' : `It cannot be looked at: ${looked.why}`;
