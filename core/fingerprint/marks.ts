// The marks that replace varying parts in a canonical error text. They use private-use characters, which cleaned text never contains, so no log line
// can imitate a mark.

export type Kind =
  | 'time'
  | 'id'
  | 'secret'
  | 'process'
  | 'thread'
  | 'pointer'
  | 'port'
  | 'quantity'
  | 'count'
  | 'attempt'
  | 'pod'
  | 'generated';

const [open, close, candidate, hidden] = ['\ue000', '\ue001', '\ue002', '\ue003'];

export const mark = (kind: Kind): string => `${open}${kind}${close}`;

/** Marks a value that varies only if occurrences of one error show different values. */
export const markCandidate = (value: string): string => `${candidate}${value}${close}`;

/** A value that identifies the error but must not be shown. */
export const hiddenValue = (digest: string): string => `${hidden}${digest}`;

/** A pattern that matches the mark of a time. */
export const timeMark = `${open}time${close}`;

const controls = /[\ue000-\ue003]/g;
/** Escapes the characters of marks in a text. */
export const withoutMarks = (text: string): string =>
  text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

const candidates = new RegExp(`${candidate}([^${close}]*)${close}`, 'g');

/** Separates a canonical text into its skeleton and the values of its candidates, in order. */
export function splitCandidates(canonical: string): { readonly skeleton: string; readonly values: readonly string[] } {
  const values: string[] = [];
  const skeleton = canonical.replace(candidates, (_, value: string) => {
    values.push(value);
    return `${candidate}${close}`;
  });
  return { skeleton, values };
}

/** The canonical text for people: `<time> database error 1213`. */
export const readable = (canonical: string): string =>
  canonical
    .replace(candidates, (_, value: string) => (value.startsWith(hidden) ? '' : value))
    .replaceAll(new RegExp(`${open}([a-z]+)${close}`, 'g'), '<$1>')
    .replace(/\s+/g, ' ')
    .trim();
