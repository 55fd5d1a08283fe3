// What people did to a page, as a line of the timeline: written here, and read again here by whoever needs to know when and by whom.
import { Instant } from '../model/entity.ts';
import type { PageUpdate } from '../model/events.ts';
import type { TimelineEntry } from '../model/incident.ts';

const words: Record<PageUpdate['status'], string> = {
  acknowledged: 'acknowledged',
  triggered: 'let go of again',
  resolved: 'resolved',
};
const statusOf = Object.fromEntries(Object.entries(words).map(([status, said]) => [said, status])) as Readonly<
  Record<string, PageUpdate['status']>
>;

const step = 'PageUpdate';
/** Who did it, where the pager does not say. */
const pager = 'pagerduty';

export const pageChangeLine = ({ eventId, status, at, by }: PageUpdate) => ({
  step,
  kind: 'note' as const,
  actor: by ?? pager,
  key: eventId,
  text: `The page was ${words[status]}${by ? ` by ${by}` : ''} at ${at}.`,
});

export interface PageChange {
  readonly status: PageUpdate['status'];
  readonly at: string;
  readonly by?: string | undefined;
}

/** Both ends of the line are ours, whatever somebody is called. */
const line = /^The page was (acknowledged|let go of again|resolved)(?: by .*)? at (\S+)\.$/s;

export function pageChangeOf(entry: Pick<TimelineEntry, 'step' | 'kind' | 'actor' | 'text'>): PageChange | undefined {
  if (entry.step !== step || entry.kind !== 'note') return undefined;
  const [, said = '', when] = line.exec(entry.text) ?? [];
  const status = statusOf[said];
  const at = Instant.safeParse(when);
  if (status === undefined || !at.success) return undefined;
  return { status, at: at.data, ...(entry.actor === pager ? {} : { by: entry.actor }) };
}
