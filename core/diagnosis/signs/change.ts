// Signs for a change as the cause: its time relative to the onset, and whether its text matches the observed errors. A change just before the onset
// weighs more (Site Reliability Engineering, ch. 12).

import { isChange } from '../../causes/causes.ts';
import type { Candidate } from '../candidates.ts';
import { earliestOf, minute, minutesOf, observed, type ScoringContext, type Sign } from '../scene.ts';
import { signsOfImage } from './image.ts';
import { signsOfLoad } from './load.ts';
import { signsOfMechanism } from './mechanism.ts';
import { signsOfNewLimit } from './new-limit.ts';
import { signsOfWords } from './words-match.ts';

export function signsOfChange(candidate: Candidate, scene: ScoringContext): Sign[] {
  const failures = observed(scene.findings);
  const own = failures.filter(({ entity }) => scene.subjects.keyOf(entity) === candidate.subject);
  return [
    ...(own.length === 0 && failures.length > 0
      ? [{ weight: -0.8, text: 'nothing fails at its place of rollout' }]
      : []),
    ...signsOfDelay(candidate.onset, earliestOf(own.length > 0 ? own : failures)),
    ...(own.some(({ cause }) => cause !== undefined && isChange(cause))
      ? [{ weight: 0.6, text: 'the errors there look like those of something new' }]
      : []),
    ...signsOfWords(candidate, scene),
    ...signsOfMechanism(candidate, scene),
    ...signsOfLoad(candidate, scene),
    ...signsOfNewLimit(candidate, scene),
    ...signsOfImage(candidate, scene),
  ];
}

/** Delay from the change's time live (UTC) to the onset (epoch milliseconds). */
function signsOfDelay(live: string | undefined, onset: number | undefined): Sign[] {
  if (live === undefined || onset === undefined) return [];
  const ms = onset - Date.parse(live);
  if (ms < -minute) {
    // A deploy is recorded at its end and metrics are smoothed, so a few minutes give no order.
    const weight = ms < -5 * minute ? -3 : ms < -3 * minute ? -1.2 : -0.2;
    return [{ weight, text: `the trouble began ${minutesOf(-ms)} before it went live` }];
  }
  const weight = ms <= 10 * minute ? 0.8 : ms <= 30 * minute ? 0.3 : ms <= 120 * minute ? -0.9 : -1.4;
  return [{ weight, text: `the trouble began ${minutesOf(Math.max(0, ms))} after it went live` }];
}
