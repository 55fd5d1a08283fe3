// Right before an approved action: is the target still in the state that people saw when they approved? If not, nothing is done, and it
// is asked again with what is so now.
import type { Action, Approval, RemediationResult } from '../model/action.ts';
import type { Ports } from '../ports/index.ts';
import { differences, digestOf, targetStateOf } from './target-state.ts';

type Changed = Extract<RemediationResult, { kind: 'changed' }>;

/** Undefined where nothing changed, nobody could look then, or it was begun before: then what changed is our own doing. */
export async function changedSince(
  approval: Approval,
  action: Action,
  ports: Pick<Ports, 'targets' | 'ledger'>,
): Promise<Changed | undefined> {
  const { shownFor, incidentId } = approval;
  if (shownFor === undefined || (await ports.ledger.isBegun(action.idempotencyKey))) return undefined;
  const looked = await ports.targets.look(action.target, { incidentId });
  // It could be seen then and cannot now: what was approved cannot be held to it.
  const now = looked.kind === 'unseen' ? { 'can be looked at': 'no' } : targetStateOf(looked).state;
  if (digestOf(now) === shownFor.digest) return undefined;
  const what = differences(shownFor.facts, now).join('; ');
  return { kind: 'changed', why: `The target changed after it was approved: ${what}. It is asked again.` };
}
