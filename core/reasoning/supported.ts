// Whether a sentence says only what its sources say. Code decides this, not a prompt: numbers and names in a claim must occur in what it cites.

const numbers = /\d+(?:[.,]\d+)*/g;
/** Names as systems write them: something with a dash, dot, slash, underscore or digit inside, or in backticks. */
const names = /`[^`]+`|\b[A-Za-z][A-Za-z0-9]*(?:[-_./:][A-Za-z0-9]+)+\b/g;

const normalise = (text: string): string => text.toLowerCase().replaceAll(/[`,]/g, '');

/** The numbers and names of `claim` that occur nowhere in `sources`; empty means supported. */
export function unsupportedParts(claim: string, sources: readonly string[]): readonly string[] {
  const known = normalise(sources.join('\n'));
  const knownNumbers = new Set(known.match(numbers) ?? []);
  const missingNumbers = (normalise(claim).match(numbers) ?? []).filter((n) => !knownNumbers.has(n));
  const missingNames = (claim.match(names) ?? []).map(normalise).filter((name) => !known.includes(name));
  return [...new Set([...missingNumbers, ...missingNames])];
}
