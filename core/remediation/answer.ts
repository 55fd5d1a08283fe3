// Takes a person's answer to an approval question. The store decides each question exactly once: the first answer decides, or as many approvals
// as the question needs. The answer is on record before a reply confirms it.

import type { Approval, Verdict } from '../model/action.ts';
import { idsOf } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { recordAudit } from '../record/audit/record.ts';
import { record } from '../record/timeline.ts';
import { clockTime } from '../wording.ts';
import { outcomeOf } from './ask.ts';
import { approvalCountText, decisionText, whyNotTeachable } from './question.ts';

export type Answer =
  | { readonly kind: 'decided'; readonly approval: Approval; readonly text: string }
  | { readonly kind: 'already'; readonly approval: Approval; readonly text: string }
  /** One of several approvals; the question stays open. */
  | { readonly kind: 'counted'; readonly approval: Approval; readonly text: string }
  | { readonly kind: 'expired'; readonly approval: Approval; readonly text: string }
  | { readonly kind: 'not-allowed'; readonly text: string }
  | { readonly kind: 'not-found'; readonly text: string };

type AnswerPorts = Pick<Ports, 'approvals' | 'workflow' | 'incidents' | 'clock' | 'catalog' | 'audit'>;

export interface ApprovalAnswer {
  readonly approvalId: string;
  readonly verdict: Verdict;
  readonly by: string;
}

export async function answerApproval(input: ApprovalAnswer, ports: AnswerPorts): Promise<Answer> {
  const { approvalId, verdict, by } = input;
  const stored = await ports.approvals.get(approvalId);
  if (!stored) return { kind: 'not-found', text: 'There is no such question.' };
  if (verdict === 'stop') return stopPlan(stored, input, ports);
  if (verdict === 'take-back' && (stored.plan?.about !== 'half-done' || stored.plan.back.length === 0))
    return { kind: 'not-allowed', text: 'There is nothing to take back in this question.' };
  if (verdict === 'approve' && stored.plan?.about === 'half-done' && stored.plan.on.length === 0)
    return { kind: 'not-allowed', text: 'There is no step left to go on with.' };
  const refused = await refusalOf(stored, input, ports);
  if (refused !== undefined && stored.state === 'pending') {
    await audit(stored, input, 'answer-refused', refused, ports);
    return { kind: 'not-allowed', text: refused };
  }
  // An answer that asks to remember a permission that was not offered counts as a plain approval.
  const untaught = verdict === 'approve-and-remember' ? whyNotTeachable(stored) : undefined;
  const at = ports.clock.now().toISOString();
  const counted = untaught === undefined ? verdict : 'approve';
  const result = await ports.approvals.decide(approvalId, { verdict: counted, by, at });
  switch (result.kind) {
    case 'not-found':
      return { kind: 'not-found', text: 'There is no such question.' };
    case 'expired':
      if (result.approval.state === 'withdrawn')
        return {
          kind: 'expired',
          approval: result.approval,
          text: `It does not wait any more: it was withdrawn. ${result.approval.withdrawnWhy}`,
        };
      return {
        kind: 'expired',
        approval: { ...result.approval, state: 'expired' },
        text: `The question expired at ${clockTime(result.approval.expiresAt)}; Watchkeeper took no action.`,
      };
    case 'already':
      // The first answer may not have reached the workflow. If it did, a second delivery changes nothing.
      if (result.taskToken) await deliver(result.approval, result.taskToken, ports);
      return { kind: 'already', approval: result.approval, text: `Already ${decisionText(result.approval)}.` };
    case 'counted': {
      const { approval, again } = result;
      const text = `${again ? `${by} had approved it before.` : 'Counted.'} ${approvalCountText(approval)}`;
      if (!again) await recordAnswer(approval, input, text, ports);
      return { kind: 'counted', approval, text };
    }
    case 'decided': {
      await recordAnswer(result.approval, input, `${decisionText(result.approval)}.`, ports);
      await deliver(result.approval, result.taskToken, ports);
      const not = untaught === undefined ? '' : ` It is not remembered for next time: ${untaught}`;
      return { kind: 'decided', approval: result.approval, text: `${decisionText(result.approval)}.${not}` };
    }
  }
}

