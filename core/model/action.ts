// Types for acting on a target: actions, decisions, approvals and preferences. An action is a catalogue entry with its parameters, a decision is a
// tagged union, and approvals and preferences are records with states.
import * as z from 'zod';
import { actionIds } from '../action-ids.ts';
import { CauseCode } from '../causes/causes.ts';
import { planIds } from '../plan-ids.ts';
import { EntityRef, Instant } from './entity.ts';

export const ActionId = z.enum(actionIds);
export type ActionId = z.infer<typeof ActionId>;

export const Level = z.enum(['crawl', 'walk', 'run']);
export type Level = z.infer<typeof Level>;

/** Parameters of an action: scalars. The catalogue's schema for the action's id checks them. */
export const ActionParameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/**
 * The inverse of an action. `action`: this catalogue action, with these parameters and on the same target, undoes it; `inverseOf` of
 * core/remediation/catalogue.ts completes it. `none`: the action has no inverse, and the reason in words.
 */
export const Inverse = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('action'), id: ActionId, parameters: ActionParameters, title: z.string().max(300) }),
  z.object({ kind: z.literal('none'), why: z.string().max(300) }),
]);
export type Inverse = z.infer<typeof Inverse>;

/** The impact of an action, counted when the action was proposed. */
export const Impact = z.object({
  /** Pods that the action starts, replaces or ends. */
  pods: z.number().int().min(0),
  /** Ready pods of the workload before the action. */
  ready: z.number().int().min(0).optional(),
  /** Share of the workload's ready pods that the action affects, 0 to 100. */
  sharePercent: z.number().min(0).max(100).optional(),
  /** Pods that stay on the node. */
  staying: z.number().int().min(0).optional(),
  /** Services that call the workload, from the call graph. */
  callers: z.array(z.string()),
});
export type Impact = z.infer<typeof Impact>;

export const Action = z.object({
  id: ActionId,
  target: EntityRef.extend({ cluster: z.string(), namespace: z.string() }),
  /** The catalogue's schema for this id checks them. */
  parameters: ActionParameters.default({}),
  /** An imperative sentence: "Rerun CronJob billing/nightly-invoices". */
  title: z.string().max(300),
  /** The blast radius, in words. */
  blastRadius: z.string().max(500),
  reversible: z.boolean(),
  /** The action that undoes this one; offered if this one made things worse. */
  inverse: Inverse.optional(),
  /** Absent if the target could not be read. */
  affects: Impact.optional(),
  /** Wait before verification, in seconds. */
  settleSeconds: z.number().int().min(0).max(900),
  /** The question that verification asks. */
  verify: z.string().max(300),
  evidenceIds: z.array(z.string()),
  /** Made of incident, action and target: a second execution with the same key does nothing. */
  idempotencyKey: z.string(),
});
export type Action = z.infer<typeof Action>;

export const PlanId = z.enum(planIds);

/** One step of a plan, as people approve it. */
export const PlanStep = z.object({
  /** Unique within the plan. */
  name: z.string().max(60),
  /** An imperative sentence. For a step with an action it is the action's title. */
  title: z.string().max(300),
  target: EntityRef.extend({ cluster: z.string(), namespace: z.string() }),
  /** Absent: the step changes nothing. It checks, or it proposes a change to people. */
  action: Action.optional(),
  /** The condition that ends the step, in words. */
  check: z.string().max(300),
  /** For so long the condition has to hold without a break, in seconds. */
  holdSeconds: z.number().int().min(0).max(3600),
  /** From its begin until its condition holds, in seconds. */
  limitSeconds: z.number().int().min(1).max(7200),
  /** `take-back`: the earlier steps are taken back at once. `stop`: people decide whether it goes on or back. */
  ifFails: z.enum(['take-back', 'stop']),
  /** Further objects that the condition is about. */
  others: z
    .array(EntityRef.extend({ cluster: z.string(), namespace: z.string() }))
    .max(40)
    .optional(),
  /** The object that the target was when people saw the plan; a later object of the same name is not touched. */
  uid: z.string().optional(),
});
export type PlanStep = z.infer<typeof PlanStep>;

/** A remedy of several steps, with everything that people see before they approve it. */
export const Plan = z.object({
  id: PlanId,
  title: z.string().max(300),
  /** Why one action is not enough here. */
  why: z.string().max(600),
  steps: z.array(PlanStep).min(2).max(8),
  /** The sum over all steps; no step affects more than it shows. */
  affects: Impact,
  /** Whether all steps, some or none can be taken back. */
  reversible: z.enum(['all', 'some', 'none']),
  /** Whether one approval covers all steps, by the policies. */
  approval: z.enum(['as-a-whole', 'step-by-step']),
});
export type Plan = z.infer<typeof Plan>;

