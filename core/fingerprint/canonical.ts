// Makes the canonical form of an error text: the whole text, with marks in place of the parts known to vary. Two texts are the same error if their
// canonical forms are equal. Everything without a rule stays: codes, names, hosts, ports, classes, paths, stack frame lines.
import { sha256 } from '../hash.ts';
import { redact } from '../redaction/redact.ts';
import { withoutColours } from '../text.ts';
import { amounts, candidates } from './amounts.ts';
import { canonicalFields, structureOf } from './fields.ts';
import { ids, podRules, uuids } from './ids.ts';
import { hiddenValue, markCandidate, withoutMarks } from './marks.ts';
import { applied, type Rule } from './rules.ts';
import { times } from './times.ts';

/** Limit on JSON nested in JSON strings. */
const maxNesting = 4;
const maxCachedNames = 200;

/** An e-mail address, but not a message id. */
const address =
  /(?<![\w.%+-])(?<!\bmessage-id\s?[=:]\s?<?)[\w.%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])/gi;
/** The JVM replaces these stack frames by other ones after some calls. */
const reflection = /^at (?:java\.base\/)?(?:jdk\.internal|sun)\.reflect\.[\w.$]{1,200}\([^)]{0,200}\)$/;
/** White space outside quotes. */
const space = /("(?:[^"\\]|\\.){0,400}"|`[^`]{0,400}`)|\s+/g;
/** No rule applies to a text that matches none of these. */
const variable = /\d|redacted|id["']?\s?[:= ]|-[bcdfghjklmnpqrstvwxz]{5}/i;

/** `workloads`: names of workloads whose pods and Jobs get generated names. */
export function canonicalError(text: string, workloads: readonly string[] = []): string {
  const clean = applied(uuids, withoutMarks(withoutColours(text)).normalize('NFC'));
  const redacted = redact(clean);
  return canonical(redacted, rulesFor(workloads), 0) + addressesOf(clean, redacted);
}

/**
 * The e-mail addresses that redaction removed, as digests. A mailbox or an account is part of the error, but nobody may see it, so only its digest is
 * kept. It may vary, as other customer names do.
 */
function addressesOf(text: string, redacted: string): string {
  if (!redacted.includes('[redacted:email]')) return '';
  const found = [...text.matchAll(address)].map(([all]) => markCandidate(hiddenValue(sha256(all).slice(0, 32))));
  return found.length === 0 ? '' : `\n${found.join('')}`;
}

function canonical(text: string, rules: readonly Rule[], nesting: number): string {
  const whole = nesting < maxNesting ? structureOf(text.trim()) : undefined;
  if (whole !== undefined) return canonicalFields(whole, (value) => canonical(value, rules, nesting + 1));
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => line.replace(space, (_, quoted: string | undefined) => quoted ?? ' ').trim())
    .filter((line) => line !== '' && !reflection.test(line))
    .map((line) => canonicalLine(line, rules, nesting))
    .join('\n');
}

/** A line may end with fields that a logger appends. */
function canonicalLine(line: string, rules: readonly Rule[], nesting: number): string {
  const start = line.endsWith('}') ? line.search(/\{\s?"/) : -1;
  const fields = start > 0 && nesting < maxNesting ? structureOf(line.slice(start)) : undefined;
  if (fields === undefined) return variable.test(line) ? applied(rules, line) : line;
  const head = applied(rules, line.slice(0, start).trim());
  return `${head} ${canonicalFields(fields, (value) => canonical(value, rules, nesting + 1))}`;
}

const byNames = new Map<string, readonly Rule[]>();

function rulesFor(workloads: readonly string[]): readonly Rule[] {
  const names = workloads.join('\n');
  const known = byNames.get(names);
  if (known) return known;
  if (byNames.size >= maxCachedNames) byNames.clear();
  const rules = [...times, ...podRules(workloads), ...ids, ...amounts, ...candidates];
  byNames.set(names, rules);
  return rules;
}
