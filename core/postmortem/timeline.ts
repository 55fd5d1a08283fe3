// The timeline as a list: when, who, what. What people did is marked and never left out for what we did. Pure.
import type { TimelineEntry } from '../model/incident.ts';
import { plain } from './markdown.ts';
import { isByPerson, type PostmortemRecord } from './record.ts';
import { timeOf } from './times.ts';

const maxEntries = 80;
const longest = 300;

export function timelineLines({ timeline }: PostmortemRecord): string[] {
  const said = timeline.filter((entry, place) => !isAboutDraft(entry) && !isRepeated(entry, timeline.slice(0, place)));
  const kept = new Set(said.toSorted((a, b) => Number(isByPerson(b)) - Number(isByPerson(a))).slice(0, maxEntries));
  const shown = said.filter((entry) => kept.has(entry));
  const left = said.length - shown.length;
  return [
    'People in bold.',
    '',
    ...shown.map((entry, place) => line(entry, shown[place - 1])),
    ...(left > 0 ? ['', `${left} more entries are in the record.`] : []),
  ];
}

/** What we learned at the end is often what verification had said. */
const isRepeated = ({ actor, text }: TimelineEntry, before: readonly TimelineEntry[]): boolean =>
  before.some((one) => one.actor === actor && one.actor === 'watchkeeper' && one.text === text);

/** The draft does not tell of itself. */
export const isAboutDraft = ({ id }: TimelineEntry): boolean =>
  /:(?:Learn:learned:postmortem|PageUpdate:gap:.*)$/.test(id);

function line(entry: TimelineEntry, before: TimelineEntry | undefined): string {
  const day = entry.at.slice(0, 10);
  const when = day === before?.at.slice(0, 10) ? timeOf(entry.at) : `${day} ${timeOf(entry.at)}`;
  const who = plain(entry.actor, 100);
  return `- ${when} ${isByPerson(entry) ? `**${who}**` : who}: ${plain(entry.text, longest)}`;
}
