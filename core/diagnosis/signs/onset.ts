// Signs of time: whether a candidate began before or after the others. Onsets within a minute count as simultaneous, because scrape intervals are
// no finer.
import { causes } from '../../causes/causes.ts';
import type { Candidate } from '../candidates.ts';
import { isLongStanding } from '../long-standing.ts';
import { minute, minutesOf, observed, type ScoringContext, type Sign, slackOf } from '../scene.ts';

export function signsOfOnset(candidate: Candidate, { findings, subjects, since }: ScoringContext): Sign[] {
  if (candidate.onset === undefined || causes[candidate.cause].onset === 'unreliable') return [];
  if (isLongStanding(candidate.onset, since)) return [];
  const own = Date.parse(candidate.onset);
  const others = observed(findings)
    .filter(({ entity }) => subjects.keyOf(entity) !== candidate.subject)
    .flatMap(({ onset }) => (onset && !isLongStanding(onset, since) ? [Date.parse(onset)] : []));
  if (others.length === 0) return [];
  const first = Math.min(...others);
  if (own < first - minute) return [{ weight: 0.6, text: `it began ${minutesOf(first - own)} before anything else` }];
  return own > first + slackOf(candidate)
    ? [{ weight: -0.7, text: `something else began ${minutesOf(own - first)} earlier` }]
    : [];
}

/** A fault that is hours older than the page does not explain what began lately, unless the page is about it. */
export function signsOfAge(candidate: Candidate, { findings, graph, subjects, since, paged }: ScoringContext): Sign[] {
  const { onset, service, subject } = candidate;
  if (onset === undefined || !isLongStanding(onset, since) || (paged !== undefined && service === paged)) return [];
  const isNews = observed(findings).some(
    ({ entity, severity, onset: began }) =>
      began !== undefined &&
      !isLongStanding(began, since) &&
      (severity === 'critical' || severity === 'major') &&
      subjects.keyOf(entity) !== subject,
  );
  const isOfAnother = paged !== undefined && service !== undefined && !graph.calleesOf(paged).has(service);
  if (!isNews && !isOfAnother) return [];
  const hours = Math.round((since - Date.parse(onset)) / (60 * minute));
  return [{ weight: -3, text: `it has been so for ${hours} h, and the paged problem began later` }];
}
