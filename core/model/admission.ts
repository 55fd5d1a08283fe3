// Types of the queue of incidents that wait for their investigation. Pure data: core/admission/ decides which one is next, which one is held, and
// which one a diagnosis covers.
import * as z from 'zod';
import { EntityRef, Instant } from './entity.ts';
import { PageFacts, Relation } from './storm.ts';

/** One investigation in progress. It ends when the incident returns it, when its execution died, or at `until` at the latest. */
export const Lease = z.object({
  incidentId: z.string(),
  execution: z.string(),
  facts: PageFacts,
  since: Instant,
  until: Instant,
});
export type Lease = z.infer<typeof Lease>;

/** An incident that has a diagnosis. Pages that arrive soon after are compared with it. */
export const Diagnosed = z.object({ incidentId: z.string(), facts: PageFacts, at: Instant });
export type Diagnosed = z.infer<typeof Diagnosed>;

/** Everything that admission decides on, in one versioned record, so that one conditional write makes the decision. */
export const Slots = z.object({
  version: z.number().int().min(0),
  leases: z.array(Lease),
  diagnosed: z.array(Diagnosed),
});
export type Slots = z.infer<typeof Slots>;

/** A page in the queue. */
export const Waiting = z.object({
  incidentId: z.string(),
  execution: z.string(),
  facts: PageFacts,
  enteredAt: Instant,
  /** Place in the queue; lower comes first. It never changes, so ageing needs no writes (core/storms/urgency.ts). */
  rank: z.number().int(),
  /** The page is held until the incident `behind` has a diagnosis, because both may have the same cause. */
  held: z.object({ behind: z.string(), because: Relation, until: Instant }).optional(),
  /** Incidents that this page was already held behind; it is not held behind any of them again. */
  heldBefore: z.array(z.string()).default([]),
});
export type Waiting = z.infer<typeof Waiting>;

/** The admission result that the workflow receives for a page that waited. */
export const Admission = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('admitted') }),
  /** The diagnosis of `leader` also covers this page. */
  z.object({ kind: z.literal('covered'), leader: z.string(), because: Relation, cause: EntityRef }),
  /** The leader is no longer open, or the page has its own cause: the page is investigated separately. */
  z.object({ kind: z.literal('refused') }),
]);
export type Admission = z.infer<typeof Admission>;
