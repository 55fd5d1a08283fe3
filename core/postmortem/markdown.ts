// Markdown out of words that telemetry and people wrote. Whatever comes in, headings, lists, tables, fences and links of the document are
// those that we write: every text passes `plain` or `code`, which also redact and cut it.
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

/** A text in one line, without markup of its own: CommonMark's and GitHub's special characters, bare links and list marks escaped. */
export function plain(text: string, max = 400): string {
  const line = shorten(clean(redact(text)).replaceAll(/\s+/g, ' '), max);
  if (line === '') return 'not known';
  return (
    line
      .replaceAll(/[\\`*_{}[\]<>#|!~&$]/g, '\\$&')
      .replaceAll(/(?<=\/)\//g, '\\/')
      .replaceAll(/\bwww\./gi, (www) => `${www.slice(0, 3)}\\.`)
      // What would begin a list, rule a line or underline a heading.
      .replace(/^([-+=])(?=\s|[-+=\s]*$)/, '\\$1')
      .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2')
  );
}

const maxCodeLines = 12;
const maxCodeLine = 200;

/** A block of code inside a list item, one line an element. A text cannot close it: three backticks in it become quotes. */
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

/** Cells are Markdown already. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

/** Items are Markdown already; `none` in their place. */
export const bullets = (items: readonly string[], none: string): string[] =>
  items.length > 0 ? items.map((item) => `- ${item}`) : [none];

/** Without the full stop, to go on behind it. */
export const bare = (text: string): string => text.trim().replace(/[.\s]+$/, '');
