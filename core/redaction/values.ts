// Classifies values by their appearance: random, a word, a placeholder or a reference to a secret. It never sees the value's name.

/** Shannon entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const isUuid = (value: string): boolean => uuid.test(value);

/** Whether the value has at least `least` token characters that mix digits and letters as no word does. A UUID does not count: it names a thing. */
export function isRandom(value: string, least: number): boolean {
  return (
    value.length >= least &&
    /^[A-Za-z0-9+/=_~.%:-]+$/.test(value) &&
    /[0-9]/.test(value) &&
    /[A-Za-z]/.test(value) &&
    !isUuid(value) &&
    entropy(value.slice(0, 256)) >= 3
  );
}

const placeholder =
  /^(?:\$\{[^}]*\}?|\$\([^)]*\)?|\$[A-Z_][A-Z0-9_]*|\$\d{1,2}|\{\{.*|<[A-Za-z][\w .-]*>?|%[sdvq]|\?|:[a-z_]+|\*+|x{3,}|X{3,}|\.{2,}|-+|\[?REDACTED\]?|\(.*\)|<nil>|<null>|n\/a)$/;
/** Words for states, which are not secret values. */
const states =
  /^(?:null|nil|none|true|false|undefined|unset|empty|blank|yes|no|on|off|required|optional|invalid|incorrect|wrong|missing|expired|expires|failed|failure|denied|rejected|revoked|refreshed|rotated|rotating|mismatch(?:ed)?|changed|unchanged|reset|valid|unknown|unauthorized|forbidden|disabled|enabled|masked|redacted|strict|bearer|string)$/i;
const path = /^(?:(?:~|\.{1,2})?(?:\/[A-Za-z][\w.-]{0,60}){2,}\/?|\/[a-z]{1,12}|[A-Za-z]:\\[\w.\\ -]*)$/;

/** Whether the value is a placeholder or already hidden: `${DB_PASSWORD}`, `****`. */
export const isPlaceholder = (value: string): boolean =>
  value === '' || placeholder.test(value) || value.startsWith('[redacted:');

/** Whether the value is not a secret: a placeholder, a reference to a secret's location, or a state. */
export const isNoSecret = (value: string): boolean =>
  isPlaceholder(value) ||
  states.test(value) ||
  value.startsWith('arn:') ||
  (path.test(value) && !/[A-Z].*\d|\d.*[A-Z]/.test(value));

/** Whether the value is a word, a hyphenated name as in Kubernetes (RFC 1123), or a Java class name: letters, with digits only in separate parts. */
export const isName = (value: string): boolean =>
  /^[A-Za-z]+(?:[-_.:/][A-Za-z]*\d{0,3})*$/.test(value) || /^[a-z][\w.$]*@[0-9a-f]+$/.test(value);

/** Whether the value is base64 of `user:password`, as in HTTP's Basic scheme and Docker. */
export function isBasicPair(value: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{6,4096}={0,2}$/.test(value)) return false;
  const decoded = fromBase64(value);
  return decoded !== undefined && /^[\x20-\x7e]*:[\x20-\x7e]+$/.test(decoded);
}

/** Decodes base64 or base64url; returns nothing if it is neither. */
export function fromBase64(value: string): string | undefined {
  const plain = value.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  if (plain.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(plain)) return undefined;
  return new TextDecoder().decode(Uint8Array.from(atob(plain), (character) => character.charCodeAt(0)));
}
