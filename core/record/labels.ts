// Labels and signs that every surface shows alike: the buttons of an approval request, and the sign of a message's tone.
import type { Verdict } from '../model/action.ts';
import type { Message } from '../model/message.ts';

export const verdictLabels: Readonly<Record<Verdict, string>> = {
  approve: 'Approve',
  'approve-and-remember': "Approve and don't ask again",
  reject: 'Reject',
  'take-back': 'Take it back',
  stop: 'Stop before the next step',
};

/** The buttons of an approval request in their order; without `rememberable` the answer cannot become a preference. */
export const verdictButtons = (
  rememberable: boolean,
): readonly { readonly verdict: Verdict; readonly label: string }[] =>
  (rememberable ? (['approve', 'approve-and-remember', 'reject'] as const) : (['approve', 'reject'] as const)).map(
    (verdict) => ({ verdict, label: verdictLabels[verdict] }),
  );

export const toneSigns: Readonly<Record<NonNullable<Message['tone']>, string>> = {
  working: '🔎',
  waiting: '⏳',
  good: '✅',
  bad: '⚠️',
};
