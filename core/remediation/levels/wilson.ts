// The score interval of Wilson (JASA 1927) for a share, with 95 % confidence. It stays within 0 and 1 and is useful for few cases. Pure.

/** The 97.5th percentile of the standard normal distribution. */
const z = 1.959963984540054;

/** Without cases nothing is known: 0 to 1. */
export function wilson(successes: number, cases: number): { readonly lower: number; readonly upper: number } {
  if (!Number.isInteger(successes) || !Number.isInteger(cases) || successes < 0 || successes > cases)
    throw new RangeError(`${successes} of ${cases} is no share.`);
  if (cases === 0) return { lower: 0, upper: 1 };
  const share = successes / cases;
  const spread = z * Math.sqrt((share * (1 - share)) / cases + z ** 2 / (4 * cases ** 2));
  const middle = share + z ** 2 / (2 * cases);
  const scale = 1 + z ** 2 / cases;
  return { lower: Math.max(0, (middle - spread) / scale), upper: Math.min(1, (middle + spread) / scale) };
}

/** The smallest number of cases, none of which failed, whose lower bound is above `share`. */
export const casesWithoutMiss = (share: number): number => Math.floor((share * z ** 2) / (1 - share)) + 1;
