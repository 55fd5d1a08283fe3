// Writes the section on what was tried: each action with who allowed it and its result, and the actions that were refused, rejected or not
// answered. Pure.
import type { Approval, PlanQuestion, RemediationResult, Verification } from '../model/action.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import { bare, bullets, plain } from './markdown.ts';
import { approversOf, type PostmortemRecord } from './record.ts';
import { instant, msBetween, span } from './times.ts';

const verified: Record<Verification['kind'], string> = {
  recovered: 'recovered',
  'not-recovered': 'not recovered',
  'made-worse': 'made worse',
  unknown: 'its effect is unknown',
};

const done: Record<RemediationResult['kind'], string> = {
  done: 'done',
  'already-done': 'done',
  refused: 'not done',
  failed: 'failed',
  changed: 'not done',
};

export function tried(record: PostmortemRecord): string[] {
  const { remediation, verification } = record.material;
  const requested = record.approvals.map((approval) => ofApproval(approval, record));
  const automatic = withoutQuestion(record);
  const attempts = [...requested, ...automatic];
  if (attempts.length > 0)
    return attempts.flatMap(([head, ...more]) => [`- ${head}`, ...more.map((line) => `  - ${line}`)]);
  if (!remediation) return ['Watchkeeper took no action.'];
  const result = 'detail' in remediation ? remediation.detail : remediation.why;
  const came = verification ? ` ${verified[verification.kind]}: ${plain(verification.text, 1000)}` : '';
  return bullets([`${done[remediation.kind]}: ${plain(result, 600)}${came}`], '');
}

/** The first line is the action and its result; the other lines are details. */
function ofApproval(approval: Approval, record: PostmortemRecord): string[] {
  if (approval.plan !== undefined) return ofPlan(approval, approval.plan, record);
  const entry = actionOf(approval.id, record);
  return [
    `${plain(approval.action.title, 300)}: ${outcome(approval, entry, record)}.`,
    `Asked at ${instant(approval.requestedAt)}. ${answer(approval)}`,
    ...(approval.why === '' ? [] : [`Policy: ${plain(approval.why, 600)}`]),
    ...resultLines(entry, record),
  ];
}

/** A plan: the answer, and each entry about it under that answer. */
function ofPlan(approval: Approval, { plan }: PlanQuestion, record: PostmortemRecord): string[] {
  const entries = record.timeline.filter(
    ({ event }) =>
      (event.type === 'ActionFinished' || event.type === 'ActionRefused' || event.type === 'PlanMoved') &&
      event.approvalId === approval.id,
  );
  const last = entries.findLast(({ event }) => event.type === 'PlanMoved')?.event;
  const end =
    last?.type === 'PlanMoved' ? planEnds[last.to] : approval.state === 'decided' ? 'approved' : 'not approved';
  return [
    `${plain(plan.title, 300)}: ${end}.`,
    `Asked at ${instant(approval.requestedAt)}. ${answer(approval)}`,
    ...(approval.why === '' ? [] : [`Policy: ${plain(approval.why, 600)}`]),
    ...entries.map(({ at, text }) => `${instant(at)} ${plain(text, 600)}`),
  ];
}

const planEnds: Readonly<Record<EventOf<'PlanMoved'>['to'], string>> = {
  'step-done': 'under way',
  stopped: 'stopped half-way',
  withdrawn: 'withdrawn half-way',
  'taking-back': 'being taken back',
  finished: 'done',
  ended: 'ended before its last step',
};

function outcome(approval: Approval, entry: TimelineEntry | undefined, record: PostmortemRecord): string {
  if (entry) return cameOf(entry, record);
  if (approval.state === 'decided') return approval.verdict === 'reject' ? 'rejected, not done' : 'approved, not done';
  if (approval.state === 'withdrawn') return 'withdrawn, not done';
  return approval.state === 'expired' ? 'not answered, not done' : 'not answered yet';
}

