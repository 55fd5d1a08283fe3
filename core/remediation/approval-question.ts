// Builds an approval question: the people who have to approve, what it shows, and the state of the target that it is about.
import type { Action, Approval, Decision, PlanQuestion } from '../model/action.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { PolicyAnswer } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { type AuthorizationFacts, authorize } from './authorization.ts';
import { digestOf } from './target-state.ts';

export interface IfApproved {
  readonly answer: PolicyAnswer;
  /** The number of people who have to approve. */
  readonly approvers: number;
}

/** Whether the policies allow the action at all, and the smallest number of approvals for which they do. */
export async function ifApproved(
  action: Action,
  facts: AuthorizationFacts,
  { policies }: Pick<Ports, 'policies'>,
): Promise<IfApproved> {
  const whoever = { kind: 'person', id: 'whoever approves' } as const;
  const most = facts.place.approvalsNeeded;
  for (let approvers = 1; ; approvers += 1) {
    const answer = await authorize(whoever, action, { ...facts, approvals: approvers }, policies);
    if (answer.allowed || approvers >= most) return { answer, approvers };
  }
}

export function question(
  action: Action,
  { answer, approvers }: IfApproved,
  taught: string,
  { live, place }: AuthorizationFacts,
  before: readonly Approval[],
  {
    input,
    catalog,
    bounds,
    plan,
  }: {
    readonly input: Pick<Synthesized, 'incident'>;
    readonly catalog: Catalog;
    readonly bounds: string;
    readonly plan?: PlanQuestion;
  },
): Extract<Decision, { kind: 'ask' }> {
  const { expiresMinutes, remindMinutes, escalateTo } = catalog.approval;
  const digest = digestOf(live.state);
  const expiresInSeconds = expiresMinutes * 60;
  const remindInSeconds = Math.min(remindMinutes * 60, expiresInSeconds - 1);
  const people = approvers === 1 ? 'A person has' : `${approvers} people have`;
  const again = before.length === 0 ? '' : 'Watchkeeper asks again, because the target changed after the last answer.';
  const nth = before.length === 0 ? '' : `-${before.length + 1}`;
  return {
    kind: 'ask',
    why: [answer.why, bounds, `${people} to approve.`, again, taught].filter(Boolean).join(' '),
    policies: [...answer.policies],
    action,
    approvalId: `${input.incident.id}-${plan?.plan.id ?? action.id}${nth}`,
    expiresInSeconds,
    remindInSeconds,
    lastSeconds: expiresInSeconds - remindInSeconds,
    approvers,
    mayAnswer: [...place.approvers],
    escalateTo: [...escalateTo],
    ...(plan === undefined ? {} : { plan }),
    ...(digest === undefined ? {} : { shownFor: { digest, facts: { ...live.state } } }),
  };
}