/** A question about a plan. `begin`: before the first step; `next`: before a later step; `half-done`: the plan stopped in the middle. */
export const PlanQuestion = z.object({
  plan: Plan,
  about: z.enum(['begin', 'next', 'half-done']),
  /** The steps, by name, that an approval allows. */
  on: z.array(z.string()),
  /** The steps, by name, that may be taken back after an approval, or after the answer "take it back". */
  back: z.array(z.string()),
  /** The steps that are done, in words. */
  done: z.array(z.string().max(400)),
});
export type PlanQuestion = z.infer<typeof PlanQuestion>;

/**
 * What became of a step. `begun`: its action needs several tries, and is not through. `acted`: its action is done, its condition does not hold yet. `uncertain`: it is not known whether its action took effect.
 */
export const StepState = z.enum([
  'left',
  'begun',
  'acted',
  'done',
  'failed',
  'uncertain',
  'taken-back',
  'not-taken-back',
]);
export type StepState = z.infer<typeof StepState>;

/** The course of a plan; it travels with the incident. */
export const PlanRun = z.object({
  /** The state of each step of the plan, in order. */
  steps: z.array(z.object({ state: StepState, detail: z.string().max(600) })),
  direction: z.enum(['on', 'back']),
  /** The approval that it runs under. */
  approvalId: z.string(),
  /** When the first step began. */
  startedAt: Instant,
  /** The place of the current step. */
  at: z.number().int().min(0),
  /** How long the current step has waited, and for how long its condition has held, in seconds. */
  waitedSeconds: z.number().int().min(0),
  heldSeconds: z.number().int().min(0),
  /** Why it stopped or is taken back; empty before that. */
  why: z.string().max(1000),
  /** How often people let it go on after it stopped; each time the ledger gets a new entry for a step that was not done. */
  resumed: z.number().int().min(0),
  /** The wait before it goes on, in seconds. */
  waitSeconds: z.number().int().min(0),
});
export type PlanRun = z.infer<typeof PlanRun>;

/**
 * The state of the target when the approval was requested. If the state has changed before the action runs, approval is requested again
 * (core/remediation/target-state.ts).
 */
export const ApprovalBasis = z.object({ digest: z.string(), facts: z.record(z.string(), z.string()) });
export type ApprovalBasis = z.infer<typeof ApprovalBasis>;

export const Decision = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('report'), why: z.string(), policies: z.array(z.string()) }),
  z.object({
    kind: z.literal('ask'),
    why: z.string(),
    policies: z.array(z.string()),
    /** Of a plan: the action of the first step that is asked about. */
    action: Action,
    plan: PlanQuestion.optional(),
    approvalId: z.string(),
    expiresInSeconds: z.number().int(),
    /** Seconds until the reminder, and from the reminder to expiry; together they are `expiresInSeconds`. */
    remindInSeconds: z.number().int(),
    lastSeconds: z.number().int(),
    /** Number of approvals required. */
    approvers: z.number().int().min(1),
    /** Ids and groups of the people who may answer. Empty: everybody who can reach the question. */
    mayAnswer: z.array(z.string()),
    /** People to notify if nobody answers. */
    escalateTo: z.array(z.string()),
    /** Absent if the target could not be read. */
    shownFor: ApprovalBasis.optional(),
    /** The approval holds for this one time: no answer becomes a preference. */
    once: z.literal(true).optional(),
    /** Why "don't ask again" cannot be taught for this action; absent if it can. */
    notTeachable: z.string().max(600).optional(),
    /** `MODEL (PROMPT@VERSION)` if only a model holds the hypothesis that the action is for. */
    proposedBy: z.string().max(200).optional(),
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

/**
 * A person's answer to an approval request. Of a plan: `take-back` takes the done steps of a half-done plan back; `stop` withdraws the approval of a
 * running plan before its next step.
 */
export const Verdict = z.enum(['approve', 'reject', 'approve-and-remember', 'take-back', 'stop']);
export type Verdict = z.infer<typeof Verdict>;

/** The approval outcome that the workflow receives. */
export const ApprovalOutcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approved'), approvalId: z.string(), by: z.string(), at: Instant, remember: z.boolean() }),
  /** The done steps of a half-done plan are to be taken back. */
  z.object({ kind: z.literal('take-back'), approvalId: z.string(), by: z.string(), at: Instant }),
  z.object({ kind: z.literal('rejected'), approvalId: z.string(), by: z.string(), at: Instant }),
  z.object({ kind: z.literal('expired') }),
  /** Another incident acted on the target, so this approval no longer applies. */
  z.object({ kind: z.literal('withdrawn'), approvalId: z.string(), why: z.string(), at: Instant }),
]);
export type ApprovalOutcome = z.infer<typeof ApprovalOutcome>;

