// What leaves a specialist: findings with evidence, gaps, and what it cost. Never raw telemetry.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { ObservationKind } from '../causes/observation-kind.ts';
import { EntityRef, Instant, TimeWindow } from './entity.ts';
import { Context, Trigger } from './incident.ts';
import { DatabaseServer, Dependency } from './telemetry.ts';

export const SpecialistName = z.string().regex(/^[a-z][a-z-]{1,30}$/);
export type SpecialistName = z.infer<typeof SpecialistName>;

/** A piece of what was seen. The full record is in the evidence store under `id`; the excerpt (≤ 2 KB) is what people read. */
export const Evidence = z.object({
  id: z.string(),
  incidentId: z.string(),
  source: z.string(),
  query: z.string(),
  window: TimeWindow.optional(),
  excerpt: z.string().max(2048),
  link: z.string().optional(),
  /** SHA-256, hex, of the full record. */
  hash: z.string(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What could not be learned, and why, in our words. */
export const Gap = z.object({
  source: z.string(),
  reason: z.string().max(300),
  askedMs: z.number().optional(),
  /** The source answered, and holds nothing about this: there is no access to mend. */
  nothingFound: z.literal(true).optional(),
});
export type Gap = z.infer<typeof Gap>;

export const Severity = z.enum(['critical', 'major', 'minor', 'info']);
export type Severity = z.infer<typeof Severity>;

/** What tells this very error from others (core/learning/exact): a digest of its whole text without what varies, and that text, cut. */
export const ErrorIdentity = z.object({
  digest: z.string().max(64),
  says: z.string().max(400),
  /** It says that something failed, and not of what: it tells errors apart only beside one that does. */
  partial: z.literal(true).optional(),
});
export type ErrorIdentity = z.infer<typeof ErrorIdentity>;

export const Finding = z.object({
  id: z.string(),
  specialist: SpecialistName,
  /** One sentence; names and numbers in it occur in the evidence. */
  claim: z.string().max(400),
  entity: EntityRef,
  cause: CauseCode.optional(),
  /** `cause`: explains others. `symptom`: needs explaining. `change`: something changed. `context`: helps to read the rest. */
  role: z.enum(['cause', 'symptom', 'change', 'context']),
  onset: Instant.optional(),
  severity: Severity,
  confidence: z.number().min(0).max(1),
  evidenceIds: z.array(z.string()).max(8),
  changeId: z.string().optional(),
  /** The error with everything that could vary masked: what groups findings. */
  errorTemplate: z.string().max(400).optional(),
  /** The exact error; part of the fingerprint. */
  errorIdentity: ErrorIdentity.optional(),
  /** The metric that moved: values in `unit`, before and during the incident. */
  signal: z.object({ name: z.string(), unit: z.string(), before: z.number(), during: z.number() }).optional(),
  /** It says that its entity is well now: what counts for a recovery. Context that says less does not. */
  well: z.literal(true).optional(),
  /** Entity it says it depends on or fails towards (a callee, a node, a volume). */
  towards: EntityRef.optional(),
});
export type Finding = z.infer<typeof Finding>;

export const Usage = z.object({
  wallMs: z.number(),
  bytesRead: z.number(),
  inputTokens: z.number().default(0),
  outputTokens: z.number().default(0),
  costUsd: z.number().default(0),
  modelCalls: z.number().default(0),
  /** Tools that models called. */
  toolCalls: z.number().default(0),
});
export type Usage = z.infer<typeof Usage>;

/** Something that a source sees to be well, which refutes causes (core/causes/checks.ts). It explains nothing, so it is no finding. */
export const Observation = z.object({
  kind: ObservationKind,
  entity: EntityRef,
  /** When it was last so. Absent where it holds as long as nobody changes it. */
  at: Instant.optional(),
});
export type Observation = z.infer<typeof Observation>;

export const Report = z.object({
  specialist: SpecialistName,
  round: z.number().int().min(1).max(2),
  /** At most three sentences; with the findings at most 1,000 tokens. */
  summary: z.string().max(1200),
  findings: z.array(Finding).max(12),
  gaps: z.array(Gap).max(12),
  usage: Usage,
  /** Who calls whom, and which workloads are databases, as far as the source itself tells. Not part of what a model reads. */
  topology: z
    .object({
      calls: z.array(Dependency).max(200),
      databases: z.array(DatabaseServer).max(50),
      /** What has pods on nodes that are not well. */
      onNodes: z
        .array(z.object({ node: EntityRef, workload: EntityRef }))
        .max(100)
        .optional(),
    })
    .optional(),
  /** Not part of what a model reads. */
  observations: z.array(Observation).max(40).optional(),
  /** `analysis`: no model took part. Otherwise the model's id. */
  by: z.string().default('analysis'),
  /** What a model claimed and no evidence holds; it is not among the findings. */
  droppedClaims: z.number().int().min(0).default(0),
});
export type Report = z.infer<typeof Report>;

export const Budget = z.object({ seconds: z.number(), tokens: z.number(), bytes: z.number() });

/** What a specialist gets. `phase` tells an investigation from the check after an action. */
export const Brief = z.object({
  incidentId: z.string(),
  specialist: SpecialistName,
  round: z.number().int().min(1).max(2),
  phase: z.enum(['investigate', 'verify']).default('investigate'),
  question: z.string().max(1000),
  /** Which question of the coordinator this is, from 1; absent where it is the plan that asks. */
  followUp: z.number().int().min(1).max(20).optional(),
  /** Entities to look at in particular (second round, verification). */
  focus: z.array(EntityRef).default([]),
  trigger: Trigger,
  context: Context,
  budget: Budget,
});
export type Brief = z.infer<typeof Brief>;

/** What stands for a report that breaks the schema. */
export const unreadableReport = ({ specialist, round }: Pick<Report, 'specialist' | 'round'>): Report => ({
  specialist,
  round,
  summary: 'This report could not be read.',
  findings: [],
  gaps: [{ source: specialist, reason: 'Its report did not fit the schema and was dropped.' }],
  usage: { wallMs: 0, bytesRead: 0, inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 0 },
  by: 'analysis',
  droppedClaims: 0,
});

/** What tells the answers of one specialist apart: the round, the check after an action, a question of the coordinator. */
export const askedWhen = ({ phase, round, followUp }: Brief): string =>
  phase === 'verify' ? (round === 1 ? 'v' : `v${round}`) : followUp === undefined ? `${round}` : `f${followUp}`;
