// Whether something can be taught at all: what the policies would never let happen unattended is offered to nobody. A switch, a freeze or a full
// budget passes; a preference is for later.
import type { Policies } from '../ports/channels.ts';
import { authorize } from './authorization.ts';
import type { PlacedAction, TargetPlace } from './target-place.ts';
import { unknownTargetState } from './target-state.ts';

/** Why it could never be done without asking; undefined if it could. */
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
