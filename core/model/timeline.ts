// What happened in an incident, as typed events. An event carries its facts; people read `describe(event)` (core/record/describe.ts), and nothing
// reads a fact out of that text. `kind` of an entry is its category, derived from the event, and part of the entry's id.
import * as z from 'zod';
import { CauseCode } from '../causes/causes.ts';
import { Action, ActionId, Preference, Verdict, Verification } from './action.ts';
import { EntityRef, Instant } from './entity.ts';
import { PageUpdate } from './events.ts';
import { ServiceFact } from './fact.ts';
import { Apart, IncidentStatus, Trigger } from './incident.ts';
import { Gap } from './report.ts';
import { Relation } from './storm.ts';

const IncidentName = z.object({ id: z.string(), title: z.string() });
/** As much of an action as its story needs. */
const ActionSummary = Action.pick({ id: true, target: true, title: true, blastRadius: true });
export type ActionSummary = z.infer<typeof ActionSummary>;
const Words = z.string();

/** What an execution that ended too early left undone. `begun`: whether it took effect is unknown. */
export const LeftBehind = z.discriminatedUnion('state', [
  z.object({ state: z.literal('question-withdrawn'), question: z.string() }),
  z.object({ state: z.enum(['not-begun', 'begun', 'done', 'not-done']), question: z.string(), approvedBy: z.string() }),
  /** It broke off while it acted, and no approval tells more. */
  z.object({ state: z.literal('unknown') }),
]);
export type LeftBehind = z.infer<typeof LeftBehind>;

/** A message that could not be delivered: which one, and where. `reason` is the gap's own. */
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

/** Where a field of the context was read. */
const Read = z.object({ value: z.string(), source: z.string() });

/** What was taught, and for which error; without how often it was used. */
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
  /** Another event of an incident that is being worked on. */
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
    workload: EntityRef.optional(),
    callees: z.array(z.string()),
    callers: z.array(z.string()),
    facts: z.array(ServiceFact),
    questions: z.array(z.string()),
    /** Sources that gave nothing, a sentence each. */
    missing: z.array(z.string()),
  }),
  z.object({
    type: z.literal('SpecialistReported'),
    specialist: z.string(),
    phase: z.enum(['investigate', 'verify']),
    round: z.number().int(),
    /** The coordinator's own question, where it was not the plan that asked. */
    question: z.string().optional(),
    summary: Words,
    findings: z.number().int().min(0),
    /** Every thing that its findings are about or point at, each once. */
    entities: z.array(EntityRef),
    gaps: z.array(Gap),
  }),
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
  z.object({ type: z.literal('DiagnosisCorrected'), by: z.string(), words: Words }),
  z.object({ type: z.literal('DiagnosisConfirmed'), by: z.string(), words: Words }),
  z.object({
    type: z.literal('DecisionMade'),
    decision: z.enum(['report', 'ask', 'act', 'refuse']),
    why: Words,
    policies: z.array(z.string()),
    action: ActionSummary.optional(),
    approvalId: z.string().optional(),
    preferenceId: z.string().optional(),
  }),
  /** Telemetry held words that read like instructions; nothing followed them. */
  z.object({
    type: z.literal('InstructionIgnored'),
    /** Where they were, as people read it. */
    where: z.string(),
    quote: z.string(),
    /** Actions they ask for, each with why the policies refuse it. */
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
  /** A reaction that could not decide a question. */
  z.object({
    type: z.literal('AnswerNotCounted'),
    approvalId: z.string(),
    by: z.string(),
    result: z.enum(['already', 'expired', 'not-allowed', 'not-found']),
    explanation: z.string(),
  }),
  z.object({ type: z.literal('QuestionsNotWithdrawn'), reason: z.string() }),
  /** `changed`: the target moved since the question was put; a person is asked again. */
  z.object({
    type: z.literal('ActionRefused'),
    action: ActionSummary,
    approvalId: z.string().optional(),
    preferenceId: z.string().optional(),
    changed: z.boolean(),
    /** An earlier try began; whether it took effect is unknown. */
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
  z.object({
    type: z.literal('VerificationFinished'),
    verdict: Verification.shape.kind,
    text: Words,
    /** It verified what took an action back. */
    ofRollback: z.boolean(),
    /** What was taught and did not help: nobody is spared the question by it any more. */
    suspendedPreference: z.string().optional(),
  }),
  /** Somebody else updated the PagerDuty incident. */
  z.object({
    type: z.literal('PageChanged'),
    eventId: z.string(),
    status: PageUpdate.shape.status,
    at: Instant,
    by: z.string().optional(),
  }),
  /** We updated the PagerDuty incident. */
  z.object({ type: z.literal('PageMarked'), status: z.enum(['acknowledged', 'resolved']), environment: z.string() }),
  z.object({ type: z.literal('FollowersInformed'), when: z.enum(['found', 'ended']), text: Words }),
  MessageFailed,
  /** Of the leader. */
  z.object({ type: z.literal('MemberJoined'), member: IncidentName, because: Relation }),
  z.object({ type: z.literal('MemberLeft'), member: IncidentName, why: Apart.shape.why, by: z.string().optional() }),
  /** Of the member. */
  z.object({ type: z.literal('JoinedGroup'), leader: IncidentName, because: Relation }),
  z.object({ type: z.literal('LeftGroup'), leader: z.string(), why: Apart.shape.why, by: z.string().optional() }),
  /** It waits for a slot (`ahead` of it, counted up to `maxCounted`), or for another incident's diagnosis. */
  z.object({ type: z.literal('WaitingForSlot'), ahead: z.number().int().min(0), maxCounted: z.number().int() }),
  z.object({ type: z.literal('WaitingForDiagnosis'), behind: z.string(), because: Relation }),
  z.object({ type: z.literal('WaitEnded'), why: z.enum(['waited-long-enough']) }),
  z.object({ type: z.literal('SlotFreed') }),
  z.object({ type: z.literal('PreferenceProposed'), proposalId: z.string(), by: z.string(), preference: Teaching }),
  /** `how`: confirmed in the thread, or asked for with the approval of an action that then helped. */
  z.object({
    type: z.literal('PreferenceTaught'),
    by: z.string(),
    how: z.enum(['confirmed', 'with-approval']),
    preference: Teaching,
  }),
  z.object({
    type: z.literal('PreferenceNotTaught'),
    reason: z.enum(['not-on-record', 'error-unknown', 'did-not-help']),
    /** What is missing of the error. */
    missing: z.string().optional(),
  }),
  z.object({ type: z.literal('FactTaught'), by: z.string(), says: ServiceFact.shape.says }),
  z.object({ type: z.literal('FactForgotten'), by: z.string(), says: ServiceFact.shape.says }),
  /** Why nothing was done about a question: it was rejected, withdrawn, answered too late, or not answered. */
  z.object({
    type: z.literal('QuestionUnanswered'),
    approvalId: z.string(),
    how: z.enum(['rejected', 'withdrawn', 'too-late', 'nobody']),
    by: z.string().optional(),
    why: z.string().optional(),
    ofRollback: z.boolean(),
  }),
  /** How it ended, and what says so. */
  z.object({
    type: z.literal('IncidentConcluded'),
    basis: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('verification'), verdict: Verification.shape.kind, text: Words }),
      z.object({ kind: z.literal('action'), actionId: ActionId.optional(), done: z.boolean(), text: Words }),
      z.object({ kind: z.literal('decision'), decision: z.enum(['report', 'refuse']), why: Words }),
      z.object({ kind: z.literal('nothing') }),
    ]),
  }),
  z.object({ type: z.literal('PostmortemDrafted'), name: z.string() }),
  z.object({ type: z.literal('RecordFailed'), what: z.enum(['memory', 'postmortem', 'postmortem-update']) }),
  /** A step failed for good. `code` is ours or that of Step Functions. */
  z.object({
    type: z.literal('StepFailed'),
    code: z.string(),
    leftBehind: z.array(LeftBehind),
    undelivered: z.array(MessageFailed),
  }),
  /** The execution ended and nobody works on the incident. */
  z.object({ type: z.literal('InvestigationAbandoned'), execution: z.string(), leftBehind: z.array(LeftBehind) }),
  /** A file of the data folder could not be read; `as` is its name now. */
  z.object({ type: z.literal('FileSetAside'), name: z.string(), as: z.string().optional(), why: z.string() }),
  /** What has no facts. */
  z.object({ type: z.literal('Note'), text: Words }),
  /** An entry of before there were events: its text is shown, and nobody reads facts from it. */
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

