// In which order pages are investigated. One number that never changes: it falls with the instant of opening, so that waiting lifts a page over
// later ones as if its urgency grew, and nothing starves.
import type { Trigger } from '../model/incident.ts';
import type { PageFacts } from '../model/storm.ts';

/** In points; a point is worth `minutesPerPoint` of waiting. */
const bySeverity: Readonly<Record<Trigger['severity'], number>> = { critical: 6, high: 4, unknown: 2, low: 0 };
const byEnvironment = { production: 3, unknown: 2, other: 0 } as const;
const minutesPerPoint = 2;
/** Half of a point: of two alike, what already fails goes before what will. */
const notYet: ReadonlySet<PageFacts['symptom']> = new Set(['cost', 'certificate', 'storage', 'saturation']);

const production = /^(?:prod|production|prd|live)(?:$|[-_0-9])/i;

/** Whether people outside use it, as far as its name says. */
const kindOfEnvironment = (environment: string | undefined): keyof typeof byEnvironment =>
  environment === undefined ? 'unknown' : production.test(environment) ? 'production' : 'other';

/** A whole number that falls as urgency rises: places in a line, the first one first. */
export const rankOf = (urgency: number): number => Math.round(-urgency * minutesPerPoint * 60_000);

/** A person who asks goes before a machine that pages as urgently. The higher, the sooner. Comparable between pages whenever they came. */
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
