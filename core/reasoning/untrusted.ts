// Cleans untrusted text before a model reads it: it removes control and format characters, which can hide or reorder text, and the tags that separate
// data from instructions. The content stays; the prompt around it says that it is data.

/** Control, format, private-use and unassigned characters, except tab and newline. */
const controls = /[^\P{C}\t\n]/gu;
/** A terminal's escape sequences as a whole, so that their rest does not stay as text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
const marks = /<\s*\/?\s*telemetry\b[^>]*>/gi;

export function sanitizeUntrusted(text: string): string {
  let clean = text.replaceAll(escapes, ' ').replaceAll(controls, ' ');
  // Removing a tag from the middle of another one can form a new tag, so this repeats.
  while (clean.search(marks) >= 0) clean = clean.replaceAll(marks, '');
  return clean;
}
