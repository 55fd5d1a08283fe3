// Words for proposals to the service catalogue that every surface uses. The texts come from servers; each surface does its own cleaning.
import type { Change, Proposals } from './propose.ts';

export const kindOf = { environments: 'environment', clusters: 'cluster', services: 'service' } as const;

/** The changes by entry of the catalogue. */
export const entriesOf = (changes: readonly Change[]): readonly (readonly Change[])[] => [
  ...Map.groupBy(changes, ({ section, name }) => `${section}\n${name}`).values(),
];

export function countsInWords({ changes, doubts, unseen }: Proposals): string {
  const entries = entriesOf(changes);
  const fresh = entries.filter(([first]) => first?.isNew === true).length;
  return [
    `${fresh} new ${fresh === 1 ? 'entry' : 'entries'}`,
    `${entries.length - fresh} to complete`,
    `${doubts.length} ${doubts.length === 1 ? 'doubt' : 'doubts'}`,
    `${unseen.length} not seen any more`,
  ].join(', ');
}

/** As the catalogue writes it. */
export function valueInWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).map(([key, one]) => `${key}: ${valueInWords(one)}`);
  return `{ ${fields.join(', ')} }`;
}

export const placesInWords = (at: readonly string[]): string =>
  (at[0] ?? '') + (at.length > 1 ? ` and ${at.length - 1} more` : '');
