// The diagnosis: ranked hypotheses with their evidence, the symptoms they explain, and the gaps.
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
  /** Confidence without the calls that people taught; absent if nobody taught any. */
  seenConfidence: z.number().min(0).max(1).optional(),
  /** One sentence that a person reads first. */
  summary: z.string().max(500),
  /** Why the hypothesis has this rank, one reason per line. */
  why: z.array(z.string().max(400)).max(8),
  /** The observation that refutes the hypothesis. A refuted hypothesis is shown but is not an answer. */
  ruledOut: z.string().max(300).optional(),
  /** Evidence against the hypothesis. */
  against: z.array(z.string().max(400)).max(4).default([]),
  evidenceIds: z.array(z.string()).min(1).max(12),
  findingIds: z.array(z.string()).max(24),
  onset: Instant.optional(),
  errorTemplate: z.string().optional(),
  errorIdentity: ErrorIdentity.optional(),
});
export type Hypothesis = z.infer<typeof Hypothesis>;

/** The confidence that decides whether to act. Taught facts can lower it but never raise it. */
export const confidenceToAct = ({ confidence, seenConfidence }: Hypothesis): number =>
  Math.min(confidence, seenConfidence ?? confidence);

export const Diagnosis = z.object({
  /** What broke and why, in two sentences. */
  text: z.string().max(1500),
  /** The next step, in one sentence. It is made from the decision and absent until there is one. */
  next: z.string().max(500).optional(),
  hypotheses: z.array(Hypothesis).max(5),
  /** Findings that the first hypothesis explains, as sentences. */
  symptoms: z.array(z.string().max(400)).max(10),
  firstFailing: z.string().optional(),
  blastRadius: z.array(z.string()).max(50),
  /** Workloads whose pods run on the node of the first hypothesis. */
  affected: z.array(EntityRef).max(100).optional(),
  gaps: z.array(Gap).max(30),
  /** Number of claims that were dropped because their evidence did not resolve. */
  droppedClaims: z.number().int(),
  /** `none`, or the model's id. */
  model: z.string(),
  /** Every model that took part, with its prompt, as `MODEL (PROMPT@VERSION)`; `part` is its role. */
  participants: z
    .array(z.object({ part: z.string(), by: z.string() }))
    .max(40)
    .default([]),
  fingerprint: z.string().optional(),
  usage: Usage,
  specialists: z.array(SpecialistName),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

/** The whole diagnosis as text for people. */
export const wholeText = ({ text, next }: Pick<Diagnosis, 'text' | 'next'>): string =>
  next === undefined ? text : `${text} ${next}`;
