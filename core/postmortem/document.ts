// Writes a postmortem draft from the record, after the example of the Google SRE book (appendix D). It contains only recorded facts, and "not
// known" for the rest. Pure. Texts of people and telemetry are escaped (markdown.ts), so that they add no markup to the draft.
import { named } from '../diagnosis/words.ts';
import { checklistCount, stepText } from '../model/checklist-text.ts';
import { causeTitleOf } from '../model/diagnosis.ts';
import { checklistsIn, titleOf } from '../record/checklists.ts';
import { causeLines, rootCause, sureness, triggerLines } from './cause.ts';
import { followUps } from './follow-ups.ts';
import { impact } from './impact.ts';
import { wentBadly, wentWell } from './lessons.ts';
import { bullets, plain } from './markdown.ts';
import { approversOf, endingOf, type PostmortemRecord } from './record.ts';
import { response } from './response.ts';
import { timelineLines } from './timeline.ts';
import { instant, msBetween, span } from './times.ts';
import { tried } from './tried.ts';

type Section = readonly [heading: string, lines: (record: PostmortemRecord) => readonly string[]];

/** The knowledge specialist reads "Root cause" and "What was tried" in the next incident of this alert (core/specialists/knowledge/). */
const sections: readonly Section[] = [
  ['Summary', summary],
  ['Impact', impact],
  ['Root cause', rootCause],
  ['Trigger', triggerLines],
  ['Detection and response', response],
  ['What was tried', tried],
  ['What went well', wentWell],
  ['What went badly', wentBadly],
  ['Follow-ups', followUps],
  ['Timeline (UTC)', timelineLines],
];

export function postmortem(record: PostmortemRecord): string {
  const corrected = causeLines(record);
  return [
    `# ${plain(`Postmortem draft: ${record.incident.title}`, 200)}`,
    '',
    ...status(record),
    '',
    ...(corrected.length > 0 ? ['## Corrections by people', '', ...bullets(corrected, ''), ''] : []),
    ...sections.flatMap(([heading, lines]) => [`## ${heading}`, '', ...lines(record), '']),
    ...runbookSection(record),
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

/** The runbooks that were followed. The section is last, because it repeats another document. */
const runbookSection = ({ timeline }: PostmortemRecord): string[] => {
  const lines = checklistsIn(timeline).flatMap((checklist) => [
    `- ${plain(`${titleOf(checklist)}: ${checklistCount(checklist)}.`, 800)}`,
    ...checklist.steps.map((step) => `  - ${plain(stepText(step), 900)}`),
  ]);
  return lines.length === 0 ? [] : ['## Runbook', '', ...lines, ''];
};

const status = (record: PostmortemRecord): string[] => [
  `Status: draft; ${resolved(record)}`,
  '',
  `Written from the record of incident ${plain(record.incident.id, 64)}, opened at ${instant(record.incident.openedAt)}. Its owner is unknown. Times are UTC.`,
];

function resolved(record: PostmortemRecord): string {
  const ending = endingOf(record);
  switch (ending.kind) {
    case 'verified':
      return `resolved at ${instant(ending.at)} by ${authors(record)}; recovery was verified.`;
    case 'page':
      return `resolved at ${instant(ending.at)} by ${ending.by === undefined ? 'a person that the pager does not name' : plain(ending.by, 100)}, according to the page.`;
    case 'open':
      return `not resolved, as far as is on record (the page is ${record.incident.pageStatus}).`;
  }
}

function authors(record: PostmortemRecord): string {
  const approved = lastApproved(record);
  return approved
    ? `what ${plain(approversOf(approved), 200)} approved (${plain(approved.action.title, 200)})`
    : 'what was done without asking';
}

const lastApproved = ({ approvals }: PostmortemRecord) =>
  approvals.findLast((one) => one.state === 'decided' && one.verdict !== 'reject');

/** The summary: people's corrections first; then the page, its cause, and how the incident ended. */
function summary(record: PostmortemRecord): string[] {
  const { incident, diagnosis, material } = record;
  const [first] = diagnosis.hypotheses;
  const { service, environment } = material.context;
  const where = `${service ? plain(service.value) : 'a service that is not known'}${environment ? ` in ${plain(environment.value)}` : ''}`;
  const cause =
    first && first.cause !== 'unknown'
      ? `Cause, ${sureness(first)}: ${causeTitleOf(first).toLowerCase()} at ${plain(named(first.entity), 200)}.`
      : 'The cause is unknown.';
  return [
    ...causeLines(record).flatMap((line) => [`${line}.`.replace(/([.!?])\.$/, '$1'), '']),
    `At ${instant(incident.trigger.occurredAt)} "${plain(incident.title, 300)}" was paged for ${where}. ${cause} ${ended(record)}`,
  ];
}

function ended(record: PostmortemRecord): string {
  const { incident, material } = record;
  const ending = endingOf(record);
  const acted = material.remediation?.kind === 'done' || material.remediation?.kind === 'already-done';
  const approved = lastApproved(record);
  const what = !acted
    ? 'Watchkeeper changed nothing'
    : approved
      ? `${plain(approved.action.title, 200)} was approved by ${plain(approversOf(approved), 200)} and done`
      : 'Watchkeeper ran a taught action without asking';
  switch (ending.kind) {
    case 'verified':
      return `${what}; recovery was verified ${span(msBetween(incident.trigger.occurredAt, ending.at))} after the page.`;
    case 'page':
      return `${what}; the page was resolved${ending.by === undefined ? '' : ` by ${plain(ending.by, 100)}`} ${span(msBetween(incident.trigger.occurredAt, ending.at))} after it came.`;
    case 'open':
      return `${what}; that it is over is not on record.`;
  }
}
