// Fits the calibration (core/diagnosis/calibration.ts) by ridge logistic regression, Newton's method. Pure and deterministic.
import * as z from 'zod';
import { earnedConfidence, type Weights } from '../../core/diagnosis/calibration.ts';
import { type Feature, features, type Support } from '../../core/diagnosis/support.ts';

export interface Example {
  /** The group of the true cause: what a fit leaves out together. */
  readonly family: string;
  readonly support: Support;
  readonly plain: number;
  readonly right: boolean;
  /** How much it counts. */
  readonly weight: number;
}

const Of = z.record(z.enum(features), z.number());

/** Keeps weights small where few examples speak. */
const ridge = 4;
const rounds = 30;

export function fitWeights(examples: readonly Example[]): Weights {
  const size = features.length + 1;
  let beta: number[] = Array.from({ length: size }, () => 0);
  for (let round = 0; round < rounds; round += 1) {
    const gradient: number[] = beta.map((value, place) => (place === 0 ? 0 : -ridge * value));
    const curvature: number[][] = beta.map((_, row) =>
      beta.map((__, column) => (row === column ? (row === 0 ? 1e-6 : ridge) : 0)),
    );
    for (const { support, right, weight } of examples) {
      const x = [1, ...features.map((feature) => support[feature])];
      const p = earnedConfidence(support, weightsOf(beta));
      x.forEach((a, row) => {
        gradient[row] = (gradient[row] ?? 0) + weight * (Number(right) - p) * a;
        const line = curvature[row];
        x.forEach((b, column) => {
          if (line) line[column] = (line[column] ?? 0) + weight * p * (1 - p) * a * b;
        });
      });
    }
    const step = solved(curvature, gradient);
    beta = beta.map((value, place) => value + (step[place] ?? 0));
    if (Math.max(...step.map(Math.abs)) < 1e-8) break;
  }
  return weightsOf(beta);
}

function weightsOf([base = 0, ...rest]: readonly number[]): Weights {
  const pairs = features.map((feature, place): [Feature, number] => [feature, rest[place] ?? 0]);
  return { base, of: Of.parse(Object.fromEntries(pairs)) };
}

/** Gaussian elimination with pivots; the matrix is positive definite. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, place) => [...row, right[place] ?? 0]);
  const size = rows.length;
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let pivot = 0; pivot < size; pivot += 1) {
    const best = rows.reduce(
      (most, _, row) => (row >= pivot && Math.abs(at(row, pivot)) > Math.abs(at(most, pivot)) ? row : most),
      pivot,
    );
    const [a, b] = [rows[pivot], rows[best]];
    if (a && b) [rows[pivot], rows[best]] = [b, a];
    for (let row = pivot + 1; row < size; row += 1) {
      const factor = at(row, pivot) / at(pivot, pivot);
      rows[row] = (rows[row] ?? []).map((value, column) => value - factor * at(pivot, column));
    }
  }
  const x = Array.from({ length: size }, () => 0);
  for (let row = size - 1; row >= 0; row -= 1) {
    const known = x.reduce((sum, value, column) => (column > row ? sum + at(row, column) * value : sum), 0);
    x[row] = (at(row, size) - known) / at(row, row);
  }
  return x;
}

/** Each example's confidence as it would be stated by weights that its family had no part in. */
export function familyOut<One extends Example>(
  examples: readonly One[],
): readonly { readonly confidence: number; readonly example: One }[] {
  return [...Map.groupBy(examples, ({ family }) => family)].flatMap(([family, own]) => {
    const weights = fitWeights(examples.filter((example) => example.family !== family));
    return own.map((example) => ({
      example,
      confidence: Math.min(example.plain, earnedConfidence(example.support, weights)),
    }));
  });
}
