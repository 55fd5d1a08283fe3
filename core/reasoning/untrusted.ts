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

/** Words in telemetry that read like instructions to the system. They recognise plain attempts only. */
const attempts: readonly RegExp[] = [
  /\b(?:ignore|disregard|forget|override) (?:all |any |the |your |these )*(?:previous|prior|above|earlier|other) (?:instructions?|rules|prompts?)\b/i,
  /(?:^|["\s])(?:system|assistant|developer|watchkeeper)\s{0,3}:\s{0,3}(?:you|please|now|action|restart|delete|drop|approve|run|set|scale|execute|do not|don't)\b/i,
  /\byou are (?:now |hereby )?(?:in (?:maintenance|admin|debug|god|developer) mode|authori[sz]ed|allowed to)\b/i,
  /\b(?:i |we |hereby )+approve (?:the |this |all )?(?:pending )?(?:question|action|request|rollback|rerun)/i,
  /\bapproved\s{0,3}[=:]\s{0,3}true\b/i,
  /\bkill ?-?switch\s{0,3}[=:]\s{0,3}(?:false|off)\b/i,
  /\bnext time[^.]{0,60}\b(?:don'?t|do not|without) ask/i,
];

/** Whether the text plainly tries to give instructions. */
export const readsLikeInstructions = (text: string): boolean => attempts.some((attempt) => attempt.test(text));

/** Where the first attempt begins; the length of the text if there is none. */
export const instructionAt = (text: string): number =>
  Math.min(...attempts.map((attempt) => attempt.exec(text)?.index ?? text.length));

const conclusions =
  /\broot[ -]cause (?:found|identified|is|was)\b|\bis (?:the (?:root )?cause|to blame)\b|\btool (?:result|output|answer)s? of\b/i;

/** Whether telemetry tells a conclusion, or a tool's answer, instead of an observation: it does not know causes. */
export const tellsConclusion = (text: string): boolean => conclusions.test(text);

const links = /\bhttps?:\/\/|<[!@#][^>]*>|(?:^|\s)@(?:everyone|channel|here)\b|\]\(/i;

/** Whether a model's words hold a link, a mention or markup: what it has to say needs none. */
export const holdsLink = (text: string): boolean => links.test(text);

/** What people read if an agent has read instructions. */
export const instructedGap =
  'Words that the model read tell it what to do or what to conclude, so nothing that it said is used; the analysis answers alone.';
