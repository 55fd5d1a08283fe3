// The line of pages that wait for their investigation. Pure data: who is next, who is held and whom a diagnosis covers is decided in
// core/admission/.
import * as z from 'zod';
import { EntityRef, Instant } from './entity.ts';
import { PageFacts, Relation } from './storm.ts';

/** One investigation that is under way. It ends when it is given back, when its execution died, or at `until` at the latest. */
export const Lease = z.object({
  incidentId: z.string(),
  execution: z.string(),
  facts: PageFacts,
  since: Instant,
  until: Instant,
});
export type Lease = z.infer<typeof Lease>;

/** An incident that has a diagnosis: pages that come within a while are judged against it. */
export const Diagnosed = z.object({ incidentId: z.string(), facts: PageFacts, at: Instant });
export type Diagnosed = z.infer<typeof Diagnosed>;

/** Everything that admitting decides on, in one record with a version, so that one conditional write decides. */
export const Slots = z.object({
  version: z.number().int().min(0),
  leases: z.array(Lease),
  diagnosed: z.array(Diagnosed),
});
export type Slots = z.infer<typeof Slots>;

/** A page in line. */
export const Waiting = z.object({
  incidentId: z.string(),
  execution: z.string(),
  facts: PageFacts,
  enteredAt: Instant,
  /** Place in the line, lower first. It never changes, so that ageing needs no writes (core/admission/rank.ts). */
  rank: z.number().int(),
  /** Waits for the diagnosis of an incident that may have the same cause. */
  held: z.object({ behind: z.string(), because: Relation, until: Instant }).optional(),
  /** Incidents behind which it was held before: it is held behind none of them again. */
  heldBefore: z.array(z.string()).default([]),
});
export type Waiting = z.infer<typeof Waiting>;

/** What the workflow gets for a page that waited. */
export const Admission = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('admitted') }),
  /** The diagnosis of `leader` answers it, too. */
  z.object({ kind: z.literal('covered'), leader: z.string(), because: Relation, cause: EntityRef }),
  /** That incident does not stand any more, or the page has a cause of its own: it is investigated. */
  z.object({ kind: z.literal('refused') }),
]);
export type Admission = z.infer<typeof Admission>;
