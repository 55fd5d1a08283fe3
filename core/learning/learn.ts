// The end of an incident: what came of it, what is remembered, the draft of a postmortem, the last word to people. Every part is
// written under a name of its own, so that a second run after a crash writes nothing twice.

import { exactErrorOf } from '../fingerprint/fingerprint.ts';
import type { Preference } from '../model/action.ts';
import { wholeText } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Concluded } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { writeDraft } from '../postmortem/draft.ts';
import { recordAudit } from '../record/audit/record.ts';
import { threadOf } from '../record/thread.ts';
import { note } from '../record/timeline.ts';
import { publishApprovalOutcome } from '../remediation/publish-approval-outcome.ts';
import { isSameAction } from '../remediation/remediate.ts';
import { markPage, updateStatus } from '../reporting/pager-status.ts';
import { tellProgress } from '../reporting/progress.ts';
import { statusViewOf } from '../reporting/standing.ts';
import { fitted, noteOf } from '../reporting/tell.ts';
import { endGroup } from '../storms/ending.ts';
import { shorten } from '../text.ts';
import { clockTime, formatList } from '../wording.ts';
import { confirmationText, scopeOf } from './teach.ts';

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
>;

/** "Don't ask me next time" holds for this long, and no more than this often a day. */
const preferenceDays = 30;
const usesPerDay = 3;

export async function learn(input: Concluded, ports: LearnPorts): Promise<Record<string, never>> {
  const unanswered = await unansweredLine(input, ports);
  const lines = [outcomeLine(input, unanswered), ...(await teach(input, ports))];
  // Whether to take back what had been done was asked after it: both are told.
  if (input.verification && unanswered !== undefined) lines.push(unanswered);
  for (const [index, text] of lines.entries()) {
    await note(input.incident.id, { step: 'Learn', kind: 'learned', key: String(index), text }, ports);
  }
  const written = await writeDown(input, lines, ports);
  lines.push(...written.gaps);
  await tell(input, lines, written.draft, ports);
  const { decision, verification, takingBack } = input;
  // What took something back has mended that, and not what paged.
  if (verification?.kind === 'recovered' && takingBack === undefined && 'action' in decision && decision.action)
    await markPage('resolved', { incident: input.incident, context: input.context, action: decision.action }, ports);
  await updateStatus('ended', followersLine(input), input, ports);
  await ports.incidents.update(input.incident.id, {
    status: 'closed',
    outcome: endOf(input),
    ...(await heldAfter(input, ports)),
  });
  await endGroup(input.incident.id, ports);
  await tellProgress(input.incident.id, ports);
  return {};
}

const endOf = ({ verification }: Concluded): NonNullable<Incident['outcome']> => {
  if (verification === undefined) return 'nothing-done';
  return verification.kind === 'recovered' ? 'recovered' : 'needs-person';
};

const follow: Readonly<Record<NonNullable<Incident['outcome']>, string>> = {
  recovered: 'has recovered.',
  'needs-person': 'is not over: what was done did not demonstrably help, and people have it.',
  'nothing-done': 'was looked into, and nothing was done automatically. People have it.',
};

const followersLine = (input: Concluded): string => `${shorten(input.incident.title, 200)} ${follow[endOf(input)]}`;

/** Who took the page has it; else who approved what was done. */
async function heldAfter(
  { incident, approval }: Concluded,
  { incidents }: Pick<LearnPorts, 'incidents'>,
): Promise<Pick<Incident, 'heldBy'>> {
  const heldBy = (await incidents.get(incident.id))?.heldBy;
  if (heldBy !== undefined || approval?.kind !== 'approved') return {};
  return { heldBy: { by: approval.by, as: 'approver' } };
}

/** Everybody whose approval it took, or who rejected it. */
async function decidersOf({ approval }: Concluded, { approvals }: Pick<LearnPorts, 'approvals'>): Promise<string[]> {
  if (approval === undefined || !('by' in approval)) return [];
  if (approval.kind !== 'approved') return [approval.by];
  const approvedBy = (await approvals.get(approval.approvalId))?.approvedBy ?? [];
  return approvedBy.length < 2 ? [approval.by] : approvedBy.map(({ by }) => by).slice(0, 10);
}

/** What was done, and on whose word. */
function doneLine({ decision, approval, remediation }: Concluded, deciders: readonly string[]): string[] {
  if (remediation === undefined || !('action' in decision) || decision.action === undefined) return [];
  const { title } = decision.action;
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
      return [];
  }
}

function outcomeLine(input: Concluded, unanswered: string | undefined): string {
  const { decision, remediation, verification } = input;
  if (verification) return verification.text;
  if (remediation) return 'why' in remediation ? `Nothing was done: ${remediation.why}` : remediation.detail;
  if (decision.kind === 'report') return `Reported; nothing was to be done. ${decision.why}`;
  if (decision.kind === 'refuse') return `Refused: ${decision.why}`;
  return unanswered ?? 'Nothing was done.';
}

