// Writes events to the timeline, redacted. The entry's id consists of incident, step, kind and key, so a repeated step writes no second entry.
import { type EntryKind, type EventType, type TimelineEntry, TimelineEvent } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { redact, redactJson } from '../redaction/redact.ts';
import { describe } from './describe.ts';

/** The step that writes the event: a state of the state machine, or a surface. `key` distinguishes several events of one step. */
export interface Occasion extends Partial<Pick<TimelineEntry, 'evidenceIds' | 'durationMs'>> {
  readonly step: string;
  readonly key?: string | undefined;
}

export async function record(
  incidentId: string,
  event: TimelineEvent,
  { key, ...occasion }: Occasion,
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<void> {
  await ports.incidents.append(entryOf(incidentId, event, { ...occasion, key, at: ports.clock.now().toISOString() }));
}

export function entryOf(
  incidentId: string,
  event: TimelineEvent,
  { step, key, at, ...rest }: Occasion & Pick<TimelineEntry, 'at'>,
): TimelineEntry {
  const kind = kindOf(event);
  const tone = toneOf(event);
  const text = redact(describe(event)).slice(0, 4000);
  return {
    evidenceIds: [],
    ...rest,
    step,
    kind,
    actor: actorOf(event),
    ...(tone === undefined ? {} : { tone }),
    event: withoutSecrets(event) ?? { type: 'Note', text },
    text,
    id: [incidentId, step, kind, key].filter(Boolean).join(':'),
    incidentId,
    at,
  };
}

/** Undefined if the redacted event is invalid, for example if a name looks like a secret where only a name is allowed. */
const withoutSecrets = (event: TimelineEvent): TimelineEvent | undefined =>
  TimelineEvent.safeParse(redactJson(event)).data;

const kinds: Readonly<Record<Exclude<EventType, 'SpecialistReported'>, EntryKind>> = {
  IncidentOpened: 'opened',
  EventJoined: 'note',
  IncidentTakenOver: 'note',
  ContextAssembled: 'context',
  RunbookFollowed: 'note',
  RoundAdded: 'note',
  DiagnosisMade: 'diagnosis',
  LongInvestigationBegan: 'note',
  LongInvestigationStep: 'note',
  LongInvestigationEnded: 'note',
  DiagnosisCorrected: 'note',
  DiagnosisConfirmed: 'note',
  PreventionDismissed: 'note',
  DecisionMade: 'decision',
  ActionShadowed: 'decision',
  FixesRecalled: 'note',
  PeopleCompared: 'learned',
  LevelLowered: 'learned',
  InstructionIgnored: 'note',
  ApprovalRequested: 'question',
  ApprovalReminded: 'question',
  ApprovalAnswered: 'approval',
  ApprovalWithdrawn: 'note',
  ApprovalStopped: 'approval',
  AnswerNotCounted: 'note',
  QuestionsNotWithdrawn: 'gap',
  ActionRefused: 'action',
  ActionFinished: 'action',
  PlanMoved: 'action',
  VerificationFinished: 'verification',
  PageChanged: 'note',
  PageMarked: 'note',
  PageRequestDone: 'note',
  FollowersInformed: 'note',
  MessageFailed: 'gap',
  MemberJoined: 'note',
  MemberLeft: 'note',
  JoinedGroup: 'note',
  LeftGroup: 'note',
  WaitingForSlot: 'note',
  WaitingForDiagnosis: 'note',
  WaitEnded: 'note',
  SlotFreed: 'note',
  PreferenceProposed: 'note',
  PreferenceTaught: 'learned',
  PreferenceNotTaught: 'learned',
  FactTaught: 'learned',
  FactForgotten: 'learned',
  QuestionUnanswered: 'learned',
  IncidentConcluded: 'learned',
  PostmortemDrafted: 'learned',
  RecordFailed: 'gap',
  StepFailed: 'failure',
  InvestigationAbandoned: 'failure',
  FileSetAside: 'gap',
  Note: 'note',
  LegacyNote: 'note',
};

function kindOf(event: TimelineEvent): EntryKind {
  if (event.type === 'SpecialistReported') return event.findings > 0 ? 'finding' : 'gap';
  return kinds[event.type];
}

function toneOf(event: TimelineEvent): TimelineEntry['tone'] {
  switch (event.type) {
    case 'VerificationFinished':
      return event.verdict === 'recovered' ? 'good' : 'bad';
    case 'LevelLowered':
      return 'bad';
    case 'ActionRefused':
      return event.changed ? undefined : 'bad';
    case 'ActionFinished':
      return event.result.kind === 'failed' ? 'bad' : undefined;
    case 'PlanMoved':
      return event.halfDone && event.to !== 'step-done' ? 'bad' : undefined;
    default:
      return undefined;
  }
}

/** The actors of events that the pager or Watchkeeper reports without a person. */
const pager = 'pagerduty';
const us = 'watchkeeper';

function actorOf(event: TimelineEvent): string {
  switch (event.type) {
    case 'SpecialistReported':
      return event.specialist;
    case 'PageChanged':
      return event.by ?? pager;
    case 'DiagnosisCorrected':
    case 'DiagnosisConfirmed':
    case 'PreventionDismissed':
    case 'ApprovalAnswered':
    case 'ApprovalStopped':
    case 'AnswerNotCounted':
    case 'PreferenceProposed':
    case 'FactTaught':
    case 'FactForgotten':
    case 'PageRequestDone':
      return event.by;
    case 'LeftGroup':
    case 'LongInvestigationEnded':
      return event.by ?? us;
    case 'PreferenceTaught':
      return event.how === 'confirmed' ? event.by : us;
    default:
      return us;
  }
}
