// Answers with the timeline of an incident, or with what people did in it, from the typed events.
import { statedTime } from '../../context/stated-time.ts';
import type { TimelineEntry, TimelineEvent } from '../../model/timeline.ts';
import { isByPerson } from '../../postmortem/record.ts';
import { shorten } from '../../text.ts';
import { capitalize, clockTime } from '../../wording.ts';
import { type Asked, type IncidentAnswer, pendingIn } from './record.ts';

const maxLines = 20;
const longest = 180;

export function answerCourse({ about }: { readonly about?: 'people' | undefined }, asked: Asked): IncidentAnswer {
  const stated = statedTime(asked.text, asked.now);
  const entries = asked.timeline.filter(({ at }) => stated === undefined || Date.parse(at) >= stated.atMs);
  return about === 'people' ? byPeople(entries, asked) : courseOf(entries, asked);
}

/** Events that tell nothing about the course. */
const silent: ReadonlySet<TimelineEvent['type']> = new Set<TimelineEvent['type']>([
  'MessageFailed',
  'SlotFreed',
  'PostmortemDrafted',
  'FollowersInformed',
  'FileSetAside',
  'ContextAssembled',
]);

function courseOf(entries: readonly TimelineEntry[], { incident, diagnosis }: Asked): IncidentAnswer {
  const told = entries.filter(({ event }) => !silent.has(event.type));
  const onset = diagnosis?.hypotheses[0]?.onset;
  const begin = [
    ...(onset === undefined ? [] : [{ at: onset, line: 'It began, by the evidence.' }]),
    { at: incident.trigger.occurredAt, line: `Paged: ${shorten(incident.title, 150)}` },
  ].filter(
    ({ at }) =>
      entries[0] === undefined || entries.length === 0 || told.length < maxLines || at <= (entries[0]?.at ?? at),
  );
  const rows = [
    ...begin,
    ...told.map(({ at, actor, text }) => ({
      at,
      line: `${actor === 'watchkeeper' ? '' : `${capitalize(actor)}: `}${shorten(text, longest)}`,
    })),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const shown = rows.length <= maxLines ? rows : [...rows.slice(0, 3), ...rows.slice(-(maxLines - 3))];
  return {
    text:
      rows.length <= maxLines
        ? `${rows.length} events, oldest first.`
        : `${maxLines} of ${rows.length} events: the first three and the latest.`,
    lines: shown.map(({ at, line }) => `${clockTime(at)}  ${line}`),
    choices: ['what did people do?', 'how long has it been?'],
  };
}

function byPeople(entries: readonly TimelineEntry[], asked: Asked): IncidentAnswer {
  const own = entries.filter(isByPerson);
  const waiting = pendingIn(asked).map(({ question }) => `This still waits: ${shorten(question, 300)}`);
  if (own.length === 0) return { text: 'No person has done or said anything here that is on record.', lines: waiting };
  return {
    text: `${own.length} ${own.length === 1 ? 'entry' : 'entries'} by people.`,
    lines: [
      ...own.slice(-maxLines).map(({ at, actor, text }) => `${clockTime(at)}  ${actor}: ${shorten(text, longest)}`),
      ...waiting,
    ],
  };
}
