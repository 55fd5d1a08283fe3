// `npm run redact:rules`: regenerates core/redaction/scanner-rules.ts from the rules that gitleaks publishes (MIT). It gets the module from the Go
// module proxy. It converts RE2's syntax to JavaScript's and writes out upper and lower case, so that all shapes fit into one pattern.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitleaksModule, gitleaksVersion } from './gitleaks.ts';

/** Rules that are left out: those that our own rules cover, those that depend on a file's path, and those for public values. */
const left = new Set([
  'curl-auth-header',
  'curl-auth-user',
  'facebook-access-token',
  'flutterwave-public-key',
  'freemius-secret-key',
  'generic-api-key',
  'hashicorp-tf-password',
  'jwt',
  'jwt-base64',
  'kubernetes-secret-yaml',
  'nuget-config-password',
  'pkcs12-file',
  'private-key',
  'sidekiq-sensitive-url',
]);
const isPublic = (id: string): boolean => /-(?:client-id|access-id|api-id|pub-key|pub-api-key|public-key)$/.test(id);

/** Narrower shapes for rules whose published shape also matches commits, methods and the like. */
const narrower: Readonly<Record<string, string>> = {
  'sourcegraph-access-token': 'sgp_(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}',
  'vault-service-token': String.raw`hvs\.[A-Za-z0-9_-]{90,120}`,
};

interface Published {
  readonly id: string;
  readonly regex: string;
}

/** Parses the few forms of TOML in the file. */
function publishedRules(toml: string): Published[] {
  return toml
    .split(/^\[\[rules\]\]$/m)
    .slice(1)
    .flatMap((block) => {
      const own = block.split(/^\[/m)[0] ?? '';
      const id = /^id = "([^"]+)"/m.exec(own)?.[1];
      const regex = /^regex = '''([^\n]*)'''$/m.exec(own)?.[1];
      return id === undefined || regex === undefined ? [] : [{ id, regex }];
    });
}

const assigned =
  /^(?:\(\?i\)|\[\\w\.-\]\{0,50\}\?\(\?i:)\[\\w\.-\]\{0,50\}\?\(\?:(?<names>.*?)\)\(\?:\[ \\t\\w\.-\]\{0,20\}\)\[\\s'"\]\{0,3\}\)?\(\?:=\|>\|:\{1,3\}=\|\\\|\\\|\|:\|=>\|\\\?=\|,\)\[\\x60'"\\s=\]\{0,5\}(?<value>\(.*?\))\(\?:\[\\x60'"\\s;\]\|\\\\\[nr\]\|\$\)(?:\|.*)?$/;
const ends = [
  String.raw`(?:[\x60'"\s;]|\\[nr]|$)`,
  String.raw`(?:[\x60'"\s;]|\\[nr]|$|\b)`,
  String.raw`(?:[^\w-]|\z)`,
  String.raw`(?:[^a-zA-Z0-9+/]|\z)`,
  String.raw`(?:$|[\\'"\x60\s<),])`,
  String.raw`\b`,
];
const begins = ['(?i)\\b', '\\b', '(?i)', String.raw`(?:^|[\\'"\x60\s>=:(,)])`];

/** The shape alone, without the required context, in JavaScript's syntax; and whether it needs a delimiter at its end. */
function shapeOf(regex: string): { pattern: string; bounded: boolean } {
  let [core, bounded, anyCase] = [regex, false, false];
  for (const begin of begins)
    if (core.startsWith(begin)) {
      anyCase = begin.startsWith('(?i)');
      core = core.slice(begin.length);
      break;
    }
  for (const end of ends)
    if (core.endsWith(end)) {
      bounded = true;
      core = core.slice(0, -end.length);
      break;
    }
  return { pattern: withoutFlags(core, anyCase), bounded };
}

/** Converts RE2 to JavaScript: groups do not capture, and a flag, which applies to the end of its group, is written out as both cases. */
function withoutFlags(regex: string, anyCase: boolean): string {
  const cases = [anyCase];
  let out = '';
  const rest = () => regex.slice(at);
  let at = 0;
  const both = (letter: string) =>
    cases.at(-1) && /[A-Za-z]/.test(letter) ? `[${letter.toLowerCase()}${letter.toUpperCase()}]` : letter;
  while (at < regex.length) {
    const flag = /^\(\?(-?)i(\)|:)/.exec(rest());
    const named = /^\(\?P<\w+>/.exec(rest());
    const quantity = /^\{\d+(?:,\d*)?\}/.exec(rest());
    const set = /^\[(?:\[:\w+:\]|\\.|[^\]\\])+\]/.exec(rest());
    if (flag) {
      if (flag[2] === ')') cases[cases.length - 1] = flag[1] === '';
      else {
        cases.push(flag[1] === '');
        out += '(?:';
      }
      at += flag[0].length;
    } else if (named) {
      cases.push(cases.at(-1) ?? false);
      out += '(?:';
      at += named[0].length;
    } else if (quantity) {
      out += quantity[0];
      at += quantity[0].length;
    } else if (set) {
      out += setOf(set[0], cases.at(-1) ?? false);
      at += set[0].length;
    } else if (regex.startsWith('(?:', at)) {
      cases.push(cases.at(-1) ?? false);
      out += '(?:';
      at += 3;
    } else if (regex[at] === '(') {
      cases.push(cases.at(-1) ?? false);
      out += '(?:';
      at += 1;
    } else if (regex[at] === ')') {
      cases.pop();
      out += ')';
      at += 1;
    } else if (regex[at] === '\\') {
      const escaped = regex.slice(at, at + 2);
      out += escaped === String.raw`\z` ? '$' : escaped;
      at += 2;
    } else {
      out += both(regex[at] ?? '');
      at += 1;
    }
  }
  return out;
}

