// Compares the analysis alone, the analysis with a model, and the model's agents alone over the same cases, for `npm run eval`. Every answer is kept in
// a state file as soon as it is there, so that a run continues where it stopped.
import { appendFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { InvalidInput, WatchkeeperError } from '../core/errors.ts';
import type { MakeWorld } from '../local/world.ts';
import type { Expected } from './expected.ts';
import type { RunResult } from './prediction.ts';
import { passes, type Rule } from './questions.ts';
import { runScenario } from './run.ts';
import type { DojoScenario } from './scenarios.ts';
import { mark, quantile } from './score.ts';
import { table } from './table.ts';
import { loadVocabulary } from './vocabulary.ts';
import { randomOf } from './worlds/random.ts';
import { readRecording, writeRecording } from './worlds/recording.ts';
import { worldsOf } from './worlds/worlds.ts';

export const ways = ['analysis', 'both', 'agents'] as const;
export type WayName = (typeof ways)[number];
const wayTexts: Readonly<Record<WayName, string>> = {
  analysis: 'analysis alone',
  both: 'analysis and model',
  agents: 'agents alone',
};

/** One answer. `partly`: the entity is right, or the truth is second or third. `harm`: the offered action is wrong. */
const Row = z.object({
  way: z.enum(ways),
  /** Identifies the model's configuration, so that two models may share a file. */
  model: z.string(),
  kind: z.enum(['scenario', 'question', 'world']),
  id: z.string(),
  verdict: z.enum(['right', 'partly', 'wrong', 'none', 'error']),
  harm: z.boolean(),
  tokens: z.number(),
  costUsd: z.number(),
  ms: z.number(),
  answered: z.boolean(),
  /** Gaps that the model left. */
  modelGaps: z.number(),
  /** The model's own hypothesis led. */
  led: z.boolean(),
});
export type Row = z.infer<typeof Row>;

export type Case =
  | { readonly kind: 'scenario' | 'world'; readonly id: string; readonly dir: string; readonly expected: Expected }
  | { readonly kind: 'question'; readonly id: string; readonly dir: string; readonly rule: Rule };

export const scenarioCases = (scenarios: readonly DojoScenario[]): Case[] =>
  scenarios.flatMap(({ id, dir, expected }) =>
    expected === undefined ? [] : [{ kind: 'scenario' as const, id, dir, expected }],
  );

/** Worlds of the scenarios, `each` for one. The folders are temporary; the same seed makes the same ones again. */
export async function worldCases(scenarios: readonly DojoScenario[], seed: string, each: number): Promise<Case[]> {
  const folder = await mkdtemp(join(tmpdir(), 'watchkeeper-eval-worlds-'));
  const cases: Case[] = [];
  for (const { dir } of scenarios) {
    const recording = await readRecording(dir);
    if (recording === undefined) continue;
    for (const world of worldsOf(recording, seed, each)) {
      const to = join(folder, world.id);
      await writeRecording(to, world.recording);
      cases.push({ kind: 'world', id: world.id, dir: to, expected: world.recording.expected });
    }
  }
  return cases;
}

/** The first `count` in an order that only the seed decides. */
export const sampleOf = (cases: readonly Case[], count: number | undefined, seed: string): readonly Case[] =>
  count === undefined ? cases : randomOf(seed).shuffled(cases).slice(0, count);

/** Removes half a line that a killed run left at the end, so that the next answer begins a line of its own. */
async function mendState(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text === '' || text.endsWith('\n')) return;
  await writeFile(file, text.slice(0, text.lastIndexOf('\n') + 1));
}

export async function readState(file: string | undefined): Promise<Row[]> {
  if (file === undefined) return [];
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line, place, lines) => {
      try {
        return [Row.parse(JSON.parse(line))];
      } catch (cause) {
        // A run that was killed may have left half a line at the end.
        if (place === lines.length - 1) return [];
        throw new InvalidInput(`${file}, line ${place + 1}, is not an answer of \`npm run eval\`.`, { cause });
      }
    });
}

export interface Plan {
  readonly cases: readonly Case[];
  readonly model: string;
  readonly worlds: Readonly<Record<WayName, (dirs: readonly string[]) => MakeWorld>>;
  readonly state: string | undefined;
  /** US dollars of all rows together; the next case is not begun beyond it. */
  readonly maxUsd: number | undefined;
}

