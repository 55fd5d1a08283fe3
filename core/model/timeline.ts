// The timeline of an incident, as typed events. An event carries its facts. People read `describe(event)` (core/record/describe.ts), and no code
// reads a fact out of that text. The `kind` of an entry is its category, derived from the event, and part of the entry's id.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { Action, ActionId, Level, PlanId, Preference, Verdict, Verification } from './action.ts';
import { Checklist } from './checklist.ts';
import { EntityRef, Instant } from './entity.ts';
import { PageUpdate } from './events.ts';
import { FactStatement, ServiceFact } from './fact.ts';
import { Apart, IncidentStatus, Trigger } from './incident.ts';
import { Comparison, KnownFix, LevelRow } from './levels.ts';
import { PageRequestKind } from './page-request.ts';
import { withRenamedFields } from './renamed-fields.ts';
import { Consultation, Gap } from './report.ts';
import { Relation } from './storm.ts';

const IncidentName = z.object({ id: z.string(), title: z.string() });
/** The fields of an action that the timeline keeps. */
const ActionSummary = Action.pick({ id: true, target: true, title: true, blastRadius: true });
export type ActionSummary = z.infer<typeof ActionSummary>;
const Words = z.string();

/** What an execution that ended too early left undone. `begun`: whether the action took effect is unknown. */
export const LeftBehind = z.discriminatedUnion('state', [
  z.object({ state: z.literal('question-withdrawn'), question: z.string() }),
  z.object({ state: z.enum(['not-begun', 'begun', 'done', 'not-done']), question: z.string(), approvedBy: z.string() }),
  /** A plan: the steps by their titles, each with what the ledger knows of it. */
  z.object({
    state: z.literal('plan'),
    question: z.string(),
    approvedBy: z.string(),
    done: z.array(z.string()),
    uncertain: z.array(z.string()),
    left: z.array(z.string()),
  }),
  /** The execution broke off while it acted, and no approval tells more. */
  z.object({ state: z.literal('unknown') }),
]);
export type LeftBehind = z.infer<typeof LeftBehind>;

/** A message that could not be delivered, and where. `reason` is the gap's own reason. */
const MessageFailed = z.object({
  type: z.literal('MessageFailed'),
  place: z.enum(['thread', 'page', 'followers']),
  about: z.enum([
    'work-begun',
    'diagnosis',
    'failure',
    'reminder',
    'answer',
    'ending',
    'joined',
    'worse',
    'acknowledged',
    'resolved',
    'status',
  ]),
  reason: z.string().max(600).optional(),
});
export type MessageFailed = z.infer<typeof MessageFailed>;

/** A field of the context and the source it was read from. */
const Read = z.object({ value: z.string(), source: z.string() });

/** A taught preference and the error it is for, without its use counts. */
const Teaching = Preference.pick({
  id: true,
  fingerprint: true,
  describes: true,
  actionId: true,
  expiresAt: true,
  maxUsesPerDay: true,
});
export type Teaching = z.infer<typeof Teaching>;

