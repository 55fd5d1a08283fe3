// Redacts values that a name before them identifies as secret: `name=value` and similar forms in JSON, YAML, XML, shells, code and headers, and the
// pairs of Kubernetes and AWS (`name: A`, `value: B`). It scans the text once from name to name and reads each value once.
import { type Cut, cutOut, isMarked, type Kind } from './mark.ts';
import { classOfName, type NameClass } from './names.ts';
import { closingQuote } from './quotes.ts';
import { isBasicPair, isName, isNoSecret, isRandom } from './values.ts';

/** Every name of a secret contains one of these stems. */
const stems =
  /pass|pwd|secret|token|key|cred|auth|cookie|sess|sid|sig|hmac|docker|connection|phone|mobile|msisdn|identified|cvv|cvc|psk|appid|assertion/gi;
const longestName = 80;

const isNameCharacter = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 48 && code <= 57) ||
  code === 95 ||
  code === 45 ||
  code === 46 ||
  code === 36;

/** Matches the quote that ends a name, with one more level of escapes for each enclosing JSON text, and then the assignment sign. */
const assigns =
  /(\\{0,15}["'`]?|&(?:quot|#3[49]);)[\])]?[ \t]{0,20}(?::[ \t]{0,4}(?:string|String|str)[ \t]{0,4}=|(?:string|String)?[ \t]{0,4}(?::{1,3}=|\.=|\?=|=>|==?|:|\|\|=?|%3[DA]))[ \t]{0,20}(?:&(?:quot|#3[49]);)?(?:(?:&\w{1,40}|!!?[\w/]{1,40})[ \t]{1,4})?(?:[|>][+-]?\\?n?[ \t]{0,4}\n[ \t]{0,60}|(?:[A-Za-z_][\w.]{0,30}\(|N|[bruBRU]{1,2}|string\(\d{1,6}\)[ \t])(?=\\{0,15}["'`]))?/y;
/** Space or separator between a flag, or an SQL word, and its value. */
const follows = /(\\{0,15}["'`]?)(?:[ \t]{1,8}|,[ \t]{0,8}(?=\\{0,15}["']))/y;
const asArgument = /(\\{0,15}["'`])[ \t]{0,8},[ \t]{0,8}(?=\\{0,15}["'`])/y;
const opening = /(\\{0,15})(["'`])/y;
const bare = /(?:[^\s"'`\\,;&{}[\]()<>|]|\\(?!\\{0,15}["'`]|[nrtbf]))+/y;
/** A value in a settings file extends to the end of its line. */
const restOfLine = /[^\s"'\\=:]+(?=\s*(?:$|\n))/y;
const element = />[ \t\r\n]{0,80}(?:<value>[ \t\r\n]{0,80})?([^<\s][^<\n]{0,2000}?)[ \t\r\n]{0,80}<\//iy;
/** Text between a quoted name and the value of the same pair, as in `name: A`, `value: B`. */
const pairValue =
  /\\{0,15}["']?[ \t]{0,9},?(?:\\n|\s){0,60}(?:[+-][ \t]{1,40})?(?:-[ \t])?[ \t]{0,9}\\{0,15}["']?:?\w{0,20}value\\{0,15}["']?[ \t]{0,9}[:=][>]?[ \t]{0,9}/iy;
const isPairName = /(?:name|key|variable|parameter|header|field)\\{0,15}["']?[ \t]{0,9}[:=][ \t]{0,9}\\{0,15}["']?$/i;

/** The same pair with the value first, in JSON. */
const pairValueBefore =
  /value\\{0,15}"\s{0,9}:\s{0,9}\\{0,15}"([^"\\]{1,300})\\{0,15}"\s{0,9},\s{0,9}\\{0,15}"\w{0,12}(?:name|key)\\{0,15}"\s{0,9}:\s{0,9}\\{0,15}"$/i;
const longestPair = 420;

const sticky = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

interface Value {
  readonly from: number;
  readonly to: number;
  readonly quoted: boolean;
}

/** Reads the value at this position, quoted or not. */
function valueAt(text: string, at: number): Value | undefined {
  const quote = sticky(opening, text, at);
  if (quote) {
    const from = at + quote[0].length;
    // This quote ends the text around the name: the next value follows.
    if (/[,:}\]]/.test(text[from] ?? '')) return undefined;
    const triple = (quote[2] ?? '').repeat(3);
    if (text.startsWith(triple, at)) {
      const end = text.indexOf(triple, at + 3);
      return { from: at + 3, to: end === -1 ? text.length : end, quoted: true };
    }
    const to = closingQuote(text, from, quote[1]?.length ?? 0, quote[2] ?? '"');
    return { from, to, quoted: true };
  }
  const run = sticky(bare, text, at);
  return run ? { from: at, to: at + run[0].length, quoted: false } : undefined;
}

const kinds: Partial<Record<NameClass, Kind>> = {
  session: 'session',
  signature: 'signature',
  pair: 'credentials',
  phone: 'phone-number',
};

export function redactAssigned(text: string): string {
  const cuts: Cut[] = [];
  stems.lastIndex = 0;
  let done = 0;
  for (let hit = stems.exec(text); hit !== null; hit = stems.exec(text)) {
    let from = hit.index;
    const least = Math.max(done, from - longestName);
    while (from > least && isNameCharacter(text.charCodeAt(from - 1))) from--;
    let to = hit.index + hit[0].length;
    const most = Math.min(text.length, from + longestName);
    while (to < most && isNameCharacter(text.charCodeAt(to))) to++;
    while (to > hit.index + hit[0].length && /[.$-]/.test(text[to - 1] ?? '')) to--;
    // A run of characters longer than any name is not a name.
    stems.lastIndex = Math.max(to, hit.index + 1);
    if (to === most && to < text.length && isNameCharacter(text.charCodeAt(to))) continue;
    const found = cutAfter(text, from, to);
    if (found.length === 0) continue;
    for (const cut of found) if (cut.to > cut.from && cut.from >= done) cuts.push(cut);
    done = Math.max(done, found.at(-1)?.to ?? 0);
    stems.lastIndex = Math.max(stems.lastIndex, done);
  }
  return cutOut(text, cuts);
}

function cutAfter(text: string, from: number, to: number): readonly Cut[] {
  const name = text.slice(from, to);
  if (/^identified$/i.test(name)) return oneCut(text, sqlPassword(text, to), 'strong', true);
  const means = classOfName(name);
  if (means === 'none' || means === 'card') return [];
  if (means === 'authorization') return authorization(text, to);
  if (means === 'cookie') return cookies(text, to);
  if (isPairName.test(text.slice(Math.max(0, from - 60), from))) {
    const between = sticky(pairValue, text, to);
    const nameClass = means === 'weak' || means === 'short' ? 'strong' : means;
    if (between) return oneCut(text, valueAt(text, to + between[0].length), nameClass, true);
    const before = pairValueBefore.exec(text.slice(Math.max(0, from - longestPair), from));
    if (before?.[1] !== undefined) {
      const start = Math.max(0, from - longestPair) + before.index + before[0].indexOf(before[1], 5);
      return oneCut(text, { from: start, to: start + before[1].length, quoted: true }, nameClass, true);
    }
  }
  if (text[from - 1] === '<' && text[to] === '>') {
    const inner = sticky(element, text, to);
    if (!inner?.[1]) return [];
    const start = to + inner[0].lastIndexOf(inner[1]);
    return oneCut(text, { from: start, to: start + inner[1].length, quoted: true }, means, true);
  }
  const sign = sticky(assigns, text, to);
  if (sign) {
    const value = valueAt(text, to + sign[0].length);
    // The name is part of a longer path of names, as in an ARN.
    if (text[from - 1] === ':' && /:$/.test(sign[0])) return [];
    const spaced = /:[ \t]+$/.test(sign[0]) && sign[1] === '';
    if (spaced && value && !value.quoted && isProse(text, from, value)) return [];
    const found = oneCut(text, wholeLine(text, from, value), means, sign[1] !== '');
    const isJson = value?.quoted === false && /"$/.test(sign[1] ?? '') && /:[ \t]*$/.test(sign[0]);
    return isJson ? found.map((cut) => ({ ...cut, quote: sign[1] ?? '' })) : found;
  }
  return oneCut(
    text,
    argument(text, name, from, to) ?? inTable(text, from, to) ?? defaultOf(text, from, to),
    means,
    true,
  );
}

/** Reads the next column of a table, or of a list of names and values; a type or a plain word does not count. */
function inTable(text: string, from: number, to: number): Value | undefined {
  const before = text.slice(Math.max(0, from - 40), from);
  const column = /\|[ \t]*`?$/.test(before)
    ? sticky(/`?[ \t]{0,40}\|[ \t]{0,40}`?([^\s|`]{4,200})(?=`?[ \t]{0,40}\|)/y, text, to)
    : /(?:^|\n)$/.test(before) && /^[A-Z0-9_]+$/.test(text.slice(from, to))
      ? sticky(/,([^\s,"']{4,200})(?=\r?(?:\n|$))/y, text, to)
      : null;
  const value = column?.[1];
  if (!column || value === undefined || !/\d/.test(value) || /^[a-z]+\(\d+\)$|^\d+$/i.test(value)) return undefined;
  const start = to + column[0].length - value.length;
  return { from: start, to: start + value.length, quoted: true };
}

/** Reads the default of a Terraform variable: `variable "password" { default = "x" }`. */
function defaultOf(text: string, from: number, to: number): Value | undefined {
  if (!/variable[ \t]{1,4}"$/.test(text.slice(Math.max(0, from - 20), from))) return undefined;
  const sign = sticky(/"\s{0,4}\{[^{}]{0,400}?\bdefault\s{0,20}=\s{0,4}/y, text, to);
  return sign ? valueAt(text, to + sign[0].length) : undefined;
}

/** Reads arguments: `--password x`, `-Dx.password x`, `login ana password x`, `PASSWORD 'x'`, `set("PASSWORD", "x")`. */
function argument(text: string, name: string, from: number, to: number): Value | undefined {
  const next = name.startsWith('-') ? sticky(follows, text, to) : null;
  if (next) {
    const value = valueAt(text, to + next[0].length);
    return value && text[value.from] !== '-' ? value : undefined;
  }
  const called = /[([]\s{0,4}\\{0,15}["'`]$/.test(text.slice(Math.max(0, from - 24), from))
    ? sticky(asArgument, text, to)
    : null;
  if (called && text.slice(Math.max(0, from - 24), from).includes('(')) return valueAt(text, to + called[0].length);
  if (!/^password$/i.test(name)) return undefined;
  if (/(?:login|account)[ \t]+\S{1,80}[ \t]+$/.test(text.slice(Math.max(0, from - 100), from)))
    return valueAt(text, to + (sticky(follows, text, to)?.[0].length ?? 0));
  return /^[ \t]{1,4}'/.test(text.slice(to, to + 6)) &&
    /(?:with|set|encrypted|role|user|login|[\w"`]{1,60})[ \t]+$/i.test(text.slice(Math.max(0, from - 12), from))
    ? valueAt(text, to + text.slice(to).search(/'/))
    : undefined;
}

/** Reads `IDENTIFIED BY 'x'` and `IDENTIFIED WITH plugin BY 'x'`. */
function sqlPassword(text: string, at: number): Value | undefined {
  const by =
    /^[ \t]{1,8}(?:with[ \t]{1,8}[\w'"]{1,60}[ \t]{1,8})?(?:by|as)[ \t]{1,8}(?:password[ \t]{1,8})?(?=\\{0,15}['"])/i.exec(
      text.slice(at, at + 120),
    );
  return by ? valueAt(text, at + by[0].length) : undefined;
}

/** `wrong password: access denied`: a plain word after words is prose, not a setting. */
function isProse(text: string, from: number, { from: start, to }: Value): boolean {
  const value = text.slice(start, to);
  if (!/^[A-Za-z'’.!?-]+$/.test(value)) return false;
  const behind = text.slice(to, to + 2);
  const before = text.slice(Math.max(0, from - 40), from);
  const alone = /(?:^|\n)[ \t+-]*$/.test(before);
  return /^[ \t]\S/.test(behind) || (!alone && /[A-Za-z][ \t]$/.test(before) && /^[a-z]+[.!]?$/.test(value));
}

/** On a line of its own, as in settings files, a value continues after commas and semicolons. */
function wholeLine(text: string, from: number, value: Value | undefined): Value | undefined {
  if (!value || value.quoted || !/[,;&()<>|{}[\]]/.test(text[value.to] ?? '')) return value;
  if (!/(?:^|\n)[ \t]*(?:export[ \t]+|-[ \t]+)?$/.test(text.slice(Math.max(0, from - 40), from))) return value;
  const rest = sticky(restOfLine, text, value.to);
  return rest ? { ...value, to: value.to + rest[0].length } : value;
}

/** Values of these classes contain only a token's characters; what follows is the enclosing address. */
const endOfRandom: ReadonlySet<NameClass> = new Set(['random', 'session', 'signature']);

function oneCut(text: string, value: Value | undefined, means: NameClass, isValuePlace: boolean): readonly Cut[] {
  if (!value || value.to <= value.from || isMarked(text, value.from)) return [];
  const raw = text.slice(value.from, value.to);
  const trimmed = value.quoted
    ? raw
    : endOfRandom.has(means)
      ? (/^[A-Za-z0-9+/=_~.%:-]*/.exec(raw)?.[0] ?? '')
      : raw.replace(/[.:!?]+$/, '');
  if (!isSecret(trimmed, means, value.quoted, isValuePlace)) return [];
  return [{ from: value.from, to: value.from + trimmed.length, kind: kinds[means] ?? 'password' }];
}

/** Whether a value under such a name has to be hidden. `told`: its place alone shows that it is a value. */
export function isSecret(value: string, means: NameClass, quoted: boolean, isValuePlace: boolean): boolean {
  if (isNoSecret(value)) return false;
  switch (means) {
    case 'strong':
      return value.length >= (quoted || isValuePlace ? 1 : 3);
    case 'keyed':
      return value.length >= 3 && (!isName(value) || value.length >= 20);
    case 'short':
      return value.length >= (quoted ? 4 : 6)
        ? !/^\d{1,4}$/.test(value) && (quoted || !isName(value) || value.length >= 20)
        : false;
    case 'weak':
      return (
        value.length >= 8 &&
        !/^[a-z]+(?:[-.][a-z]+)*$/.test(value) &&
        !/\s.*\s/.test(value) &&
        !/^[a-z0-9][a-z0-9.-]*\/[a-z0-9][a-z0-9.-]*$|^[a-z]+(?:-[a-z0-9]{1,10})+$/.test(value) &&
        !/^[A-Za-z.]+@[0-9a-f]+$|^[a-z]+(?:\.[a-z]+)+[/:\w]*$/.test(value) &&
        (/[0-9]/.test(value) || value.length >= 20 || (quoted && !isName(value)))
      );
    case 'random':
      return (
        isRandom(value, 20) &&
        !/^[a-z0-9]+(?:[-_][a-z0-9]+){2,}$/.test(value) &&
        !/[.:/]/.test(value.replace(/^base64:/, '').replace(/=+$/, ''))
      );
    case 'session':
      return isRandom(value, 16) && !/^[A-Za-z]+[-_.:]|^0x[0-9a-f]{1,16}$/.test(value);
    case 'signature':
      return isRandom(value, 20) && !/^[a-z]+\./.test(value);
    case 'pair':
      return isBasicPair(value) || isRandom(value, 20);
    case 'phone':
      return /^\+?[\d\s()./-]{7,24}$/.test(value) && value.replaceAll(/\D/g, '').length >= 7;
    default:
      return false;
  }
}

const schemes =
  /(?:Basic|Bearer|Token|ApiKey|Api-Key|Digest|Negotiate|NTLM|AWS4-HMAC-SHA256|AWS|Splunk|Hawk|OAuth|SSWS|GenieKey|HMAC|HMAC-SHA256|SharedKey|SharedKeyLite|SharedAccessSignature|Signature|DPoP|GoogleLogin|key|Key|PVEAPIToken|Discogs|Klaviyo-API-Key|Bot|Zoho-oauthtoken|MediaBrowser|Snowflake|Discourse|JWT)(?:[ \t]{1,8}|=)/iy;
const headerSign = /\\{0,15}["'`]?(?:[ \t]{0,8}(?::|=>|=|,)[ \t]{0,8})\[?\\{0,15}["'`]?/y;

const headerRest = /(?:[^\r\n\]\\]|\\(?![nr]))*/y;

/** Reads a header's credential after its scheme (RFC 9110, section 11); without a scheme, only a random-looking one. */
function authorization(text: string, at: number): readonly Cut[] {
  const sign = sticky(headerSign, text, at);
  if (!sign) return [];
  const from = at + sign[0].length;
  const scheme = sticky(schemes, text, from);
  const start = from + (scheme?.[0].length ?? 0);
  if (isMarked(text, start)) return [];
  const run = sticky(/[^\s"'`\\,;\][}]+/y, text, start)?.[0] ?? '';
  if (!scheme) return unknownScheme(text, start, run);
  // A challenge of the server, not a credential of the client.
  if (/^(?:bearer|basic)/i.test(scheme[0]) && /^\w+=$/.test(run)) return [];
  if (run.length < 4 || (isNoSecret(run) && !/=/.test(run)) || (/^[a-z]+$/.test(run) && run.length < 16)) return [];
  // A list of parameters extends to the end of the header.
  const quote = /(\\{0,15})(["'`])$/.exec(sign[0]);
  const list = /^(?:digest|aws4|hawk|oauth|signature|hmac|mediabrowser|snowflake|sharedaccess|pveapitoken)/i.test(
    scheme[0],
  );
  const end = list
    ? quote
      ? closingQuote(text, start, quote[1]?.length ?? 0, quote[2] ?? '"')
      : start + (sticky(headerRest, text, start)?.[0].trimEnd().length ?? 0)
    : start + run.length;
  const kind: Kind = /^bearer/i.test(scheme[0]) ? 'bearer' : 'credentials';
  return end > start ? [{ from: start, to: end, kind }] : [];
}

/** Reads a credential alone, or after a word that is not a known scheme. It must look random, because sentences occur here, too. */
function unknownScheme(text: string, from: number, run: string): readonly Cut[] {
  if (isRandom(run, 16) || run.length >= 40) return [{ from, to: from + run.length, kind: 'credentials' }];
  const behind = /^[A-Za-z][A-Za-z0-9_-]{1,30}$/.test(run)
    ? sticky(/[ \t]{1,4}([^\s"'`\\,;\][}]+)/y, text, from + run.length)
    : null;
  const value = behind?.[1] ?? '';
  const to = from + run.length + (behind?.[0].length ?? 0);
  return isRandom(value, 16) ? [{ from: to - value.length, to, kind: 'credentials' }] : [];
}

const cookieAttributes = /^(?:path|domain|expires|max-age|samesite|version|comment|priority)$/i;
const cookieSign = /\\{0,15}["'`]?[ \t]{0,8}(?::|=>|=|,)[ \t]{0,8}\[?\\{0,15}["'`]?/y;
const cookiePair = /[ \t]{0,4}([\w.%~$!#*+^|-]{1,80})=([^;\s"'`\\,\]]*)(;?)/y;

/** Reads every cookie of the header that is long enough to identify somebody. */
function cookies(text: string, at: number): readonly Cut[] {
  const sign = sticky(cookieSign, text, at);
  if (!sign) return [];
  const cuts: Cut[] = [];
  let from = at + sign[0].length;
  for (let pair = sticky(cookiePair, text, from); pair !== null; pair = sticky(cookiePair, text, from)) {
    const [all, name = '', value = '', more] = pair;
    const end = from + all.length - (more?.length ?? 0);
    if (value.length >= 8 && !cookieAttributes.test(name) && !isMarked(text, end - value.length))
      cuts.push({ from: end - value.length, to: end, kind: 'cookie' });
    from += all.length;
    if (more === '') break;
  }
  return cuts;
}
