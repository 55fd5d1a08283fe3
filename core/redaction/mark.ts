// What stands where something was taken out: its kind, never anything of the value, so that the same secret is the same text everywhere.

export type Kind =
  | 'aws-access-key'
  | 'aws-secret-key'
  | 'bearer'
  | 'card-number'
  | 'connection-string-password'
  | 'cookie'
  | 'credentials'
  | 'email'
  | 'encoded-secret'
  | 'iban'
  | 'jwt'
  | 'password'
  | 'phone-number'
  | 'private-key'
  | 'secret'
  | 'session'
  | 'signature'
  | 'token';

export const mark = (kind: Kind): string => `[redacted:${kind}]`;

/** Whether a mark begins here. */
export const isMarked = (text: string, at: number): boolean => text.startsWith('[redacted:', at);

/** A part of a text and what it was. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  /** A number of JSON becomes a string: the quote that stands around its name. */
  readonly quote?: string;
}

/** The text with marks for the cuts, which come in order and do not overlap. */
export function cutOut(text: string, cuts: readonly Cut[]): string {
  if (cuts.length === 0) return text;
  let out = '';
  let done = 0;
  for (const { from, to, kind, quote = '' } of cuts) {
    if (from < done) continue;
    out += text.slice(done, from) + quote + mark(kind) + quote;
    done = to;
  }
  return out + text.slice(done);
}
