// Acting: an action is a value from the catalogue, a decision is a tagged union, an approval and a preference are records with states.
import * as z from 'zod';
import { actionIds } from '../action-ids.ts';
import { CauseCode } from '../causes/causes.ts';
import { EntityRef, Instant } from './entity.ts';

export const ActionId = z.enum(actionIds);
export type ActionId = z.infer<typeof ActionId>;

export const Level = z.enum(['crawl', 'walk', 'run']);
export type Level = z.infer<typeof Level>;

/** Parameters of an action: scalars, checked by the catalogue's schema for its id. */
export const ActionParameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/**
 * What takes an action back. `action`: the catalogue's action with these parameters on the same target, which `inverseOf` of
 * core/remediation/catalogue.ts makes whole; `none`: why there is no such thing, in words.
 */
export const Inverse = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('action'), id: ActionId, parameters: ActionParameters, title: z.string().max(300) }),
  z.object({ kind: z.literal('none'), why: z.string().max(300) }),
]);
export type Inverse = z.infer<typeof Inverse>;

/** Who is affected, counted when it was suggested. */
export const Impact = z.object({
  /** Started, replaced or ended. */
  pods: z.number().int().min(0),
  /** Of the workload, before. */
  ready: z.number().int().min(0).optional(),
  /** Of the workload's ready pods, 0 to 100. */
  sharePercent: z.number().min(0).max(100).optional(),
  /** Pods on a node that stay where they are. */
  staying: z.number().int().min(0).optional(),
  /** Who calls the workload, by the call graph. */
  callers: z.array(z.string()),
});
export type Impact = z.infer<typeof Impact>;

export const Action = z.object({
  id: ActionId,
  target: EntityRef.extend({ cluster: z.string(), namespace: z.string() }),
  /** Checked by the catalogue's schema for this id. */
  parameters: ActionParameters.default({}),
  /** In words, imperative: "Rerun CronJob billing/nightly-invoices". */
  title: z.string().max(300),
  /** Who it affects, in words. */
  blastRadius: z.string().max(500),
  reversible: z.boolean(),
  /** What takes it back, to be offered where it made things worse. */
  inverse: Inverse.optional(),
  /** Absent where nobody could look. */
  affects: Impact.optional(),
  /** How long to wait before looking whether it helped. */
  settleSeconds: z.number().int().min(0).max(900),
  /** The question verification asks. */
  verify: z.string().max(300),
  evidenceIds: z.array(z.string()),
  /** incident + action + target: executing twice with one key acts once. */
  idempotencyKey: z.string(),
});
export type Action = z.infer<typeof Action>;

/** The state of the target that a question was put for: what is otherwise by then is asked again (core/remediation/target-state.ts). */
export const ApprovalBasis = z.object({ digest: z.string(), facts: z.record(z.string(), z.string()) });
export type ApprovalBasis = z.infer<typeof ApprovalBasis>;

export const Decision = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('report'), why: z.string(), policies: z.array(z.string()) }),
  z.object({
    kind: z.literal('ask'),
    why: z.string(),
    policies: z.array(z.string()),
    action: Action,
    approvalId: z.string(),
    expiresInSeconds: z.number().int(),
    /** Until it is said that it still waits, and from then until it expires; together `expiresInSeconds`. */
    remindInSeconds: z.number().int(),
    lastSeconds: z.number().int(),
    /** How many people it takes. */
    approvers: z.number().int().min(1),
    /** Ids and groups of those who may answer; empty is everybody who can reach it. */
    mayAnswer: z.array(z.string()),
    /** The people to tell when nobody answers. */
    escalateTo: z.array(z.string()),
    /** Absent where nobody could look at the target. */
    shownFor: ApprovalBasis.optional(),
    /** It is about this one time: what is answered is never remembered. */
    once: z.literal(true).optional(),
    /** Why "don't ask again" cannot be taught for it; absent where it can. */
    notTeachable: z.string().max(600).optional(),
  }),
  z.object({
    kind: z.literal('act'),
    why: z.string(),
    policies: z.array(z.string()),
    action: Action,
    preferenceId: z.string(),
  }),
  z.object({ kind: z.literal('refuse'), why: z.string(), policies: z.array(z.string()), action: Action.optional() }),
]);
export type Decision = z.infer<typeof Decision>;

