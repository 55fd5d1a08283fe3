// The rule that makes one answer of the analysis' ranking and a hypothesis that only a model holds. Pure; test/core/reasoning/two-opinions.test.ts is
// its table.
import type { Diagnosis, Hypothesis, TwoOpinions } from '../model/diagnosis.ts';

/** From this confidence on the analysis is sure. */
export const sureAt = 0.6;
/** The confidence, 0 to 1, of a model's hypothesis without a record of runs. The analysis is never stated higher beside it. */
export const uncalibratedConfidence = 0.5;
/** No record of runs lifts a model's hypothesis above this confidence. */
const ceiling = 0.9;
/** Fewer recorded runs say nothing. */
const fewestRuns = 20;

/** Recorded runs of one model in which its own hypothesis led: how many there are, and in how many it was right. */
export interface ModelRecord {
  readonly runs: number;
  readonly right: number;
}

/** The lower bound of the 95 % Wilson interval (Wilson, 1927) of the recorded share; without enough runs the fixed value. */
export function modelConfidence(record: ModelRecord | undefined): {
  readonly confidence: number;
  readonly calibration: 'recorded-runs' | 'not-calibrated';
} {
  if (record === undefined || record.runs < fewestRuns)
    return { confidence: uncalibratedConfidence, calibration: 'not-calibrated' };
  const { runs, right } = record;
  const share = right / runs;
  const z2 = 1.96 ** 2;
  const middle = share + z2 / (2 * runs);
  const spread = 1.96 * Math.sqrt((share * (1 - share) + z2 / (4 * runs)) / runs);
  return { confidence: Math.min(ceiling, (middle - spread) / (1 + z2 / runs)), calibration: 'recorded-runs' };
}

export interface TwoSides {
  /** The first hypothesis of the analysis, if there is one that names a cause and is not refuted. */
  readonly analysis: Pick<Hypothesis, 'confidence'> | undefined;
  /** The model cites evidence outside the analysis' own that names the first hypothesis' entity and contradicts it. */
  readonly contradicts: boolean;
  /** That evidence belongs to a finding of the analysis that shows the entity to be well. */
  readonly refutes: boolean;
  /** A cause or symptom that the analysis found, not a model, is about the entity of the model's hypothesis. */
  readonly corroborated: boolean;
}

/**
 * | analysis | model | first |
 * |---|---|---|
 * | names no cause | supported | model |
 * | unsure | contradicts it by evidence | model |
 * | unsure | does not | analysis; one question decides |
 * | sure | contradicts it by a finding that shows its entity to be well, and the analysis found trouble at the model's entity | model |
 * | sure | anything less | analysis |
 */
export function firstOf({
  analysis,
  contradicts,
  refutes,
  corroborated,
}: TwoSides): Pick<TwoOpinions, 'first' | 'rule'> {
  if (analysis === undefined) return { first: 'model', rule: 'analysis-unknown' };
  const isSure = analysis.confidence >= sureAt;
  if (isSure ? contradicts && refutes && corroborated : contradicts) return { first: 'model', rule: 'contradicted' };
  return { first: 'analysis', rule: isSure ? 'analysis-sure' : 'analysis-unsure' };
}

const maxHypotheses = 5;

/** Places the model's hypothesis among those of the analysis. No hypothesis behind the first is stated with more confidence than the first. */
export function merge(
  hypotheses: readonly Hypothesis[],
  own: Hypothesis,
  first: TwoOpinions['first'],
): Diagnosis['hypotheses'] {
  const [leading, ...rest] = hypotheses;
  const ordered = first === 'model' || leading === undefined ? [own, ...hypotheses] : [leading, own, ...rest];
  const most = ordered[0]?.confidence ?? 0;
  return ordered
    .slice(0, maxHypotheses)
    .map((one, index) => ({ ...one, rank: index + 1, confidence: Math.min(one.confidence, most) }));
}
