// What pages of one storm have to do with each other. Pure data: core/storms/ holds the rules that relate pages and that tell which diagnosis
// covers which page, and the order in which pages are investigated.
import * as z from 'zod';
import { EntityRef, Instant } from './entity.ts';

/** What kind of trouble an alert reports, as far as its own words and metric say. `unknown` is related to nothing by kind. */
export const SymptomKind = z.enum([
  'unavailable',
  'errors',
  'latency',
  'saturation',
  'traffic',
  'crash',
  'job-failed',
  'node-down',
  'storage',
  'certificate',
  'backlog',
  'cost',
  'unknown',
]);
export type SymptomKind = z.infer<typeof SymptomKind>;

/** What a page is about, as far as its grouping needs it. It travels with the page's place in the queue. */
export const PageFacts = z.object({
  incidentId: z.string(),
  openedAt: Instant,
  /** The alert's name where the payload has one (`alertname`, a monitor's name): not the title. */
  alert: z.string().max(300).optional(),
  symptom: SymptomKind,
  service: z.string().optional(),
  cluster: z.string().optional(),
  environment: z.string().optional(),
  namespace: z.string().optional(),
  account: z.string().optional(),
  region: z.string().optional(),
  workload: EntityRef.optional(),
  /** The node that the alert names. */
  node: z.string().optional(),
  /** Services that the paged one reaches by calls, with the number of calls between them. */
  callees: z.record(z.string(), z.number().int().min(1)).default({}),
});
export type PageFacts = z.infer<typeof PageFacts>;

/** Why two pages may have one cause. It is a presumption: it lets the later page wait for the earlier one's diagnosis, and joins nothing. */
export const Relation = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('same-alert'), alert: z.string(), service: z.string() }),
  z.object({ kind: z.literal('same-node'), node: z.string(), cluster: z.string().optional() }),
  z.object({ kind: z.literal('cluster-condition'), cluster: z.string(), alert: z.string() }),
  z.object({ kind: z.literal('calls'), caller: z.string(), callee: z.string() }),
  z.object({ kind: z.literal('shared-callee'), callee: z.string() }),
  z.object({ kind: z.literal('alert-over-services'), alert: z.string() }),
]);
export type Relation = z.infer<typeof Relation>;

/**
 * Whether a diagnosis answers another page, too. `covered` joins the page to the diagnosed incident; `separate` has it investigated on its
 * own, with the reason as a code that core/storms/ puts into words.
 */
export const Coverage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('covered'), because: Relation, cause: EntityRef }),
  z.object({
    kind: z.literal('separate'),
    why: z.enum([
      'not-related',
      'cause-unknown',
      'cause-elsewhere',
      'symptom-does-not-fit',
      'other-place',
      'began-before-the-cause',
      'a-person-said-so',
      'still-failing-after-recovery',
    ]),
  }),
]);
export type Coverage = z.infer<typeof Coverage>;
