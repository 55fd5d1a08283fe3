// Signs of time: whether a candidate began before or after the others. Onsets within a minute count as simultaneous, because scrape intervals are
// no finer.
import { causes } from '../../causes/causes.ts';
import type { Candidate } from '../candidates.ts';
import { minute, minutesOf, observed, type ScoringContext, type Sign } from '../scene.ts';

export function signsOfOnset(candidate: Candidate, { findings, subjects }: ScoringContext): Sign[] {
  if (candidate.onset === undefined || causes[candidate.cause].onset === 'unreliable') return [];
  const own = Date.parse(candidate.onset);
  const others = observed(findings)
    .filter(({ entity }) => subjects.keyOf(entity) !== candidate.subject)
    .flatMap(({ onset }) => (onset ? [Date.parse(onset)] : []));
  if (others.length === 0) return [];
  const first = Math.min(...others);
  if (own < first - minute) return [{ weight: 0.6, text: `it began ${minutesOf(first - own)} before anything else` }];
  return own > first + 2 * minute
    ? [{ weight: -0.7, text: `something else began ${minutesOf(own - first)} earlier` }]
    : [];
}
