// The diagnosis: ranked hypotheses with their evidence, the symptoms they explain, and the gaps.
import * as z from 'zod';
import { CauseCode, causes } from '../causes/causes.ts';
import { EntityRef, Instant } from './entity.ts';
import { ErrorIdentity, Gap, SpecialistName, Usage } from './report.ts';

/** The origin of a hypothesis that only a model holds. */
export const ModelProposal = z.object({
  /** `MODEL (PROMPT@VERSION)`. */
  by: z.string().max(200),
  /** A short name of the cause, if its code is `other`. */
  causeName: z.string().max(80).optional(),
  /** What was looked for against the hypothesis, with the result. */
  lookedFor: z
    .array(
      z.object({
        question: z.string().max(300),
        result: z.enum(['nothing-found', 'contradicts']),
        evidenceIds: z.array(z.string()).max(4),
      }),
    )
    .max(4),
  /** `recorded-runs`: recorded runs of this model support the confidence. `not-calibrated`: no such record exists. */
  calibration: z.enum(['recorded-runs', 'not-calibrated']),
});
export type ModelProposal = z.infer<typeof ModelProposal>;

/** A step from what was paged to why: each with the evidence that shows it, in the order in which a person reads them. */
export const ChainStep = z.object({
  kind: z.enum(['symptom', 'call', 'cause', 'change']),
  /** One or two sentences. */
  text: z.string().max(700),
  at: Instant.optional(),
  evidenceIds: z.array(z.string()).max(6),
  /** Of a step `call`: the services from the first caller to the last called one. */
  path: z.array(z.string()).max(9).optional(),
});
export type ChainStep = z.infer<typeof ChainStep>;

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
  /** How the hypothesis leads to the page; absent for a hypothesis that is not the first of the analysis, and for an unknown cause. */
  chain: z.array(ChainStep).max(4).optional(),
  errorTemplate: z.string().optional(),
  errorIdentity: ErrorIdentity.optional(),
  /** A model put the hypothesis forward and the analysis does not hold it. It can lead to a question to a person, and to nothing else. */
  proposal: ModelProposal.optional(),
});
export type Hypothesis = z.infer<typeof Hypothesis>;

/** The result of the rule in core/reasoning/two-opinions.ts. */
export const TwoOpinions = z.object({
  first: z.enum(['analysis', 'model']),
  /** The row of the rule that decided. */
  rule: z.enum(['analysis-unknown', 'analysis-unsure', 'contradicted', 'analysis-sure', 'decided-by-question']),
  /** The question that would decide between the two, and the specialist who was asked. */
  question: z.object({ specialist: SpecialistName, text: z.string().max(400) }).optional(),
});
export type TwoOpinions = z.infer<typeof TwoOpinions>;

/** The title of the cause; a model's short name if the cause is outside the vocabulary. */
export const causeTitleOf = ({ cause, proposal }: Pick<Hypothesis, 'cause' | 'proposal'>): string =>
  (cause === 'other' && proposal?.causeName) || causes[cause].title;

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
  /** How the analysis and the model's hypothesis became one answer; absent if the model added none. */
  opinions: TwoOpinions.optional(),
  fingerprint: z.string().optional(),
  usage: Usage,
  specialists: z.array(SpecialistName),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

/** The whole diagnosis as text for people. */
export const wholeText = ({ text, next }: Pick<Diagnosis, 'text' | 'next'>): string =>
  next === undefined ? text : `${text} ${next}`;
