// What people call a piece of evidence: who was asked and what; or, in short, what it says.
import type { Evidence } from '../model/report.ts';
import { shorten } from '../text.ts';

export const nameOf = ({ source, query }: Pick<Evidence, 'source' | 'query'>): string =>
  `${source}: ${shorten(query.replace(/\s+/g, ' ').trim(), 140)}`;

/** The first two lines that say something: a count and what was counted, an object and its state. */
export function gistOf({ excerpt, query }: Pick<Evidence, 'excerpt' | 'query'>, max = 160): string {
  const lines = excerpt.split('\n').filter((line) => line.trim() !== '');
  const said = lines.slice(0, 2).map((line) => line.replace(/\s+/g, ' ').trim());
  return shorten(said.join(' ') || query, max);
}
