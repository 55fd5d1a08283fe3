// Checks whether a claim is supported by its sources. Code decides this, not a prompt: the sources must contain the claim's numbers and names.
import { holdsLink } from './untrusted.ts';

const numbers = /\d+(?:[.,]\d+)*/g;
/** Names as systems write them: words with an inner dash, dot, slash, underscore or colon, or text in backticks. */
const names = /`[^`]+`|\b[A-Za-z][A-Za-z0-9]*(?:[-_./:][A-Za-z0-9]+)+\b/g;

const normalise = (text: string): string => text.toLowerCase().replaceAll(/[`,]/g, '');

/** The numbers and names of `claim` that the sources lack, and whether it has a link or a mention; empty if the claim is supported. */
export function unsupportedParts(claim: string, sources: readonly string[]): readonly string[] {
  const known = normalise(sources.join('\n'));
  const knownNumbers = new Set(known.match(numbers) ?? []);
  const missingNumbers = (normalise(claim).match(numbers) ?? []).filter((n) => !knownNumbers.has(n));
  const missingNames = (claim.match(names) ?? []).map(normalise).filter((name) => !known.includes(name));
  return [...new Set([...missingNumbers, ...missingNames, ...(holdsLink(claim) ? ['a link'] : [])])];
}
