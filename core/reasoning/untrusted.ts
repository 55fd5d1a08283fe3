// Text that others wrote, before a model reads it: without control and format characters that hide or reorder text, and without the
// marks by which data is told from instructions. What it says stays; that it is data is said around it.

/** Control, format, private-use and unassigned characters; tab and newline stay. */
const controls = /[^\P{C}\t\n]/gu;
/** A terminal's escape sequences as a whole, so that their rest does not stay as text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const marks = /<\s*\/?\s*telemetry\b[^>]*>/gi;

export function sanitizeUntrusted(text: string): string {
  let clean = text.replaceAll(escapes, ' ').replaceAll(controls, ' ');
  // What is left when a mark is taken out of the middle of another must not be one.
  while (clean.search(marks) >= 0) clean = clean.replaceAll(marks, '');
  return clean;
}
