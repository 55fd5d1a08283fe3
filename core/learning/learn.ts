// Concludes an incident: it records the outcome, teaches a preference, drafts the postmortem, and tells people the result. Each part is written
// under its own key, so that a second run after a crash writes nothing twice.

import { exactErrorOf } from '../fingerprint/fingerprint.ts';
import type { Preference } from '../model/action.ts';
import { wholeText } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { EventOf, MessageFailed, TimelineEvent } from '../model/timeline.ts';
import type { Concluded } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { writeDraft } from '../postmortem/draft.ts';
import { recordAudit } from '../record/audit/record.ts';
import { describe } from '../record/describe.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { addToCase } from '../remediation/levels/cases.ts';
import { whyTooLittleEvidence } from '../remediation/levels/earned.ts';
import { hasActed, leftHalfDone } from '../remediation/plan-words.ts';
import { publishApprovalOutcome } from '../remediation/publish-approval-outcome.ts';
import { isSameAction } from '../remediation/same-action.ts';
import { fitted, noteOf } from '../reporting/deliver.ts';
import { markPage, updateStatus } from '../reporting/pager-status.ts';
import { publishProgress } from '../reporting/progress.ts';
import { statusViewOf } from '../reporting/status-view.ts';
import { endGroup } from '../storms/ending.ts';
import { shorten } from '../text.ts';
import { clockTime, formatList } from '../wording.ts';
import { confirmationText, teachingOf } from './teach.ts';

type LearnPorts = Pick<
  Ports,
  | 'incidents'
  | 'clock'
  | 'preferences'
  | 'memory'
  | 'telemetry'
  | 'chat'
  | 'pager'
  | 'approvals'
  | 'catalog'
  | 'audit'
  | 'evidence'
  | 'levels'
>;

/** A preference that was taught with an approval expires after this many days, and `usesPerDay` limits its uses a day. */
const preferenceDays = 30;
const usesPerDay = 3;

export async function learn(input: Concluded, ports: LearnPorts): Promise<Record<string, never>> {
  const unanswered = await questionUnanswered(input, ports);
  await keepAnswer(input, ports);
  const events: TimelineEvent[] = [conclusionOf(input, unanswered), ...(await teach(input, ports))];
  // The question whether to revert the action, or how a plan goes on, came after the basis of the conclusion, so both events are recorded.
  if ((input.verification || input.planRun) && unanswered !== undefined && events[0] !== unanswered)
    events.push(unanswered);
  for (const [index, event] of events.entries())
    await record(input.incident.id, event, { step: 'Learn', key: String(index) }, ports);
  const lines = events.map(describe);
  const written = await writeDown(input, lines, ports);
  lines.push(...written.gaps.map(describe));
  await notifyOutcome(input, lines, written.draft, ports);
  const { decision, verification, takingBack } = input;
  // If the action reverted another one, its recovery does not resolve the page.
  if (verification?.kind === 'recovered' && takingBack === undefined && 'action' in decision && decision.action)
    await markPage('resolved', { incident: input.incident, context: input.context, action: decision.action }, ports);
  await updateStatus('ended', followersLine(input), input, ports);
  await ports.incidents.update(input.incident.id, {
    status: 'closed',
    outcome: endOf(input),
    ...(await ownerAfter(input, ports)),
  });
  await endGroup(input.incident.id, ports);
  await publishProgress(input.incident.id, ports);
  return {};
}

const answers = {
  approved: 'approved',
  'take-back': undefined,
  rejected: 'rejected',
  expired: 'unanswered',
  withdrawn: undefined,
} as const;

/** Keeps people's answer as evidence for levels. An answer about taking back, or about a plan, says nothing about the action. */
async function keepAnswer({ incident, decision, approval, takingBack }: Concluded, ports: LearnPorts): Promise<void> {
  if (decision.kind !== 'ask' || decision.plan !== undefined || takingBack !== undefined || !approval) return;
  const answer = answers[approval.kind];
  if (answer !== undefined) await addToCase(incident.id, decision.action.id, { answer }, ports);
}

const endOf = ({ verification, planRun }: Concluded): NonNullable<Incident['outcome']> => {
  if (verification === undefined) return hasActed(planRun) ? 'needs-person' : 'nothing-done';
  return verification.kind === 'recovered' ? 'recovered' : 'needs-person';
};

const follow: Readonly<Record<NonNullable<Incident['outcome']>, string>> = {
  recovered: 'has recovered.',
  'needs-person': 'is not over: no recovery was observed after the action, and people have taken over.',
  'nothing-done': 'was investigated, and Watchkeeper took no action. People have taken over.',
};

const followersLine = (input: Concluded): string => `${shorten(input.incident.title, 200)} ${follow[endOf(input)]}`;

/** The person who took the page holds the incident; otherwise the person who approved the action. */
async function ownerAfter(
  { incident, approval }: Concluded,
  { incidents }: Pick<LearnPorts, 'incidents'>,
): Promise<Pick<Incident, 'heldBy'>> {
  const current = (await incidents.get(incident.id))?.heldBy;
  if (current !== undefined || approval?.kind !== 'approved') return {};
  return { heldBy: { by: approval.by, as: 'approver' } };
}

