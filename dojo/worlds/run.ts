// `npm run dojo -- --worlds`: answers every scenario again in worlds that must not change the answer, and says which did.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAll } from '../pool.ts';
import type { RunResult } from '../prediction.ts';
import { collectScenarios, type DojoScenario } from '../scenarios.ts';
import { type Marked, mark } from '../score.ts';
import { loadVocabulary } from '../vocabulary.ts';
import { readRecording, writeRecording } from './recording.ts';
import { type World, worldsOf } from './worlds.ts';

export interface WorldsOptions {
  readonly scenarios: readonly string[];
  readonly seed: string;
  /** Worlds of each scenario. */
  readonly each: number;
  readonly jobs: number;
  /** Where the folders of the failing worlds go. */
  readonly keep: string | undefined;
}

export interface WorldResult {
  readonly id: string;
  readonly scenario: string;
  readonly applied: readonly string[];
  readonly isStable: boolean;
  /** The first answer with its confidence, and the truth. */
  readonly answer: string;
  readonly truth: string;
  readonly result: RunResult;
  readonly marked: Marked;
}

/** Confidence below which an answer that is not the truth still counts as "less certain". */
const uncertain = 0.5;

/** @param onDone called after each world */
export async function runWorlds(
  options: WorldsOptions,
  onDone: (result: RunResult, done: number, all: number) => void,
): Promise<readonly WorldResult[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'worlds-'));
  try {
    const made = await writtenWorlds(await collectScenarios(options.scenarios), options, scratch);
    const jobs = made.map(({ world, dir }) => ({ id: world.id, dir, vocabulary: world.recording.expected.vocabulary }));
    const results = await runAll(jobs, {
      size: options.jobs,
      onResult: (result, done) => onDone(result, done, jobs.length),
    });
    const judged: WorldResult[] = [];
    for (const [place, { world, scenario, dir }] of made.entries()) {
      const result = results[place];
      if (result === undefined) continue;
      const one = await judge(world, scenario, result);
      judged.push(one);
      if (!one.isStable && options.keep !== undefined) await cp(dir, join(options.keep, world.id), { recursive: true });
    }
    return judged;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

interface Written {
  readonly world: World;
  readonly scenario: DojoScenario;
  readonly dir: string;
}

async function writtenWorlds(
  scenarios: readonly DojoScenario[],
  { seed, each }: WorldsOptions,
  scratch: string,
): Promise<readonly Written[]> {
  const made: Written[] = [];
  for (const scenario of scenarios) {
    const recording = await readRecording(scenario.dir);
    if (recording === undefined) continue;
    for (const world of worldsOf(recording, seed, each)) {
      const dir = join(scratch, world.id);
      await writeRecording(dir, world.recording);
      // Only its name and its truth are asked for later; the rest would fill the memory.
      made.push({ world, scenario, dir });
    }
  }
  return made;
}

async function judge(
  { id, recording, applied, leaves }: World,
  scenario: DojoScenario,
  result: RunResult,
): Promise<WorldResult> {
  const { expected } = recording;
  const marked = mark({ id, tags: scenario.tags }, result, expected, await loadVocabulary(expected.vocabulary));
  const first = result.kind === 'answered' ? result.prediction.hypotheses[0] : undefined;
  const isRight = marked.outcome.kind === 'answered' && marked.outcome.rightRank === 1;
  const isModest =
    leaves === 'less' &&
    marked.outcome.kind === 'answered' &&
    (marked.outcome.noAnswer || (first?.confidence ?? 0) < uncertain);
  const { entity, cause } = expected.rootCause;
  return {
    id,
    scenario: scenario.id,
    applied,
    isStable: isRight || isModest,
    answer: first
      ? `${first.entity.kind} ${first.entity.name} ${first.label ?? first.cause} (${Math.round(first.confidence * 100)} %)`
      : result.kind === 'error'
        ? `error: ${result.reason}`
        : 'nothing',
    truth: `${entity.kind} ${entity.name} ${cause}`,
    result,
    marked,
  };
}
