// Selects the facts for lessons and follow-ups: unreadable sources, available knowledge, taught preferences, and expired questions. Pure.
import type { Approval } from '../model/action.ts';
import { type Gap, missingAmong } from '../model/report.ts';
import type { EventOf } from '../model/timeline.ts';
import type { PostmortemRecord } from './record.ts';
import { isAboutDraft } from './timeline.ts';

export const unreadIn = ({ diagnosis }: PostmortemRecord): Gap[] => missingAmong(diagnosis.gaps);

/** The documents that the knowledge specialist quoted: past postmortems of this alert, and runbooks of people. Undefined if it was not asked. */
export function knowledgeIn({
  timeline,
  evidence,
}: PostmortemRecord): { past: string[]; runbooks: string[] } | undefined {
  const entry = timeline.find(({ step, actor }) => step === 'Investigate' && actor === 'knowledge');
  if (!entry) return undefined;
  const named = entry.evidenceIds.flatMap((id) => {
    const found = evidence.get(id);
    return found?.source === 'knowledge' ? [found.excerpt.split('\n')[0] ?? ''] : [];
  });
  const isPast = (name: string) => name.startsWith('postmortem-');
  return { past: named.filter(isPast), runbooks: named.filter((name) => !isPast(name)) };
}

export const knowledgeIds = ({ timeline }: Pick<PostmortemRecord, 'timeline'>): string[] =>
  timeline.flatMap(({ step, actor, evidenceIds }) =>
    step === 'Investigate' && actor === 'knowledge' ? evidenceIds : [],
  );

/** Failures in reaching people: the page or the thread. The diagnosis lists the specialists' gaps itself. */
export const troublesIn = ({ timeline }: PostmortemRecord): string[] =>
  timeline
    .filter(
      (entry) =>
        ['gap', 'failure'].includes(entry.kind) &&
        !['Investigate', 'Recheck'].includes(entry.step) &&
        !isAboutDraft(entry),
    )
    .map(({ text }) => text);

/** The preferences that people taught in this incident. */
export const taughtIn = ({ timeline }: PostmortemRecord): EventOf<'PreferenceTaught'>[] =>
  timeline.flatMap(({ event }) => (event.type === 'PreferenceTaught' ? [event] : []));

export const expiredIn = ({ approvals }: PostmortemRecord): Approval[] =>
  approvals.filter(({ state }) => state === 'expired');

/** Whether a preference allowed the action without a question. */
export const usedTeaching = ({ timeline, incident }: PostmortemRecord): boolean =>
  timeline.some(({ id }) => id === `${incident.id}:Remediate:action`);