/** The last question, where nobody said yes to it in time: told, and shown so in its place. */
async function unansweredLine(
  { decision, approval, incident, takingBack }: Concluded,
  ports: LearnPorts,
): Promise<string | undefined> {
  if (decision.kind !== 'ask' || approval === undefined || approval.kind === 'approved') return undefined;
  const { approvalId } = decision;
  if (approval.kind === 'withdrawn') return `The question was withdrawn, and nothing was done here. ${approval.why}`;
  if (approval.kind === 'expired') await ports.approvals.expire(approvalId);
  await publishApprovalOutcome(approvalId, incident, ports);
  const nothing = takingBack === undefined ? 'nothing was done' : 'nothing was taken back';
  if (approval.kind === 'rejected') return `${approval.by} rejected the action; ${nothing}.`;
  const stored = await ports.approvals.get(approvalId);
  return stored?.state === 'decided'
    ? `${stored.decidedBy} answered too late; the workflow had stopped waiting, and ${nothing}.`
    : `Nobody answered in time; ${nothing}.`;
}

/** Remembers what a person asked to remember, if it helped; says so either way. */
async function teach(input: Concluded, ports: LearnPorts): Promise<string[]> {
  const { approval, decision, verification, diagnosis, context, incident } = input;
  if (approval?.kind !== 'approved' || !approval.remember || decision.kind !== 'ask' || decision.once) return [];
  // A permission that lasts needs more than the workflow's word: the record of the answer has to say so.
  const asked = await ports.approvals.get(approval.approvalId);
  if (
    asked?.state !== 'decided' ||
    asked.verdict !== 'approve-and-remember' ||
    asked.incidentId !== incident.id ||
    !isSameAction(asked.action, decision.action)
  ) {
    return ['Not remembered: the record of the answer does not say that it should be.'];
  }
  const first = diagnosis.hypotheses[0];
  const error = first && exactErrorOf(first, context, await ports.catalog.load());
  if (!error || 'missing' in error) return [`Not remembered: ${error?.missing ?? 'there is no hypothesis'}.`];
  if (verification?.kind !== 'recovered') {
    return ['Not remembered: the action did not demonstrably help, so next time a person is asked again.'];
  }
  const { decidedBy, decidedAt } = asked;
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
  const text = `Remembered, as ${decidedBy} said. ${scopeOf(preference)}`;
  const actor = { kind: 'person', id: decidedBy } as const;
  const about = { incidentId: incident.id, about: preference.id, action: decision.action } as const;
  await recordAudit({ ...about, actor, kind: 'preference', outcome: 'taught', text }, ports);
  return [text];
}

/** Memory and knowledge help the next incident; this one does not fail for them. */
async function writeDown(
  input: Concluded,
  lines: readonly string[],
  ports: LearnPorts,
): Promise<{ readonly gaps: readonly string[]; readonly draft: string | undefined }> {
  const { incident, diagnosis } = input;
  const at = ports.clock.now().toISOString();
  const gaps: string[] = [];
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
    gaps.push('The memory could not be written.');
  }
  try {
    draft = await writeDraft(input, ports);
  } catch {
    gaps.push('The postmortem draft could not be stored.');
  }
  for (const text of gaps) await note(incident.id, { step: 'Learn', kind: 'gap', key: text, text }, ports);
  return { gaps, draft };
}

/** The last word, in the thread and on the page; where one of them cannot be reached, the timeline says so. */
async function tell(
  input: Concluded,
  lines: readonly string[],
  draft: string | undefined,
  ports: LearnPorts,
): Promise<void> {
  const { incident, verification } = input;
  const ended = { ...incident, ...(await ports.incidents.get(incident.id)), ...(await heldAfter(input, ports)) };
  const { says, tone, has } = statusViewOf({
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
    headline: `${says}: ${incident.title}`,
    lines: [...doneLine(input, deciders), ...lines, ...(has === undefined ? [] : [has])],
    ...(deciders.length === 0 ? {} : { people: deciders }),
  });
  const failures: string[] = [];
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
    .catch(() => failures.push('The thread could not be told how it ended.'));
  // A page that nobody answered is told so, too.
  if (verification || input.approval?.kind === 'expired') {
    const written = await ports.pager.note(incident.sourceId, noteOf(message));
    if (written.kind === 'gap') failures.push(`The page could not be told how it ended: ${written.gap.reason}`);
  }
  for (const text of failures)
    await note(incident.id, { step: 'Learn', kind: 'gap', key: text.slice(0, 60), text }, ports);
}
