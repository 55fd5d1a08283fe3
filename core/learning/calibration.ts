// Measures the calibration of stated confidence: of the answers with 80 % confidence, 80 % should be right. Pure.

export interface Stated {
  readonly confidence: number;
  readonly right: boolean;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly answers: number;
  readonly meanStated: number;
  readonly shareRight: number;
}
export interface Reliability {
  /** Only bins that contain answers. */
  readonly bins: readonly Bin[];
  /** Mean squared difference between stated confidence and result (Brier, Monthly Weather Review 1950); 0 is best. */
  readonly brier: number;
  /**
   * Mean difference between stated confidence and share of right answers over the bins, weighted by their answers (Naeini et al., AAAI 2015); 0
   * is best.
   */
  readonly calibrationError: number;
}

const edges = [0, 0.2, 0.4, 0.6, 0.8, 0.9, 1];

export function reliability(stated: readonly Stated[]): Reliability {
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const bins = edges.slice(0, -1).flatMap((from, place): Bin[] => {
    const to = edges[place + 1] ?? 1;
    const own = stated.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
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
    brier: mean(stated.map(({ confidence, right }) => (confidence - Number(right)) ** 2)),
    calibrationError: mean(
      bins.flatMap(({ answers, meanStated, shareRight }) =>
        Array.from({ length: answers }, () => Math.abs(meanStated - shareRight)),
      ),
    ),
  };
}
