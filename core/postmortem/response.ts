// Writes the section on detection and response: each event with its time and its delay after the page. Pure.
import { alertNames } from '../analysis/knowledge/queries.ts';
import type { Approval } from '../model/action.ts';
import { plain, table } from './markdown.ts';
import { approversOf, diagnosedAt, onsetOf, type PostmortemRecord, pageChangesIn } from './record.ts';
import { instant, msBetween, span } from './times.ts';

interface Moment {
  readonly what: string;
  readonly at: string;
}

const maxMoments = 30;

export function response(record: PostmortemRecord): string[] {
  const { trigger } = record.incident;
  const moments = momentsOf(record).toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const shown = moments.slice(0, maxMoments);
  return [
    detectionLine(record),
    '',
    ...table(
      ['What', 'When', 'After the page'],
      shown.map(({ what, at }) => [what, instant(at), afterPage(msBetween(trigger.occurredAt, at))]),
    ),
  ];
}

function detectionLine({ incident: { trigger } }: PostmortemRecord): string {
  const names = alertNames(trigger).slice(0, 2);
  const alert = names.length > 0 ? `the alert ${names.map((name) => plain(name, 120)).join(', ')}` : 'an alert';
  const from = trigger.sourceService === undefined ? '' : ` of ${plain(trigger.sourceService, 120)}`;
  const how = { page: `By ${alert}${from}, as a page`, 'alert-message': `By ${alert}${from}, in a channel` };
  const detected = trigger.kind === 'mention' ? 'By a person who asked' : how[trigger.kind];
  return `${detected}; severity ${trigger.severity}.`;
}

function afterPage(ms: number): string {
  if (Math.abs(ms) < 500) return '—';
  return ms < 0 ? `${span(ms)} before` : span(ms);
}

function momentsOf(record: PostmortemRecord): Moment[] {
  const { incident, timeline, material } = record;
  const onset = onsetOf(record);
  const diagnosed = diagnosedAt(record);
  const of = (kind: string) => timeline.filter((entry) => entry.kind === kind);
  const verified = of('verification');
  return [
    ...(onset === undefined ? [] : [{ what: 'It began, by the evidence', at: onset }]),
    { what: 'Paged', at: incident.trigger.occurredAt },
    { what: 'Work on it began', at: incident.openedAt },
    ...(diagnosed === undefined ? [] : [{ what: 'Diagnosis', at: diagnosed }]),
    ...record.approvals.flatMap(answered),
    ...of('action').map(({ at, text }) => ({ what: plain(text, 120), at })),
    ...verified.map(({ at }, place) => ({
      what:
        place === verified.length - 1 && material.verification ? `Verified: ${material.verification.kind}` : 'Verified',
      at,
    })),
    ...pageChangesIn(record).map(({ status, at, by }) => ({
      what: `Page ${status === 'triggered' ? 'let go of' : status}${by === undefined ? '' : ` by ${plain(by, 80)}`}`,
      at,
    })),
  ];
}

function answered(approval: Approval): Moment[] {
  const requested = { what: `Asked: ${plain(approval.question, 120)}`, at: approval.requestedAt };
  if (approval.state === 'pending') return [requested];
  if (approval.state === 'withdrawn') return [requested, { what: 'Withdrawn', at: approval.withdrawnAt }];
  if (approval.state === 'expired') return [requested, { what: 'Nobody had answered', at: approval.expiresAt }];
  return [requested, { what: answerOf(approval), at: approval.decidedAt }];
}

function answerOf(approval: Extract<Approval, { state: 'decided' }>): string {
  if (approval.verdict === 'reject') return `Rejected by ${plain(approval.decidedBy)}`;
  if (approval.verdict === 'take-back') return `${plain(approval.decidedBy)} said to take it back`;
  return `Approved by ${plain(approversOf(approval))}`;
}
