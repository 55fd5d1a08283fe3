// A proposed preference: a person asked for it and has not confirmed it. It permits nothing.
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
  /** The preference that confirmation would teach. */
  preference: Preference,
});
export type Proposal = z.infer<typeof Proposal>;
