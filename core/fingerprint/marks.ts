// The marks that stand for what varies in a canonical error text. They are written with characters for private use, which no text
// holds once it is cleaned, so that nothing a log line says can look like one.

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

/** A value that varies only if occurrences of one error show different ones. */
export const markCandidate = (value: string): string => `${candidate}${value}${close}`;

/** A value that tells, and that nobody is shown. */
export const hiddenValue = (digest: string): string => `${hidden}${digest}`;

/** A pattern that matches the mark of a time. */
export const timeMark = `${open}time${close}`;

const controls = /[\ue000-\ue003]/g;
/** The text without anything that is a mark. */
export const withoutMarks = (text: string): string =>
  text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16)}`);

const candidates = new RegExp(`${candidate}([^${close}]*)${close}`, 'g');

/** The text without the values of its candidates, and those values in order. */
export function splitCandidates(canonical: string): { readonly skeleton: string; readonly values: readonly string[] } {
  const values: string[] = [];
  const skeleton = canonical.replace(candidates, (_, value: string) => {
    values.push(value);
    return `${candidate}${close}`;
  });
  return { skeleton, values };
}

/** As people read it: `<time> database error 1213`. */
export const readable = (canonical: string): string =>
  canonical
    .replace(candidates, (_, value: string) => (value.startsWith(hidden) ? '' : value))
    .replaceAll(new RegExp(`${open}([a-z]+)${close}`, 'g'), '<$1>')
    .replace(/\s+/g, ' ')
    .trim();
