// One line of predictions.ndjson: what was answered for one scenario, in our words and, where a vocabulary is known, in the data set's.
import * as z from 'zod';
import { EntityRef } from '../core/model/entity.ts';
import { Gap, Usage } from '../core/model/report.ts';

const PredictedHypothesis = z.object({
  rank: z.number(),
  entity: EntityRef,
  cause: z.string(),
  label: z.string().optional(),
  change: z.string().optional(),
  confidence: z.number(),
  summary: z.string(),
  evidence: z.array(z.string()),
});

const Prediction = z.object({
  id: z.string(),
  hypotheses: z.array(PredictedHypothesis).max(5),
  firstFailing: z.string().optional(),
  blastRadius: z.array(z.string()),
  /** Id of the action that was asked for or done. */
  remediation: z.string().optional(),
  gaps: z.array(Gap),
  wallMs: z.number(),
  usage: Usage,
});
export type Prediction = z.infer<typeof Prediction>;

/** What a run hands back: the prediction and what only the scorer needs, or why there is none. */
export const RunResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    prediction: Prediction,
    /** Acted on, or asked to act on. */
    acted: z.object({ action: z.string(), target: EntityRef, done: z.boolean() }).optional(),
  }),
  z.object({ kind: z.literal('error'), id: z.string(), reason: z.string() }),
]);
export type RunResult = z.infer<typeof RunResult>;
