// Asks people for an approval and stores the task token with the question. If the step runs again after a crash, it asks nobody twice: it
// replaces the token, and an existing decision resumes the workflow at once. As a reminder, it tells the configured people and the page that the
// question is still open.

import { Impossible } from '../errors.ts';
import type { Approval, ApprovalOutcome, Decision } from '../model/action.ts';
import type { MessageFailed } from '../model/timeline.ts';
import type { Decided } from '../model/workflow.ts';
import { idsOf } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import { summaryOf } from '../record/action-summary.ts';
import { recordAudit, watchkeeper } from '../record/audit/record.ts';
import { describe } from '../record/describe.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { publishProgress } from '../reporting/progress.ts';
import { questionMessage } from './question.ts';

/** Seconds by which the question expires before the workflow's timer, so that nobody decides a question that no workflow waits for. */
const marginSeconds = 10;

type AskPorts = Pick<
  Ports,
  'incidents' | 'clock' | 'ids' | 'approvals' | 'chat' | 'pager' | 'workflow' | 'catalog' | 'audit'
>;

/** `reminder`: the question was asked earlier, and nobody has answered it. */
export async function askApproval(
  state: Decided,
  taskToken: string,
  how: 'question' | 'reminder',
  ports: AskPorts,
): Promise<void> {
  const { decision, incident } = state;
  if (decision.kind !== 'ask') throw new Impossible(`AwaitApproval was entered with a decision to ${decision.kind}.`);
  const stored = await ports.approvals.request(pendingOf(state, decision, ports.clock.now()), taskToken);
  if (stored.state === 'decided') {
    await ports.workflow.resume(taskToken, outcomeOf(stored));
    await ports.approvals.delivered(stored.id);
    return;
  }
  if (stored.state === 'withdrawn') {
    await ports.workflow.resume(taskToken, withdrawnOutcome(stored));
    return;
  }
  if (stored.state === 'expired') return;
  if (how === 'reminder') return remind(state, decision, stored, ports);
  const about = { incidentId: incident.id, kind: 'question', about: stored.id, action: stored.action } as const;
  await recordAudit({ ...about, actor: watchkeeper, outcome: 'asked', text: stored.question }, ports);
  const { id: approvalId, question, action, expiresAt } = stored;
  await record(
    incident.id,
    { type: 'ApprovalRequested', approvalId, question, action: summaryOf(action), expiresAt },
    { step: 'AwaitApproval', key: approvalId },
    ports,
  );
  await ports.chat.publish({ ...questionMessage(stored), ...threadOf(incident.trigger) });
  await ports.incidents.update(incident.id, { status: 'awaiting-approval' });
  await publishProgress(incident.id, ports);
}

type ApprovalDecision = Extract<Decision, { kind: 'ask' }>;

function pendingOf({ diagnosis, incident }: Decided, decision: ApprovalDecision, now: Date) {
  const { expiresInSeconds, shownFor } = decision;
  const lifeSeconds = Math.max(1, expiresInSeconds - Math.min(marginSeconds, expiresInSeconds / 10));
  const requester = incident.trigger.slack?.user;
  return {
    id: decision.approvalId,
    incidentId: incident.id,
    action: decision.action,
    ...(decision.plan === undefined ? {} : { plan: decision.plan }),
    ...(diagnosis.fingerprint === undefined ? {} : { fingerprint: diagnosis.fingerprint }),
    requestedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + lifeSeconds * 1000).toISOString(),
    question: questionOf(decision),
    why: decision.why,
    approvers: decision.approvers,
    mayAnswer: decision.mayAnswer,
    ...(requester === undefined ? {} : { requester }),
    approvedBy: [],
    ...(shownFor === undefined ? {} : { shownFor }),
    ...(decision.once === undefined ? {} : { once: true as const }),
    ...(decision.notTeachable === undefined ? {} : { notTeachable: decision.notTeachable }),
    ...(decision.proposedBy === undefined ? {} : { proposedBy: decision.proposedBy }),
    state: 'pending' as const,
  };
}

function questionOf({ action, plan }: ApprovalDecision): string {
  if (plan === undefined) return `${action.title}?`;
  const { title, steps } = plan.plan;
  switch (plan.about) {
    case 'begin':
      return `${title}, in ${steps.length} steps?`;
    case 'next':
      return `${title}: go on with "${action.title}"?`;
    case 'half-done':
      return `${title}: it is half done. ${plan.on.length === 0 ? 'Take it back?' : 'Go on, or take it back?'}`;
  }
}

/** Sends the reminder once, however often the step runs. If a channel is unreachable, the timeline records that; the question stays open. */
async function remind(
  { incident }: Decided,
  decision: ApprovalDecision,
  approval: Approval,
  ports: AskPorts,
): Promise<void> {
  const people = idsOf(decision.escalateTo, await ports.catalog.load());
  const { id: approvalId, question, expiresAt } = approval;
  const reminder = { type: 'ApprovalReminded', approvalId, question, expiresAt } as const;
  const text = describe(reminder);
  const about = { incidentId: incident.id, kind: 'reminder', about: approval.id, action: approval.action } as const;
  await recordAudit({ ...about, actor: watchkeeper, outcome: 'reminded', text: `${text} ${people.join(', ')}` }, ports);
  await record(incident.id, reminder, { step: 'AwaitApproval', key: `${approvalId}:reminder` }, ports);
  const failures: MessageFailed[] = [];
  const failed = { type: 'MessageFailed', about: 'reminder' } as const;
  await ports.chat
    .publish({
      ...questionMessage(approval),
      key: `reminder-${approval.id}`,
      headline: `Still waiting: ${approval.question}`.slice(0, 300),
      mention: people,
      ...threadOf(incident.trigger),
    })
    .catch(() => failures.push({ ...failed, place: 'thread' }));
  const noted = await ports.pager.note(incident.sourceId, text.slice(0, 2000));
  if (noted.kind === 'gap') failures.push({ ...failed, place: 'page', reason: noted.gap.reason });
  for (const failure of failures)
    await record(
      incident.id,
      failure,
      { step: 'AwaitApproval', key: `${approvalId}:reminder:${failure.place}` },
      ports,
    );
}

/** The outcome of a decided approval, for the workflow. */
export function outcomeOf(approval: Extract<Approval, { state: 'decided' }>): ApprovalOutcome {
  const { id: approvalId, decidedBy: by, decidedAt: at, verdict, once } = approval;
  if (verdict === 'take-back') return { kind: 'take-back', approvalId, by, at };
  return verdict === 'reject' || verdict === 'stop'
    ? { kind: 'rejected', approvalId, by, at }
    : { kind: 'approved', approvalId, by, at, remember: verdict === 'approve-and-remember' && once === undefined };
}

/** The outcome of a withdrawn approval, for the workflow. */
export const withdrawnOutcome = ({
  id: approvalId,
  withdrawnWhy: why,
  withdrawnAt: at,
}: Extract<Approval, { state: 'withdrawn' }>): ApprovalOutcome => ({ kind: 'withdrawn', approvalId, why, at });
