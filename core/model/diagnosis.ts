// The answer: ranked hypotheses with evidence, what they explain, and what could not be learned.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { EntityRef, Instant } from './entity.ts';
import { ErrorIdentity, Gap, SpecialistName, Usage } from './report.ts';

export const Hypothesis = z.object({
  rank: z.number().int().min(1),
  entity: EntityRef,
  cause: CauseCode,
  changeId: z.string().optional(),
  confidence: z.number().min(0).max(1),
  /** What it is without anybody's word for a call; absent where nothing was taught. */
  seenConfidence: z.number().min(0).max(1).optional(),
  /** One sentence a person reads first. */
  summary: z.string().max(500),
  /** Why it ranks here, one reason a line. */
  why: z.array(z.string().max(400)).max(8),
  /** The observation that refutes it. Such a hypothesis is shown and is no answer. */
  ruledOut: z.string().max(300).optional(),
  /** What speaks against it. */
  against: z.array(z.string().max(400)).max(4).default([]),
  evidenceIds: z.array(z.string()).min(1).max(12),
  findingIds: z.array(z.string()).max(24),
  onset: Instant.optional(),
  errorTemplate: z.string().optional(),
  errorIdentity: ErrorIdentity.optional(),
});
export type Hypothesis = z.infer<typeof Hypothesis>;

/** What acting is judged by: what people taught can lower it, never raise it. */
export const confidenceToAct = ({ confidence, seenConfidence }: Hypothesis): number =>
  Math.min(confidence, seenConfidence ?? confidence);

export const Diagnosis = z.object({
  /** What broke and why, in two sentences. */
  text: z.string().max(1500),
  /** What happens next, in one: made from the decision, and absent until there is one. */
  next: z.string().max(500).optional(),
  hypotheses: z.array(Hypothesis).max(5),
  /** Findings that are explained by the first hypothesis, as sentences. */
  symptoms: z.array(z.string().max(400)).max(10),
  firstFailing: z.string().optional(),
  blastRadius: z.array(z.string()).max(50),
  /** Workloads whose pods run on the node that the first hypothesis is about. */
  affected: z.array(EntityRef).max(100).optional(),
  gaps: z.array(Gap).max(30),
  /** Claims that were dropped because their evidence did not resolve. */
  droppedClaims: z.number().int(),
  /** `none` or the model's id. */
  model: z.string(),
  /** Every model that took part, with the prompt it was given, as `MODEL (PROMPT@VERSION)` by the part it took. */
  participants: z
    .array(z.object({ part: z.string(), by: z.string() }))
    .max(40)
    .default([]),
  fingerprint: z.string().optional(),
  usage: Usage,
  specialists: z.array(SpecialistName),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

/** All of it, as people read it. */
export const wholeText = ({ text, next }: Pick<Diagnosis, 'text' | 'next'>): string =>
  next === undefined ? text : `${text} ${next}`;
