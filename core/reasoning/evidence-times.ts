// Checks what a claim says about time against the times of its evidence: what happened in the healthy time before is not told as part of the incident.
import type { TimeWindow } from '../model/entity.ts';
import type { Evidence } from '../model/report.ts';

const instants = /\b(\d{4}-\d\d-\d\d)[t ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(z|[+-]\d\d:?\d\d)?/gi;
const saysDuring =
  /\b(?:during|throughout|within|in the course of) (?:the |this |that )?(?:whole |entire )?(?:incident|outage|page)\b|\b(?:since|after|when|once) (?:the |this )?(?:incident|outage|page|alert) (?:began|begins|started|starts|fired)\b/i;
const saysOnly =
  /\b(?:nothing|none|never|not once|no \w+) (?:of (?:it|that|this) )?(?:was )?(?:before|earlier|previously)\b|\b(?:all|everything|every \w+|each)\b[^.]{0,60}\b(?:during|within|since|after) (?:the |this )?(?:incident|outage|page|alert)\b|\bonly (?:during|within|since|after) (?:the |this )?(?:incident|outage|page|alert)\b/i;
/** What our own digests and counts say of the time before. */
const countedBefore = /\b[1-9]\d*\s?× before\b/;

/** Sources whose excerpts are lines with the time at which each was written. */
const lines = new Set(['journal', 'logs']);
/** Lines this long before the incident, in milliseconds, are of the healthy time: a fault may begin before its page's window. */
const leadMs = 15 * 60_000;

/** Times in the text, in milliseconds; without a zone they are UTC. */
const timesIn = (text: string): number[] =>
  [...text.matchAll(instants)].flatMap(([, day, time, zone]) => {
    const at = Date.parse(`${day}T${time?.replace(',', '.')}${zone ?? 'Z'}`);
    return Number.isNaN(at) ? [] : [at];
  });

type Dated = Pick<Evidence, 'source' | 'excerpt'>;

/** What is wrong about the claim's times; undefined if nothing is. */
export function mistimed(claim: string, cited: readonly Dated[], incident: TimeWindow): string | undefined {
  const start = Date.parse(incident.start);
  const isEarlier = ({ excerpt }: Dated): boolean => {
    const times = timesIn(excerpt);
    return times.length > 0 && times.every((at) => at < start);
  };
  const isHealthyTime = ({ source, excerpt }: Dated): boolean => {
    const times = lines.has(source) ? timesIn(excerpt) : [];
    return times.length > 0 && times.every((at) => at < start - leadMs);
  };
  if (cited.length > 0 && cited.every(isHealthyTime)) return 'its evidence is all of the time before the incident';
  if (saysDuring.test(claim) && cited.length > 0 && cited.every(isEarlier))
    return 'it tells of the incident what its evidence shows of the time before';
  if (!saysOnly.test(claim)) return undefined;
  const times = cited.flatMap(({ excerpt }) => timesIn(excerpt));
  const isShown = times.length > 0 && times.every((at) => at >= start);
  return isShown && !cited.some(({ excerpt }) => countedBefore.test(excerpt))
    ? undefined
    : 'its evidence does not show that there was nothing before the incident';
}
