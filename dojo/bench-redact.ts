// `npm run bench:redact`: how much of what is secret is taken out, how much that is harmless stays, and how fast; our rules next to
// secretlint's recommended preset, on the same corpus in one run. Figures are of this machine at this moment.
import { parseArgs } from 'node:util';
import { lintSource } from '@secretlint/core';
import { creator as preset } from '@secretlint/secretlint-rule-preset-recommend';
import { redact } from '../core/redact.ts';
import { corpus, type Sample } from './redaction-corpus.ts';
import { table } from './table.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, each: { type: 'string', default: '10' } },
});
const samples = corpus(Number(values.seed), Number(values.each));
const secrets = samples.filter(({ secret }) => secret !== undefined);
const harmless = samples.filter(({ secret }) => secret === undefined);

type Redactor = (text: string) => Promise<string>;

/** What secretlint finds, taken out. */
const secretlint: Redactor = async (text) => {
  const { messages } = await lintSource({
    source: { content: text, filePath: 'line.txt', ext: '.txt', contentType: 'text' },
    options: {
      config: { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: preset, options: {} }] },
      noPhysicFilePath: true,
    },
  });
  return messages
    .toSorted((a, b) => b.range[0] - a.range[0])
    .reduce((out, { range: [from, to] }) => `${out.slice(0, from)}[redacted]${out.slice(to)}`, text);
};
const redactors: Readonly<Record<string, Redactor>> = {
  ours: async (text) => redact(text),
  secretlint,
  both: async (text) => secretlint(redact(text)),
};

interface Result {
  readonly caught: ReadonlySet<Sample>;
  readonly changed: readonly Sample[];
  readonly linesPerSecond: number;
}

async function measure(redactor: Redactor): Promise<Result> {
  const caught = new Set<Sample>();
  const changed: Sample[] = [];
  const started = performance.now();
  for (const sample of samples) {
    const out = await redactor(sample.text);
    if (sample.secret === undefined ? out !== sample.text : !out.includes(sample.secret)) {
      if (sample.secret === undefined) changed.push(sample);
      else caught.add(sample);
    }
  }
  return { caught, changed, linesPerSecond: (samples.length / (performance.now() - started)) * 1000 };
}

const results = new Map<string, Result>();
for (const [name, redactor] of Object.entries(redactors)) results.set(name, await measure(redactor));

const names = [...results.keys()];
const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
const kinds = [...new Set(secrets.map(({ kind }) => kind))];
const rows = kinds.map((kind) => {
  const all = secrets.filter((sample) => sample.kind === kind);
  return [
    kind,
    ...names.map((name) => percent(all.filter((sample) => results.get(name)?.caught.has(sample)).length, all.length)),
  ];
});
const print = (text: string) => void process.stdout.write(`${text}\n`);
print(table(['kind', ...names], rows));
for (const name of names) {
  const { changed = [], caught = new Set(), linesPerSecond = 0 } = results.get(name) ?? {};
  for (const sample of changed.slice(0, 5)) print(`${name} changed a harmless line (${sample.kind}): ${sample.text}`);
  print(
    `${name}: recall=${(caught.size / secrets.length).toFixed(4)} harmless_changed=${changed.length}/${harmless.length} lines_per_second=${Math.round(linesPerSecond)}`,
  );
}

// secretlint's profiler goes on counting by itself.
process.exit(0);
