// Writes the timeline as a list: time, actor, event. Entries of people are marked, and if the list is too long, our own entries are left out
// first. Pure.
import type { TimelineEntry, TimelineEvent } from '../model/timeline.ts';
import { plain } from './markdown.ts';
import { isByPerson, type PostmortemRecord } from './record.ts';
import { timeOf } from './times.ts';

const maxEntries = 80;
const longest = 300;

export function timelineLines({ timeline }: PostmortemRecord): string[] {
  const entries = withoutRepeats(timeline).filter((entry) => !isAboutDraft(entry));
  const kept = new Set(entries.toSorted((a, b) => Number(isByPerson(b)) - Number(isByPerson(a))).slice(0, maxEntries));
  const shown = entries.filter((entry) => kept.has(entry));
  const left = entries.length - shown.length;
  return [
    'People in bold.',
    '',
    ...shown.map((entry, place) => line(entry, shown[place - 1])),
    ...(left > 0 ? ['', `${left} more entries are in the record.`] : []),
  ];
}

/** Removes repeated entries: the conclusion often repeats the verification, and a repeated step may record the same event again. */
function withoutRepeats(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const seen = new Set<string>();
  return entries.filter(({ actor, event }) => {
    if (actor !== 'watchkeeper') return true;
    const key = repeatKey(event);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function repeatKey(event: TimelineEvent): string {
  if (event.type === 'VerificationFinished') return `verification: ${event.verdict}: ${event.text}`;
  if (event.type === 'IncidentConcluded' && event.basis.kind === 'verification')
    return `verification: ${event.basis.verdict}: ${event.basis.text}`;
  return JSON.stringify(event);
}

/** Whether the entry is about the draft itself; the draft leaves these out. */
export const isAboutDraft = ({ event }: TimelineEntry): boolean =>
  event.type === 'PostmortemDrafted' || (event.type === 'RecordFailed' && event.what === 'postmortem-update');

function line(entry: TimelineEntry, before: TimelineEntry | undefined): string {
  const day = entry.at.slice(0, 10);
  const when = day === before?.at.slice(0, 10) ? timeOf(entry.at) : `${day} ${timeOf(entry.at)}`;
  const who = plain(entry.actor, 100);
  return `- ${when} ${isByPerson(entry) ? `**${who}**` : who}: ${plain(entry.text, longest)}`;
}
