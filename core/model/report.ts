// The report of a specialist: findings with evidence, gaps, and cost. It never holds raw telemetry.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { ObservationKind } from '../causes/observation-kind.ts';
import { AccountRights } from './account-rights.ts';
import { Checklist } from './checklist.ts';
import { EntityRef, Instant, TimeWindow } from './entity.ts';
import { Context, Trigger } from './incident.ts';
import { withRenamedFields } from './renamed-fields.ts';
import { DatabaseServer, Dependency } from './telemetry.ts';

export const SpecialistName = z.string().regex(/^[a-z][a-z-]{1,30}$/);
export type SpecialistName = z.infer<typeof SpecialistName>;

/** One piece of evidence. The full record is in the evidence store under `id`; the excerpt (≤ 2 KB) is what people read. */
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

/** Missing information, and why, in our words. */
export const Gap = z.object({
  source: z.string(),
  reason: z.string().max(300),
  askedMs: z.number().optional(),
  /** The source answered and has nothing about this: no access needs fixing. */
  nothingFound: z.literal(true).optional(),
  /** No source of this signal exists here, so nothing was asked. */
  notConfigured: z.literal(true).optional(),
});
export type Gap = z.infer<typeof Gap>;

/** Without the sources that answered and have nothing about the incident, such as a knowledge base without a runbook: that is no missing information. */
export const missingAmong = (gaps: readonly Gap[]): Gap[] =>
  gaps.filter(({ nothingFound }) => nothingFound === undefined);

/** One question to the sources of a signal: the sources that got it with their answers, and the sources that did not get it. */
export const Consultation = z.object({
  signal: z.string().max(40),
  /** What chose the sources: the catalogue's entry for the service or its cluster, its defaults, or nothing, so that all were asked. */
  by: z.enum(['service', 'cluster', 'defaults', 'all']),
  asked: z
    .array(
      z.object({
        source: z.string().max(80),
        /** The source was asked about neighbours alone, because the paged service does not use it. */
        neighboursOnly: z.literal(true).optional(),
        /** `part`: it answered, and some of the data is missing. */
        answer: z.enum(['data', 'part', 'none']),
        /** Entries of the answer; absent for streams. */
        count: z.number().int().min(0).optional(),
        /** What is missing, and why. */
        reason: z.string().max(300).optional(),
        /** Under which names the source found what was asked. */
        found: z.string().max(400).optional(),
      }),
    )
    .max(50),
  notAsked: z.array(z.string().max(80)).max(100),
  /** The question was about an earlier time, for comparison: the same hours on other days. */
  earlier: z.literal(true).optional(),
});
export type Consultation = z.infer<typeof Consultation>;

export const Severity = z.enum(['critical', 'major', 'minor', 'info']);
export type Severity = z.infer<typeof Severity>;

/** Tells this exact error from others (core/fingerprint): a digest of its whole text without the variable parts, and that text, shortened. */
export const ErrorIdentity = z.preprocess(
  withRenamedFields({ says: 'text' }),
  z.object({
    digest: z.string().max(64),
    text: z.string().max(400),
    /** The text reports a failure but not which one. It tells errors apart only together with a complete identity. */
    partial: z.literal(true).optional(),
  }),
);
export type ErrorIdentity = z.infer<typeof ErrorIdentity>;

export const Finding = z.preprocess(
  withRenamedFields({ towards: 'dependency' }),
  z.object({
    id: z.string(),
    specialist: SpecialistName,
    /** One sentence; the evidence contains its names and numbers. */
    claim: z.string().max(400),
    entity: EntityRef,
    cause: CauseCode.optional(),
    /** `cause`: explains other findings. `symptom`: needs an explanation. `change`: something changed. `context`: helps to read the other findings. */
    role: z.enum(['cause', 'symptom', 'change', 'context']),
    onset: Instant.optional(),
    severity: Severity,
    confidence: z.number().min(0).max(1),
    evidenceIds: z.array(z.string()).max(8),
    changeId: z.string().optional(),
    /** The error with all variable parts masked; findings are grouped by it. */
    errorTemplate: z.string().max(400).optional(),
    /** The exact error; part of the fingerprint. */
    errorIdentity: ErrorIdentity.optional(),
    /** The metric that moved: values in `unit`, before and during the incident. */
    signal: z.object({ name: z.string(), unit: z.string(), before: z.number(), during: z.number() }).optional(),
    /** The finding shows that its entity is healthy now; this counts for a recovery. Weaker context findings do not. */
    well: z.literal(true).optional(),
    /** The entity that this one depends on or fails towards (a callee, a node, a volume). */
    dependency: EntityRef.optional(),
    /** The entity that the words of an error are about: the one that wrote it, the one it called, or the store it uses. */
    about: z.enum(['writer', 'peer', 'store']).optional(),
    /** It answers the question that the page's title asks, whatever broke. */
    answers: z.literal(true).optional(),
    /** The observed state ended at this time. */
    endedAt: Instant.optional(),
    /** The entity was at work in the baseline without this error. */
    workedBefore: z.literal(true).optional(),
    /** A model's observation, supported by its evidence. The ranking does not use it. `cause`: what the model holds to be the cause. */
    byModel: z.object({ cause: CauseCode.optional(), causeName: z.string().max(80).optional() }).optional(),
  }),
);
export type Finding = z.infer<typeof Finding>;

