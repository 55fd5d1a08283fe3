// What a page is part of, and the pages that a diagnosis answers, too; each with the way out of the group.
import type { IncidentView } from '../../core/console/incident-view.ts';
import { Time } from './parts.tsx';

type Separate = (text: string) => void;

export function Membership({
  view: { incident, group },
  separate,
}: {
  readonly view: IncidentView;
  readonly separate: Separate;
}) {
  if (group.texts.length === 0) return null;
  const leader = incident.memberOf?.leader ?? incident.apart?.from;
  return (
    <section class="group" aria-label="Group">
      <p>
        {group.texts.join(' ')} <a href={`#${leader}`}>Open it</a>
      </p>
      {incident.memberOf === undefined ? undefined : (
        <button type="button" class="plain" onClick={() => separate('this is separate')}>
          This is separate: investigate it on its own
        </button>
      )}
    </section>
  );
}

const maxMembers = 50;

export function Members({
  members,
  separate,
}: {
  readonly members: IncidentView['group']['members'];
  readonly separate: Separate;
}) {
  if (members.length === 0) return null;
  return (
    <section class="group" aria-labelledby="members-title">
      <h3 id="members-title">It answers {members.length === 1 ? 'one more page' : `${members.length} more pages`}</h3>
      <ul class="members">
        {members.slice(0, maxMembers).map(({ id, title, why, at }) => (
          <li key={id}>
            <a href={`#${id}`}>{title}</a>
            <span class="meta">
              {' '}
              joined at <Time at={at} /> because {why}{' '}
            </span>
            <button type="button" class="plain" onClick={() => separate(`${id} is separate`)}>
              Separate
            </button>
          </li>
        ))}
      </ul>
      {members.length > maxMembers ? (
        <p class="meta">{members.length - maxMembers} more are in the list.</p>
      ) : undefined}
    </section>
  );
}
