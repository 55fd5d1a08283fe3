// Redacts values after a vendor's name, with the lengths from gitleaks' rules: `datadog_key = 40 letters and figures`.
import { beginningsOf } from './beginnings.ts';
import { type Cut, cutOut } from './mark.ts';
import { namedRules } from './scanner-rules.ts';
import { isUuid } from './values.ts';

/** The rules by the first three letters of their names, in lower case. */
const table = new Map<number, { readonly name: RegExp; readonly value: RegExp }[]>();
const firstThree = new Uint8Array(32 * 32 * 32);
const three = (text: string, at: number): number =>
  ((text.charCodeAt(at) & 31) * 32 + (text.charCodeAt(at + 1) & 31)) * 32 + (text.charCodeAt(at + 2) & 31);

for (const { names, value } of namedRules) {
  const rule = {
    name: new RegExp(names, 'iy'),
    value: new RegExp(`${value}(?=[\`'"\\s;&,<)\\]}]|\\\\|$)`, 'y'),
  };
  for (const beginning of new Set(beginningsOf(names).map((one) => three(one.toLowerCase(), 0)))) {
    firstThree[beginning] = 1;
    table.set(beginning, [...(table.get(beginning) ?? []), rule]);
  }
}

const between = /[ \t\w.-]{0,20}[\s'"\\]{0,4}(?:=>|:{1,3}=|\?=|\.=|=|:|>|,|\|\|)[`'"\s=\\]{0,5}/y;
/** Suffixes of a name that show it names a thing, not a key. */
const namesThing =
  /commit|sha\d*\b|digest|hash|trace|span|request|revision|version|image|checksum|etag|build|event|ray|_id\b|\bid\b|pop\b|host|pod|node|region/i;
const namesKey = /key|token|secret|pass|auth|api|access|cred|licen|sign/i;

const isUpper = (code: number): boolean => code >= 65 && code <= 90;
const isLower = (code: number): boolean => code >= 97 && code <= 122;

export function redactVendors(text: string): string {
  const cuts: Cut[] = [];
  let before = 0;
  for (let at = 0; at + 8 < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = isLower(code) || isUpper(code);
    // A name begins at the start of a word or of a part of one: `myDatadogKey`, `MY_DATADOG_KEY`.
    const begins =
      isLetter && !(isUpper(before) && isUpper(code)) && !isLower(before) ? true : isUpper(code) && isLower(before);
    before = code;
    if (!begins || firstThree[three(text, at)] !== 1) continue;
    const cut = cutAfterName(text, at);
    if (!cut) continue;
    cuts.push(cut);
    at = cut.to - 1;
    before = 0;
  }
  return cutOut(text, cuts);
}

const isMixed = (value: string): boolean => /\d/.test(value) && /[A-Za-z]/.test(value);
/** Letters alone count as a token if their case changes more than in any name. */
const caseChanges = /(?:[a-z]+[A-Z]+){3}/;

function cutAfterName(text: string, at: number): Cut | undefined {
  for (const { name, value } of table.get(three(text, at)) ?? []) {
    name.lastIndex = at;
    if (!name.test(text)) continue;
    between.lastIndex = name.lastIndex;
    const sign = between.exec(text)?.[0];
    if (sign === undefined) continue;
    const from = between.lastIndex;
    value.lastIndex = from;
    const match = value.exec(text)?.[0];
    if (match === undefined) continue;
    const vendorText =
      (text
        .slice(Math.max(0, at - 20), at)
        .split(/\s/)
        .at(-1) ?? '') + sign;
    // A hash or a UUID is a secret only if the name mentions a key; the name of a thing has no secret.
    const isHash = /^[0-9a-fA-F]+$/.test(match) || isUuid(match);
    const isKey = namesKey.test(vendorText);
    if (!isKey && (isHash || namesThing.test(sign))) continue;
    if (!isMixed(match) && !(isKey && caseChanges.test(match))) continue;
    return { from, to: from + match.length, kind: 'token' };
  }
  return undefined;
}