export interface Compared {
  readonly rows: readonly Row[];
  /** Cases that were not run to their end, and why. */
  readonly missing: readonly string[];
  readonly stoppedBy: 'money' | undefined;
}

export async function compare(plan: Plan, onDone: (row: Row) => void): Promise<Compared> {
  const { cases, model, worlds, state, maxUsd } = plan;
  if (state !== undefined) await mkdir(dirname(state), { recursive: true });
  await mendState(state);
  const wanted = new Set(cases.map(keyOfCase));
  const kept = (await readState(state)).filter((row) => row.model === model);
  const rows = kept.filter((row) => wanted.has(keyOfCase(row)));
  let spent = kept.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const missing: string[] = [];
  let isOverMoney = false;
  for (const one of cases) {
    const open = ways.filter((way) => !rows.some((row) => row.way === way && keyOfCase(row) === keyOfCase(one)));
    if (open.length > 0 && maxUsd !== undefined && spent >= maxUsd) {
      missing.push(one.id);
      isOverMoney = true;
      continue;
    }
    for (const way of open) {
      let answered: Awaited<ReturnType<typeof answer>>;
      try {
        answered = await answer(one, worlds[way], way === 'agents');
      } catch (error) {
        // A step that ran out of time on a busy machine is no answer: the same command asks again.
        if (!(error instanceof WatchkeeperError)) throw error;
        missing.push(`${one.id} (${wayTexts[way]}: ${error.message})`);
        continue;
      }
      const row = { way, model, ...answered };
      rows.push(row);
      spent += row.costUsd;
      if (state !== undefined) await appendFile(state, `${JSON.stringify(row)}\n`);
      onDone(row);
    }
  }
  return { rows, missing, stoppedBy: isOverMoney ? 'money' : undefined };
}

const keyOfCase = ({ kind, id }: Pick<Case, 'kind' | 'id'>): string => `${kind} ${id}`;

async function answer(
  one: Case,
  world: (dirs: readonly string[]) => MakeWorld,
  isBlind: boolean,
): Promise<Omit<Row, 'way' | 'model'>> {
  const { kind, id, dir } = one;
  const vocabulary = await loadVocabulary(one.kind === 'question' ? 'watchkeeper' : one.expected.vocabulary);
  const result = await runScenario(id, dir, vocabulary, world, undefined, isBlind);
  if (result.kind === 'error')
    return {
      kind,
      id,
      verdict: 'error',
      harm: false,
      tokens: 0,
      costUsd: 0,
      ms: 0,
      answered: false,
      modelGaps: 0,
      led: false,
    };
  const { prediction } = result;
  const { usage, gaps, hypotheses, wallMs } = prediction;
  return {
    kind,
    id,
    ...(one.kind === 'question'
      ? {
          verdict: passes(prediction, one.rule) ? 'right' : verdictOfUnknown(result),
          harm: result.acted?.done ?? false,
        }
      : judged(id, result, one.expected, vocabulary)),
    tokens: usage.inputTokens + usage.outputTokens,
    costUsd: usage.costUsd,
    ms: wallMs,
    answered: usage.outputTokens > 0,
    modelGaps: gaps.filter(({ source }) => source === 'model').length,
    led: hypotheses[0]?.proposedBy !== undefined,
  };
}

const verdictOfUnknown = ({ prediction: { hypotheses } }: Extract<RunResult, { kind: 'answered' }>): Row['verdict'] =>
  hypotheses[0] === undefined || hypotheses[0].cause === 'unknown' ? 'none' : 'wrong';

function judged(
  id: string,
  result: RunResult,
  expected: Expected,
  vocabulary: Awaited<ReturnType<typeof loadVocabulary>>,
): Pick<Row, 'verdict' | 'harm'> {
  const { outcome } = mark({ id, tags: [] }, result, expected, vocabulary);
  if (outcome.kind === 'error') return { verdict: 'error', harm: false };
  const { rightRank, entityRight, noAnswer, falseAction } = outcome;
  const isPartly = entityRight || (rightRank !== undefined && rightRank <= 3);
  return {
    verdict: rightRank === 1 ? 'right' : isPartly ? 'partly' : noAnswer ? 'none' : 'wrong',
    harm: falseAction,
  };
}

