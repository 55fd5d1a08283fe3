// A question as everybody sees it: open with its buttons, and afterwards with who decided it. One message, published again under its key.

import type { Approval, Verdict } from '../model/action.ts';
import type { Message } from '../model/message.ts';
import { shorten } from '../text.ts';
import { affectsWords } from './affects.ts';
import { stateWords } from './live.ts';

const verdictWords: Record<Verdict, string> = {
  approve: 'approved',
  reject: 'rejected',
  'approve-and-remember': 'approved, not to be asked again for this exact error',
};

/** "approved by ana and ben at …"; the state itself where nobody decided. */
export function decidedWords(approval: Approval): string {
  if (approval.state !== 'decided') return approval.state;
  const { verdict, decidedBy, decidedAt, approvedBy } = approval;
  const by = verdict === 'reject' || approvedBy.length < 2 ? decidedBy : approvedBy.map((one) => one.by).join(' and ');
  return `${verdictWords[verdict]} by ${by} at ${decidedAt}`;
}

/** How many of those it takes have approved. Empty where one is enough. */
export const countWords = ({ approvers, approvedBy }: Approval): string => {
  if (approvers < 2) return '';
  const so = approvedBy.length === 0 ? '' : ` (${approvedBy.map(({ by }) => by).join(', ')})`;
  return `${approvedBy.length} of ${approvers} people approved it${so}.`;
};

function inverseWords({ inverse, reversible }: Approval['action']): string {
  if (inverse?.kind === 'action') return `It can be taken back: ${inverse.title}.`;
  if (inverse?.kind === 'none') return `It cannot be taken back: ${inverse.why}`;
  return reversible ? 'It can be taken back.' : 'It cannot be taken back.';
}

/** What takes several people, or is about this one time, is never remembered. */
export const isRememberable = ({ approvers, once }: Approval): boolean => approvers === 1 && once === undefined;

export function questionMessage(approval: Approval): Message {
  const { action, question, why, expiresAt, mayAnswer } = approval;
  const open = approval.state === 'pending';
  const who = mayAnswer.length === 0 ? '' : `It is for ${mayAnswer.join(', ')} to answer.`;
  return {
    key: `question-${approval.id}`,
    incidentId: approval.incidentId,
    kind: 'question',
    headline: shorten(question, 300),
    lines: [
      action.blastRadius,
      affectsWords(action.affects),
      inverseWords(action),
      why,
      stateWords(approval.shownFor?.facts),
      countWords(approval),
      ...(open
        ? [who, `Expires at ${expiresAt}.`]
        : [
            approval.state === 'decided'
              ? `It was ${decidedWords(approval)}.`
              : 'Nobody answered in time; nothing was done.',
          ]),
    ]
      .filter((line) => line !== '')
      .map((line) => shorten(line, 1500)),
    ...(open ? { approval: { approvalId: approval.id, expiresAt, rememberable: isRememberable(approval) } } : {}),
  };
}
