// Puts the question to people and leaves the task token with the record. Entered again after a crash it asks nobody twice: the token is
// replaced, and a decision that is already there goes on at once.

import { Impossible } from '../errors.ts';
import { note } from '../incidents/timeline.ts';
import type { Approval, ApprovalOutcome } from '../model/action.ts';
import type { Decided } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';

/** The record expires before the workflow's own timer does, so that no decision is taken that nobody waits for. */
const marginSeconds = 10;

export async function askApproval(
  state: Decided,
  taskToken: string,
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'approvals' | 'chat' | 'workflow'>,
): Promise<void> {
  const { decision, incident } = state;
  if (decision.kind !== 'ask') throw new Impossible(`AwaitApproval was entered with a decision to ${decision.kind}.`);
  const now = ports.clock.now();
  const lifeSeconds = Math.max(1, decision.expiresInSeconds - Math.min(marginSeconds, decision.expiresInSeconds / 10));
  const stored = await ports.approvals.request(
    {
      id: decision.approvalId,
      incidentId: incident.id,
      action: decision.action,
      ...(state.diagnosis.fingerprint === undefined ? {} : { fingerprint: state.diagnosis.fingerprint }),
      requestedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + lifeSeconds * 1000).toISOString(),
      question: `${decision.action.title}?`,
      state: 'pending',
    },
    taskToken,
  );
  if (stored.state === 'decided') {
    await ports.workflow.resume(taskToken, outcomeOf(stored));
    await ports.approvals.delivered(stored.id);
    return;
  }
  if (stored.state === 'expired') return;
  await ports.incidents.update(incident.id, { status: 'awaiting-approval' });
  await note(
    incident.id,
    {
      step: 'AwaitApproval',
      kind: 'question',
      key: stored.id,
      text: `${stored.question} ${decision.action.blastRadius}`,
    },
    ports,
  );
  await ports.chat.publish({
    key: `question-${stored.id}`,
    incidentId: incident.id,
    kind: 'question',
    headline: stored.question,
    lines: [
      decision.action.blastRadius,
      decision.action.reversible ? 'It can be taken back.' : 'It cannot be taken back.',
      decision.why,
      `Expires at ${stored.expiresAt}.`,
    ],
    approval: { approvalId: stored.id, expiresAt: stored.expiresAt },
    ...(incident.trigger.slack === undefined
      ? {}
      : { slack: { channel: incident.trigger.slack.channel, threadTs: incident.trigger.slack.threadTs } }),
  });
}

/** What the workflow gets for a decided approval. */
export function outcomeOf(approval: Extract<Approval, { state: 'decided' }>): ApprovalOutcome {
  const { id: approvalId, decidedBy: by, decidedAt: at, verdict } = approval;
  return verdict === 'reject'
    ? { kind: 'rejected', approvalId, by, at }
    : { kind: 'approved', approvalId, by, at, remember: verdict === 'approve-and-remember' };
}