/** One event with when, where and by whom. What was stored without an event is decoded. */
export const TimelineEntry = z.preprocess(
  decodeEntry,
  z.object({
    id: z.string(),
    incidentId: z.string(),
    at: Instant,
    /** The state machine's state, or the surface (`webhook`, `console`, `slack`). */
    step: z.string(),
    /** Who: `watchkeeper`, a specialist, or a person. */
    actor: z.string(),
    kind: EntryKind,
    event: TimelineEvent,
    /** The event as people read it, rendered when it was written. For showing only. */
    text: z.string().max(4000),
    evidenceIds: z.array(z.string()).default([]),
    /** Whether it says that things are well or not; absent where it says neither. */
    tone: z.enum(['good', 'bad']).optional(),
    /** Wall time the step took, where it is known. */
    durationMs: z.number().optional(),
  }),
);
export type TimelineEntry = z.infer<typeof TimelineEntry>;

/**
 * Entries of version 1 hold `step`, `kind`, `actor` and a text, and no event. Where these fields are enough the event is made of them, else it is
 * a `LegacyNote`; an event that this version does not know becomes one, too.
 */
function decodeEntry(stored: unknown): unknown {
  const old = StoredEntry.safeParse(stored).data;
  if (old === undefined || TimelineEvent.safeParse(old.event).success) return stored;
  return { ...old, event: legacyEvent(old) };
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

/** What version 1 wrote before a person's own words. */
const spokenSteps = {
  Correct: { type: 'DiagnosisCorrected', lead: 'Corrected: ' },
  Agree: { type: 'DiagnosisConfirmed', lead: 'Agreed: ' },
} as const;

function legacyEvent({ id, incidentId, step, kind, actor, text }: z.infer<typeof StoredEntry>): TimelineEvent {
  if (step === 'Correct' || step === 'Agree') {
    const { type, lead } = spokenSteps[step];
    return { type, by: actor, words: text.startsWith(lead) ? text.slice(lead.length) : text };
  }
  if (step === 'Learn' && kind === 'learned' && id === `${incidentId}:Learn:learned:postmortem`)
    return { type: 'PostmortemDrafted', name: `postmortem-${incidentId}.md` };
  if (step === 'PageUpdate' && kind === 'gap') return { type: 'RecordFailed', what: 'postmortem-update' };
  return { type: 'LegacyNote', text };
}
