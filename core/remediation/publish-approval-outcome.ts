// Updates the message of a question when it is answered, or when one of several people has approved it.

import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { questionMessage } from './question.ts';

/** Publishes the message again under its key, so that it replaces the open question. If that fails, the decision still stands. */
export async function publishApprovalOutcome(
  approvalId: string,
  incident: Incident,
  ports: Pick<Ports, 'approvals' | 'chat' | 'incidents' | 'clock'>,
  isOver = false,
): Promise<void> {
  const approval = await ports.approvals.get(approvalId);
  if (!approval || (approval.state === 'pending' && approval.approvedBy.length === 0)) return;
  try {
    await ports.chat.publish({ ...questionMessage(approval, undefined, isOver), ...threadOf(incident.trigger) });
  } catch {
    await record(
      incident.id,
      { type: 'MessageFailed', place: 'thread', about: 'answer' },
      { step: 'AwaitApproval', key: `${approvalId}:shown` },
      ports,
    );
  }
}
