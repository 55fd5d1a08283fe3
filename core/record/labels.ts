// Labels and signs that every surface shows alike: the buttons of an approval request, and the sign of a message's tone.
import type { Verdict } from '../model/action.ts';
import type { Message } from '../model/message.ts';

export const verdictLabels: Readonly<Record<Verdict, string>> = {
  approve: 'Approve',
  'approve-and-remember': "Approve and don't ask again",
  reject: 'Reject',
};

/** The buttons of an approval request in their order; without `rememberable` the answer cannot become a preference. */
export const verdictButtons = (rememberable: boolean): readonly Verdict[] =>
  rememberable ? ['approve', 'approve-and-remember', 'reject'] : ['approve', 'reject'];

export const toneSigns: Readonly<Record<NonNullable<Message['tone']>, string>> = {
  working: '🔎',
  waiting: '⏳',
  good: '✅',
  bad: '⚠️',
};
