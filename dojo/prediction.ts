// Defines one line of predictions.ndjson: the answer for one scenario, in our terms and, if the vocabulary is known, in the data set's.
import * as z from 'zod';
import { features } from '../core/diagnosis/support.ts';
import { EntityRef } from '../core/model/entity.ts';
import { Gap, Usage } from '../core/model/report.ts';

const PredictedHypothesis = z.object({
  rank: z.number(),
  entity: EntityRef,
  cause: z.string(),
  label: z.string().optional(),
  change: z.string().optional(),
  /** The model that holds the hypothesis, if the analysis does not. */
  proposedBy: z.string().optional(),
  confidence: z.number(),
  summary: z.string(),
  why: z.array(z.string()),
  /** Ids in the evidence store. */
  evidence: z.array(z.string()),
  /** What people read of that evidence, in the same order. */
  excerpts: z.array(z.string()),
});

const Prediction = z.object({
  id: z.string(),
  /** The diagnosis as people read it, with the next step. */
  text: z.string(),
  hypotheses: z.array(PredictedHypothesis).max(5),
  firstFailing: z.string().optional(),
  blastRadius: z.array(z.string()),
  /** Id of the action that was proposed or executed. */
  remediation: z.string().optional(),
  gaps: z.array(Gap),
  wallMs: z.number(),
  usage: Usage,
});
export type Prediction = z.infer<typeof Prediction>;

const Answer = z.object({
  support: z.record(z.enum(features), z.number()),
  /** The confidence before calibration. */
  plain: z.number(),
  cause: z.string(),
});
/** The evidence behind the first answer, and behind the answer that is given if the true cause is unknown to the rules. Absent: no answer. */
export const Supports = z.object({ known: Answer.optional(), unknownKind: Answer.optional() });
export type Supports = z.infer<typeof Supports>;

/** The result of a run: the prediction with further data for the scorer, or the reason why there is none. */
export const RunResult = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    prediction: Prediction,
    /** The action that was executed, asked about, or left to a person to decide on. */
    acted: z.object({ action: z.string(), target: EntityRef, done: z.boolean() }).optional(),
    supports: Supports.optional(),
  }),
  z.object({ kind: z.literal('error'), id: z.string(), reason: z.string() }),
]);
export type RunResult = z.infer<typeof RunResult>;
