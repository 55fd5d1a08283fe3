// Facts that lessons and follow-ups are drawn from: what could not be read, what knowledge there was, what was taught, who was waited for. Pure.
import type { Approval } from '../model/action.ts';
import type { Gap } from '../model/report.ts';
import type { EventOf } from '../model/timeline.ts';
import type { PostmortemRecord } from './record.ts';
import { isAboutDraft } from './timeline.ts';

export const unreadIn = ({ diagnosis }: PostmortemRecord): Gap[] =>
  diagnosis.gaps.filter(({ nothingFound }) => nothingFound === undefined);

/** What the knowledge specialist quoted: past postmortems of this alert, and what people wrote. Undefined where it was not asked. */
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

/** What we could not do for people: tell the page, reach the thread. Specialists' gaps are the diagnosis' own. */
export const troublesIn = ({ timeline }: PostmortemRecord): string[] =>
  timeline
    .filter(
      (entry) =>
        ['gap', 'failure'].includes(entry.kind) &&
        !['Investigate', 'Recheck'].includes(entry.step) &&
        !isAboutDraft(entry),
    )
    .map(({ text }) => text);

/** What people taught here. */
export const taughtIn = ({ timeline }: PostmortemRecord): EventOf<'PreferenceTaught'>[] =>
  timeline.flatMap(({ event }) => (event.type === 'PreferenceTaught' ? [event] : []));

export const expiredIn = ({ approvals }: PostmortemRecord): Approval[] =>
  approvals.filter(({ state }) => state === 'expired');

/** By what was taught before, without a question. */
export const usedTeaching = ({ timeline, incident }: PostmortemRecord): boolean =>
  timeline.some(({ id }) => id === `${incident.id}:Remediate:action`);
