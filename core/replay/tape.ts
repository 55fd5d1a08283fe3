// A tape: every call of an incident to the outside world (sources, the model, a look at a target) with its answer, in order. Its content is redacted
// like all stored data. Recording is opt-in; a failed recording never disturbs an incident.
import * as z from 'zod';
import { canonical } from '../canonical.ts';
import { Instant } from '../model/entity.ts';
import { Gap } from '../model/report.ts';

/** The fields that accompany a stream's records. */
const StreamHead = z.object({
  kind: z.literal('data'),
  query: z.string(),
  missing: z.array(z.string()).readonly().optional(),
  gaps: z.array(Gap).readonly().optional(),
  link: z.string().optional(),
  bytes: z.number(),
});

export const TapedCall = z.object({
  /** The port that was called: `telemetry.metrics.series`, `model`, `targets.look`, … */
  port: z.string().min(1),
  /** The arguments, without the incident id. */
  asked: z.unknown(),
  at: Instant,
  /** Milliseconds until the answer arrived. */
  wallMs: z.number(),
  answer: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('value'), value: z.unknown() }),
    /** A stream of records, complete or up to the recording limit. */
    z.object({ kind: z.literal('stream'), head: StreamHead, records: z.array(z.unknown()), whole: z.boolean() }),
    z.object({ kind: z.literal('thrown'), name: z.string(), message: z.string() }),
  ]),
  /** Redaction removed something: a replay that depends on it can differ. */
  redacted: z.boolean(),
});
export type TapedCall = z.infer<typeof TapedCall>;

export interface Tape {
  /** Throws `Unavailable` if the call cannot be stored. */
  add(incidentId: string, call: TapedCall): Promise<void>;
  /** The calls in the order of their answers; empty if the incident has no tape. */
  calls(incidentId: string): Promise<readonly TapedCall[]>;
  /** Ids of the incidents with a tape, oldest first. */
  incidents(): Promise<readonly string[]>;
}

/** A key that does not depend on the order of the question's fields. */
export const keyOf = (port: string, question: unknown): string => `${port} ${canonical(question)}`;
