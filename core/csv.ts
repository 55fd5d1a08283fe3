// Comma-separated values (RFC 4180) of text that people and systems wrote. A cell that a spreadsheet would take for a formula gets an apostrophe
// in front (OWASP, CSV injection).
import { stringify } from 'csv-stringify/sync';

/** One line of headings, then a line per row; `columns` gives each heading its cell. */
export const csvOf = <T>(columns: Readonly<Record<string, (one: T) => string>>, rows: readonly T[]): string =>
  stringify([Object.keys(columns), ...rows.map((row) => Object.values(columns).map((of) => of(row)))], {
    escape_formulas: true,
    record_delimiter: 'windows',
  });
