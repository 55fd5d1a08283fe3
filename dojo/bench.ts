// `npm run bench`: measures the time from a webhook to its diagnosis, step by step, without a model, in the embedded runtime; and the size and
// import time of each Lambda. The figures are of this machine at this moment; the heading describes the machine.
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Impossible, Misconfigured, WatchkeeperError } from '../core/errors.ts';
import { recordedWorld } from '../local/compose.ts';
import { startRuntime } from '../local/runtime/index.ts';
import { type BundleMeasure, measureBundles, mostAtOnce } from './bundles.ts';
import { collectScenarios } from './scenarios.ts';
import { quantile } from './score.ts';
import { table } from './table.ts';

const help = `Measures the time from a webhook to its diagnosis, and the size of the Lambda bundles.

  npm run bench -- [--runs N] [--scenarios DIR] [--bundles]

  --runs N         runs per scenario, each in a fresh runtime (default 7)
  --scenarios DIR  folder with the scenarios (default scenarios)
  --bundles        only the bundles; fails if a function loads more than 2 MiB before it is called
  --help           show this text
`;
const patienceMs = 60_000;
const importsPerBundle = 5;

interface Run {
  readonly bootMs: number;
  readonly diagnosisMs: number;
  /** Time in each state of the state machine and in each function, summed over the run, by name. */
  readonly states: ReadonlyMap<string, number>;
  readonly functions: ReadonlyMap<string, number>;
}

const print = (text: string) => void process.stdout.write(`${text}\n`);
const kib = (bytes: number) => (bytes / 1024).toFixed(0);
const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);

async function runOnce(dir: string): Promise<Run> {
  const states = new Map<string, number>();
  const functions = new Map<string, number>();
  const since = new Map<string, number>();
  const add = (to: Map<string, number>, name: string, startedAt: number) =>
    to.set(name, (to.get(name) ?? 0) + performance.now() - startedAt);
  const bootedAt = performance.now();
  const runtime = await startRuntime({
    makeWorld: recordedWorld([dir]),
    hooks: {
      entered: ({ state }) => void since.set(state, performance.now()),
      left: ({ state }) => void add(states, state, since.get(state) ?? performance.now()),
      invoke: async (name, payload, invoke) => {
        const startedAt = performance.now();
        try {
          return await invoke(name, payload);
        } finally {
          add(functions, name, startedAt);
        }
      },
    },
  });
  try {
    await runtime.resume();
    const bootMs = performance.now() - bootedAt;
    const page = runtime.world.pages[0];
    if (!page) throw new Misconfigured(`${dir} has no page to send.`);
    const startedAt = performance.now();
    const { sourceId } = await runtime.sendPage(page.body);
    await runtime.waitForIncident(sourceId, 'diagnosed', patienceMs);
    const diagnosisMs = performance.now() - startedAt;
    await runtime.waitForIncident(sourceId, 'asked', patienceMs);
    return { bootMs, diagnosisMs, states, functions };
  } finally {
    await runtime.close();
  }
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const median = (values: readonly number[]): number => quantile(sorted(values), 0.5);
const p95 = (values: readonly number[]): number => quantile(sorted(values), 0.95);

function steps(runs: readonly Run[], of: (run: Run) => ReadonlyMap<string, number>): string[][] {
  const names = [...new Set(runs.flatMap((run) => [...of(run).keys()]))];
  return names.map((name) => {
    const values = runs.flatMap((run) => of(run).get(name) ?? []);
    return [name, ms(median(values)), ms(p95(values))];
  });
}

type Asked = { runs: number; scenarios: readonly string[] } | 'bundles' | 'help';

function readOptions(args: readonly string[]): Asked {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string' },
      scenarios: { type: 'string', multiple: true },
      bundles: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return 'help';
  if (values.bundles) return 'bundles';
  const runs = Number(values.runs ?? '7');
  if (!Number.isInteger(runs) || runs < 1 || runs > 1000) {
    throw new Misconfigured(`--runs takes a number from 1 to 1000, not "${values.runs}".`);
  }
  return { runs, scenarios: values.scenarios ?? ['scenarios'] };
}

/** Prints a row for each function. Throws if one loads too much before it is called. */
async function printBundles(): Promise<readonly BundleMeasure[]> {
  const bundles = await measureBundles(importsPerBundle);
  print(`\nLambda bundles (ES modules, minified; import in a fresh process, median of ${importsPerBundle})`);
  print(
    table(
      ['function', 'KiB at once', 'KiB in all', 'import ms'],
      bundles.map(({ name, atOnce, total, importMs }) => [name, kib(atOnce), kib(total), ms(importMs)]),
    ),
  );
  const tooLarge = bundles
    .filter(({ atOnce }) => atOnce > mostAtOnce)
    .map(({ name, atOnce }) => `${name} ${kib(atOnce)} KiB`);
  if (tooLarge.length > 0)
    throw new Impossible(`More than ${kib(mostAtOnce)} KiB are loaded before the first call: ${tooLarge.join(', ')}.`);
  return bundles;
}

async function bench(options: { runs: number; scenarios: readonly string[] }): Promise<void> {
  const scenarios = await collectScenarios(options.scenarios);
  const [cpu] = cpus();
  print(`npm run bench -- --runs ${options.runs} --scenarios ${options.scenarios.join(' --scenarios ')}`);
  print(`Node ${process.version}, ${cpus().length} × ${cpu?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)}\n`);

  const all: { id: string; runs: Run[] }[] = [];
  for (const { id, dir } of scenarios) {
    const runs: Run[] = [];
    for (let n = 0; n < options.runs; n++) runs.push(await runOnce(dir));
    all.push({ id, runs });
  }
  const times = (runs: readonly Run[]) => runs.map(({ diagnosisMs }) => diagnosisMs);
  const flat = all.flatMap(({ runs }) => runs);
  print('Webhook to diagnosis, ms (the very first run of the process is cold)');
  print(
    table(
      ['scenario', 'first', 'median', 'p95'],
      all.map(({ id, runs }) => [id, ms(runs[0]?.diagnosisMs ?? 0), ms(median(times(runs))), ms(p95(times(runs)))]),
    ),
  );
  print('\nTime in each state of the state machine, ms');
  print(
    table(
      ['state', 'median', 'p95'],
      steps(flat, ({ states }) => states),
    ),
  );
  print('\nTime in each function, ms');
  print(
    table(
      ['function', 'median', 'p95'],
      steps(flat, ({ functions }) => functions),
    ),
  );

  const bundles = await printBundles();
  const slowest = Math.max(...all.map(({ runs }) => median(times(runs))));
  const largest = bundles.toSorted((a, b) => b.atOnce - a.atOnce)[0];
  print(
    `\nbench: webhook to diagnosis median ${ms(median(times(flat)))} ms, p95 ${ms(p95(times(flat)))} ms, slowest scenario ${ms(slowest)} ms, first run ${ms(flat[0]?.diagnosisMs ?? 0)} ms; boot ${ms(median(flat.map(({ bootMs }) => bootMs)))} ms; ` +
      `${bundles.length} bundles, largest ${largest?.name} ${kib(largest?.atOnce ?? 0)} KiB at once, slowest import ${ms(Math.max(...bundles.map(({ importMs }) => importMs)))} ms`,
  );
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') print(help);
  else if (options === 'bundles') await printBundles();
  else await bench(options);
} catch (error) {
  process.stderr.write(
    `${error instanceof WatchkeeperError || error instanceof TypeError ? error.message : `Something unexpected: ${String(error)}`}\n`,
  );
  process.exitCode = 1;
}
