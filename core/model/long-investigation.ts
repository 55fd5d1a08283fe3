// An investigation that goes on after the first diagnosis, for minutes or hours: its settings, its record, and how it ended.
import * as z from 'zod';
import { Diagnosis } from './diagnosis.ts';
import { Instant } from './entity.ts';
import { Decided } from './workflow.ts';

/** Input of the state that waits for it. */
export const LongTask = z.object({ taskToken: z.string().min(1), state: Decided });
export type LongTask = z.infer<typeof LongTask>;

/** What the session gets. `seconds` is its budget of time. */
export const LongJob = LongTask.extend({ session: z.string().min(33).max(100), seconds: z.number().positive() });
export type LongJob = z.infer<typeof LongJob>;

/** How it ended, as the waiting execution learns it. `lost`: nothing was heard of it any more. */
export const LongOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('finished'), diagnosis: Diagnosis }),
  z.object({ kind: z.literal('stopped'), by: z.string() }),
  z.object({ kind: z.literal('failed'), why: z.string().max(300) }),
  z.object({ kind: z.literal('lost') }),
]);
export type LongOutcome = z.infer<typeof LongOutcome>;

/** The record of one. Only its writer and those who may stop it read it, because it holds the task token. */
export const LongRecord = z.object({
  incidentId: z.string().min(1),
  state: z.enum(['running', 'stopped', 'ended']),
  session: z.string(),
  taskToken: z.string(),
  startedAt: Instant,
  stoppedBy: z.string().optional(),
});
export type LongRecord = z.infer<typeof LongRecord>;

/** Input of the state after it. The outcome is absent if the state failed or timed out; anything else that does not fit counts as lost. */
export const LongEnded = Decided.extend({
  longOutcome: LongOutcome.optional().catch(undefined),
});
export type LongEnded = z.infer<typeof LongEnded>;
