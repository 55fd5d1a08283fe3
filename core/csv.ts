// Writes comma-separated values (RFC 4180) from text that people and systems wrote. A cell that a spreadsheet would read as a formula gets a leading
// apostrophe (OWASP, CSV injection).
import { stringify } from 'csv-stringify/sync';

/** One header line, then one line per row. `columns` maps each header to the function that fills its cell. */
export const csvOf = <T>(columns: Readonly<Record<string, (one: T) => string>>, rows: readonly T[]): string =>
  stringify([Object.keys(columns), ...rows.map((row) => Object.values(columns).map((of) => of(row)))], {
    escape_formulas: true,
    record_delimiter: 'windows',
  });
