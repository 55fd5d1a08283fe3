// Redacts personal and payment data: e-mail addresses, phone numbers, IBANs, card numbers. Checksums and number ranges protect ids, counters and
// times from redaction.
import { type Cut, cutOut, mark } from './mark.ts';

/** Text after the `@` of an address: labels and a top-level domain. */
const domain = /[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}\.([A-Za-z]{2,24})(?![A-Za-z0-9-])/y;
const longestLocal = 64;
const isLocalPart = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 48 && code <= 57) ||
  (code >= 65 && code <= 90) ||
  code === 46 ||
  code === 95 ||
  code === 37 ||
  code === 43 ||
  code === 45;
/** Endings after an `@` that belong to a machine, a unit, a file or a version, not to a mailbox. */
const noMail =
  /^(?:internal|local|localdomain|localhost|lan|svc|cluster|consul|intranet|service|socket|timer|mount|slice|scope|target|device|swap|path|png|jpe?g|gif|svg|webp|js|mjs|cjs|ts|tsx|css|html|json|ya?ml|tgz|gz|zip|jar|war|so|dll|java|class|log|txt|rc|beta|alpha|lock)$/i;

export function redactPeople(text: string): string {
  return phones(ibans(cards(mails(mails(text, '@'), '%40'))));
}

function mails(text: string, sign: '@' | '%40'): string {
  const cuts: Cut[] = [];
  for (let at = text.indexOf(sign); at !== -1; at = text.indexOf(sign, at + 1)) {
    domain.lastIndex = at + sign.length;
    const host = domain.exec(text);
    if (!host) continue;
    let from = at;
    const least = Math.max(0, cuts.at(-1)?.to ?? 0, at - longestLocal);
    while (from > least && isLocalPart(text.charCodeAt(from - 1))) from--;
    // A percent-encoded character before the address is not part of it.
    const escaped = /^(?:.*%[0-9A-F]{2})/.exec(text.slice(from, at))?.[0].length ?? 0;
    if (sign === '%40') from += escaped;
    const to = domain.lastIndex;
    if (from < at && isMailbox(text, from, to, host[0], host[1] ?? '')) cuts.push({ from, to, kind: 'email' });
  }
  return cutOut(text, cuts);
}

const isMachine =
  /\.amazonaws\.com(?:\.cn)?$|\.(?:database|redis\.cache)\.(?:windows|azure)\.(?:net|com)$|\.svc\.|(?:^|\.)gserviceaccount\.com$/i;

/** Labels of a host that serves data: `orders@pg-3.eu.example.com` is a user of a database. The last two labels are the owner's. */
const servesData =
  /(?:^|[.-])(?:rds|db|databases?|mysql|mariadb|postgres(?:ql)?|pg|sql|redis|valkey|mongo(?:db)?|kafka|rabbitmq|cassandra)\d*(?:-[\w-]+)?\.(?:[\w-]+\.)+[a-z]+$/i;

function isMailbox(text: string, from: number, to: number, host: string, top: string): boolean {
  if (noMail.test(top) || isMachine.test(host) || servesData.test(host)) return false;
  // `git@host:path` is a Git remote.
  if (text.startsWith('git@', from) && /[:/]/.test(text[to] ?? '')) return false;
  // A user, or a user and a password, before the host of a URL.
  return !/:\/\/[^\s/]{0,80}$/.test(text.slice(Math.max(0, from - 90), from));
}

const cardShape = /[2-6]\d{3}(?:\d{9,12}|[ -]\d{4}[ -]\d{4}[ -]\d{3,4}|[ -]\d{6}[ -]\d{5})(?!\d)/g;
const issuers =
  /^(?:4(?:\d{12}|\d{15})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|5\d\d|4[4-9]\d)\d{12})$/;
