// Orders pages by urgency. Each page has one number that never changes. The number falls with the time of opening, so an old page rises over
// later ones as if its urgency grew, and no page starves.
import type { Trigger } from '../model/incident.ts';
import type { PageFacts } from '../model/storm.ts';

/** Points; one point is worth `minutesPerPoint` of waiting. */
const bySeverity: Readonly<Record<Trigger['severity'], number>> = { critical: 6, high: 4, unknown: 2, low: 0 };
const byEnvironment = { production: 3, unknown: 2, other: 0 } as const;
const minutesPerPoint = 2;
/** These symptoms cost half a point: of two equal pages, the one that already fails goes first. */
const notYet: ReadonlySet<PageFacts['symptom']> = new Set(['cost', 'certificate', 'storage', 'saturation']);

const production = /^(?:prod|production|prd|live)(?:$|[-_0-9])/i;

/** Whether the environment is production, by its name. */
const kindOfEnvironment = (environment: string | undefined): keyof typeof byEnvironment =>
  environment === undefined ? 'unknown' : production.test(environment) ? 'production' : 'other';

/** The rank in the queue: a whole number that falls as urgency rises, the smallest first. */
export const rankOf = (urgency: number): number => Math.round(-urgency * minutesPerPoint * 60_000);

/**
 * The urgency of a page; higher is sooner. A person's request precedes an equally severe page. Values are comparable between pages of any time.
 */
export function urgencyOf(
  facts: Pick<PageFacts, 'openedAt' | 'environment' | 'symptom'>,
  { severity, kind }: Pick<Trigger, 'severity' | 'kind'>,
): number {
  const points =
    bySeverity[severity] +
    byEnvironment[kindOfEnvironment(facts.environment)] +
    (kind === 'mention' ? 1 : 0) -
    (notYet.has(facts.symptom) ? 0.5 : 0);
  return points - Date.parse(facts.openedAt) / 60_000 / minutesPerPoint;
}
