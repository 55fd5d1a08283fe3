// What a life of the runtime is told to do, and what it tells of its end.
import * as z from 'zod';
import { TimelineEvent } from '../../core/model/timeline.ts';
import { Schedule } from './schedule.ts';

export const Orders = z.object({
  data: z.string(),
  scenarios: z.string(),
  cluster: z.string(),
  schedules: z.array(Schedule),
  /** From 0; the last one holds nothing. */
  life: z.number().int(),
  last: z.boolean(),
  patienceMs: z.number(),
  /** For proving that the harness can see: what is broken on purpose. */
  bug: z.enum(['none', 'new-key-each-try', 'swallowed-failure', 'never-verified', 'never-swept']),
});
export type Orders = z.infer<typeof Orders>;

/** What the record says of one incident. */
export const Told = z.object({
  seed: z.number(),
  incidentId: z.string(),
  status: z.string(),
  /** In which state its execution is. */
  execution: z.string().default('running'),
  /** Whether the record of an approval says yes. */
  approved: z.boolean(),
  /** Events of the timeline that tell what was done, or not. */
  actions: z.array(TimelineEvent),
});
export type Told = z.infer<typeof Told>;
