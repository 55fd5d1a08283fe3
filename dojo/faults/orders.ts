// Defines the orders for a life of the runtime, and its report at the end.
import * as z from 'zod';
import { TimelineEvent } from '../../core/model/timeline.ts';
import { Schedule } from './schedule.ts';

export const Orders = z.object({
  data: z.string(),
  scenarios: z.string(),
  cluster: z.string(),
  schedules: z.array(Schedule),
  /** From 0; the last life holds nothing. */
  life: z.number().int(),
  last: z.boolean(),
  patienceMs: z.number(),
  /** A deliberate bug, to prove that the harness detects it. */
  bug: z.enum(['none', 'new-key-each-try', 'swallowed-failure', 'never-verified', 'never-swept']),
});
export type Orders = z.infer<typeof Orders>;

/** The record of one incident. */
export const Outcome = z.object({
  seed: z.number(),
  incidentId: z.string(),
  status: z.string(),
  /** The state of its execution. */
  execution: z.string().default('running'),
  /** Whether the record of an approval is a yes. */
  approved: z.boolean(),
  /** Timeline events that report an executed or refused action. */
  actions: z.array(TimelineEvent),
});
export type Outcome = z.infer<typeof Outcome>;
