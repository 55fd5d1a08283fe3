// Filters the list of incidents. It runs in the browser: it imports types only.
import type { IncidentRow } from './incident-list.ts';

export const stateFilters = {
  open: 'open',
  asks: 'waits for an answer',
  bad: 'not recovered',
  good: 'recovered',
  ended: 'ended',
} as const;
export type StateFilter = keyof typeof stateFilters;

/** Every field narrows the list; an absent one does not. */
export interface IncidentFilter {
  /** Words that the row has to contain, each of them, in any case. */
  readonly text?: string | undefined;
  readonly state?: StateFilter | undefined;
  readonly service?: string | undefined;
  readonly cluster?: string | undefined;
  readonly cause?: string | undefined;
  readonly person?: string | undefined;
  /** Opened within so many hours before now. */
  readonly hours?: number | undefined;
}

export const isFiltered = (filter: IncidentFilter): boolean =>
  Object.values(filter).some((value) => value !== undefined);

export function filterIncidents<Row extends IncidentRow>(
  rows: readonly Row[],
  filter: IncidentFilter,
  now: Date,
): readonly Row[] {
  if (!isFiltered(filter)) return rows;
  const words = (filter.text ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const { state, service, cluster, cause, person, hours } = filter;
  const since = hours === undefined ? '' : new Date(now.getTime() - hours * 3_600_000).toISOString();
  return rows.filter(
    (row) =>
      (state === undefined || hasState(row, state)) &&
      (service === undefined || row.place?.service === service) &&
      (cluster === undefined || row.place?.cluster === cluster) &&
      (cause === undefined || row.cause === cause) &&
      (person === undefined || row.people.includes(person)) &&
      row.openedAt >= since &&
      (words.length === 0 || includesAll(row, words)),
  );
}

function hasState({ status, standing }: IncidentRow, state: StateFilter): boolean {
  const isOver = status === 'closed' || status === 'failed';
  switch (state) {
    case 'open':
      return !isOver;
    case 'asks':
      return status === 'awaiting-approval';
    case 'bad':
      return standing.tone === 'bad';
    case 'good':
      return standing.tone === 'good';
    case 'ended':
      return isOver;
  }
}

function includesAll(row: IncidentRow, words: readonly string[]): boolean {
  const text = [
    row.id,
    row.title,
    row.headline,
    row.cause,
    row.standing.text,
    row.standing.has,
    ...Object.entries(row.place ?? {}).map(([field, value]) => (value === true ? field : value)),
    ...row.people,
  ]
    .join(' ')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export interface FilterChoices {
  readonly service: readonly string[];
  readonly cluster: readonly string[];
  readonly cause: readonly string[];
  readonly person: readonly string[];
}

/** The values that the rows have, sorted. */
export const choicesOf = (rows: readonly IncidentRow[]): FilterChoices => ({
  service: values(rows, ({ place }) => [place?.service]),
  cluster: values(rows, ({ place }) => [place?.cluster]),
  cause: values(rows, ({ cause }) => [cause]),
  person: values(rows, ({ people }) => people),
});

const values = (
  rows: readonly IncidentRow[],
  read: (row: IncidentRow) => readonly (string | undefined)[],
): readonly string[] => [...new Set(rows.flatMap(read).filter((value) => value !== undefined))].sort();
