// Describes the evidence behind the first hypothesis in a few features that mean the same for every kind of cause. calibration.ts turns them into
// the confidence that is stated. Pure.
import { causes, isChange } from '../causes/causes.ts';
import type { Ranked } from './rank.ts';
import { observed, type ScoringContext } from './scene.ts';
import { leftOpen } from './signs/graph.ts';

export const features = [
  'odds',
  'strongest',
  'shown',
  'logged',
  'measured',
  'symptomOnly',
  'notRoot',
  'changeOnly',
  'leftOpen',
] as const;
export type Feature = (typeof features)[number];

/**
 * Each between 0 and 1, but for `odds`. `odds`: log odds of its share among all hypotheses. `strongest`: confidence of its best finding. `shown`: the
 * cluster or a managed service states the cause. `logged`: the words of a log do. `measured`: only metrics suggest it. `symptomOnly`: no finding
 * states a cause. `notRoot`: its cause often has another behind it. `changeOnly`: a change by its time and words. `leftOpen`: the share of other
 * grave problems that it does not explain. How near the page and the rivals are is in the odds.
 */
export type Support = Readonly<Record<Feature, number>>;

const yes = (is: boolean): number => Number(is);
const largest = 3.5;

export function supportOf(first: Ranked, scene: ScoringContext): Support {
  const { candidate, confidence } = first;
  const { findings, cause } = candidate;
  const own = observed(findings);
  const states = (...specialists: readonly string[]) =>
    own.some(({ role, specialist }) => role === 'cause' && specialists.includes(specialist));
  const onlyChange = isChange(cause) && own.length === 0;
  const odds = Math.log(confidence / (1 - confidence));
  return {
    odds: Math.min(largest, Math.max(-largest, odds)),
    strongest: Math.max(0, ...findings.map((finding) => finding.confidence)),
    shown: yes(states('kubernetes', 'executions', 'cdn', 'aws')),
    logged: yes(states('logs')),
    measured: yes(own.length > 0 && own.every(({ specialist }) => specialist === 'metrics')),
    symptomOnly: yes(own.length > 0 && own.every(({ role }) => role === 'symptom')),
    notRoot: yes(causes[cause].depth !== 'root'),
    changeOnly: yes(onlyChange),
    leftOpen: leftOpen(candidate, scene).share,
  };
}
