// Renders an approval question as one message: open with its buttons, and later with the people who decided it. The message keeps its key.

import type { Approval, PlanQuestion } from '../model/action.ts';
import type { Message } from '../model/message.ts';
import { approvedByText, verdictText, verdictWords } from '../record/describe.ts';
import { shorten } from '../text.ts';
import { capitalize, clockTime, entityText, formatList } from '../wording.ts';
import { impactText } from './impact.ts';
import { openLines, planButtons, stepLines, wayBackText } from './plan-words.ts';
import { stateText } from './target-state.ts';

/** "approved by ana and ben at …"; the state if nobody decided. */
export function decisionText(approval: Approval): string {
  if (approval.state !== 'decided') return approval.state;
  const { verdict, decidedBy, decidedAt, approvedBy } = approval;
  const by = verdict === 'reject' || approvedBy.length < 2 ? [decidedBy] : approvedBy.map((one) => one.by);
  return verdictText(verdict, by, decidedAt);
}

/** How many of the needed people have approved. Empty if one person is enough. */
export function approvalCountText({ approvers, approvedBy, plan }: Approval): string {
  const by = approvedBy.map((one) => one.by);
  if (plan?.about !== 'half-done' || approvers < 2) return approvedByText(approvers, by);
  const who = by.length === 0 ? '' : ` (${by.join(', ')})`;
  const back = plan.back.length === 0 ? '' : '; one is enough to take it back';
  return `${by.length} of ${approvers} people said to go on${who}${back}.`;
}

/** The people who may answer; empty if nobody is named. A group appears by its name without the prefix. */
export const approversText = ({ mayAnswer }: Approval): string =>
  mayAnswer.length === 0 ? '' : `It is for ${mayAnswer.map((one) => one.replace(/^group:/, '')).join(', ')} to answer.`;

/** Whether the action can be taken back, and how. */
export function inverseText({ action: { inverse, reversible }, plan }: Pick<Approval, 'action' | 'plan'>): string {
  if (plan !== undefined) return wayBackText(plan);
  if (inverse?.kind === 'action') return `Yes: ${inverse.title}`;
  if (inverse?.kind === 'none') return `No. ${inverse.why}`;
  return reversible ? 'Yes' : 'No';
}

/** Why an approval cannot be remembered for next time; undefined if it can. */
export function whyNotTeachable({ approvers, once, notTeachable }: Approval): string | undefined {
  if (approvers > 1) return 'An action that needs several approvals always needs a question.';
  if (once !== undefined) return 'It is about this one time.';
  return notTeachable;
}

export const isTeachable = (approval: Approval): boolean => whyNotTeachable(approval) === undefined;

/**
 * The message says what the action does to which target, its impact, and until when people can answer; later it says who answered. `since` is an
 * event after the question that may make the action needless. `isOver`: a plan that nobody can stop any more.
 */
export function questionMessage(approval: Approval, since?: string, isOver = false): Message {
  const { action, question, why, expiresAt } = approval;
  const open = approval.state === 'pending';
  const { plan } = approval;
  const buttons = isOver ? [] : planButtons(approval);
  const facts: readonly (readonly [string, string])[] = [
    ['Target', targetsText(approval)],
    [plan === undefined ? 'Touches' : 'Touches in all', impactText(plan?.plan.affects ?? action.affects)],
    ['Can be taken back', inverseText(approval)],
  ];
  return {
    key: `question-${approval.id}`,
    incidentId: approval.incidentId,
    kind: 'question',
    ...(open ? { tone: 'waiting' as const } : {}),
    headline: shorten(question, 300),
    facts: facts.flatMap(([name, value]) => (value === '' ? [] : [{ name, value: shorten(value, 400) }])),
    lines: [
      ...(since === undefined ? [] : [since]),
      ...(approval.proposedBy === undefined
        ? []
        : [`Only a model holds the hypothesis behind this question: ${approval.proposedBy}. The analysis does not.`]),
      ...(plan === undefined ? [action.blastRadius] : planLines(plan, open)),
      ...(approval.state === 'decided' && approval.stopped !== undefined
        ? [`${approval.stopped.by} withdrew the approval at ${clockTime(approval.stopped.at)}.`]
        : []),
      approvalCountText(approval),
      ...(open ? [approversText(approval)] : []),
      ...(approval.state === 'expired' ? ['Nobody answered in time; Watchkeeper took no action.'] : []),
      ...(approval.state === 'withdrawn' ? [`Withdrawn: ${approval.withdrawnWhy}`] : []),
    ]
      .filter((line) => line !== '')
      .slice(0, 30)
      .map((line) => shorten(line, 1500)),
    ...(approval.approvedBy.length === 0 ? {} : { people: approval.approvedBy.map(({ by }) => by) }),
    small: [why, ...(open ? [stateText(approval.shownFor?.facts)] : [])]
      .filter((line) => line !== '')
      .map((line) => shorten(line, 1000)),
    ...(open || (buttons !== undefined && buttons.length > 0)
      ? {
          approval: {
            approvalId: approval.id,
            expiresAt,
            rememberable: isTeachable(approval),
            ...(buttons === undefined ? {} : { buttons: [...buttons] }),
          },
        }
      : {}),
    ...(approval.state === 'decided' ? { outcome: outcomeOf(approval) } : {}),
  };
}

/** The steps with their targets. A half-done plan shows first what became of its steps. */
export function planLines(plan: PlanQuestion, open: boolean): string[] {
  switch (plan.about) {
    case 'begin':
      return [plan.plan.why, ...stepLines(plan)];
    case 'next':
      return [...plan.done, ...(open ? stepLines(plan) : [])];
    case 'half-done':
      return open
        ? [...openLines(plan), 'Say "go on", "take it back", or "reject" to leave it as it is.']
        : [...plan.done];
  }
}

/** The target of the action, or the targets of all steps of a plan. */
export const targetsText = ({ action, plan }: Pick<Approval, 'action' | 'plan'>): string =>
  plan === undefined
    ? entityText(action.target)
    : formatList([...new Set(plan.plan.steps.map(({ target }) => entityText(target)))], 8);

function outcomeOf(approval: Extract<Approval, { state: 'decided' }>): NonNullable<Message['outcome']> {
  const { verdict, decidedBy, decidedAt, approvedBy } = approval;
  const all = verdict === 'reject' || approvedBy.length < 2 ? [decidedBy] : approvedBy.map(({ by }) => by);
  return { says: capitalize(verdictWords[verdict]), by: all.slice(0, 10), at: decidedAt };
}
