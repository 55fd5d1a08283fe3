// `npm run bench:logs`: measures how well and how fast log lines are grouped into templates, on samples with templates that people wrote, in one run
// with Drain3 and with plain line splitting. The figures are of this machine at this moment.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { parseArgs, promisify } from 'node:util';
import * as z from 'zod';
import { TemplateMiner } from '../core/analysis/logs/templates.ts';
import { Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { readSamples, type Sample } from './log-samples.ts';
import { quantile } from './score.ts';
import { table } from './table.ts';

const help = `Measures the accuracy and speed of grouping log lines into templates, compared with Drain3 (PyPI, needs Python 3) and with splitting lines.

  npm run bench:logs -- [--samples DIR] [--lines N] [--runs N]

  --samples DIR  *_structured.csv with the columns Content and EventId (default ../shared/data/loghub-2k)
  --lines N      lines for the throughput: the samples with new numbers (default 1000000)
  --runs N       runs; the median counts; Drain3 runs once (default 5)
  --help         show this text
`;
const drain3 = 'drain3==0.9.11';
const root = join(import.meta.dirname, '..');
const run = promisify(execFile);
const print = (text: string) => void process.stdout.write(`${text}\n`);

/**
 * Grouping accuracy: the share of messages whose group equals the group that people made (Zhu et al., "Tools and Benchmarks for Automated Log
 * Parsing", ICSE 2019).
 */
function groupingAccuracy(truth: readonly string[], groups: readonly (string | number)[]): number {
  const places = truth.map((_, place) => place);
  const byTruth = Map.groupBy(places, (place) => truth[place]);
  const made = Map.groupBy(places, (place) => groups[place]);
  let right = 0;
  for (const group of byTruth.values()) {
    const same = made.get(groups[group[0] ?? 0]) ?? [];
    if (same.length === group.length && same.every((place, at) => place === group[at])) right += group.length;
  }
  return right / truth.length;
}

function ourGroups(messages: readonly string[]): number[] {
  const miner = new TemplateMiner<number>({ samples: messages.length });
  for (const [place, message] of messages.entries()) miner.add('sample', message, place, place, false);
  const groups: number[] = [];
  for (const [group, template] of miner.templates().entries())
    for (const place of template.samples) groups[place] = group;
  return groups;
}

/** Writes lines of the samples in a random order that is the same in every run, with new numbers, so that few lines repeat. */
async function writeLines(file: string, samples: readonly Sample[], lines: number): Promise<void> {
  const random = mulberry32(42);
  const messages = samples.flatMap((sample) => sample.messages);
  const out = createWriteStream(file);
  let block: string[] = [];
  for (let line = 0; line < lines; line += 1) {
    const message = messages[Math.floor(random() * messages.length)] ?? '';
    block.push(message.replaceAll(/\d/g, () => String(Math.floor(random() * 10))));
    if (block.length === 10_000 || line === lines - 1) {
      if (!out.write(`${block.join('\n')}\n`)) await once(out, 'drain');
      block = [];
    }
  }
  out.end();
  await finished(out);
}

/** Tommy Ettinger's 32-bit generator, public domain: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Milliseconds to read the file line by line with Node's own splitter and to pass each line on. */
async function timed(file: string, take: (line: string) => void): Promise<number> {
  const startedAt = performance.now();
  const reader = createInterface({ input: createReadStream(file, { highWaterMark: 2 ** 20 }), crlfDelay: Infinity });
  reader.on('line', take);
  await once(reader, 'close');
  return performance.now() - startedAt;
}

const Peer = z.object({
  groups: z.record(z.string(), z.array(z.number())),
  lines: z.number(),
  seconds: z.number(),
});

async function runPeer(samples: string, lines: string): Promise<z.infer<typeof Peer>> {
  const venv = join(root, '.cache', drain3.replace('==', '-'));
  const python = join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    await run('python3', ['-m', 'venv', venv]);
    await run(join(venv, 'bin', 'pip'), ['install', '--quiet', drain3]);
  }
  const script = join(import.meta.dirname, 'peers', 'drain3_peer.py');
  const { stdout } = await run(python, [script, samples, lines], { maxBuffer: 64 * 2 ** 20 });
  return Peer.parse(JSON.parse(stdout));
}

async function bench(dir: string, lines: number, runs: number): Promise<void> {
  const [cpu] = cpus();
  print(`npm run bench:logs -- --samples ${basename(dir)} --lines ${lines} --runs ${runs}`);
  print(`Node ${process.version}, ${cpus().length} × ${cpu?.model.trim()}, one core each\n`);
  const samples = await readSamples(dir);
  const scratch = await mkdtemp(join(tmpdir(), 'watchkeeper-bench-'));
  try {
    const file = join(scratch, 'lines.log');
    await writeLines(file, samples, lines);
    const splits: number[] = [];
    const labels: number[] = [];
    for (let one = 0; one < runs; one += 1) {
      let count = 0;
      splits.push(
        await timed(file, (line) => {
          if (line !== '') count += 1;
        }),
      );
      const miner = new TemplateMiner<string>();
      labels.push(
        await timed(file, (line) => {
          count += 1;
          miner.add('bench', line, line, count, false);
        }),
      );
    }
    const peer = await runPeer(dir, file);
    const rows = samples.map(({ file: name, messages, truth }) => ({
      name: name.replace(/_2k.*/, ''),
      accuracy: groupingAccuracy(truth, ourGroups(messages)),
      peer: groupingAccuracy(truth, peer.groups[name] ?? []),
    }));
    print(
      table(
        ['sample', 'accuracy', 'Drain3'],
        rows.map((row) => [row.name, row.accuracy.toFixed(3), row.peer.toFixed(3)]),
      ),
    );
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [our, split] = [median(labels), median(splits)];
    const perSecond = lines / (our / 1000);
    print(
      `\n${lines} lines: ${our.toFixed(0)} ms; splitting alone ${split.toFixed(0)} ms; Drain3 ${peer.seconds.toFixed(1)} s`,
    );
    print(
      [
        `accuracy=${mean(rows.map((row) => row.accuracy)).toFixed(4)}`,
        `drain3_accuracy=${mean(rows.map((row) => row.peer)).toFixed(4)}`,
        `lines_per_second=${Math.round(perSecond)}`,
        `ratio_drain3=${(perSecond / (peer.lines / peer.seconds)).toFixed(1)}`,
        `ratio_split=${(our / split).toFixed(2)}`,
      ].join(' '),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );

function whole(value: string | undefined, otherwise: number, name: string): number {
  const number = value === undefined ? otherwise : Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Misconfigured(`--${name} takes a whole number from 1, not "${value}".`);
  return number;
}

try {
  const { values } = parseArgs({
    options: {
      samples: { type: 'string', default: join(root, '..', 'shared', 'data', 'loghub-2k') },
      lines: { type: 'string' },
      runs: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) print(help);
  else await bench(values.samples, whole(values.lines, 1_000_000, 'lines'), whole(values.runs, 5, 'runs'));
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error;
  if (!(error instanceof WatchkeeperError) && !isUsage) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