export const TimelineEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('IncidentOpened'), title: z.string(), apart: z.boolean() }),
  /** Another event of an incident that is already open. */
  z.object({
    type: z.literal('EventJoined'),
    reason: z.enum(['redelivered', 'same-alert-elsewhere', 'paged-again']),
    eventId: z.string(),
    triggerKind: Trigger.shape.kind,
  }),
  z.object({
    type: z.literal('IncidentTakenOver'),
    from: z.string(),
    left: IncidentStatus,
    leftBehind: z.array(LeftBehind),
  }),
  z.object({
    type: z.literal('ContextAssembled'),
    service: Read.optional(),
    cluster: Read.optional(),
    environment: Read.optional(),
    namespace: Read.optional(),
    account: Read.optional(),
    region: Read.optional(),
    /** The service runs in no cluster. */
    serverless: z.literal(true).optional(),
    workload: EntityRef.optional(),
    callees: z.array(z.string()),
    callers: z.array(z.string()),
    facts: z.array(ServiceFact),
    questions: z.array(z.string()),
    /** Sources without data, one sentence each. */
    missing: z.array(z.string()),
    /** The sources that were asked for the call graph, and those that were not. */
    consulted: z.array(Consultation).optional(),
  }),
  z.object({
    type: z.literal('SpecialistReported'),
    specialist: z.string(),
    phase: z.enum(['investigate', 'verify']),
    round: z.number().int(),
    /** The coordinator's follow-up question; absent if the plan asked. */
    question: z.string().optional(),
    summary: Words,
    findings: z.number().int().min(0),
    /** Every entity that the findings are about or point at, each once. */
    entities: z.array(EntityRef),
    gaps: z.array(Gap),
    /** The sources that it asked, and those that it did not. Absent if no named source is configured. */
    consulted: z.array(Consultation).optional(),
  }),
  /** The knowledge specialist followed a section of a runbook. */
  z.object({ type: z.literal('RunbookFollowed'), checklist: Checklist }),
  z.object({ type: z.literal('RoundAdded'), round: z.number().int(), why: Words, specialists: z.array(z.string()) }),
  z.object({
    type: z.literal('DiagnosisMade'),
    text: Words,
    hypotheses: z.array(
      z.object({ entity: EntityRef, cause: CauseCode, confidence: z.number().min(0).max(1), rank: z.number().int() }),
    ),
    droppedClaims: z.number().int(),
    model: z.string(),
    fingerprint: z.string().optional(),
  }),
  /** An agent goes on looking after the first diagnosis. */
  z.object({ type: z.literal('LongInvestigationBegan'), seconds: z.number() }),
  /** What the long investigation looks at now. */
  z.object({
    type: z.literal('LongInvestigationStep'),
    number: z.number().int().min(1),
    tool: z.string().max(60),
    /** The specialist that is asked; absent for other tools. */
    specialist: z.string().max(40).optional(),
    question: z.string().max(400).optional(),
  }),
  z.object({
    type: z.literal('LongInvestigationEnded'),
    how: z.enum(['finished', 'stopped', 'failed', 'lost']),
    /** The person who stopped it. */
    by: z.string().optional(),
    why: z.string().max(300).optional(),
    seconds: z.number(),
    steps: z.number().int().min(0),
  }),
  z.object({ type: z.literal('DiagnosisCorrected'), by: z.string(), words: Words }),
  z.object({ type: z.literal('DiagnosisConfirmed'), by: z.string(), words: Words }),
  /** A person set aside what the weekly view proposes to prevent this cause at this entity, given in words. */
  z.object({ type: z.literal('PreventionDismissed'), by: z.string(), cause: CauseCode, entity: z.string().max(400) }),
  z.object({
    type: z.literal('DecisionMade'),
    decision: z.enum(['report', 'ask', 'act', 'refuse']),
    why: Words,
    policies: z.array(z.string()),
    action: ActionSummary.optional(),
    approvalId: z.string().optional(),
    preferenceId: z.string().optional(),
  }),
  /** The level does not allow the action: what Watchkeeper would have done at the level `needed`, and why. */
  z.object({
    type: z.literal('ActionShadowed'),
    action: ActionSummary,
    level: Level,
    needed: Level,
    approvers: z.number().int().min(1),
    why: Words,
  }),
  /** How people mended earlier incidents with exactly this error, oldest first. */
  z.object({ type: z.literal('FixesRecalled'), fixes: z.array(KnownFix).max(3) }),
  /** What people did within the hour, compared with the action. */
  z.object({ type: z.literal('PeopleCompared'), action: ActionSummary, comparison: Comparison }),
  z.object({ type: z.literal('LevelLowered'), row: LevelRow, from: Level, to: Level, why: Words }),
  /** Telemetry contained text that looks like instructions; it was not followed. */
  z.object({
    type: z.literal('InstructionIgnored'),
    /** Where the text was found, for people. */
    where: z.string(),
    quote: z.string(),
    /** The actions that the text asks for, each with the reason why the policies refuse it. */
    refusals: z.array(z.object({ action: z.string(), why: z.string() })),
    policies: z.array(z.string()),
  }),
  z.object({
    type: z.literal('ApprovalRequested'),
    approvalId: z.string(),
    question: z.string(),
    action: ActionSummary,
    expiresAt: Instant,
  }),
  z.object({
    type: z.literal('ApprovalReminded'),
    approvalId: z.string(),
    question: z.string(),
    expiresAt: Instant,
  }),
  /** One person's answer. `decidedAt` is absent while more approvals are needed. */
  z.object({
    type: z.literal('ApprovalAnswered'),
    approvalId: z.string(),
    question: z.string(),
    verdict: Verdict,
    by: z.string(),
    approvedBy: z.array(z.string()),
    approvers: z.number().int().min(1),
    decidedAt: Instant.optional(),
  }),
  z.object({
    type: z.literal('ApprovalWithdrawn'),
    approvalId: z.string(),
    question: z.string(),
    /** The incident that acted on the same target. */
    becauseOf: z.string(),
    action: ActionSummary,
    at: Instant,
  }),
  /** A person withdrew the approval of a plan after it was given. */
  z.object({
    type: z.literal('ApprovalStopped'),
    approvalId: z.string(),
    question: z.string(),
    by: z.string(),
    at: Instant,
  }),
  /** A reaction that could not decide an approval. */
  z.object({
    type: z.literal('AnswerNotCounted'),
    approvalId: z.string(),
    by: z.string(),
    result: z.enum(['already', 'expired', 'not-allowed', 'not-found']),
    explanation: z.string(),
  }),
  z.object({ type: z.literal('QuestionsNotWithdrawn'), reason: z.string() }),
  /** `changed`: the target has changed since the approval was requested; a person is asked again. */
  z.object({
    type: z.literal('ActionRefused'),
    action: ActionSummary,
    approvalId: z.string().optional(),
    preferenceId: z.string().optional(),
    changed: z.boolean(),
    /** An earlier attempt began; whether it took effect is unknown. */
    uncertain: z.literal(true).optional(),
    why: Words,
    policies: z.array(z.string()),
  }),
  z.object({
    type: z.literal('ActionFinished'),
    action: ActionSummary,
    approvalId: z.string().optional(),
    preferenceId: z.string().optional(),
    result: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('done'), detail: Words }),
      z.object({ kind: z.literal('already-done'), detail: Words }),
      z.object({ kind: z.literal('failed'), why: Words }),
    ]),
  }),
  /**
   * A plan moved: a step is through, it stopped and asks, a person withdrew the approval, its steps are taken back, or it ended. `half-done`: some of
   * its changes are in place and others are not.
   */
  z.object({
    type: z.literal('PlanMoved'),
    plan: PlanId,
    title: z.string(),
    approvalId: z.string(),
    to: z.enum(['step-done', 'stopped', 'withdrawn', 'taking-back', 'finished', 'ended']),
    step: z.string().optional(),
    halfDone: z.boolean(),
    text: Words,
  }),
  z.object({
    type: z.literal('VerificationFinished'),
    verdict: Verification.shape.kind,
    text: Words,
    /** The verification was about a rollback. */
    ofRollback: z.boolean(),
    /** The preference whose action did not help. It is suspended: people are asked again. */
    suspendedPreference: z.string().optional(),
  }),
  /** Someone else updated the PagerDuty incident. */
  z.object({
    type: z.literal('PageChanged'),
    eventId: z.string(),
    status: PageUpdate.shape.status,
    at: Instant,
    by: z.string().optional(),
  }),
  /** We updated the PagerDuty incident. */
  z.object({ type: z.literal('PageMarked'), status: z.enum(['acknowledged', 'resolved']), environment: z.string() }),
  /** A person had us do something with the page itself. */
  z.object({
    type: z.literal('PageRequestDone'),
    request: PageRequestKind,
    by: z.string(),
    outcome: z.enum(['done', 'failed', 'unknown']),
    text: Words,
  }),
  z.object({ type: z.literal('FollowersInformed'), when: z.enum(['found', 'ended']), text: Words }),
  MessageFailed,
  /** On the leader's timeline. */
  z.object({ type: z.literal('MemberJoined'), member: IncidentName, because: Relation }),
  z.object({ type: z.literal('MemberLeft'), member: IncidentName, why: Apart.shape.why, by: z.string().optional() }),
  /** On the member's timeline. */
  z.object({ type: z.literal('JoinedGroup'), leader: IncidentName, because: Relation }),
  z.object({ type: z.literal('LeftGroup'), leader: z.string(), why: Apart.shape.why, by: z.string().optional() }),
  /** The incident waits for a slot (`ahead` of it, counted up to `maxCounted`) or for another incident's diagnosis. */
  z.object({ type: z.literal('WaitingForSlot'), ahead: z.number().int().min(0), maxCounted: z.number().int() }),
  z.object({ type: z.literal('WaitingForDiagnosis'), behind: z.string(), because: Relation }),
  z.object({ type: z.literal('WaitEnded'), why: z.enum(['waited-long-enough']) }),
  z.object({ type: z.literal('SlotFreed') }),
  z.object({ type: z.literal('PreferenceProposed'), proposalId: z.string(), by: z.string(), preference: Teaching }),
  /** `how`: a person confirmed it in the thread, or asked for it when approving an action that then helped. */
  z.object({
    type: z.literal('PreferenceTaught'),
    by: z.string(),
    how: z.enum(['confirmed', 'with-approval']),
    preference: Teaching,
  }),
  z.object({
    type: z.literal('PreferenceNotTaught'),
    reason: z.enum(['not-on-record', 'error-unknown', 'did-not-help', 'too-little-evidence']),
    /** The part of the error, or of the evidence, that is missing. */
    missing: z.string().optional(),
  }),
  z.object({ type: z.literal('FactTaught'), by: z.string(), statement: FactStatement }),
  z.object({ type: z.literal('FactForgotten'), by: z.string(), statement: FactStatement }),
  /** Why an approval request led to no action: it was rejected, withdrawn, answered too late, or not answered. */
  z.object({
    type: z.literal('QuestionUnanswered'),
    approvalId: z.string(),
    how: z.enum(['rejected', 'withdrawn', 'too-late', 'nobody']),
    by: z.string().optional(),
    why: z.string().optional(),
    ofRollback: z.boolean(),
  }),
  /** How the incident ended, and the evidence for that. */
  z.object({
    type: z.literal('IncidentConcluded'),
    basis: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('verification'), verdict: Verification.shape.kind, text: Words }),
      z.object({ kind: z.literal('action'), actionId: ActionId.optional(), done: z.boolean(), text: Words }),
      /** A plan that did not come to its end. */
      z.object({ kind: z.literal('plan'), halfDone: z.boolean(), text: Words }),
      z.object({ kind: z.literal('decision'), decision: z.enum(['report', 'refuse']), why: Words }),
      z.object({ kind: z.literal('nothing') }),
    ]),
  }),
  z.object({ type: z.literal('PostmortemDrafted'), name: z.string() }),
  z.object({ type: z.literal('RecordFailed'), what: z.enum(['memory', 'postmortem', 'postmortem-update']) }),
  /** A step failed for good. `code` is ours or one of Step Functions. */
  z.object({
    type: z.literal('StepFailed'),
    code: z.string(),
    leftBehind: z.array(LeftBehind),
    undelivered: z.array(MessageFailed),
  }),
  /** The execution ended and nobody works on the incident. */
  z.object({ type: z.literal('InvestigationAbandoned'), execution: z.string(), leftBehind: z.array(LeftBehind) }),
  /** A file of the data folder could not be read; `as` is its new name. */
  z.object({ type: z.literal('FileSetAside'), name: z.string(), as: z.string().optional(), why: z.string() }),
  /** An entry without facts. */
  z.object({ type: z.literal('Note'), text: Words }),
  /** An entry from before typed events. Its text is shown, and no code reads facts from it. */
  z.object({ type: z.literal('LegacyNote'), text: Words }),
]);
export type TimelineEvent = z.infer<typeof TimelineEvent>;
export type EventType = TimelineEvent['type'];
export type EventOf<Type extends EventType> = Extract<TimelineEvent, { type: Type }>;

