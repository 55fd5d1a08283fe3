// Whether stated confidence can be believed, and which causes are found: of the answers given with 80 %, 80 % should be right. Pure.
import type { Expected } from './expected.ts';
import type { RunResult } from './prediction.ts';
import type { Marked } from './score.ts';

/** The first answer to one scenario, next to the truth. */
export interface Said {
  readonly id: string;
  /** In the words of the data set. */
  readonly truth: string;
  readonly said: string;
  readonly confidence: number;
  readonly right: boolean;
}

/** Undefined where the scenario ended in an error or without an answer: nothing was stated. */
export function saidOf(result: RunResult, expected: Expected, { id, outcome }: Marked): Said | undefined {
  if (result.kind === 'error' || outcome.kind === 'error' || outcome.noAnswer) return undefined;
  const [first] = result.prediction.hypotheses;
  if (!first) return undefined;
  const { entity, cause } = expected.rootCause;
  return {
    id,
    truth: `${entity.name} ${cause}`,
    said: `${first.entity.name} ${first.label ?? first.cause}`,
    confidence: first.confidence,
    right: outcome.rightRank === 1,
  };
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly answers: number;
  readonly meanStated: number;
  readonly shareRight: number;
}
export interface Reliability {
  /** Those that hold answers. */
  readonly bins: readonly Bin[];
  /** Mean squared distance of the stated confidence from what came (Brier, Monthly Weather Review 1950); 0 is best. */
  readonly brier: number;
  /** Mean distance of stated from right in the bins, by their answers (Naeini et al., AAAI 2015); 0 is best. */
  readonly calibrationError: number;
}

const edges = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1];

export function reliability(said: readonly Said[]): Reliability {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const bins = edges.slice(0, -1).flatMap((from, place): Bin[] => {
    const to = edges[place + 1] ?? 1;
    const own = said.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    if (own.length === 0) return [];
    return [
      {
        from,
        to,
        answers: own.length,
        meanStated: mean(own.map(({ confidence }) => confidence)),
        shareRight: mean(own.map(({ right }) => Number(right))),
      },
    ];
  });
  return {
    bins,
    brier: mean(said.map(({ confidence, right }) => (confidence - Number(right)) ** 2)),
    calibrationError: mean(
      bins.flatMap(({ answers, meanStated, shareRight }) =>
        Array.from({ length: answers }, () => Math.abs(meanStated - shareRight)),
      ),
    ),
  };
}

const sure = 0.6;
/** Wrong answers that were stated as likely, surest first. */
export const surelyWrong = (said: readonly Said[]): readonly Said[] =>
  said
    .filter(({ right, confidence }) => !right && confidence >= sure)
    .sort((a, b) => b.confidence - a.confidence || a.id.localeCompare(b.id));

export interface CauseRow {
  readonly cause: string;
  readonly scenarios: number;
  readonly first: number;
  readonly inThree: number;
}

/** By the true cause, those with misses first. */
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
