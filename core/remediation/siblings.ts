// Withdraws the questions of other incidents about a target after an action on it. Those questions were asked for the target's earlier state. The
// withdrawal gives a reason, and the other investigation ends with it. Until then the policies refuse the other incident's action
// (conflicting-action.ts).

import type { Action } from '../model/action.ts';
import { entityKey } from '../model/entity.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { summaryOf } from '../record/action-summary.ts';
import { recordAudit, watchkeeper } from '../record/audit/record.ts';
import { withdrawalReason } from '../record/describe.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { withdrawnOutcome } from './ask.ts';
import { questionMessage } from './question.ts';

type SiblingPorts = Pick<Ports, 'incidents' | 'approvals' | 'workflow' | 'chat' | 'clock' | 'audit'>;

/** The number of incidents that are searched, newest first. */
const most = 200;

/** Idempotent: it withdraws a question once. Throws the errors of the ports. */
export async function withdrawRelatedQuestions(incident: Incident, action: Action, ports: SiblingPorts): Promise<void> {
  const target = entityKey(action.target);
  const waiting = (await ports.incidents.list(most)).filter(
    ({ id, status }) => id !== incident.id && status === 'awaiting-approval',
  );
  for (const sibling of waiting)
    for (const approval of await ports.approvals.ofIncident(sibling.id))
      if (approval.state === 'pending' && entityKey(approval.action.target) === target)
        await withdraw(approval.id, sibling, { incident, action }, ports);
}

async function withdraw(
  approvalId: string,
  sibling: Incident,
  { incident, action }: { readonly incident: Incident; readonly action: Action },
  ports: SiblingPorts,
): Promise<void> {
  const at = ports.clock.now().toISOString();
  const because = { becauseOf: incident.id, action: summaryOf(action), at };
  const why = withdrawalReason(because);
  const result = await ports.approvals.withdraw(approvalId, { why, at });
  if (result.kind !== 'withdrawn') return;
  const { approval, taskToken } = result;
  await record(
    sibling.id,
    { type: 'ApprovalWithdrawn', approvalId, question: approval.question, ...because },
    { step: 'AwaitApproval', key: `${approvalId}:withdrawn` },
    ports,
  );
  await recordAudit(
    {
      incidentId: sibling.id,
      actor: watchkeeper,
      kind: 'question',
      about: approvalId,
      key: 'withdrawn',
      outcome: 'withdrawn',
      action: approval.action,
      text: why,
    },
    ports,
  );
  await ports.chat.publish({ ...questionMessage(approval), ...threadOf(sibling.trigger) }).catch(() => undefined);
  if ((await ports.workflow.resume(taskToken, withdrawnOutcome(approval))) === 'resumed')
    await ports.approvals.delivered(approvalId);
}