export const Usage = z.object({
  wallMs: z.number(),
  bytesRead: z.number(),
  inputTokens: z.number().default(0),
  outputTokens: z.number().default(0),
  /** The part of `inputTokens` that a prompt cache held, and the part that was written to it. */
  cacheReadTokens: z.number().optional(),
  cacheWriteTokens: z.number().optional(),
  costUsd: z.number().default(0),
  modelCalls: z.number().default(0),
  /** Number of tool calls by models. */
  toolCalls: z.number().default(0),
});
export type Usage = z.infer<typeof Usage>;

/** An observation that something is healthy, which refutes causes (core/causes/checks.ts). It explains nothing, so it is not a finding. */
export const Observation = z.object({
  kind: ObservationKind,
  entity: EntityRef,
  /** When the source last observed it. Absent if it holds until somebody changes it. */
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
  /** Calls between services, and workloads that are databases, as far as the source itself shows them. Models do not read this. */
  topology: z
    .object({
      calls: z.array(Dependency).max(200),
      databases: z.array(DatabaseServer).max(50),
      /** Vendors of the services near the page, with the hosts by which errors name them. */
      vendors: z
        .array(z.object({ name: z.string(), hosts: z.array(z.string()).max(20), usedBy: z.array(z.string()).max(50) }))
        .max(20)
        .optional(),
      /** Workloads with pods on unhealthy nodes. */
      onNodes: z
        .array(z.object({ node: EntityRef, workload: EntityRef }))
        .max(100)
        .optional(),
      /** Nodes of the workloads near the page, healthy or not. */
      placements: z
        .array(z.object({ node: EntityRef, workload: EntityRef }))
        .max(200)
        .optional(),
      /** The digests of the images that the pods of the workloads near the page run. */
      images: z
        .array(z.object({ workload: EntityRef, digests: z.array(z.string().max(80)).max(10) }))
        .max(60)
        .optional(),
      /** The rights of the ServiceAccounts that the workloads near the page run as. */
      accounts: z.array(AccountRights).max(40).optional(),
      /** The DNS of each cluster: its workload, its troubles in words (none if it is well), and all Services as `namespace/name`. */
      dns: z
        .array(
          z.object({
            workload: EntityRef,
            troubles: z.array(z.string().max(200)).max(5),
            services: z.array(z.string().max(130)).max(300).optional(),
          }),
        )
        .max(20)
        .optional(),
    })
    .optional(),
  /** Models do not read this. */
  observations: z.array(Observation).max(40).optional(),
  /** The runbook that fits best, followed step by step, for the timeline. Later steps do not read this. */
  checklist: Checklist.optional(),
  /** The sources that it asked, for the timeline. Models and later steps do not read this. */
  consulted: z.array(Consultation).max(20).optional(),
  /** `analysis`: no model took part. Otherwise the model's id. */
  by: z.string().default('analysis'),
  /** Number of claims by a model that no evidence supports; they are not among the findings. */
  droppedClaims: z.number().int().min(0).default(0),
});
export type Report = z.infer<typeof Report>;

export const Budget = z.object({ seconds: z.number(), tokens: z.number(), bytes: z.number() });

/** The brief that a specialist receives. `phase` tells an investigation from the verification after an action. */
export const Brief = z.object({
  incidentId: z.string(),
  specialist: SpecialistName,
  round: z.number().int().min(1).max(2),
  phase: z.enum(['investigate', 'verify']).default('investigate'),
  question: z.string().max(1000),
  /** Number of the coordinator's follow-up question, from 1; absent in briefs of the plan. */
  followUp: z.number().int().min(1).max(1000).optional(),
  /** Entities that need particular attention (second round, verification). */
  focus: z.array(EntityRef).default([]),
  trigger: Trigger,
  context: Context,
  budget: Budget,
});
export type Brief = z.infer<typeof Brief>;

/** Replaces a report that breaks the schema. */
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

/** Distinguishes the answers of one specialist: by round, by verification, or by follow-up question. */
export const reportSuffix = ({ phase, round, followUp }: Brief): string =>
  phase === 'verify' ? (round === 1 ? 'v' : `v${round}`) : followUp === undefined ? `${round}` : `f${followUp}`;
