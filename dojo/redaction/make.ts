// Generates values from a seed, in the forms that vendors publish. Nothing here is or was a credential, and no file holds one.

export interface Sample {
  readonly kind: string;
  /** The complete line. */
  readonly text: string;
  /** The text that redaction must remove; absent for a harmless line, which must stay unchanged. */
  readonly secret?: string;
}

export type Random = () => number;

/** mulberry32: a small seeded generator, 0 ≤ x < 1. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const lower = upper.toLowerCase();
const digits = '0123456789';
const alphabets = {
  hex: `${digits}abcdef`,
  base32: `${upper}234567`,
  alnum: upper + lower + digits,
  lowerAlnum: lower + digits,
  upperAlnum: upper + digits,
  base64: `${upper + lower + digits}+/`,
  url: `${upper + lower + digits}_-`,
  digits,
} as const;
type Alphabet = keyof typeof alphabets;

export function maker(random: Random) {
  const some = (alphabet: Alphabet, length: number): string =>
    Array.from({ length }, () => alphabets[alphabet][Math.floor(random() * alphabets[alphabet].length)]).join('');
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = () =>
    `${encoded({ alg: 'RS256', kid: some('hex', 8) })}.${encoded({ sub: some('alnum', 12), iat: 1 })}.${some('url', 86)}`;
  const card = () => {
    const issuer = pick(['4', '51', '55', '37', '6011']);
    const length = issuer === '37' ? 15 : 16;
    const body = issuer + some('digits', length - issuer.length - 1);
    const sum = [...body].reverse().reduce((total, digit, index) => {
      const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
      return total + (doubled > 9 ? doubled - 9 : doubled);
    }, 0);
    return `${body}${(10 - (sum % 10)) % 10}`;
  };
  const pem = (kind: string) =>
    `-----BEGIN ${kind}-----\n${Array.from({ length: 4 }, () => some('base64', 64)).join('\n')}\n-----END ${kind}-----`;
  return { some, pick, jwt, card, pem };
}
export type Make = ReturnType<typeof maker>;
