// A question that is answered, or that one of several has approved, is shown so to everybody, in the place where it was asked.

import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { questionMessage } from './question.ts';

/** What was decided stands whether or not it can be shown. Published again under its key, it replaces the open question. */
export async function publishApprovalOutcome(
  approvalId: string,
  incident: Incident,
  ports: Pick<Ports, 'approvals' | 'chat' | 'incidents' | 'clock'>,
): Promise<void> {
  const approval = await ports.approvals.get(approvalId);
  if (!approval || (approval.state === 'pending' && approval.approvedBy.length === 0)) return;
  try {
    await ports.chat.publish({ ...questionMessage(approval), ...threadOf(incident.trigger) });
  } catch {
    await record(
      incident.id,
      { type: 'MessageFailed', place: 'thread', about: 'answer' },
      { step: 'AwaitApproval', key: `${approvalId}:shown` },
      ports,
    );
  }
}
