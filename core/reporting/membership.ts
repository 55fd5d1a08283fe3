// How a group is shown: on the leader who belongs to it, on a member what it belongs to. Pure.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { MemberName } from '../ports/records.ts';
import { relationText, separationText } from '../record/membership-words.ts';
import { shorten } from '../text.ts';
import { formatList } from '../wording.ts';

/** On a member: what it is part of and why; on what left: why it did. */
export function placeInGroup({ memberOf, apart }: Pick<Incident, 'memberOf' | 'apart'>): string[] {
  if (memberOf) return [`Part of ${memberOf.leader}: joined because ${relationText(memberOf.because)}.`];
  return apart ? [`Was part of ${apart.from}, and is investigated on its own: ${separationText(apart.why)}.`] : [];
}

/** On a leader: how many pages it answers, and which. */
export const membersLine = (members: readonly MemberName[]): string[] =>
  members.length === 0
    ? []
    : [
        shorten(
          `It answers ${members.length === 1 ? 'one more page' : `${members.length} more pages`}: ${formatList(
            members.map(({ title }) => shorten(title, 80)),
            5,
          )}.`,
          800,
        ),
      ];

/** What the diagnosis names, and the services of pages that joined since. */
export const affectedBy = (
  diagnosis: Pick<Diagnosis, 'blastRadius'> | undefined,
  members: readonly Pick<MemberName, 'service'>[],
  own: string | undefined,
): readonly string[] => [
  ...new Set(
    [...(diagnosis?.blastRadius ?? []), ...members.flatMap(({ service }) => service ?? [])].filter(
      (name) => name !== own,
    ),
  ),
];
