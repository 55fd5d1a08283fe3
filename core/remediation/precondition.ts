// Checks right before an approved action that the target is still in the state that people approved. If it is not, nothing is done, and the
// question is asked again with the current state.
import type { Action, Approval, RemediationResult } from '../model/action.ts';
import type { Ports } from '../ports/index.ts';
import { differences, digestOf, targetStateOf } from './target-state.ts';

type Changed = Extract<RemediationResult, { kind: 'changed' }>;

/**
 * The change of the target since the approval. Undefined if nothing changed, if the question had no state, or if the action had begun before: it
 * may have changed the target itself.
 */
export async function changedSince(
  approval: Approval,
  action: Action,
  ports: Pick<Ports, 'targets' | 'ledger'>,
): Promise<Changed | undefined> {
  const { shownFor, incidentId } = approval;
  if (shownFor === undefined || (await ports.ledger.isBegun(action.idempotencyKey))) return undefined;
  const lookup = await ports.targets.look(action.target, { incidentId });
  // The question had a state, but nobody can read the target now, so the approval does not hold.
  const now = lookup.kind === 'unseen' ? { 'can be looked at': 'no' } : targetStateOf(lookup).state;
  if (digestOf(now) === shownFor.digest) return undefined;
  const what = differences(shownFor.facts, now).join('; ');
  return { kind: 'changed', why: `The target changed after the approval: ${what}. Watchkeeper asks again.` };
}
