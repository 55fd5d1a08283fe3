// Prepares text from outside for a line that people read. Pure; each surface does its own escaping.

/** Replaces control, format and unassigned characters with spaces: they can hide or reorder text, or drive a terminal. Line breaks stay. */
export const clean = (text: string): string => text.replaceAll(/[^\P{C}\n]/gu, ' ').trim();

/** Cuts at a word boundary and appends an ellipsis. `max` counts UTF-16 units, as `length` does; no character is cut in half. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const space = cut.lastIndexOf(' ');
  return `${cut.slice(0, space > max / 2 ? space : max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const esc = String.fromCharCode(27);
const bell = String.fromCharCode(7);
const colours = new RegExp(
  String.raw`${esc}(?:\[[0-9;?]{0,32}[A-Za-z]|\][^${bell}${esc}]{0,256}(?:${bell}|${esc}\\))`,
  'g',
);

/** Removes terminal escape sequences, such as colours and links. */
export const withoutColours = (text: string): string => (text.includes(esc) ? text.replace(colours, '') : text);