export const EntryKind = z.enum([
  'opened',
  'context',
  'finding',
  'gap',
  'diagnosis',
  'decision',
  'question',
  'approval',
  'action',
  'verification',
  'learned',
  'failure',
  'note',
]);
export type EntryKind = z.infer<typeof EntryKind>;

/** One event with its time, place and actor. Entries stored without an event are decoded. */
export const TimelineEntry = z.preprocess(
  decodeEntry,
  z.object({
    id: z.string(),
    incidentId: z.string(),
    at: Instant,
    /** The state of the state machine, or the surface (`webhook`, `console`, `slack`). */
    step: z.string(),
    /** The actor: `watchkeeper`, a specialist, or a person. */
    actor: z.string(),
    kind: EntryKind,
    event: TimelineEvent,
    /** The event as people read it, rendered when it was written. For display only. */
    text: z.string().max(4000),
    evidenceIds: z.array(z.string()).default([]),
    /** Whether the entry is good or bad news; absent if it is neither. */
    tone: z.enum(['good', 'bad']).optional(),
    /** Wall time of the step in milliseconds, if known. */
    durationMs: z.number().optional(),
  }),
);
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/**
 * Decodes stored entries. Version 1 entries hold `step`, `kind`, `actor` and a text, but no event. If these fields are enough, the event is built
 * from them; otherwise the entry becomes a `LegacyNote`, and so does an event that this version does not know.
 */
