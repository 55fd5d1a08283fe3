// Joins updates that AWS shows without their content (a function was updated, a task definition replaced) with the change that another source reports:
// the same change would compete with itself.
import type { EntityRef } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Finding } from '../model/report.ts';

/** Minutes. A delivery is recorded when it begins or ends. */
const sameMinutes = 15;

export function withJoinedUpdates(
  findings: readonly Finding[],
  { resources }: Pick<Context, 'resources'>,
): readonly Finding[] {
  const isBare = ({ specialist, role, changeId }: Finding) =>
    specialist === 'aws' && role === 'change' && changeId === undefined;
  const owner = ({ name }: EntityRef) =>
    resources.find((one) => one.name === name || one.name.endsWith(`/${name}`))?.service ?? name;
  const known = findings.filter((one) => one.role === 'change' && !isBare(one));
  const changeOf = (update: Finding) =>
    known.find(
      (one) =>
        [update.entity.name, owner(update.entity)].includes(one.entity.name) &&
        one.onset !== undefined &&
        update.onset !== undefined &&
        Math.abs(Date.parse(one.onset) - Date.parse(update.onset)) <= sameMinutes * 60_000,
    );
  return findings.flatMap((one) => {
    const change = isBare(one) ? changeOf(one) : undefined;
    if (change === undefined) return [one];
    // An update of another entity than the change says nothing more.
    return change.changeId !== undefined && change.entity.name === one.entity.name
      ? [{ ...one, changeId: change.changeId }]
      : [];
  });
}
