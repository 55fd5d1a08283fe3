// Whether two services show one error: the same text once what varies and what is attached to it is taken off, or nearly the same words.
// One error in several places points to code or to a thing that they share.
import { stemsOf } from '../analysis/changes/words.ts';

/** Share of common words (Jaccard) from which two texts are one error. */
const alike = 0.5;

/** `templates` are masked error texts of either side. */
export function sameError(these: readonly string[], those: readonly string[]): boolean {
  return these.some((one) => those.some((other) => head(one) === head(other) || similarity(one, other) >= alike));
}

/** What is said before structured fields are attached. */
const head = (template: string): string => (template.split(/\s\{"/)[0] ?? template).trim().toLowerCase();

function similarity(one: string, other: string): number {
  const [a, b] = [stemsOf(one), stemsOf(other)];
  if (a.size < 3 || b.size < 3) return 0;
  const shared = [...a.keys()].filter((word) => b.has(word)).length;
  return shared / (a.size + b.size - shared);
}
