// How the pages of one storm relate to each other. Pure data: core/storms/ has the rules that relate pages, decide which diagnosis covers which page,
// and order the investigations.
import * as z from 'zod';
import { SymptomKind } from '../causes/symptom-kind.ts';
import { EntityRef, Instant } from './entity.ts';

export { SymptomKind };

/** The nearest services by name, in lower case, with the number of calls to reach them. */
const Distances = z.record(z.string(), z.number().int().min(1)).default({});

/** The facts about a page that grouping needs. They stay with the page in the queue. */
export const PageFacts = z.object({
  incidentId: z.string(),
  openedAt: Instant,
  /** When the alert began to fire, according to its payload; this can be earlier than the page. If absent, use the time the incident was opened. */
  firedAt: Instant.optional(),
  /** The alert's name, if the payload has one (`alertname`, a monitor's name); the title is not a name. */
  alert: z.string().max(300).optional(),
  symptom: SymptomKind,
  /** Symptoms of further alerts on the same page, if they differ. */
  furtherSymptoms: z.array(SymptomKind).max(10).default([]),
  service: z.string().optional(),
  cluster: z.string().optional(),
  environment: z.string().optional(),
  namespace: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  /** An availability zone, from the alert's labels. */
  zone: z.string().optional(),
  workload: EntityRef.optional(),
  /** The node (or host) that the alert names. */
  node: z.string().optional(),
  /** Services that the paged service reaches through calls. */
  callees: Distances,
  /** Services that reach the paged service through calls. */
  callers: Distances,
  /** Callees that the catalogue places in other clusters than the page's own, with those clusters: these calls cross clusters. */
  crossing: z.record(z.string(), z.array(z.string())).default({}),
  /** Namespaces in the page's own cluster where the catalogue places callees. */
  placed: z.record(z.string(), z.array(z.string())).default({}),
  /** Callees that most services reach; a shared one is weak evidence. */
  common: z.array(z.string()).default([]),
  /** Why the page left another incident; it is investigated on its own. */
  apart: z.lazy(() => SeparateReason).optional(),
});
export type PageFacts = z.infer<typeof PageFacts>;

/** Why two pages have, or may have, one cause. Between two pages a relation is a presumption: the later page waits, but nothing is joined. */
export const Relation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('same-alert'), alert: z.string(), service: z.string() }),
  z.object({ kind: z.literal('same-thing'), thing: z.string() }),
  z.object({ kind: z.literal('same-node'), node: z.string(), cluster: z.string().optional() }),
  z.object({ kind: z.literal('same-place'), place: z.enum(['namespace', 'cluster', 'zone']), name: z.string() }),
  z.object({ kind: z.literal('cluster-condition'), cluster: z.string(), alert: z.string() }),
  z.object({ kind: z.literal('calls'), caller: z.string(), callee: z.string() }),
  z.object({ kind: z.literal('shared-callee'), callee: z.string() }),
  z.object({ kind: z.literal('alert-over-services'), alert: z.string() }),
]);
export type Relation = z.infer<typeof Relation>;

export const SeparateReason = z.enum([
  'not-related',
  'cause-unknown',
  /** Two hypotheses are about equally likely, or the second one is about this page's own entity. */
  'cause-in-doubt',
  'cause-elsewhere',
  'symptom-does-not-fit',
  'other-place',
  /** The place of the page, or of the cause, is not known well enough. */
  'place-unknown',
  'began-before-the-cause',
  'long-after-the-cause',
  /** The page's own service changed just before. */
  'own-change',
  /** Another page about the same entity reports a symptom that this cause does not produce. */
  'own-trouble',
  'a-person-said-so',
  'diagnosis-changed',
  'leader-gone',
  'still-failing-after-recovery',
]);
export type SeparateReason = z.infer<typeof SeparateReason>;

/**
 * Whether a diagnosis covers another page. `covered` joins the page to the diagnosed incident. `separate` starts an investigation of its own and
 * gives the reason as a code; core/storms/ has its rules and core/record/membership-words.ts its words.
 */
export const Coverage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('covered'), because: Relation, cause: EntityRef }),
  z.object({ kind: z.literal('separate'), why: SeparateReason }),
]);
export type Coverage = z.infer<typeof Coverage>;
