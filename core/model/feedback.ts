// A person's feedback on a diagnosis, in a form that can be counted: whether it was right, and what the cause was instead.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { EntityRef, Instant } from './entity.ts';

/** The entity and cause that a person's words name. If several fit, the entity stays empty and the candidates are kept. */
export const StatedCause = z.object({
  entity: EntityRef.optional(),
  entities: z.array(EntityRef).max(5),
  cause: CauseCode.optional(),
  causes: z.array(CauseCode).max(5),
});
export type StatedCause = z.infer<typeof StatedCause>;

export const Feedback = z.object({
  incidentId: z.string(),
  at: Instant,
  by: z.string(),
  /** The person's own words, redacted. */
  said: z.string(),
  verdict: z.enum(['right', 'wrong']),
  /** The first hypothesis; absent if there was none yet, or its cause was unknown. */
  diagnosed: z.object({ entity: EntityRef, cause: CauseCode, confidence: z.number().min(0).max(1) }).optional(),
  fingerprint: z.string().optional(),
  meant: StatedCause,
});
export type Feedback = z.infer<typeof Feedback>;
