// An incident as a file: Markdown for people, JSON for programs. Both hold the record as it is now. Texts of telemetry and people are escaped, so that
// they add no markup to the Markdown.
import { checklistCount, stepText } from '../model/checklist-text.ts';
import type { Evidence } from '../model/report.ts';
import { bullets, code, plain } from '../postmortem/markdown.ts';
import { instant, msBetween, span } from '../postmortem/times.ts';
import { checklistsIn, titleOf } from '../record/checklists.ts';
import { confidenceWords, entityText, formatList, formatPercent, readableTimes } from '../wording.ts';
import type { IncidentView, MessageView } from './incident-view.ts';

export const incidentFormats = { md: 'text/markdown; charset=utf-8', json: 'application/json' } as const;
export type IncidentFormat = keyof typeof incidentFormats;

export function exportIncident(view: IncidentView, evidence: readonly Evidence[], format: IncidentFormat): string {
  switch (format) {
    case 'md':
      return markdown(view, evidence);
    case 'json':
      return `${JSON.stringify({ format: 'watchkeeper-incident/1', ...view, evidence }, null, 2)}\n`;
  }
}

function markdown(view: IncidentView, evidence: readonly Evidence[]): string {
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ['Diagnosis', diagnosisLines(view)],
    ['Runbook', runbookLines(view)],
    ['Requests', requestLines(view)],
    ['Timeline (UTC)', timelineLines(view)],
    ['Conversation', conversationLines(view.messages)],
    ['Evidence', evidenceLines(evidence)],
  ];
  return [
    `# ${text(view.incident.title, 200)}`,
    '',
    ...headLines(view),
    '',
    ...sections.flatMap(([heading, lines]) => (lines.length === 0 ? [] : [`## ${heading}`, '', ...lines, ''])),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

const text = (value: string, max = 1500): string => plain(readableTimes(value), max);

function headLines({ incident, glance, group }: IncidentView): string[] {
  const { broke, since, until, affected, request, done } = glance;
  const { standing, trigger, place } = incident;
  const where = [
    place?.service,
    place?.environment,
    place?.cluster,
    place?.namespace,
    ...(place?.serverless ? [place.account, place.region] : []),
  ].filter((part) => part !== undefined);
  const basis = since.basis === 'onset' ? 'by the evidence' : 'when it was paged';
  const facts: readonly (readonly [string, string])[] = [
    ['State', [standing.text, standing.has].filter((part) => part !== undefined).join('. ')],
    ['Incident', incident.id],
    ['Paged', `${instant(trigger.occurredAt)}, ${trigger.severity}, page ${incident.pageStatus}`],
    ['Where', where.join(', ')],
    [
      'What broke',
      [broke.text, broke.entity, broke.confidence === undefined ? undefined : sureness(broke.confidence)]
        .filter((part) => part !== undefined)
        .join(', '),
    ],
    [
      'Since',
      `${instant(since.at)} ${basis}${until === undefined ? '' : `, over after ${span(msBetween(since.at, until))}`}`,
    ],
    ['Affected', affected.length === 0 ? 'no other service is known to be affected' : formatList(affected, 50)],
    ['Asked of people', request.text],
    ['Done', done.map(({ at, text: deed }) => `${instant(at)} ${deed}`).join('; ') || 'nothing'],
    ['Group', group.texts.join(' ')],
    [
      'Also answers',
      formatList(
        group.members.map(({ title, id }) => `${title} (${id})`),
        50,
      ),
    ],
  ];
  return facts.filter(([, value]) => value !== '').map(([name, value]) => `- **${name}:** ${text(value)}`);
}

function runbookLines({ timeline }: IncidentView): string[] {
  return checklistsIn(timeline).flatMap((checklist) => [
    text(`${titleOf(checklist)}: ${checklistCount(checklist)}.`),
    '',
    ...bullets(
      checklist.steps.map((step) => text(stepText(step))),
      '',
    ),
    '',
  ]);
}

const sureness = (confidence: number): string => `${confidenceWords(confidence)} (${formatPercent(confidence)})`;

function diagnosisLines({ diagnosis }: IncidentView): string[] {
  if (diagnosis === undefined) return ['There is no diagnosis yet.'];
  const { hypotheses, symptoms, gaps, models } = diagnosis;
  return [
    text([diagnosis.text, diagnosis.next].filter((part) => part !== undefined).join(' '), 2500),
    '',
    ...hypotheses.flatMap(({ rank, entity, cause, confidence, summary, changeId, why, against }) => [
      `${rank}. **${text(entityText(entity))}**, ${text(cause)}, ${sureness(confidence)}`,
      `   - ${text(summary)}`,
      ...(changeId === undefined ? [] : [`   - Change: ${text(changeId)}`]),
      ...why.map((reason) => `   - For it: ${text(reason)}`),
      ...against.map((reason) => `   - Against it: ${text(reason)}`),
    ]),
    ...(symptoms.length === 0
      ? []
      : [
          '',
          hypotheses[0]?.cause === 'unknown' ? 'Observed:' : 'Explained by the first:',
          '',
          ...bullets(
            symptoms.map((one) => text(one)),
            '',
          ),
        ]),
    ...(gaps.length === 0
      ? []
      : [
          '',
          'Not known:',
          '',
          ...bullets(
            gaps.map(({ source, reason }) => text(`${source}: ${reason}`)),
            '',
          ),
        ]),
    '',
    text(models),
  ];
}

const requestLines = ({ approvals }: IncidentView): string[] =>
  approvals.map(({ question, requestedAt, why, texts }) =>
    [
      `- **${text(question)}**`,
      `  - Asked at ${instant(requestedAt)}. ${text(texts.outcome === '' ? 'It waits for an answer.' : texts.outcome)}`,
      ...(why === '' ? [] : [`  - ${text(why)}`]),
    ].join('\n'),
  );

const timelineLines = ({ timeline }: IncidentView): string[] =>
  timeline.map(({ at, actor, text: entry }) => `- ${instant(at)} **${text(actor, 100)}**: ${text(entry)}`);

/** Questions of people with their answers; the other messages repeat what the sections above say. */
const conversationLines = (messages: readonly MessageView[]): string[] =>
  messages.flatMap(({ asked, headline, lines }) =>
    asked === undefined
      ? []
      : [
          `- **${text(asked.by, 100)}**: ${text(asked.text)}`,
          ...[headline, ...lines].map((line) => `  - ${text(line)}`),
        ],
  );

/** Numbered as the diagnosis cites it: the evidence of the first hypothesis comes first. */
const evidenceLines = (evidence: readonly Evidence[]): string[] =>
  evidence.flatMap(({ source, query, excerpt, link, hash }, index) => [
    `${index + 1}. **${text(source, 100)}**: ${text(query, 600)}${link === undefined ? '' : ` (${text(link, 1000)})`}`,
    '',
    ...code(excerpt),
    `    SHA-256 ${hash}`,
    '',
  ]);
