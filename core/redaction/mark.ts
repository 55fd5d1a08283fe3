// The marks that replace redacted text. A mark names the kind of the value and nothing else, so the same secret always leaves the same text.

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

/** Whether a mark begins at this position. */
export const isMarked = (text: string, at: number): boolean => text.startsWith('[redacted:', at);

/** A part of a text to redact, and its kind. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
  /** The quote around the name of a JSON number: the mark needs it, because the number becomes a string. */
  readonly quote?: string;
}

/** Replaces the cuts with marks. Cuts are in order and do not overlap. */
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
