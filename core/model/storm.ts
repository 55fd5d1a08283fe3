// What pages of one storm have to do with each other. Pure data: core/storms/ holds the rules that relate pages and that tell which diagnosis
// covers which page, and the order in which pages are investigated.
import * as z from 'zod';
import { SymptomKind } from '../causes/symptom-kind.ts';
import { EntityRef, Instant } from './entity.ts';

export { SymptomKind };

/** Services by name, in lower case, with the number of calls between. The nearest ones only. */
const Distances = z.record(z.string(), z.number().int().min(1)).default({});

/** What a page is about, as far as its grouping needs it. It travels with the page's place in the queue. */
export const PageFacts = z.object({
  incidentId: z.string(),
  openedAt: Instant,
  /** When the alert began to fire by its own word: earlier than the page where the payload says so. Absent: when it was opened. */
  firedAt: Instant.optional(),
  /** The alert's name where the payload has one (`alertname`, a monitor's name): not the title. */
  alert: z.string().max(300).optional(),
  symptom: SymptomKind,
  /** Of further alerts of the same page, where they differ. */
  furtherSymptoms: z.array(SymptomKind).max(10).default([]),
  service: z.string().optional(),
  cluster: z.string().optional(),
  environment: z.string().optional(),
  namespace: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  /** An availability zone, as the alert's labels say. */
  zone: z.string().optional(),
  workload: EntityRef.optional(),
  /** The node (or host) that the alert names. */
  node: z.string().optional(),
  /** Services that the paged one reaches by calls. */
  callees: Distances,
  /** Services that reach the paged one by calls. */
  callers: Distances,
  /** Callees that the catalogue places in other clusters than the page's own, with those clusters: these calls cross. */
  crossing: z.record(z.string(), z.array(z.string())).default({}),
  /** Namespaces where the catalogue places callees, in the page's own cluster. */
  placed: z.record(z.string(), z.array(z.string())).default({}),
  /** Callees that most services reach: sharing one says little. */
  common: z.array(z.string()).default([]),
  /** It left another incident, for this reason: it is investigated on its own. */
  apart: z.lazy(() => SeparateReason).optional(),
});
export type PageFacts = z.infer<typeof PageFacts>;

/** Why two pages have, or may have, one cause. Between two pages it is a presumption: it lets the later wait, and joins nothing. */
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
  /** Two hypotheses are about as likely, or the second is about the very thing that this page is about. */
  'cause-in-doubt',
  'cause-elsewhere',
  'symptom-does-not-fit',
  'other-place',
  /** Where it is, or where the cause is, is not known well enough. */
  'place-unknown',
  'began-before-the-cause',
  'long-after-the-cause',
  /** Its own service changed just before. */
  'own-change',
  /** Another page about the same thing reports what this cause does not bring about. */
  'own-trouble',
  'a-person-said-so',
  'diagnosis-changed',
  'leader-gone',
  'still-failing-after-recovery',
]);
export type SeparateReason = z.infer<typeof SeparateReason>;

/**
 * Whether a diagnosis answers another page, too. `covered` joins the page to the diagnosed incident; `separate` has it investigated on its
 * own, with the reason as a code that core/storms/ puts into words.
 */
export const Coverage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('covered'), because: Relation, cause: EntityRef }),
  z.object({ kind: z.literal('separate'), why: SeparateReason }),
]);
export type Coverage = z.infer<typeof Coverage>;