/** What a person says to a question. */
export const Verdict = z.enum(['approve', 'reject', 'approve-and-remember']);
export type Verdict = z.infer<typeof Verdict>;

/** The outcome that the workflow gets back. */
export const ApprovalOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approved'), approvalId: z.string(), by: z.string(), at: Instant, remember: z.boolean() }),
  z.object({ kind: z.literal('rejected'), approvalId: z.string(), by: z.string(), at: Instant }),
  z.object({ kind: z.literal('expired') }),
  /** What was asked was done to the target by another incident, or something else was. */
  z.object({ kind: z.literal('withdrawn'), approvalId: z.string(), why: z.string(), at: Instant }),
]);
export type ApprovalOutcome = z.infer<typeof ApprovalOutcome>;

const approvalBase = z.object({
  id: z.string(),
  incidentId: z.string(),
  action: Action,
  fingerprint: z.string().optional(),
  requestedAt: Instant,
  expiresAt: Instant,
  question: z.string(),
  /** Why it is suggested, and by which policies it may be. */
  why: z.string().default(''),
  approvers: z.number().int().min(1).default(1),
  mayAnswer: z.array(z.string()).default([]),
  /** Who asked for it, where a person did: never among the approvers of what takes more than one. */
  requester: z.string().optional(),
  /** Those who approved so far. */
  approvedBy: z.array(z.object({ by: z.string(), at: Instant })).default([]),
  shownFor: ApprovalBasis.optional(),
  once: z.literal(true).optional(),
  notTeachable: z.string().max(600).optional(),
});
/** `pending`: nobody decided. The task token is not here: it never leaves the table. */
export const Approval = z.discriminatedUnion('state', [
  approvalBase.extend({ state: z.literal('pending') }),
  approvalBase.extend({ state: z.literal('decided'), verdict: Verdict, decidedBy: z.string(), decidedAt: Instant }),
  approvalBase.extend({ state: z.literal('expired') }),
  approvalBase.extend({ state: z.literal('withdrawn'), withdrawnWhy: z.string(), withdrawnAt: Instant }),
]);
export type Approval = z.infer<typeof Approval>;

export const RemediationResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), detail: z.string(), startedAt: Instant, finishedAt: Instant }),
  /** An earlier try had already done it; nothing was done again. */
  z.object({ kind: z.literal('already-done'), detail: z.string() }),
  /** A guardrail said no after all (kill switch, world changed, policy). */
  z.object({
    kind: z.literal('refused'),
    why: z.string(),
    policies: z.array(z.string()),
    /** An earlier try began; whether it took effect is unknown. */
    uncertain: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('failed'), why: z.string() }),
  /** The target is not in the state that it was approved for: nothing was done, and it is asked again. */
  z.object({ kind: z.literal('changed'), why: z.string() }),
]);
export type RemediationResult = z.infer<typeof RemediationResult>;

export const Verification = z.object({
  kind: z.enum(['recovered', 'not-recovered', 'made-worse', 'unknown']),
  text: z.string().max(1000),
  evidenceIds: z.array(z.string()),
});
export type Verification = z.infer<typeof Verification>;

/** A preference applies to one fingerprint, one action and one target. */
export const Preference = z.object({
  id: z.string(),
  fingerprint: z.string(),
  /** What the fingerprint was made of, for people. */
  describes: z.object({
    cause: CauseCode,
    workload: z.string(),
    environment: z.string(),
    /** The error text as people read it, cut. */
    errorTemplate: z.string(),
    /** Stands for the whole of it; missing in what was stored under an older recipe. */
    errorDigest: z.string().optional(),
  }),
  actionId: ActionId,
  taughtBy: z.string(),
  taughtAt: Instant,
  incidentId: z.string(),
  expiresAt: Instant,
  uses: z.number().int(),
  maxUsesPerDay: z.number().int(),
  /** Day (UTC, YYYY-MM-DD) and count of the latest day it was used. */
  usedToday: z.object({ day: z.string(), count: z.number().int() }),
  state: z.enum(['active', 'suspended', 'revoked']),
  stateReason: z.string().optional(),
});
export type Preference = z.infer<typeof Preference>;
