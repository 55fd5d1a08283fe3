// Tells whether an action can be taught. If the policies never allow the action without approval, nobody is offered to teach it. The kill switch,
// a freeze and a full budget do not count, because they pass and a preference is for later.
import type { Policies } from '../ports/channels.ts';
import { authorize } from './authorization.ts';
import type { PlacedAction, TargetPlace } from './target-place.ts';
import { unknownTargetState } from './target-state.ts';

/** Why the policies never allow the action without approval; undefined if they may. */
export async function whyNeverUnattended(
  action: PlacedAction,
  { place, now }: { readonly place: TargetPlace; readonly now: Date },
  policies: Policies,
): Promise<string | undefined> {
  const answer = await authorize(
    { kind: 'preference', id: 'proposed' },
    { ...action, reversible: false, idempotencyKey: 'proposed' },
    {
      place: { ...place, killSwitch: false, freezes: [] },
      confidence: 1,
      seenInEvidence: true,
      modelOnly: false,
      incidentId: 'proposed',
      now,
      killSwitch: false,
      live: unknownTargetState,
      affects: { pods: 1, callers: [] },
      acts: [],
      approvals: 0,
      requesterApproved: false,
    },
    policies,
  );
  return answer.allowed ? undefined : `It could never be done without asking. ${answer.why}`;
}