const cardWords = /card|visa|master|amex|\bpan\b|paid|pay|charg|credit|debit|\bcc\b|declin|cvv|\bexp/i;
/** Names of counters and ids. A number after such a name is not a card number, although one in ten passes the check digit. */
const counted =
  /(?:id|ids|block|blk|offset|bytes?|size|seq|sequence|sequencenumber|number|no|count|total|sum|ts|time|timestamp|us|ns|ms|nanos|micros|trace|span|lsn|xid|txid|txn|tx|position|pos|version|generation|hash|memory|mem|limit|usage|port|pid|oid|code|index|counter|num|rows|len|length|epoch|cursor|key|order|partition|request|invoice|account|user|ref|max|min|value|val|capacity|used|free|available|duration|latency|elapsed)["']?[ \t]{0,4}[:=#]?[ \t]{0,4}["']?$|\}[ \t]{1,4}$|\[[\d.]{1,20},[ \t]?$/i;

const countedBehind =
  /^ ?(?:rows?|bytes?|[kmgt]?i?b|n?s|us|ms|of|records?|keys?|events?|requests?|blocks?|messages?|items?|ops)\b/i;

function cards(text: string): string {
  return text.replace(cardShape, (shown, at: number) => {
    const previous = text[at - 1] ?? '';
    if (
      /[\d_.$/+-]/.test(previous) ||
      (/[A-Za-z]/.test(previous) && !/\\[nrt]$/.test(text.slice(Math.max(0, at - 2), at)))
    )
      return shown;
    const next = text.slice(at + shown.length, at + shown.length + 2);
    if (/^(?:[._-][\dA-Za-z]|[A-Za-z_])/.test(next)) return shown;
    if (!isCardNumber(shown.replaceAll(/[ -]/g, ''))) return shown;
    if (countedBehind.test(text.slice(at + shown.length, at + shown.length + 12))) return shown;
    const before = text.slice(Math.max(0, at - 60), at).replaceAll(/\[redacted:[a-z-]*\]/g, '');
    if (!/[ -]/.test(shown) && !cardWords.test(before.slice(-30)) && counted.test(before)) return shown;
    // A JSON number after a quoted name becomes a string, so the mark needs quotes.
    const quote = /(\\{0,15}")\s{0,9}:\s{0,9}$/.exec(text.slice(Math.max(0, at - 40), at))?.[1] ?? '';
    return quote + mark('card-number') + quote;
  });
}

/** Whether a string of digits is a card number, under a name that is not a counter or an id. */
export const cardUnder = (name: string, digits: string): boolean =>
  isCardNumber(digits) && (cardWords.test(name) || !counted.test(`${name}=`));

/** Checks the issuer's range and length (ISO/IEC 7812), then Luhn's check digit (annex B). */
export function isCardNumber(digits: string): boolean {
  if (!issuers.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Lengths of the IBAN registry (ISO 13616). */
const ibanLengths: Readonly<Record<string, number>> = {
  AD: 24,
  AE: 23,
  AL: 28,
  AT: 20,
  AZ: 28,
  BA: 20,
  BE: 16,
  BG: 22,
  BH: 22,
  BR: 29,
  BY: 28,
  CH: 21,
  CR: 22,
  CY: 28,
  CZ: 24,
  DE: 22,
  DK: 18,
  DO: 28,
  EE: 20,
  EG: 29,
  ES: 24,
  FI: 18,
  FO: 18,
  FR: 27,
  GB: 22,
  GE: 22,
  GI: 23,
  GL: 18,
  GR: 27,
  GT: 28,
  HR: 21,
  HU: 28,
  IE: 22,
  IL: 23,
  IQ: 23,
  IS: 26,
  IT: 27,
  JO: 30,
  KW: 30,
  KZ: 20,
  LB: 28,
  LC: 32,
  LI: 21,
  LT: 20,
  LU: 20,
  LV: 21,
  LY: 25,
  MC: 27,
  MD: 24,
  ME: 22,
  MK: 19,
  MR: 27,
  MT: 31,
  MU: 30,
  NL: 18,
  NO: 15,
  PK: 24,
  PL: 28,
  PS: 29,
  PT: 25,
  QA: 29,
  RO: 24,
  RS: 22,
  SA: 24,
  SC: 31,
  SE: 24,
  SI: 19,
  SK: 24,
  SM: 27,
  ST: 25,
  SV: 28,
  TL: 23,
  TN: 24,
  TR: 26,
  UA: 29,
  VA: 22,
  VG: 24,
  XK: 20,
};
const ibanShape = /\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,28}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b/g;

function ibans(text: string): string {
  return text.replace(ibanShape, (shown) => {
    const length = ibanLengths[shown.slice(0, 2)];
    if (length === undefined) return shown;
    // In grouped form, the text after an IBAN may be a word in capitals.
    for (let end = shown.length; end >= length; end--) {
      const plain = shown.slice(0, end).replaceAll(' ', '');
      if (plain.length < length) break;
      if (plain.length === length && !shown.slice(0, end).endsWith(' ') && mod97(plain) === 1)
        return mark('iban') + shown.slice(end);
    }
    return shown;
  });
}

/** The check of ISO 7064, MOD 97-10. */
function mod97(iban: string): number {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

const phoneWords =
  /(?:phone|tel|mobile|cell|sms|call(?:back)?|caller|dial(?:l?ed|ling)?|msisdn|whatsapp|fax|otp|text(?:ed)?|contact)\W*(?:(?:number|no|nr|to|from|sent to|requested|is|for|at|me|us|on)\W*){0,3}$/i;
/** Country codes of ITU-T E.164, by their first digits. */
const country =
  /^(?:1[2-9]\d{2}|7\d|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42[013]|5[1-8]|50\d|59\d|6[0-6]|6[789]\d|8[1246]|85[02356]|88[06]|9[0-58]|96\d|97\d|99[2-68])/;
const international = /\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,7}(?!\d)/g;
const inBrackets = /\([2-9]\d{2}\) ?[2-9]\d{2}[ -]\d{4}(?!\d)/g;
const national = /(?:0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5}|[2-9]\d{2}[ -]\d{3}[ -]\d{4})(?!\d)/g;

function phones(text: string): string {
  let out = text;
  if (out.includes('+'))
    out = out.replace(international, (shown, at: number) => {
      const digits = shown.replaceAll(/\D/g, '');
      const before = out[at - 1] ?? '';
      const tidy = shown.replace(/[ .-]+$/, '');
      if (/[\w+%.)\]/=-]/.test(before) && !phoneWords.test(out.slice(Math.max(0, at - 40), at))) return shown;
      if (digits.length < 10 || digits.length > 15 || !country.test(digits)) return shown;
      if (digits.startsWith('1') && digits.length !== 11) return shown;
      if (/^[ \t]?(?:bytes?|[kmgt]?i?b\b|ns|us|ms|rows|req|ops|%|\.\d)/i.test(out.slice(at + shown.length)))
        return shown;
      return mark('phone-number') + shown.slice(tidy.length);
    });
  if (out.includes(') ') || out.includes(')'))
    out = out.replace(inBrackets, (shown, at: number) =>
      /[\w+]/.test(out[at - 1] ?? '') ? shown : mark('phone-number'),
    );
  if (/phone|tel|mobile|cell|sms|call|dial|msisdn|fax|otp|text|contact/i.test(out))
    out = out.replace(national, (shown, at: number) =>
      !/[\w+.-]/.test(out[at - 1] ?? '') && phoneWords.test(out.slice(Math.max(0, at - 40), at))
        ? mark('phone-number')
        : shown,
    );
  return out;
}