function answer(approval: Approval): string {
  if (approval.state === 'pending') return `It waits for an answer until ${instant(approval.expiresAt)}.`;
  if (approval.state === 'withdrawn') return `Withdrawn at ${instant(approval.withdrawnAt)}.`;
  if (approval.state === 'expired') return `Nobody answered until ${instant(approval.expiresAt)}.`;
  const { verdict, decidedAt, decidedBy, requestedAt } = approval;
  const after = `at ${instant(decidedAt)}, ${span(msBetween(requestedAt, decidedAt))} later`;
  if (verdict === 'reject') return `Rejected by ${plain(decidedBy, 100)} ${after}.`;
  if (verdict === 'take-back') return `${plain(decidedBy, 100)} said ${after} to take it back.`;
  const remember = verdict === 'approve-and-remember' ? ', not to be asked again for this exact error' : '';
  return `Approved by ${plain(approversOf(approval), 300)} ${after}${remember}.`;
}

/** Lines for a decision without a question: done by a preference, refused by policy, or only reported. */
function withoutQuestion(record: PostmortemRecord): string[][] {
  const { timeline, approvals, incident } = record;
  const decided = timeline.find(({ id }) => id === `${incident.id}:Decide:decision`);
  const entry = actionOf(undefined, record);
  if (entry)
    return [
      [
        `${plain(bare(entry.text), 300)}: ${cameOf(entry, record)}.`,
        ...(decided ? [plain(decided.text, 600)] : []),
        ...verificationLines(entry, record),
      ],
    ];
  const nothing = decided && (approvals.length === 0 || isRefusal(decided));
  return nothing ? [[plain(decided.text, 600), `Decided at ${instant(decided.at)}.`]] : [];
}

const isRefusal = ({ event }: TimelineEntry): boolean => event.type === 'DecisionMade' && event.decision === 'refuse';

/** The entry of the action for this question; `undefined` finds the action without a question. */
const actionOf = (
  approvalId: string | undefined,
  { incident, timeline }: PostmortemRecord,
): TimelineEntry | undefined =>
  timeline.find(({ id }) => id === [incident.id, 'Remediate', 'action', approvalId].filter(Boolean).join(':'));

/** The verification that follows the action and precedes the next one. */
function verificationOf(action: TimelineEntry, { timeline }: PostmortemRecord): TimelineEntry | undefined {
  const next = timeline
    .slice(timeline.indexOf(action) + 1)
    .find(({ kind }) => kind === 'verification' || kind === 'action');
  return next?.kind === 'verification' ? next : undefined;
}

function cameOf(action: TimelineEntry, record: PostmortemRecord): string {
  const { event } = action;
  if (event.type !== 'ActionFinished' && event.type !== 'ActionRefused') return cameOfLegacy(action, record);
  const result = event.type === 'ActionFinished' ? done[event.result.kind] : done.refused;
  const check = verificationOf(action, record)?.event;
  return check?.type === 'VerificationFinished' ? `${result}, ${verified[check.verdict]}` : result;
}

/**
 * The result of an action from an older entry without facts. The workflow's material has the result of the last action. An earlier action was
 * either not done, or its verification found that it made things worse, because the workflow continues in these cases only.
 */
function cameOfLegacy(action: TimelineEntry, record: PostmortemRecord): string {
  const { remediation, verification } = record.material;
  const last = record.timeline.findLast(({ kind }) => kind === 'action') === action;
  const checked = verificationOf(action, record) !== undefined;
  if (!last) return checked ? `done, ${verified['made-worse']}` : 'not done';
  const result = remediation ? done[remediation.kind] : 'done';
  return checked && verification ? `${result}, ${verified[verification.kind]}` : result;
}

const resultLines = (action: TimelineEntry | undefined, record: PostmortemRecord): string[] =>
  action ? [plain(action.text, 600), ...verificationLines(action, record)] : [];

function verificationLines(action: TimelineEntry, record: PostmortemRecord): string[] {
  const found = verificationOf(action, record);
  return found ? [plain(found.text, 1000)] : [];
}
