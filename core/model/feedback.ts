// What a person said of a diagnosis, in a form that can be counted: whether it was right, and what it was instead.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { EntityRef, Instant } from './entity.ts';

/** What words name. Where several fit there is none, and the candidates are kept. */
export const Meant = z.object({
  entity: EntityRef.optional(),
  entities: z.array(EntityRef).max(5),
  cause: CauseCode.optional(),
  causes: z.array(CauseCode).max(5),
});
export type Meant = z.infer<typeof Meant>;

export const Feedback = z.object({
  incidentId: z.string(),
  at: Instant,
  by: z.string(),
  /** In their words, redacted. */
  said: z.string(),
  verdict: z.enum(['right', 'wrong']),
  /** The first hypothesis; absent where there was none yet, or its cause was not known. */
  diagnosed: z.object({ entity: EntityRef, cause: CauseCode, confidence: z.number().min(0).max(1) }).optional(),
  fingerprint: z.string().optional(),
  meant: Meant,
});
export type Feedback = z.infer<typeof Feedback>;
