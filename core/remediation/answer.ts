// A person's answer to a question: decided exactly once, by whoever is first, and recorded before anybody is told that it counts.
import { note } from '../incidents/timeline.ts';
import type { Approval, Verdict } from '../model/action.ts';
import type { Ports } from '../ports/index.ts';
import { outcomeOf } from './ask.ts';

export type Answer =
  | { readonly kind: 'decided'; readonly approval: Approval; readonly text: string }
  | { readonly kind: 'already'; readonly approval: Approval; readonly text: string }
  | { readonly kind: 'expired'; readonly text: string }
  | { readonly kind: 'not-allowed'; readonly text: string }
  | { readonly kind: 'not-found'; readonly text: string };

const verdictWords: Record<Verdict, string> = {
  approve: 'approved',
  reject: 'rejected',
  'approve-and-remember': 'approved, not to be asked again for this exact error',
};

export async function answerApproval(
  { approvalId, verdict, by }: { readonly approvalId: string; readonly verdict: Verdict; readonly by: string },
  ports: Pick<Ports, 'approvals' | 'workflow' | 'incidents' | 'clock' | 'catalog'>,
): Promise<Answer> {
  const { approvers } = await ports.catalog.load();
  if (approvers.length > 0 && !approvers.includes(by)) {
    return { kind: 'not-allowed', text: `${by} is not among the approvers.` };
  }
  const at = ports.clock.now().toISOString();
  const result = await ports.approvals.decide(approvalId, { verdict, by, at });
  switch (result.kind) {
    case 'not-found':
      return { kind: 'not-found', text: 'There is no such question.' };
    case 'expired':
      return { kind: 'expired', text: `The question expired at ${result.approval.expiresAt}; nothing was done.` };
    case 'already':
      // The first answer may not have reached the workflow; bringing it again changes nothing if it did.
      if (result.taskToken) await deliver(result.approval, result.taskToken, ports);
      return { kind: 'already', approval: result.approval, text: `Already ${decidedWords(result.approval)}.` };
    case 'decided': {
      await note(
        result.approval.incidentId,
        {
          step: 'AwaitApproval',
          kind: 'approval',
          actor: by,
          key: approvalId,
          text: `${result.approval.question} ${decidedWords(result.approval)}.`,
        },
        ports,
      );
      await deliver(result.approval, result.taskToken, ports);
      return { kind: 'decided', approval: result.approval, text: `${decidedWords(result.approval)}.` };
    }
  }
}

async function deliver(
  approval: Approval,
  taskToken: string,
  ports: Pick<Ports, 'approvals' | 'workflow'>,
): Promise<void> {
  if (approval.state !== 'decided') return;
  // `gone`: the waiting was interrupted. Whoever waits next finds the decision in the table.
  if ((await ports.workflow.resume(taskToken, outcomeOf(approval))) === 'resumed')
    await ports.approvals.delivered(approval.id);
}

const decidedWords = (approval: Approval): string =>
  approval.state === 'decided'
    ? `${verdictWords[approval.verdict]} by ${approval.decidedBy} at ${approval.decidedAt}`
    : approval.state;
