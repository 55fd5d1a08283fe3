// Compares answers with the truth: the confidence of wrong answers, and the causes that are found. Pure.
import type { Stated } from '../core/learning/calibration.ts';
import type { Expected } from './expected.ts';
import type { RunResult } from './prediction.ts';
import type { Marked } from './score.ts';

/** The first answer to one scenario, with the truth. */
export interface StatedCause extends Stated {
  readonly id: string;
  /** The true cause, in the data set's terms. */
  readonly truth: string;
  readonly answer: string;
}

/** Undefined if the scenario ended in an error or without an answer, because then no confidence was stated. */
export function statedCauseOf(result: RunResult, expected: Expected, { id, outcome }: Marked): StatedCause | undefined {
  if (result.kind === 'error' || outcome.kind === 'error' || outcome.noAnswer) return undefined;
  const [first] = result.prediction.hypotheses;
  if (!first) return undefined;
  const { entity, cause } = expected.rootCause;
  return {
    id,
    truth: `${entity.name} ${cause}`,
    answer: `${first.entity.name} ${first.label ?? first.cause}`,
    confidence: first.confidence,
    right: outcome.rightRank === 1,
  };
}

const sure = 0.6;
/** Wrong answers that were stated as likely, the most confident first. */
export const surelyWrong = (stated: readonly StatedCause[]): readonly StatedCause[] =>
  stated
    .filter(({ right, confidence }) => !right && confidence >= sure)
    .sort((a, b) => b.confidence - a.confidence || a.id.localeCompare(b.id));

export interface CauseRow {
  readonly cause: string;
  readonly scenarios: number;
  readonly first: number;
  readonly inThree: number;
}

/** By true cause, those with misses first. */
export function byCause(marked: readonly (Marked & { readonly cause: string })[]): readonly CauseRow[] {
  return [...Map.groupBy(marked, ({ cause }) => cause)]
    .map(([cause, own]) => {
      const ranks = own.map(({ outcome }) => (outcome.kind === 'answered' ? (outcome.rightRank ?? 99) : 99));
      return {
        cause,
        scenarios: own.length,
        first: ranks.filter((rank) => rank === 1).length,
        inThree: ranks.filter((rank) => rank <= 3).length,
      };
    })
    .sort((a, b) => b.scenarios - b.first - (a.scenarios - a.first) || a.cause.localeCompare(b.cause));
}
