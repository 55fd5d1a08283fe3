import { describe, expect, test } from 'vitest';
import type { Diagnosis, Hypothesis } from '../../../core/model/diagnosis.ts';
import {
  firstOf,
  merge,
  modelConfidence,
  type TwoSides,
  uncalibratedConfidence,
} from '../../../core/reasoning/two-opinions.ts';

const at = (confidence: number): TwoSides['analysis'] => ({ confidence });

const nothing = { contradicts: false, refutes: false, corroborated: false };
test.each<[TwoSides, ReturnType<typeof firstOf>]>([
  [
    { ...nothing, analysis: undefined },
    { first: 'model', rule: 'analysis-unknown' },
  ],
  [
    { ...nothing, analysis: at(0.59), corroborated: true },
    { first: 'analysis', rule: 'analysis-unsure' },
  ],
  [
    { ...nothing, analysis: at(0.59), contradicts: true },
    { first: 'model', rule: 'contradicted' },
  ],
  [
    { ...nothing, analysis: at(0.6), corroborated: true },
    { first: 'analysis', rule: 'analysis-sure' },
  ],
  [
    { analysis: at(0.6), contradicts: true, refutes: false, corroborated: true },
    { first: 'analysis', rule: 'analysis-sure' },
  ],
  [
    { analysis: at(0.99), contradicts: true, refutes: true, corroborated: false },
    { first: 'analysis', rule: 'analysis-sure' },
  ],
  [
    { analysis: at(0.99), contradicts: true, refutes: true, corroborated: true },
    { first: 'model', rule: 'contradicted' },
  ],
])('%j is decided as %j', (sides, expected) => {
  expect(firstOf(sides)).toEqual(expected);
});

describe('the confidence of a model', () => {
  test('is fixed and called not calibrated without enough recorded runs', () => {
    const none = { confidence: uncalibratedConfidence, calibration: 'not-calibrated' };
    expect(modelConfidence(undefined)).toEqual(none);
    expect(modelConfidence({ runs: 19, right: 19 })).toEqual(none);
  });
  test('is the lower bound of the recorded share, and never above 0.9', () => {
    // Wilson's interval for 45 of 50 begins at 0.786 (Newcombe, 1998, gives the formula).
    expect(modelConfidence({ runs: 50, right: 45 }).confidence).toBeCloseTo(0.786, 3);
    expect(modelConfidence({ runs: 10_000, right: 10_000 }).confidence).toBe(0.9);
    expect(modelConfidence({ runs: 40, right: 0 }).confidence).toBeCloseTo(0, 5);
  });
});

describe('merging', () => {
  const of = (name: string, confidence: number): Hypothesis => ({
    rank: 1,
    entity: { kind: 'Deployment', name },
    cause: 'oom-killed',
    confidence,
    summary: name,
    why: [],
    against: [],
    evidenceIds: ['ev-1'],
    findingIds: [],
  });
  const places = (hypotheses: Diagnosis['hypotheses']) =>
    hypotheses.map(({ rank, entity: { name }, confidence }) => [rank, name, confidence]);
  const ranked = [of('a', 0.8), of('b', 0.1)];

  test('puts the model first, and states nothing behind it with more confidence', () => {
    expect(places(merge(ranked, of('own', 0.5), 'model'))).toEqual([
      [1, 'own', 0.5],
      [2, 'a', 0.5],
      [3, 'b', 0.1],
    ]);
  });
  test('puts the analysis first, with the model behind it', () => {
    expect(places(merge([of('a', 0.4)], of('own', 0.5), 'analysis'))).toEqual([
      [1, 'a', 0.4],
      [2, 'own', 0.4],
    ]);
  });
  test('keeps five', () => {
    expect(
      merge(
        [1, 2, 3, 4, 5].map((n) => of(`h${n}`, 0.1)),
        of('own', 0.5),
        'model',
      ),
    ).toHaveLength(5);
  });
});