/** The 95 % interval of a share (Wilson, 1927). */
export function wilson(hits: number, all: number): readonly [low: number, high: number] {
  if (all === 0) return [0, 1];
  const z2 = 1.96 ** 2;
  const share = hits / all;
  const middle = share + z2 / (2 * all);
  const spread = 1.96 * Math.sqrt((share * (1 - share) + z2 / (4 * all)) / all);
  return [Math.max(0, (middle - spread) / (1 + z2 / all)), Math.min(1, (middle + spread) / (1 + z2 / all))];
}

const resamples = 2000;

/** The 95 % interval of the mean of the paired differences, by bootstrap. */
export function pairedInterval(differences: readonly number[], seed: string): readonly [low: number, high: number] {
  if (differences.length === 0) return [0, 0];
  const random = randomOf(seed);
  const means = Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let n = 0; n < differences.length; n += 1) sum += random.pick(differences);
    return sum / differences.length;
  }).sort((a, b) => a - b);
  return [quantile(means, 0.025), quantile(means, 0.975)];
}

const percent = (share: number): string => `${Math.round(share * 100)}`;

export function comparisonText({ rows, missing, stoppedBy }: Compared, cases: readonly Case[], seed: string): string {
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  const body = kinds.flatMap((kind) => ways.map((way) => lineOf(kind, way, rows)));
  const head = [
    '',
    'cases',
    'right',
    '95 %',
    'partly',
    'wrong',
    'not known',
    'errors',
    'harm',
    'answered',
    'gaps',
    'tokens',
    'USD',
    'median ms',
  ];
  const runs = new Map<string, Row>(rows.map((row) => [`${row.way} ${keyOfCase(row)}`, row] as const));
  const pairs = (way: WayName): number[] =>
    cases.flatMap((one) => {
      const [base, other] = ['analysis', way].map((name) => runs.get(`${name} ${keyOfCase(one)}`));
      return base === undefined || other === undefined
        ? []
        : [Number(other.verdict === 'right') - Number(base.verdict === 'right')];
    });
  const differences = (['both', 'agents'] as const).map((way) => {
    const found = pairs(way);
    const mean = found.reduce((sum, one) => sum + one, 0) / Math.max(1, found.length);
    const [low, high] = pairedInterval(found, seed);
    return `${wayTexts[way]} minus analysis alone, share of right answers: ${mean.toFixed(2)} (95 %: ${low.toFixed(2)} to ${high.toFixed(2)}, ${found.length} pairs)`;
  });
  const never =
    missing.length === 0
      ? 'Every chosen case was run.'
      : `Not run to the end${stoppedBy === 'money' ? ', because the ceiling of money was reached' : ''}: ${missing.length} of ${cases.length} cases: ${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ', …' : ''}`;
  return [table(head, body), ...differences, never].join('\n');
}

function lineOf(kind: Row['kind'], way: WayName, rows: readonly Row[]): string[] {
  const own = rows.filter((row) => row.kind === kind && row.way === way);
  const count = (verdict: Row['verdict']): number => own.filter((row) => row.verdict === verdict).length;
  const [low, high] = wilson(count('right'), own.length);
  const sum = (of: (row: Row) => number): number => own.reduce((total, row) => total + of(row), 0);
  const times = own.map(({ ms }) => ms).sort((a, b) => a - b);
  return [
    `${kind}s, ${wayTexts[way]}`,
    `${own.length}`,
    `${count('right')}`,
    `${percent(low)} to ${percent(high)}`,
    ...(['partly', 'wrong', 'none', 'error'] as const).map((verdict) => `${count(verdict)}`),
    `${own.filter(({ harm }) => harm).length}`,
    `${own.filter(({ answered }) => answered).length}`,
    `${sum(({ modelGaps }) => modelGaps)}`,
    `${sum(({ tokens }) => tokens)}`,
    sum(({ costUsd }) => costUsd).toFixed(4),
    `${Math.round(quantile(times, 0.5))}`,
  ];
}

/** The entry of core/reasoning/model-records.ts: how often the model's own hypothesis led, and how often it was right. */
export function recordLine(model: string, rows: readonly Row[]): string {
  const led = rows.filter((row) => row.led && row.way !== 'analysis');
  const right = led.filter(({ verdict }) => verdict === 'right').length;
  return `  '${model}': { runs: ${led.length}, right: ${right} },`;
}
