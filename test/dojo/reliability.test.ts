import { describe, expect, test } from 'vitest';
import { reliability } from '../../core/learning/calibration.ts';
import { byCause, type StatedCause, surelyWrong } from '../../dojo/reliability.ts';
import type { Marked } from '../../dojo/score.ts';

const said = (confidence: number, right: boolean, id = `${confidence}`): StatedCause => ({
  id,
  truth: 'cart oom',
  answer: 'cart oom',
  confidence,
  right,
});
const of = (count: number, one: StatedCause): StatedCause[] => Array.from({ length: count }, () => one);

describe('stated confidence', () => {
  test('that comes true as often as it says is calibrated', () => {
    const { calibrationError, bins } = reliability([...of(85, said(0.85, true)), ...of(15, said(0.85, false))]);
    expect(calibrationError).toBeCloseTo(0);
    expect(bins).toEqual([{ from: 0.8, to: 0.9, answers: 100, meanStated: expect.closeTo(0.85), shareRight: 0.85 }]);
  });
  test('that boasts is not', () => {
    const { calibrationError, brier } = reliability([...of(5, said(0.95, true)), ...of(5, said(0.95, false))]);
    expect(calibrationError).toBeCloseTo(0.45);
    expect(brier).toBeGreaterThan(0.4);
  });
  test('is counted once at every edge, certainty included', () => {
    const all = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1].map((confidence) => said(confidence, true));
    expect(reliability(all).bins.map(({ answers }) => answers)).toEqual([1, 1, 1, 1, 1, 2]);
  });
  test('of nothing is nothing', () => {
    expect(reliability([])).toEqual({ bins: [], brier: 0, calibrationError: 0 });
  });
});

test('wrong answers that were stated as likely are named, surest first', () => {
  const all = [said(0.7, false, 'b'), said(0.95, false, 'a'), said(0.5, false, 'guess'), said(0.9, true, 'right')];
  expect(surelyWrong(all).map(({ id }) => id)).toEqual(['a', 'b']);
});

test('causes with misses come first', () => {
  const marked = (cause: string, rightRank: number | undefined): Marked & { cause: string } => ({
    id: 'x',
    tags: [],
    vocabulary: 'v',
    cause,
    outcome: {
      kind: 'answered',
      rightRank,
      entityRight: true,
      causeRight: true,
      noAnswer: false,
      falseAction: false,
      action: 'none',
      wallMs: 1,
      tokens: 0,
      costUsd: 0,
    },
  });
  expect(byCause([marked('found', 1), marked('missed', 3), marked('missed', undefined), marked('missed', 1)])).toEqual([
    { cause: 'missed', scenarios: 3, first: 1, inThree: 2 },
    { cause: 'found', scenarios: 1, first: 1, inThree: 1 },
  ]);
});
