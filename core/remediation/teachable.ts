// Whether something can be taught at all: what the policies would never let happen unattended is offered to nobody. A switch, a freeze or a full
// budget passes; what is remembered is for later.
import type { Action, ActionId } from '../model/action.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Policies } from '../ports/channels.ts';
import { authorize } from './guard.ts';
import { unknownTargetState } from './target-state.ts';

export interface Unattended {
  readonly actionId: ActionId;
  readonly target: Action['target'];
  readonly environment: string;
  readonly now: Date;
}

/** Why it could never be done without asking; undefined where it could. */
export async function whyNeverUnattended(
  { actionId, target, environment, now }: Unattended,
  catalog: Catalog,
  policies: Policies,
): Promise<string | undefined> {
  const known = { value: environment, source: 'error', confidence: 1, alternatives: [] };
  const span = { start: now.toISOString(), end: now.toISOString() };
  const answer = await authorize(
    { kind: 'preference', id: 'proposed' },
    { id: actionId, target, reversible: false, idempotencyKey: 'proposed' },
    {
      context: {
        environment: known,
        window: { baseline: span, incident: span },
        dataSources: {},
        callers: [],
        callees: [],
        questions: [],
        similar: [],
        facts: [],
      },
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
    { ...catalog, killSwitch: false, freezes: [] },
    policies,
  );
  return answer.allowed ? undefined : `It could never be done without asking. ${answer.why}`;
}
