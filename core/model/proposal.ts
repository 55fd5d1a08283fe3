// What somebody asked to be remembered, until that person confirmed it. It counts for nothing.
import * as z from 'zod';
import { Preference } from './action.ts';
import { Instant } from './entity.ts';

export const Proposal = z.object({
  id: z.string(),
  incidentId: z.string(),
  by: z.string(),
  at: Instant,
  expiresAt: Instant,
  state: z.enum(['open', 'confirmed', 'dropped']),
  /** As it would be taught. */
  preference: Preference,
});
export type Proposal = z.infer<typeof Proposal>;
