// Decides whether two services show the same error: equal texts after masking variable parts and attached fields, or nearly the same words. One
// error in several places points to shared code or a shared dependency.
import { stemsOf } from '../analysis/changes/words.ts';

/** Share of common words (Jaccard) from which two texts count as the same error. */
const alike = 0.5;

/** `these` and `those` are masked error texts of the two sides. */
export function sameError(these: readonly string[], those: readonly string[]): boolean {
  return these.some((one) => those.some((other) => head(one) === head(other) || similarity(one, other) >= alike));
}

/** The text before attached structured fields. */
const head = (template: string): string => (template.split(/\s\{"/)[0] ?? template).trim().toLowerCase();

function similarity(one: string, other: string): number {
  const [a, b] = [stemsOf(one), stemsOf(other)];
  if (a.size < 3 || b.size < 3) return 0;
  const shared = [...a.keys()].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}
