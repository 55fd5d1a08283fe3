// The list of incidents. Members are listed under their leader, so that they do not push other incidents out of sight.
import type { IncidentRow } from '../../core/console/incident-list.ts';
import { minute, Status } from './parts.tsx';

export function Incidents({
  incidents,
  selected,
}: {
  readonly incidents: readonly IncidentRow[];
  readonly selected: string | undefined;
}) {
  const known = new Set(incidents.map(({ id }) => id));
  const leaderOf = ({ memberOf }: IncidentRow): string | undefined =>
    memberOf !== undefined && known.has(memberOf.leader) ? memberOf.leader : undefined;
  const members = Map.groupBy(incidents, leaderOf);
  return (
    <ul id="incidents">
      {members.get(undefined)?.map((incident) => (
        <li key={incident.id}>
          <Row incident={incident} selected={selected} />
          <MemberRows members={members.get(incident.id) ?? []} selected={selected} />
        </li>
      ))}
    </ul>
  );
}

function MemberRows({
  members,
  selected,
}: {
  readonly members: readonly IncidentRow[];
  readonly selected: string | undefined;
}) {
  if (members.length === 0) return null;
  return (
    <details open={members.some(({ id }) => id === selected)}>
      <summary class="more-pages">
        {members.length === 1 ? 'and one more page' : `and ${members.length} more pages`}
      </summary>
      <ul class="member-list">
        {members.map((member) => (
          <li key={member.id}>
            <Row incident={member} selected={selected} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const Row = ({ incident, selected }: { readonly incident: IncidentRow; readonly selected: string | undefined }) => (
  <a href={`#${incident.id}`} aria-current={incident.id === selected ? 'true' : undefined}>
    <Status standing={incident.standing} />
    <span class="title">{incident.title}</span>
    <span class="meta">{minute(incident.openedAt)}</span>
    {incident.standing.has === undefined ? undefined : <span class="meta">{incident.standing.has}</span>}
    {incident.headline === undefined ? undefined : <span class="meta">{incident.headline}</span>}
  </a>
);