/** Everybody who approved the action, or the person who rejected it. */
async function decidersOf({ approval }: Concluded, { approvals }: Pick<LearnPorts, 'approvals'>): Promise<string[]> {
  if (approval === undefined || !('by' in approval)) return [];
  if (approval.kind !== 'approved') return [approval.by];
  const approvedBy = (await approvals.get(approval.approvalId))?.approvedBy ?? [];
  return approvedBy.length < 2 ? [approval.by] : approvedBy.map(({ by }) => by).slice(0, 10);
}

/** The action and who allowed it. */
function doneLine({ decision, approval, remediation }: Concluded, deciders: readonly string[]): string[] {
  if (remediation === undefined || !('action' in decision) || decision.action === undefined) return [];
  const title = decision.kind === 'ask' && decision.plan ? decision.plan.plan.title : decision.action.title;
  const word =
    approval?.kind === 'approved'
      ? `approved by ${formatList(deciders)} at ${clockTime(approval.at)}`
      : 'as it was taught';
  switch (remediation.kind) {
    case 'done':
      return [`Done: ${title}, ${word}.`];
    case 'already-done':
      return [`Done before, and not again: ${title}, ${word}.`];
    case 'failed':
      return [`Tried, and failed: ${title}, ${word}. ${remediation.why}`];
    case 'refused':
    case 'changed':
    case 'going':
    case 'asks':
    case 'ended':
      return [];
  }
}

type Unanswered = EventOf<'QuestionUnanswered'>;

function conclusionOf(input: Concluded, unanswered: Unanswered | undefined): TimelineEvent {
  const basis = basisOf(input);
  return basis.kind === 'nothing' && unanswered !== undefined ? unanswered : { type: 'IncidentConcluded', basis };
}

function basisOf({ decision, remediation, verification, planRun }: Concluded): EventOf<'IncidentConcluded'>['basis'] {
  if (verification) return { kind: 'verification', verdict: verification.kind, text: verification.text };
  if (remediation?.kind === 'asks' || remediation?.kind === 'ended')
    return { kind: 'plan', halfDone: leftHalfDone(planRun), text: remediation.why };
  if (remediation)
    return 'why' in remediation
      ? { kind: 'action', done: false, text: remediation.why }
      : { kind: 'action', done: true, text: remediation.detail };
  if (decision.kind === 'report' || decision.kind === 'refuse')
    return { kind: 'decision', decision: decision.kind, why: decision.why };
  return { kind: 'nothing' };
}

/** The last question, if nobody approved it in time. Its message is updated. */
async function questionUnanswered(
  { decision, approval, incident, takingBack }: Concluded,
  ports: LearnPorts,
): Promise<Unanswered | undefined> {
  if (
    decision.kind !== 'ask' ||
    approval === undefined ||
    approval.kind === 'approved' ||
    approval.kind === 'take-back'
  )
    return undefined;
  const { approvalId } = decision;
  const about = { type: 'QuestionUnanswered', approvalId, ofRollback: takingBack !== undefined } as const;
  if (approval.kind === 'withdrawn') return { ...about, how: 'withdrawn', why: approval.why };
  if (approval.kind === 'expired') await ports.approvals.expire(approvalId);
  await publishApprovalOutcome(approvalId, incident, ports);
  if (approval.kind === 'rejected') return { ...about, how: 'rejected', by: approval.by };
  const stored = await ports.approvals.get(approvalId);
  return stored?.state === 'decided'
    ? { ...about, how: 'too-late', by: stored.decidedBy }
    : { ...about, how: 'nobody' };
}

