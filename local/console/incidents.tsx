// The list of incidents with its search and filters. Members are listed under their leader, so that they do not push other incidents out of sight.
import {
  choicesOf,
  filterIncidents,
  type IncidentFilter,
  isFiltered,
  type StateFilter,
  stateFilters,
} from '../../core/console/filter.ts';
import type { IncidentRow } from '../../core/console/incident-list.ts';
import { minute, Status } from './parts.tsx';
import { linkTo, setFilter } from './route.ts';

interface ListProps {
  readonly incidents: readonly IncidentRow[];
  readonly selected: string | undefined;
}

export function Incidents({ incidents, selected, filter }: ListProps & { readonly filter: IncidentFilter }) {
  const shown = filterIncidents(incidents, filter, new Date());
  const known = new Set(shown.map(({ id }) => id));
  const leaderOf = ({ memberOf }: IncidentRow): string | undefined =>
    memberOf !== undefined && known.has(memberOf.leader) ? memberOf.leader : undefined;
  const members = Map.groupBy(shown, leaderOf);
  return (
    <>
      <Filter incidents={incidents} filter={filter} count={shown.length} />
      <ul id="incidents" class="incident-list">
        {members.get(undefined)?.map((incident) => (
          <li key={incident.id}>
            <Row incident={incident} selected={selected} />
            <MemberRows incidents={members.get(incident.id) ?? []} selected={selected} />
          </li>
        ))}
      </ul>
    </>
  );
}

const spans = [
  [1, 'the last hour'],
  [12, 'the last 12 hours'],
  [24, 'the last day'],
  [168, 'the last week'],
] as const;

function Filter({
  incidents,
  filter,
  count,
}: {
  readonly incidents: readonly IncidentRow[];
  readonly filter: IncidentFilter;
  readonly count: number;
}) {
  const choices = choicesOf(incidents);
  const set = (change: IncidentFilter) => setFilter({ ...filter, ...change });
  const { text, ...narrower } = filter;
  const isNarrowed = isFiltered(narrower);
  return (
    <search class="filter">
      <input
        id="search"
        type="search"
        placeholder="Search incidents"
        aria-label="Search incidents"
        aria-keyshortcuts="/"
        autocomplete="off"
        value={text ?? ''}
        onInput={({ currentTarget: { value } }) => set({ text: value === '' ? undefined : value })}
      />
      <details open={isNarrowed}>
        <summary class="filter-summary">
          Filter{isFiltered(filter) ? `: ${count} of ${incidents.length} incidents` : ''}
        </summary>
        <Choice
          name="state"
          value={filter.state}
          options={Object.entries(stateFilters)}
          onChosen={(state) => set({ state: stateOf(state) })}
        />
        <Choice
          name="service"
          value={filter.service}
          options={choices.service}
          onChosen={(service) => set({ service })}
        />
        <Choice
          name="cluster"
          value={filter.cluster}
          options={choices.cluster}
          onChosen={(cluster) => set({ cluster })}
        />
        <Choice name="cause" value={filter.cause} options={choices.cause} onChosen={(cause) => set({ cause })} />
        <Choice name="person" value={filter.person} options={choices.person} onChosen={(person) => set({ person })} />
        <Choice
          name="time"
          value={filter.hours === undefined ? undefined : String(filter.hours)}
          options={spans.map(([hours, words]) => [String(hours), words])}
          onChosen={(hours) => set({ hours: hours === undefined ? undefined : Number(hours) })}
        />
        {isFiltered(filter) ? (
          <button type="button" class="filter-all" onClick={() => setFilter({})}>
            Show all
          </button>
        ) : undefined}
      </details>
    </search>
  );
}

const stateOf = (text: string | undefined): StateFilter | undefined =>
  Object.keys(stateFilters).find((one): one is StateFilter => one === text);

type Option = string | readonly [value: string, text: string];

const Choice = ({
  name,
  value,
  options,
  onChosen,
}: {
  readonly name: string;
  readonly value: string | undefined;
  readonly options: readonly Option[];
  readonly onChosen: (value: string | undefined) => void;
}) => (
  <label>
    <span>{name}</span>
    <select
      data-filter={name}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChosen(currentTarget.value === '' ? undefined : currentTarget.value)}
    >
      <option value="">any</option>
      {options.map((option) => {
        const [key, text] = typeof option === 'string' ? [option, option] : option;
        return (
          <option key={key} value={key}>
            {text}
          </option>
        );
      })}
    </select>
  </label>
);

function MemberRows({ incidents, selected }: ListProps) {
  if (incidents.length === 0) return null;
  return (
    <details open={incidents.some(({ id }) => id === selected)}>
      <summary class="more-pages">
        {incidents.length === 1 ? 'and one more page' : `and ${incidents.length} more pages`}
      </summary>
      <ul class="member-list">
        {incidents.map((member) => (
          <li key={member.id}>
            <Row incident={member} selected={selected} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const Row = ({ incident, selected }: { readonly incident: IncidentRow; readonly selected: string | undefined }) => (
  <a href={linkTo(incident.id)} aria-current={incident.id === selected ? 'true' : undefined}>
    <Status standing={incident.standing} />
    <span class="title">{incident.title}</span>
    <span class="meta">
      {minute(incident.openedAt)}
      {incident.place?.service === undefined ? '' : ` · ${incident.place.service}`}
    </span>
    {incident.standing.has === undefined ? undefined : <span class="meta">{incident.standing.has}</span>}
    {incident.headline === undefined ? undefined : <span class="meta">{incident.headline}</span>}
  </a>
);
