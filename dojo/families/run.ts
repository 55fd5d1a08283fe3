// `npm run dojo -- --families`: how far a stated confidence can be believed for kinds of causes that the calibration was not fitted on. Scenarios, their
// worlds, and both once more with the true cause unknown to the rules are the examples; each group of causes is left out in turn.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { CauseCode, causes } from '../../core/causes/causes.ts';
import type { Expected } from '../expected.ts';
import { type Job, runAll } from '../pool.ts';
import type { RunResult } from '../prediction.ts';
import { collectScenarios, type DojoScenario } from '../scenarios.ts';
import { mark } from '../score.ts';
import { loadVocabulary, type Vocabulary } from '../vocabulary.ts';
import { readRecording, writeRecording } from '../worlds/recording.ts';
import { worldsOf } from '../worlds/worlds.ts';
import type { Example } from './fit.ts';

export interface FamiliesOptions {
  readonly scenarios: readonly string[];
  readonly seed: string;
  /** Worlds of each scenario, beside the scenario itself. */
  readonly each: number;
  readonly jobs: number;
}

export interface SetExample extends Example {
  readonly id: string;
  /** The folder that holds the scenarios. */
  readonly set: string;
  /** What the first hypothesis says. */
  readonly cause: string;
  /** Whether the rules knew the true cause. */
  readonly isKnownKind: boolean;
}

/** How much an answer to an unknown kind counts beside one to a known kind. */
const unknownShare = 0.5;

interface ScenarioJob extends Job {
  readonly scenario: DojoScenario;
  readonly expected: Expected;
}

/** @param onDone called after each run */
export async function familyExamples(
  options: FamiliesOptions,
  onDone: (result: RunResult, done: number, all: number) => void,
): Promise<readonly SetExample[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'families-'));
  try {
    const jobs = await jobsOf(await collectScenarios(options.scenarios), options, scratch);
    const results = await runAll(
      jobs.map(({ id, dir, vocabulary, withhold }) => ({ id, dir, vocabulary, withhold })),
      { size: options.jobs, onResult: (result, done) => onDone(result, done, jobs.length) },
    );
    const examples: SetExample[] = [];
    for (const [place, job] of jobs.entries()) {
      const result = results[place];
      if (result) examples.push(...(await examplesOf(job, result, 1 / (1 + options.each))));
    }
    return examples;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function jobsOf(
  scenarios: readonly DojoScenario[],
  { seed, each }: FamiliesOptions,
  scratch: string,
): Promise<readonly ScenarioJob[]> {
  const jobs: ScenarioJob[] = [];
  for (const scenario of scenarios) {
    if (scenario.expected === undefined) continue;
    const withhold = codesOf(scenario.expected, await loadVocabulary(scenario.expected.vocabulary));
    const { id, dir, expected } = scenario;
    const shared = { scenario, vocabulary: expected.vocabulary, withhold };
    jobs.push({ ...shared, id, dir, expected });
    const recording = each > 0 ? await readRecording(dir) : undefined;
    for (const world of recording ? worldsOf(recording, seed, each) : []) {
      const folder = join(scratch, world.id);
      await writeRecording(folder, world.recording);
      jobs.push({ ...shared, id: world.id, dir: folder, expected: world.recording.expected });
    }
  }
  return jobs;
}

/** Our codes for the true cause. */
function codesOf({ rootCause }: Expected, vocabulary: Vocabulary): readonly CauseCode[] {
  if (vocabulary.ownCodes) return CauseCode.options.filter((code) => code === rootCause.cause);
  return CauseCode.options.filter((code) => vocabulary.causes[code] === rootCause.cause);
}

async function examplesOf(
  { id, scenario, expected, withhold = [] }: ScenarioJob,
  result: RunResult,
  weight: number,
): Promise<SetExample[]> {
  if (result.kind === 'error' || result.supports === undefined) return [];
  const { outcome } = mark({ id, tags: [] }, result, expected, await loadVocabulary(expected.vocabulary));
  const code = CauseCode.safeParse(withhold[0]).data;
  const about = {
    id,
    set: basename(dirname(scenario.dir)),
    family: code === undefined ? expected.rootCause.cause : causes[code].group,
  };
  const { known, unknownKind } = result.supports;
  return [
    ...(known
      ? [
          {
            ...about,
            ...known,
            right: outcome.kind === 'answered' && outcome.rightRank === 1,
            weight,
            isKnownKind: true,
          },
        ]
      : []),
    ...(unknownKind && withhold.length > 0
      ? [{ ...about, ...unknownKind, right: false, weight: weight * unknownShare, isKnownKind: false }]
      : []),
  ];
}
