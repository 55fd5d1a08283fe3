// Renders texts of telemetry and people as Markdown. They cannot add headings, lists, tables, fences or links to the document: every text passes
// through `plain` or `code`, which also redact and shorten it.
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

/** A text in one line without markup: it escapes the special characters of CommonMark and GitHub, bare links and list marks. */
export function plain(text: string, max = 400): string {
  const line = shorten(clean(redact(text)).replaceAll(/\s+/g, ' '), max);
  if (line === '') return 'not known';
  return (
    line
      .replaceAll(/[\\`*_{}[\]<>#|!~&$]/g, '\\$&')
      .replaceAll(/(?<=\/)\//g, '\\/')
      .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, 3)}\\.`)
      // Characters that would begin a list, a rule or an underlined heading.
      .replace(/^([-+=])(?=\s|[-+=\s]*$)/, '\\$1')
      .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
  );
}

const maxCodeLines = 12;
const maxCodeLine = 200;

/** A code block inside a list item, one element per line. The text cannot close it: three backticks in it become quotes. */
export function code(text: string): string[] {
  const lines = clean(redact(text)).split(/[\n\u2028\u2029]/);
  const shown = lines.slice(0, maxCodeLines).map((line) => shorten(line.trimEnd(), maxCodeLine));
  const more = lines.length - shown.length;
  return ['```text', ...shown, ...(more > 0 ? [`… ${more} more lines`] : []), '```'].map((line, place, all) =>
    place === 0 || place === all.length - 1
      ? `    ${line}`
      : `    ${line.replaceAll(/`{3,}/g, (run) => "'".repeat(run.length))}`.trimEnd(),
  );
}

/** The cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

/** The items are Markdown already; without items, the text is `none`. */
export const bullets = (items: readonly string[], none: string): string[] =>
  items.length > 0 ? items.map((item) => `- ${item}`) : [none];

/** The text without its full stop, so that a sentence can continue after it. */
export const bare = (text: string): string => text.trim().replace(/[.\s]+$/, '');