/** Teaches the preference that a person asked for, if the action helped. The event says whether it did. */
async function teach(input: Concluded, ports: LearnPorts): Promise<TimelineEvent[]> {
  const { approval, decision, verification, diagnosis, context, incident } = input;
  if (approval?.kind !== 'approved' || !approval.remember || decision.kind !== 'ask' || decision.once) return [];
  // A lasting permission needs more than the workflow's input: the record of the answer must confirm it.
  const stored = await ports.approvals.get(approval.approvalId);
  if (
    stored?.state !== 'decided' ||
    stored.verdict !== 'approve-and-remember' ||
    stored.incidentId !== incident.id ||
    !isSameAction(stored.action, decision.action)
  ) {
    return [{ type: 'PreferenceNotTaught', reason: 'not-on-record' }];
  }
  const first = diagnosis.hypotheses[0];
  const error = first && exactErrorOf(first, context, await ports.catalog.load());
  if (!error || 'missing' in error)
    return [{ type: 'PreferenceNotTaught', reason: 'error-unknown', ...(error && { missing: error.missing }) }];
  const one = await ports.levels.case(incident.id, decision.action.id);
  const tooLittle = one && (await whyTooLittleEvidence(one.row, await ports.catalog.load(), ports));
  if (tooLittle !== undefined)
    return [{ type: 'PreferenceNotTaught', reason: 'too-little-evidence', missing: tooLittle }];
  if (verification?.kind !== 'recovered') {
    return [{ type: 'PreferenceNotTaught', reason: 'did-not-help' }];
  }
  const { decidedBy, decidedAt } = stored;
  const expiresAt = new Date(Date.parse(decidedAt) + preferenceDays * 86_400_000).toISOString();
  const preference: Preference = {
    id: `${incident.id}-${decision.action.id}`,
    ...error,
    actionId: decision.action.id,
    taughtBy: decidedBy,
    taughtAt: decidedAt,
    incidentId: incident.id,
    expiresAt,
    uses: 0,
    maxUsesPerDay: usesPerDay,
    usedToday: { day: decidedAt.slice(0, 10), count: 0 },
    state: 'active',
  };
  await ports.preferences.teach(preference);
  await confirmationText(preference, ports);
  const event = {
    type: 'PreferenceTaught',
    by: decidedBy,
    how: 'with-approval',
    preference: teachingOf(preference),
  } as const;
  const actor = { kind: 'person', id: decidedBy } as const;
  const about = { incidentId: incident.id, about: preference.id, action: decision.action } as const;
  await recordAudit({ ...about, actor, kind: 'preference', outcome: 'taught', text: describe(event) }, ports);
  return [event];
}

/** Writes memory and postmortem draft. They help the next incident, so a failure is recorded and does not fail this one. */
async function writeDown(
  input: Concluded,
  lines: readonly string[],
  ports: LearnPorts,
): Promise<{ readonly gaps: readonly EventOf<'RecordFailed'>[]; readonly draft: string | undefined }> {
  const { incident, diagnosis } = input;
  const at = ports.clock.now().toISOString();
  const gaps: EventOf<'RecordFailed'>[] = [];
  let draft: string | undefined;
  try {
    await ports.memory.remember(
      {
        incidentId: incident.id,
        actor: 'watchkeeper',
        at,
        text: `${incident.title}: ${wholeText(diagnosis)} ${lines.join(' ')}`.slice(0, 4000),
      },
      'learned',
    );
  } catch {
    gaps.push({ type: 'RecordFailed', what: 'memory' });
  }
  try {
    draft = await writeDraft(input, ports);
  } catch {
    gaps.push({ type: 'RecordFailed', what: 'postmortem' });
  }
  for (const gap of gaps) await record(incident.id, gap, { step: 'Learn', key: gap.what }, ports);
  return { gaps, draft };
}

/** That a level was lowered by this incident's action. */
const loweredLines = async (incidentId: string, { incidents }: Pick<LearnPorts, 'incidents'>): Promise<string[]> =>
  (await incidents.timeline(incidentId)).flatMap(({ event }) =>
    event.type === 'LevelLowered' ? [describe(event)] : [],
  );

/** Sends the closing message to the thread and the page; the timeline records a channel that cannot be reached. */
async function notifyOutcome(
  input: Concluded,
  lines: readonly string[],
  draft: string | undefined,
  ports: LearnPorts,
): Promise<void> {
  const { incident, verification } = input;
  const ended = { ...incident, ...(await ports.incidents.get(incident.id)), ...(await ownerAfter(input, ports)) };
  const {
    text: status,
    tone,
    has,
  } = statusViewOf({
    ...ended,
    status: 'closed',
    outcome: endOf(input),
    ...(verification && { verified: verification.kind }),
  });
  const deciders = await decidersOf(input, ports);
  const message = fitted({
    key: `closing-${incident.id}`,
    incidentId: incident.id,
    kind: 'closing',
    ...(tone === undefined ? {} : { tone }),
    headline: `${status}: ${incident.title}`,
    lines: [
      ...doneLine(input, deciders),
      ...lines,
      ...(await loweredLines(incident.id, ports)),
      ...(has === undefined ? [] : [has]),
    ],
    ...(deciders.length === 0 ? {} : { people: deciders }),
  });
  const failures: MessageFailed[] = [];
  const failed = { type: 'MessageFailed', about: 'ending' } as const;
  await ports.chat
    .publish({
      ...message,
      ...(draft === undefined
        ? {}
        : {
            files: [{ name: `postmortem-${incident.id}.md`, title: 'Postmortem draft', text: draft.slice(0, 500_000) }],
          }),
      ...threadOf(incident.trigger),
    })
    .catch(() => failures.push({ ...failed, place: 'thread' }));
  // The page gets the note also if nobody answered the question.
  if (verification || input.approval?.kind === 'expired' || hasActed(input.planRun)) {
    const written = await ports.pager.note(incident.sourceId, noteOf(message));
    if (written.kind === 'gap') failures.push({ ...failed, place: 'page', reason: written.gap.reason });
  }
  for (const failure of failures)
    await record(incident.id, failure, { step: 'Learn', key: `ending:${failure.place}` }, ports);
}