/** Withdraws the approval of a plan: no further step begins. Anybody may do that, as with the kill switch. An open question counts as rejected. */
async function stopPlan(stored: Approval, input: ApprovalAnswer, ports: AnswerPorts): Promise<Answer> {
  const { by } = input;
  if (stored.state === 'pending') return answerApproval({ ...input, verdict: 'reject' }, ports);
  // An older question of the same plan means the approval that it runs under now.
  const current = (await ports.approvals.ofIncident(stored.incidentId)).findLast(
    ({ plan, state }) => plan !== undefined && state === 'decided',
  );
  if (stored.plan === undefined || current?.state !== 'decided' || current.verdict === 'reject')
    return { kind: 'expired', approval: stored, text: 'There is nothing to stop here.' };
  const status = (await ports.incidents.get(stored.incidentId))?.status;
  if (status !== 'acting' && status !== 'awaiting-approval')
    return { kind: 'expired', approval: stored, text: 'The plan is over: there is nothing to stop.' };
  const at = ports.clock.now().toISOString();
  const { approval, first } = await ports.approvals.stop(current.id, { by, at });
  if (approval?.state !== 'decided' || approval.stopped === undefined)
    return { kind: 'not-found', text: 'There is no such question.' };
  const text = `${approval.stopped.by} withdrew the approval at ${clockTime(approval.stopped.at)}: no further step begins.`;
  if (first) {
    await audit(approval, input, 'answer', `${approval.question} ${text}`, ports);
    await record(
      approval.incidentId,
      { type: 'ApprovalStopped', approvalId: approval.id, question: approval.question, by, at },
      { step: 'AwaitApproval', key: `${approval.id}:stopped` },
      ports,
    );
  }
  return { kind: first ? 'decided' : 'already', approval, text };
}

/**
 * Why this person may not give this answer; undefined if they may. The current catalogue defines the groups, not the one at the time of the
 * question.
 */
async function refusalOf(
  { mayAnswer, approvers, requester }: Approval,
  { by, verdict }: ApprovalAnswer,
  { catalog }: AnswerPorts,
): Promise<string | undefined> {
  const now = await catalog.load();
  const named = mayAnswer.length > 0 ? mayAnswer : now.approvers;
  if (named.length > 0 && !idsOf(named, now).includes(by)) return `${by} is not among the approvers.`;
  if (approvers > 1 && by === requester && verdict !== 'reject' && verdict !== 'take-back')
    return `${by} asked for it, and it is high stakes: other people have to approve it.`;
  return undefined;
}

async function recordAnswer(
  approval: Approval,
  input: ApprovalAnswer,
  text: string,
  ports: AnswerPorts,
): Promise<void> {
  const { approvalId, by } = input;
  await audit(approval, input, 'answer', `${approval.question} ${text}`, ports);
  const { question, approvers } = approval;
  await record(
    approval.incidentId,
    {
      type: 'ApprovalAnswered',
      approvalId,
      question,
      verdict: approval.state === 'decided' ? approval.verdict : input.verdict,
      by,
      approvedBy: approval.approvedBy.map((one) => one.by),
      approvers,
      ...(approval.state === 'decided' ? { decidedAt: approval.decidedAt } : {}),
    },
    { step: 'AwaitApproval', key: `${approvalId}:${by}` },
    ports,
  );
}

const audit = (
  { incidentId, id, action }: Approval,
  { by, verdict }: ApprovalAnswer,
  kind: 'answer' | 'answer-refused',
  text: string,
  ports: AnswerPorts,
): Promise<void> =>
  recordAudit(
    {
      incidentId,
      about: id,
      key: `${by}:${verdict}`,
      actor: { kind: 'person', id: by },
      kind,
      outcome: verdict,
      action,
      text,
    },
    ports,
  );

/** Delivers a decision that has not reached the workflow yet. It decides nothing. */
export async function deliverDecided(approval: Approval, ports: Pick<Ports, 'approvals' | 'workflow'>): Promise<void> {
  if (approval.state !== 'decided') return;
  const { id, verdict, decidedBy: by, decidedAt: at } = approval;
  const known = await ports.approvals.decide(id, { verdict, by, at });
  if (known.kind === 'already' && known.taskToken) await deliver(known.approval, known.taskToken, ports);
}

async function deliver(
  approval: Approval,
  taskToken: string,
  ports: Pick<Ports, 'approvals' | 'workflow'>,
): Promise<void> {
  if (approval.state !== 'decided') return;
  // `gone`: the workflow no longer waits with this token. The next execution that waits finds the decision in the store.
  if ((await ports.workflow.resume(taskToken, outcomeOf(approval))) === 'resumed')
    await ports.approvals.delivered(approval.id);
}