function setOf(set: string, anyCase: boolean): string {
  const plain = set.replaceAll('[:alnum:]', 'A-Za-z0-9');
  if (!anyCase) return plain;
  const letters = plain.replaceAll(/([A-Za-z])-([A-Za-z])/g, (range) => {
    const other = range === range.toLowerCase() ? range.toUpperCase() : range.toLowerCase();
    return plain.includes(other) ? range : range + other;
  });
  // Single letters, as in [abcdef0123456789].
  return letters === plain && /[a-z]/.test(plain) && !plain.includes('\\w')
    ? plain.replace(/[a-z]+/, (run) => run + run.toUpperCase())
    : letters;
}

/** Prefixes that a scan looks for: at least two literal letters, in either case. */
const beginning = /^(?:\(\?:)*(?:[A-Za-z0-9_~-]|\\[.~-]|\[[a-z][A-Z]\]){2}/;
/** A later literal part of each shape without such a prefix. */
const within: Readonly<Record<string, string>> = {
  'azure-ad-client-secret': 'Q~',
  'hashicorp-tf-api-token': '.atlasv1.',
  'maxmind-license-key': '_mmk',
  'slack-webhook-url': 'hooks.slack.com/',
};

const rules = publishedRules(readFileSync(join(gitleaksModule(), 'config', 'gitleaks.toml'), 'utf8')).filter(
  ({ id }) => !left.has(id) && !isPublic(id),
);
const shapes: { id: string; pattern: string; bounded: boolean; within?: string }[] = [];
const named: { id: string; names: string; value: string }[] = [];
for (const { id, regex } of rules) {
  const match = assigned.exec(regex);
  if (match?.groups) {
    const { names = '', value = '' } = match.groups;
    named.push({ id, names: withoutFlags(names, false), value: withoutFlags(value, regex.startsWith('(?i)')) });
    const alone = /\|\\b\((ATATT3[^)]*)\)/.exec(regex)?.[1];
    if (alone) shapes.push({ id, pattern: withoutFlags(alone, false), bounded: true });
    continue;
  }
  const { pattern: published, bounded } = shapeOf(regex);
  const pattern = narrower[id] ?? published;
  const literal = within[id];
  if (literal === undefined && !beginning.test(pattern)) throw new Error(`${id} has no beginning: ${pattern}`);
  shapes.push({
    id,
    pattern,
    bounded,
    ...(literal === undefined ? {} : { within: literal }),
  });
}
for (const { pattern } of shapes) new RegExp(pattern);
for (const { names, value } of named) new RegExp(`${names}|${value}`);

const written = (value: string | boolean): string =>
  typeof value === 'string' && value.includes('\\')
    ? `String.raw\`${value.replaceAll('`', '\\x60')}\``
    : typeof value === 'string'
      ? `'${value.replaceAll("'", "\\'")}'`
      : String(value);
const lines = (list: readonly Readonly<Record<string, string | boolean>>[]) =>
  list
    .map(
      (one) =>
        `  { ${Object.entries(one)
          .map(([name, value]) => `${name}: ${written(value)}`)
          .join(', ')} },`,
    )
    .join('\n');
writeFileSync(
  new URL('../core/redaction/scanner-rules.ts', import.meta.url),
  `// Made by \`npm run redact:rules\` from gitleaks ${gitleaksVersion} (https://github.com/gitleaks/gitleaks), config/gitleaks.toml.
// Copyright (c) 2019 Zachary Rice, MIT licence: see NOTICE. Do not edit.

/** What is recognisable by itself. */
export interface ShapeRule {
  readonly id: string;
  readonly pattern: string;
  /** The shape has a length, and no letter or figure may follow. */
  readonly bounded: boolean;
  /** Of a shape that can begin with anything: what it has further on. */
  readonly within?: string;
}

/** What a vendor's name before it tells. */
export interface NamedRule {
  readonly id: string;
  readonly names: string;
  readonly value: string;
}

export const shapeRules: readonly ShapeRule[] = [
${lines(shapes)}
];

export const namedRules: readonly NamedRule[] = [
${lines(named)}
];
`,
);
execFileSync('biome', ['check', '--write', 'core/redaction/scanner-rules.ts'], { stdio: 'inherit' });
process.stdout.write(`${shapes.length} shapes and ${named.length} names from ${rules.length} of gitleaks' rules\n`);
