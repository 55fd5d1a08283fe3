// States a confidence that answers of the same support have earned: a logistic model over the features of support.ts (Platt, 1999; Cox, 1958). The
// weights come from `npm run dojo -- --families`, which fits them and checks them on families of causes that the fit did not see. The model only
// lowers a confidence.
import { type Feature, features, type Support } from './support.ts';

export interface Weights {
  readonly base: number;
  readonly of: Readonly<Record<Feature, number>>;
}

export const fitted: Weights = {
  base: -0.97,
  of: {
    odds: 1.02,
    strongest: 0.23,
    shown: 0.67,
    logged: 0.24,
    measured: -0.2,
    symptomOnly: -1,
    notRoot: -0.42,
    changeOnly: 0.11,
    leftOpen: -0.15,
  },
};

/** From 0 to 1: how often answers with such support were right. */
export function earnedConfidence(support: Support, { base, of }: Weights = fitted): number {
  const sum = features.reduce((total, feature) => total + of[feature] * support[feature], base);
  return 1 / (1 + Math.exp(-sum));
}
