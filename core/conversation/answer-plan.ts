// Answers the words that steer a plan: a half-done plan goes on or is taken back, and a running plan stops before its next step. The decision is made
// by the function that buttons use too (core/remediation/answer.ts).
import { parsePlanWords } from '../language/parse-plan.ts';
import type { Approval, Verdict } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { answerApproval } from '../remediation/answer.ts';
import type { ApprovalReply } from './answer-question.ts';

type PlanPorts = Parameters<typeof answerApproval>[1] & Pick<Ports, 'approvals'>;

/** Undefined if the words are about no plan of this incident: then they have their usual meaning. */
export async function answerPlan(
  text: string,
  { incident, by }: { readonly incident: Incident; readonly by: string },
  ports: PlanPorts,
): Promise<ApprovalReply | undefined> {
  const word = parsePlanWords(text);
  if (word === undefined) return undefined;
  const approval = (await ports.approvals.ofIncident(incident.id)).findLast(({ plan }) => plan !== undefined);
  const verdict = approval && verdictFor(word, approval, incident);
  if (approval === undefined || verdict === undefined) return undefined;
  const result = await answerApproval({ approvalId: approval.id, verdict, by }, ports);
  const more =
    verdict === 'stop' && word === 'take-back' && 'approval' in result
      ? ' I ask in a moment whether it goes on or is taken back.'
      : '';
  return {
    did: verdict === 'stop' ? 'reject' : 'approve',
    text: `${approval.question} ${result.text}${more}`,
    lines: [],
    choices: [],
  };
}

function verdictFor(
  word: NonNullable<ReturnType<typeof parsePlanWords>>,
  { state, plan }: Approval,
  { status }: Incident,
): Verdict | undefined {
  if (state === 'pending') {
    if (word === 'go-on' && plan?.about !== 'begin') return 'approve';
    return word === 'take-back' && plan?.about === 'half-done' ? 'take-back' : undefined;
  }
  return state === 'decided' && status === 'acting' && word !== 'go-on' ? 'stop' : undefined;
}
