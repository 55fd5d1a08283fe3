// States a confidence that answers of the same support have earned: a logistic model over the features of support.ts (Platt, 1999; Cox, 1958). The
// weights come from `npm run dojo -- --families`, which fits them and checks them on families of causes that the fit did not see. The model only
// lowers a confidence.
import { type Feature, features, type Support } from './support.ts';

export interface Weights {
  readonly base: number;
  readonly of: Readonly<Record<Feature, number>>;
}

export const fitted: Weights = {
  base: -0.93,
  of: {
    odds: 0.99,
    strongest: 0.22,
    shown: 0.47,
    logged: 0.17,
    measured: -0.05,
    symptomOnly: -0.69,
    notRoot: -0.38,
    changeOnly: -0.16,
    leftOpen: -0.15,
  },
};

/** From 0 to 1: how often answers with such support were right. */
export function earnedConfidence(support: Support, { base, of }: Weights = fitted): number {
  const sum = features.reduce((total, feature) => total + of[feature] * support[feature], base);
  return 1 / (1 + Math.exp(-sum));
}
