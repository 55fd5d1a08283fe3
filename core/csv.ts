// Comma-separated values (RFC 4180) of what people and systems wrote.

/** A spreadsheet takes a cell that begins so for a formula: it gets an apostrophe in front (OWASP, CSV injection). */
const formula = /^[=+\-@\t\r]/;

/** `columns` by their heading; a line of headings first. */
export const csvOf = <T>(columns: Readonly<Record<string, (one: T) => string>>, rows: readonly T[]): string =>
  [Object.keys(columns), ...rows.map((row) => Object.values(columns).map((of) => of(row)))]
    .map((cells) => `${cells.map(cell).join(',')}\r\n`)
    .join('');

function cell(text: string): string {
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
