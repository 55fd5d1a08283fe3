// Selects the runbooks that were followed from the timeline.
import type { Checklist } from '../model/checklist.ts';
import type { TimelineEntry } from '../model/timeline.ts';

/** The checklists in the order in which they were filed; of the same section the latest one. */
export const checklistsIn = (timeline: readonly Pick<TimelineEntry, 'event'>[]): readonly Checklist[] => [
  ...new Map(
    timeline.flatMap(({ event }) =>
      event.type === 'RunbookFollowed' ? [[titleOf(event.checklist), event.checklist] as const] : [],
    ),
  ).values(),
];

/** The document and the section, as the evidence of the section names them. */
export const titleOf = ({ document, heading }: Pick<Checklist, 'document' | 'heading'>): string =>
  `${document} › ${heading}`;