function decodeEntry(stored: unknown): unknown {
  const old = StoredEntry.safeParse(stored).data;
  if (old === undefined || TimelineEvent.safeParse(old.event).success) return stored;
  const renamed = TimelineEvent.safeParse(withRenamedFields({ says: 'statement' })(old.event));
  return { ...old, event: renamed.success ? renamed.data : legacyEvent(old) };
}

const StoredEntry = z.looseObject({
  id: z.string(),
  incidentId: z.string(),
  step: z.string(),
  kind: EntryKind,
  actor: z.string(),
  text: z.string(),
  event: z.unknown().optional(),
});

/** The prefix that version 1 wrote before a person's own words. */
const feedbackSteps = {
  Correct: { type: 'DiagnosisCorrected', lead: 'Corrected: ' },
  Agree: { type: 'DiagnosisConfirmed', lead: 'Agreed: ' },
} as const;

function legacyEvent({ id, incidentId, step, kind, actor, text }: z.infer<typeof StoredEntry>): TimelineEvent {
  if (step === 'Correct' || step === 'Agree') {
    const { type, lead } = feedbackSteps[step];
    return { type, by: actor, words: text.startsWith(lead) ? text.slice(lead.length) : text };
  }
  if (step === 'Learn' && kind === 'learned' && id === `${incidentId}:Learn:learned:postmortem`)
    return { type: 'PostmortemDrafted', name: `postmortem-${incidentId}.md` };
  if (step === 'PageUpdate' && kind === 'gap') return { type: 'RecordFailed', what: 'postmortem-update' };
  return { type: 'LegacyNote', text };
}
