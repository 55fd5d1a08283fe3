// A tape: every call that an incident made to the world (sources, the model, a look at a target) with its answer, in order. What is on it was
// redacted like everything that is kept. Recording is asked for; a tape that cannot be written never gets in the way of an incident.
import * as z from 'zod';
import { canonical } from '../canonical.ts';
import { Instant } from '../model/entity.ts';
import { Gap } from '../model/report.ts';

/** What came with the records. */
const StreamHead = z.object({
  kind: z.literal('data'),
  query: z.string(),
  missing: z.array(z.string()).readonly().optional(),
  gaps: z.array(Gap).readonly().optional(),
  link: z.string().optional(),
  bytes: z.number(),
});

export const TapedCall = z.object({
  /** What was asked: `telemetry.metrics.series`, `model`, `targets.look`, … */
  port: z.string().min(1),
  /** The arguments, without the incident's id. */
  asked: z.unknown(),
  at: Instant,
  /** Milliseconds until the answer was there. */
  wallMs: z.number(),
  answer: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('value'), value: z.unknown() }),
    /** A stream of records that was read, to its end or as far as it was kept. */
    z.object({ kind: z.literal('stream'), head: StreamHead, records: z.array(z.unknown()), whole: z.boolean() }),
    z.object({ kind: z.literal('thrown'), name: z.string(), message: z.string() }),
  ]),
  /** Something in it was taken out: an answer that depends on it can differ when it is replayed. */
  redacted: z.boolean(),
});
export type TapedCall = z.infer<typeof TapedCall>;

export interface Tape {
  /** Throws `Unavailable` where it cannot be kept. */
  add(incidentId: string, call: TapedCall): Promise<void>;
  /** In the order in which they were answered; none for an incident without a tape. */
  calls(incidentId: string): Promise<readonly TapedCall[]>;
  /** Incidents that have one, oldest first. */
  incidents(): Promise<readonly string[]>;
}

/** One text for one question, whatever the order of its fields. */
export const keyOf = (port: string, asked: unknown): string => `${port} ${canonical(asked)}`;
