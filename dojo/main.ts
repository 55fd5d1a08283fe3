// `npm run dojo`: runs every scenario below the given folders through the whole pipeline, writes the predictions to a file and the scoreboard to the
// terminal.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WatchkeeperError } from '../core/errors.ts';
import { reliability } from '../core/learning/calibration.ts';
import { conversationsText, figuresOf, heldOutFolder, oddFolder, runConversations } from './conversations.ts';
import { familyExamples } from './families/run.ts';
import { familiesText } from './families/text.ts';
import { type DojoOptions, help, readOptions } from './options.ts';
import { runAll } from './pool.ts';
import type { RunResult } from './prediction.ts';
import { changesOf, changesText, linesOf, merged, readRecorded, writeRecorded } from './record.ts';
import { byCause, statedCauseOf, surelyWrong } from './reliability.ts';
import { collectScenarios, type DojoScenario } from './scenarios.ts';
import { board, type Marked, mark } from './score.ts';
import { actionsText, boardText, causesText, progress, reliabilityText } from './text.ts';
import { loadVocabulary } from './vocabulary.ts';
import { runWorlds } from './worlds/run.ts';
import { worldsText } from './worlds/text.ts';

const print = (text: string) => void process.stdout.write(`${text}\n`);
const complain = (text: string) => void process.stderr.write(`${text}\n`);

async function run(options: DojoOptions): Promise<number> {
  const recorded = await readRecorded(options.against);
  const scenarios = await collectScenarios(options.scenarios);
  const vocabularyOf = (scenario: DojoScenario) => scenario.expected?.vocabulary ?? options.vocabulary;
  const jobs = scenarios.map((scenario) => ({
    id: scenario.id,
    dir: scenario.dir,
    vocabulary: vocabularyOf(scenario),
  }));
  for (const name of new Set(jobs.flatMap(({ vocabulary }) => vocabulary ?? []))) await loadVocabulary(name);
  const results = await runAll(jobs, {
    size: options.jobs,
    onResult: (result, done) => complain(progress(result, done, jobs.length)),
  });
  if (options.out !== undefined) await writePredictions(options.out, results);
  const marked = await markAll(scenarios, results);
  const rows = board(marked);
  const truths = new Map(scenarios.map(({ id, expected }) => [id, expected]));
  const stated = results.flatMap((result) => {
    if (result.kind === 'error') return [];
    const { id } = result.prediction;
    const [one, expected] = [marked.find((each) => each.id === id), truths.get(id)];
    return (one && expected && statedCauseOf(result, expected, one)) ?? [];
  });
  const causes = byCause(marked.map((one) => ({ ...one, cause: truths.get(one.id)?.rootCause.cause ?? '' })));
  const trust = reliability(stated);
  const lines = linesOf(marked, results);
  const changes = changesOf(recorded, lines);
  if (options.json) print(JSON.stringify({ rows, causes, reliability: trust, changes, scenarios: marked }, null, 2));
  else if (rows.length > 0) {
    print(`\n${boardText(rows)}\n\n${actionsText(marked)}\n\n${causesText(causes)}\n\n${reliabilityText(trust)}`);
    for (const { id, confidence, answer, truth } of surelyWrong(stated))
      print(`wrong with ${Math.round(confidence * 100)} %: ${id}: said ${answer}, truth ${truth}`);
    print(`\n${changesText(changes, options.against)}`);
  }
  if (options.record) await writeRecorded(options.against, merged(recorded, lines));
  const errors = results.filter(({ kind }) => kind === 'error');
  if (!options.json) print(`\n${results.length - errors.length} of ${results.length} scenarios answered.`);
  const isWorse = options.noWorse && changes.some(({ kind }) => kind === 'worse');
  if (isWorse) complain('Worse than recorded.');
  return errors.length > 0 || isWorse ? 1 : 0;
}

function runOf(options: DojoOptions): Promise<number> {
  if (options.conversations) return runThem();
  if (options.cluster) return runTheCluster(options.cluster);
  if (options.families) return runFamilies(options);
  return options.worlds ? runInWorlds(options, options.worlds) : run(options);
}

async function runTheCluster(options: NonNullable<DojoOptions['cluster']>): Promise<number> {
  const { boardOf, runInCluster } = await import('./cluster/run.ts');
  const rounds = await runInCluster(options, print);
  print(`\n${boardOf(rounds)}`);
  return rounds.some(({ harm, problem }) => harm.length > 0 || problem !== undefined) ? 1 : 0;
}

async function runThem(): Promise<number> {
  const scored = await runConversations(({ says, wrong, acted }) =>
    complain(`${wrong.length === 0 && !acted ? 'right' : 'wrong'}  ${says}`),
  );
  const heldOut = await runConversations(() => undefined, heldOutFolder);
  const odd = await runConversations(() => undefined, oddFolder);
  for (const { says } of odd.filter(({ acted }) => acted)) complain(`acted  ${says}`);
  print(conversationsText(scored));
  print(`odd messages: ${figuresOf(odd)}`);
  print(`held out: ${figuresOf(heldOut)}`);
  return [...scored, ...odd, ...heldOut].some(({ acted }) => acted) ? 1 : 0;
}

async function runFamilies(options: DojoOptions): Promise<number> {
  const examples = await familyExamples(options, (result, done, all) => complain(progress(result, done, all)));
  if (options.out !== undefined) {
    await mkdir(options.out, { recursive: true });
    await writeFile(
      join(options.out, 'examples.ndjson'),
      examples.map((one) => `${JSON.stringify(one)}\n`).join(''),
      'utf8',
    );
  }
  print(`\n${familiesText(examples)}`);
  return 0;
}

async function runInWorlds(options: DojoOptions, worlds: NonNullable<DojoOptions['worlds']>): Promise<number> {
  const results = await runWorlds({ ...options, ...worlds }, (result, done, all) =>
    complain(progress(result, done, all)),
  );
  print(`\n${worldsText(results, worlds.keep)}`);
  return results.some(({ result }) => result.kind === 'error') ? 1 : 0;
}

async function writePredictions(out: string, results: readonly RunResult[]): Promise<void> {
  await mkdir(out, { recursive: true });
  const lines = results.flatMap((result) =>
    result.kind === 'answered' ? [`${JSON.stringify(result.prediction)}\n`] : [],
  );
  await writeFile(join(out, 'predictions.ndjson'), lines.join(''), 'utf8');
}

async function markAll(scenarios: readonly DojoScenario[], results: readonly RunResult[]): Promise<Marked[]> {
  const marked: Marked[] = [];
  for (const [place, scenario] of scenarios.entries()) {
    const result = results[place];
    if (!scenario.expected || !result) continue;
    marked.push(mark(scenario, result, scenario.expected, await loadVocabulary(scenario.expected.vocabulary)));
  }
  return marked;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') print(help);
  else process.exitCode = await runOf(options);
} catch (error) {
  complain(error instanceof WatchkeeperError ? error.message : `Something unexpected: ${String(error)}`);
  process.exitCode = 2;
}