const approvalBase = z.object({
  id: z.string(),
  incidentId: z.string(),
  /** Of a plan: the action of the first step that is asked about. */
  action: Action,
  plan: PlanQuestion.optional(),
  fingerprint: z.string().optional(),
  requestedAt: Instant,
  expiresAt: Instant,
  question: z.string(),
  /** Why the action is proposed, and which policies allow it. */
  why: z.string().default(''),
  approvers: z.number().int().min(1).default(1),
  mayAnswer: z.array(z.string()).default([]),
  /** The person who asked for the action, if a person did. If several approvals are required, this person is not one of the approvers. */
  requester: z.string().optional(),
  /** The approvals so far. */
  approvedBy: z.array(z.object({ by: z.string(), at: Instant })).default([]),
  shownFor: ApprovalBasis.optional(),
  once: z.literal(true).optional(),
  notTeachable: z.string().max(600).optional(),
  proposedBy: z.string().max(200).optional(),
});
/** `pending`: nobody has decided. The task token is not part of this type: it never leaves the table. */
export const Approval = z.discriminatedUnion('state', [
  approvalBase.extend({ state: z.literal('pending') }),
  approvalBase.extend({
    state: z.literal('decided'),
    verdict: Verdict,
    decidedBy: z.string(),
    decidedAt: Instant,
    /** A person withdrew the approval of a plan while it ran: no further step begins. */
    stopped: z.object({ by: z.string(), at: Instant }).optional(),
  }),
  approvalBase.extend({ state: z.literal('expired') }),
  approvalBase.extend({ state: z.literal('withdrawn'), withdrawnWhy: z.string(), withdrawnAt: Instant }),
]);
export type Approval = z.infer<typeof Approval>;

export const RemediationResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), detail: z.string(), startedAt: Instant, finishedAt: Instant }),
  /** An earlier attempt already did it; nothing was done again. */
  z.object({ kind: z.literal('already-done'), detail: z.string() }),
  /** A guardrail refused the action at the last check (kill switch, changed target, policy). */
  z.object({
    kind: z.literal('refused'),
    why: z.string(),
    policies: z.array(z.string()),
    /** An earlier attempt began; whether it took effect is unknown. */
    uncertain: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('failed'), why: z.string() }),
  /** The target is not in the state that was approved. Nothing was done, and approval is requested again. */
  z.object({ kind: z.literal('changed'), why: z.string() }),
]);
export type RemediationResult = z.infer<typeof RemediationResult>;

/** The result of one step of the workflow on a plan that is not at its end, or that ended without all of its steps. */
export const PlanResult = z.discriminatedUnion('kind', [
  /** It goes on after `planRun.waitSeconds`. */
  z.object({ kind: z.literal('going'), detail: z.string() }),
  /** It waits for the answer to a question. If nobody answers, `why` is its end. */
  z.object({ kind: z.literal('asks'), why: z.string() }),
  z.object({ kind: z.literal('ended'), why: z.string() }),
]);
export type PlanResult = z.infer<typeof PlanResult>;

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
  /** The parts of the fingerprint, for people. */
  describes: z.object({
    cause: CauseCode,
    workload: z.string(),
    environment: z.string(),
    /** The error text as people read it, shortened. */
    errorTemplate: z.string(),
    /** Digest of the whole error text; missing in records stored under an older fingerprint recipe. */
    errorDigest: z.string().optional(),
  }),
  actionId: ActionId,
  taughtBy: z.string(),
  taughtAt: Instant,
  incidentId: z.string(),
  expiresAt: Instant,
  uses: z.number().int(),
  maxUsesPerDay: z.number().int(),
  /** Day (UTC, YYYY-MM-DD) and count of the latest day on which the preference was used. */
  usedToday: z.object({ day: z.string(), count: z.number().int() }),
  state: z.enum(['active', 'suspended', 'revoked']),
  stateReason: z.string().optional(),
});
export type Preference = z.infer<typeof Preference>;
