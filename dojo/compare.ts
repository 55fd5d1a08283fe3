// Compares several configurations over the same scenarios, one after another, for `npm run eval` and `npm run prompts -- diff`.
import { recordedWorld } from '../local/compose.ts';
import type { MakeWorld } from '../local/world.ts';
import { runScenario } from './run.ts';
import type { DojoScenario } from './scenarios.ts';
import { mark, quantile } from './score.ts';
import { table } from './table.ts';
import { loadVocabulary } from './vocabulary.ts';

export interface Way {
  readonly name: string;
  readonly world: (dirs: readonly string[]) => MakeWorld;
}

export const analysisOnly: Way = { name: 'analysis only', world: recordedWorld };

export interface Figures {
  readonly name: string;
  readonly scenarios: number;
  readonly errors: number;
  readonly right: number;
  readonly inThree: number;
  /** The number of scenarios in which a model answered. */
  readonly withModel: number;
  readonly tokens: number;
  readonly costUsd: number;
  readonly medianMs: number;
}

/** @param onDone called after each scenario */
export async function figuresOf(
  way: Way,
  scenarios: readonly DojoScenario[],
  onDone: (sentence: string) => void,
): Promise<Figures> {
  const times: number[] = [];
  let [errors, right, inThree, withModel, tokens, costUsd] = [0, 0, 0, 0, 0, 0];
  for (const { id, dir, tags, expected } of scenarios) {
    if (!expected) continue;
    const vocabulary = await loadVocabulary(expected.vocabulary);
    const result = await runScenario(id, dir, vocabulary, way.world);
    const { outcome } = mark({ id, tags }, result, expected, vocabulary);
    if (outcome.kind === 'error' || result.kind === 'error') {
      errors += 1;
      onDone(`${way.name}: ${id}: error`);
      continue;
    }
    const { usage } = result.prediction;
    right += outcome.rightRank === 1 ? 1 : 0;
    inThree += outcome.rightRank !== undefined && outcome.rightRank <= 3 ? 1 : 0;
    withModel += usage.outputTokens > 0 ? 1 : 0;
    tokens += outcome.tokens;
    costUsd += outcome.costUsd;
    times.push(outcome.wallMs);
    const verdict = outcome.rightRank === 1 ? 'right' : 'not first';
    onDone(
      `${way.name}: ${id}: ${verdict}, ${usage.modelCalls} model calls, ${outcome.tokens} tokens, ${outcome.wallMs} ms`,
    );
  }
  times.sort((a, b) => a - b);
  const count = scenarios.filter(({ expected }) => expected).length;
  return {
    name: way.name,
    scenarios: count,
    errors,
    right,
    inThree,
    withModel,
    tokens,
    costUsd,
    medianMs: quantile(times, 0.5),
  };
}

export const figuresText = (rows: readonly Figures[]): string =>
  table(
    ['', 'scenarios', 'right first', 'in first 3', 'errors', 'model answered', 'tokens', 'USD', 'median ms'],
    rows.map((row) => [
      row.name,
      `${row.scenarios}`,
      `${row.right}`,
      `${row.inThree}`,
      `${row.errors}`,
      `${row.withModel}`,
      `${row.tokens}`,
      row.costUsd.toFixed(4),
      `${Math.round(row.medianMs)}`,
    ]),
  );
