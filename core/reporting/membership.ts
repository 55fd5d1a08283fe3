// Renders group membership: a leader shows its members, a member shows its leader. Pure.
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { MemberName } from '../ports/records.ts';
import { relationText, separationText } from '../record/membership-words.ts';
import { shorten } from '../text.ts';
import { formatList } from '../wording.ts';

/** For a member: its group and the reason. For an incident that left a group: the reason for leaving. */
export function placeInGroup({ memberOf, apart }: Pick<Incident, 'memberOf' | 'apart'>): string[] {
  if (memberOf) return [`Part of ${memberOf.leader}: joined because ${relationText(memberOf.because)}.`];
  return apart ? [`Was part of ${apart.from}, and is investigated on its own: ${separationText(apart.why)}.`] : [];
}

/** For a leader: the number of pages that it covers, and their titles. */
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

/**
 * The blast radius of the diagnosis, and the services of pages that joined since. The paged service itself is among them only if the cause is
 * elsewhere.
 */
export const affectedBy = (
  diagnosis: Pick<Diagnosis, 'blastRadius'> | undefined,
  members: readonly Pick<MemberName, 'service'>[],
  own: string | undefined,
): readonly string[] => [
  ...new Set([
    ...(diagnosis?.blastRadius ?? []),
    ...members.flatMap(({ service }) => (service === undefined || service === own ? [] : [service])),
  ]),
];

/** The same without the paged service, for texts that name it apart. */
export const alsoAffectedBy = (...[diagnosis, members, own]: Parameters<typeof affectedBy>): readonly string[] =>
  affectedBy(diagnosis, members, own).filter((name) => name !== own);
