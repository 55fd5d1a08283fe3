// `npm run bench:redact`: measures how many secrets redaction removes, how much harmless text it keeps, and its speed. It compares our rules with
// secretlint's recommended preset and with gitleaks (built through the Go module proxy, if Go is installed), on one corpus. `--held-out` selects the
// corpus that was written after the rules; `--harmless DIR` adds the lines of a folder's files, which only our rules are measured on.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lintSource } from '@secretlint/core';
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend';
import { redact } from '../core/redaction/redact.ts';
import { builtGitleaks, gitleaksFinds, gitleaksVersion } from './gitleaks.ts';
import { measured } from './redaction/corpus.ts';
import { heldOut } from './redaction/held-out.ts';
import type { Sample } from './redaction/make.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    harmless: { type: 'string' },
    'held-out': { type: 'boolean', default: false },
    misses: { type: 'boolean', default: false },
  },
});
const samples = values['held-out'] ? heldOut(Number(values.seed)) : measured(Number(values.seed));
const secrets = samples.filter(({ secret }) => secret !== undefined);
const harmless = samples.filter(({ secret }) => secret === undefined);
const print = (text: string) => void process.stdout.write(`${text}\n`);

/** Returns the redacted form of each text. */
type Redactor = (texts: readonly string[]) => Promise<readonly string[]>;

const ours: Redactor = async (texts) => texts.map(redact);
/** Removes what secretlint finds. */
const secretlint: Redactor = async (texts) => {
  const out: string[] = [];
  for (const content of texts) {
    const { messages } = await lintSource({
      source: { content, filePath: 'line.txt', ext: '.txt', contentType: 'text' },
      options: {
        config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: preset, options: {} }] },
        noPhysicFilePath: true,
      },
    });
    out.push(
      messages
        .toSorted((a, b) => b.range[0] - a.range[0])
        .reduce((text, { range: [from, to] }) => `${text.slice(0, from)}[redacted]${text.slice(to)}`, content),
    );
  }
  return out;
};
/** Removes what gitleaks finds. */
const gitleaks =
  (program: string): Redactor =>
  async (texts) => {
    const found = gitleaksFinds(program, texts);
    return texts.map((text, index) =>
      (found.get(index) ?? []).reduce((out, secret) => out.replaceAll(secret, '[redacted]'), text),
    );
  };

interface Result {
  readonly caught: ReadonlySet<Sample>;
  readonly changed: ReadonlyMap<Sample, string>;
  readonly cpuSeconds: number;
}

async function measure(redactor: Redactor): Promise<Result> {
  const caught = new Set<Sample>();
  const changed = new Map<Sample, string>();
  const before = process.cpuUsage();
  const all = await redactor(samples.map(({ text }) => text));
  const { user, system } = process.cpuUsage(before);
  for (const [index, sample] of samples.entries()) {
    const out = all[index] ?? '';
    if (sample.secret === undefined) {
      if (out !== sample.text) changed.set(sample, out);
    } else if (!out.includes(sample.secret)) caught.add(sample);
  }
  return { caught, changed, cpuSeconds: (user + system) / 1e6 };
}

/** The unchanged lines of a folder's files. */
const linesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').split('\n'));

const program = builtGitleaks();
if (program === undefined)
  print(`gitleaks ${gitleaksVersion} could not be built: there is no Go here, or no way to its module proxy.`);
const redactors: Readonly<Record<string, Redactor>> = {
  ours,
  secretlint,
  ...(program === undefined ? {} : { gitleaks: gitleaks(program) }),
};
const results = new Map<string, Result>();
for (const [name, redactor] of Object.entries(redactors)) results.set(name, await measure(redactor));

const names = Object.keys(redactors);
const groupOf = ({ kind }: Sample): string => (kind.startsWith('gitleaks ') ? 'forms of gitleaks’ rules' : kind);
const groups = [...new Set(secrets.map(groupOf))];
const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
print(
  table(
    ['kind', 'secrets', ...names],
    groups.map((group) => {
      const all = secrets.filter((sample) => groupOf(sample) === group);
      return [
        group,
        String(all.length),
        ...names.map((name) => percent(all.filter((one) => results.get(name)?.caught.has(one)).length, all.length)),
      ];
    }),
  ),
);
for (const [name, { changed }] of results)
  for (const [sample, out] of [...changed].slice(0, 5))
    print(`${name} changed a harmless line (${sample.kind}): ${sample.text} → ${out}`);
if (values.misses)
  for (const sample of secrets.filter((one) => !results.get('ours')?.caught.has(one)))
    print(`ours missed (${sample.kind}): ${sample.text} → ${redact(sample.text)}`);

// Speed: the whole corpus again, after the warm-up, for a second of CPU time.
const bytes = samples.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
let [rounds, spent] = [0, 0];
while (spent < 1) {
  const before = process.cpuUsage();
  for (const { text } of samples) redact(text);
  spent += process.cpuUsage(before).user / 1e6;
  rounds += 1;
}
if (values.harmless !== undefined) {
  const lines = linesOf(values.harmless);
  const changed = lines.filter((line) => redact(line) !== line);
  for (const line of changed.slice(0, 20)) print(`changed in ${values.harmless}: ${redact(line).slice(0, 300)}`);
  print(`${values.harmless}: lines=${lines.length} changed=${changed.length}`);
}
const recall = (name: string): string => {
  const result = results.get(name);
  return result === undefined ? 'skipped' : (result.caught.size / secrets.length).toFixed(4);
};
print(
  `secrets=${secrets.length} recall=${recall('ours')} harmless=${harmless.length} changed=${results.get('ours')?.changed.size} ` +
    `secretlint_recall=${recall('secretlint')} secretlint_changed=${results.get('secretlint')?.changed.size} ` +
    `gitleaks_recall=${recall('gitleaks')} gitleaks_changed=${results.get('gitleaks')?.changed.size ?? 'skipped'} ` +
    `mb_per_s=${((bytes * rounds) / 1e6 / spent).toFixed(1)}`,
);

// secretlint's profiler keeps the process alive, so exit explicitly.
process.exit(0);
