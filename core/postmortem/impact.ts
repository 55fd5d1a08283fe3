// Writes the impact section: start, end and duration; the affected services and pages; and the change of the signals. Pure.

import { formatValue, signalOf } from '../analysis/metrics/signals.ts';
import type { Known } from '../model/incident.ts';
import type { MemberName } from '../ports/records.ts';
import { relationText } from '../record/membership-words.ts';
import { alsoAffectedBy } from '../reporting/membership.ts';
import { capitalize } from '../wording.ts';
import { bullets, plain, table } from './markdown.ts';
import { type Ending, endingOf, type Moved, onsetOf, type PostmortemRecord } from './record.ts';
import { instant, msBetween, span } from './times.ts';

const maxAffected = 12;

export function impact(record: PostmortemRecord): string[] {
  const { context, moved } = record.material;
  const { trigger, pageStatus } = record.incident;
  const onset = onsetOf(record);
  const began = onset ?? trigger.occurredAt;
  const ending = endingOf(record);
  const members = record.members ?? [];
  const affected = alsoAffectedBy(record.diagnosis, members, context.service?.value);
  const named = (known: Known | undefined) => (known === undefined ? 'not known' : plain(known.value));
  return [
    ...bullets(
      [
        `Since: ${instant(began)} (${onset === undefined ? 'the time of the page; the begin of the impact is unknown' : 'when it began, by the evidence'})`,
        `Until: ${untilWords(ending, pageStatus)}`,
        `For: ${lasted(began, ending)}`,
        `Service: ${named(context.service)}; cluster: ${named(context.cluster)}; environment: ${named(context.environment)}; namespace: ${named(context.namespace)}`,
        affected.length > 0
          ? `Also affected: ${[...affected.slice(0, maxAffected).map((name) => plain(name)), ...(affected.length > maxAffected ? [`${affected.length - maxAffected} more`] : [])].join(', ')}`
          : 'Also affected: no other service that Watchkeeper observed',
        ...(members.length > 0 ? [membersWords(members)] : []),
        'Effect on users and their number: unknown',
      ],
      '',
    ),
    '',
    ...(moved.length > 0
      ? table(['Signal', 'Of', 'Before', 'During', 'After'], moved.map(row))
      : ['No signal of it was measured.']),
  ];
}

/** The other pages that this incident covered, and why they joined. */
function membersWords(members: readonly MemberName[]): string {
  const named = members
    .slice(0, maxAffected)
    .map(({ title, because }) => plain(`${title} (${relationText(because)})`, 200));
  const more = members.length > maxAffected ? [`${members.length - maxAffected} more`] : [];
  return `Further pages about it: ${members.length}. ${[...named, ...more].join('; ')}`;
}

/** The duration; unknown if the end precedes the start, because clocks differ. */
const lasted = (began: string, ending: Ending): string =>
  ending.kind === 'open' || msBetween(began, ending.at) < 0 ? 'not known' : span(msBetween(began, ending.at));

const untilWords = (ending: Ending, pageStatus: string): string => {
  switch (ending.kind) {
    case 'verified':
      return `${instant(ending.at)} (recovery was verified)`;
    case 'page':
      return `${instant(ending.at)} (the page was resolved${ending.by === undefined ? '' : ` by ${plain(ending.by)}`}; recovery was not measured)`;
    case 'open':
      return `not known; the page is ${pageStatus}`;
  }
};

function row({ of, name, unit, before, during, after }: Moved): string[] {
  const value = (number: number | undefined) =>
    number === undefined ? 'not measured' : plain(formatValue(number, unit, name), 60);
  return [capitalize(plain(signalOf(name).noun, 80)), plain(of, 120), value(before), value(during), value(after)];
}
