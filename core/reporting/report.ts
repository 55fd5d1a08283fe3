// Tells people what was found and what is going to happen. A surface that cannot be reached becomes a gap in the timeline; only when
// nobody at all can be told does the step fail, and is tried again.

import { chartOf } from '../charts/evidence.ts';
import { Unavailable } from '../errors.ts';
import { threadOf } from '../incidents/thread.ts';
import { note } from '../incidents/timeline.ts';
import type { Decision } from '../model/action.ts';
import { causes } from '../model/causes.ts';
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import type { Report } from '../model/report.ts';
import type { Decided } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { tellProgress } from './progress.ts';
import { tell } from './tell.ts';
import { confidenceWords } from './words.ts';

/** So many pieces of evidence are tried for a picture. */
const mostPieces = 8;

/** Throws `Unavailable` when neither the thread nor the page could be told. */
export async function report(
  { incident, context, diagnosis, decision, priorReports, reports }: Decided,
  ports: Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'evidence'>,
): Promise<Record<string, never>> {
  const chart = await chartOf(incident.id, movedIn(diagnosis, [...priorReports, ...reports]), ports);
  const { places, failures } = await tell(
    {
      key: `diagnosis-${incident.id}`,
      incidentId: incident.id,
      kind: 'diagnosis',
      headline: headlineOf(diagnosis, incident.title),
      lines: [...diagnosisLines(diagnosis, decision), ...context.questions.map((question) => `Open: ${question}`)],
      choices: furtherQuestions,
      ...(chart === undefined ? {} : { chart }),
      ...threadOf(incident.trigger),
    },
    incident.trigger,
    ports,
  );
  if (failures.length === places) throw new Unavailable('Neither the thread nor the page could be told the diagnosis.');
  for (const { place, text } of failures) {
    await note(incident.id, { step: 'Report', kind: 'gap', key: place, text }, ports);
  }
  await tellProgress(incident.id, ports);
  return {};
}

/** Evidence of the metrics that moved: of what the first hypothesis blames, then of what it explains. */
function movedIn({ hypotheses: [first] }: Diagnosis, reports: readonly Report[]): string[] {
  const moved = reports.flatMap(({ findings }) => findings).filter(({ signal }) => signal !== undefined);
  const blamed = moved.filter(({ id }) => first?.findingIds.includes(id));
  return [...new Set([...blamed, ...moved].flatMap(({ evidenceIds }) => evidenceIds))].slice(0, mostPieces);
}

/** What people ask next; each button says its words. */
const furtherQuestions = [
  { label: 'Why?', says: 'why do you think so?' },
  { label: 'Evidence', says: 'show me the evidence' },
  { label: 'Logs', says: 'show me the logs' },
  { label: 'Metrics', says: 'show me the metrics' },
  { label: 'What was checked', says: 'what did you check?' },
];

function headlineOf({ hypotheses: [first] }: Diagnosis, title: string): string {
  if (!first || first.cause === 'unknown') return `No cause found yet: ${title}`;
  return `${causes[first.cause].title}: ${first.entity.kind} ${first.entity.name} (${confidenceWords(first.confidence)})`;
}

/** What a person reads, most important first: a surface that has less room cuts the end. */
function diagnosisLines(diagnosis: Diagnosis, decision: Decision): string[] {
  const [first] = diagnosis.hypotheses;
  return [
    diagnosis.text,
    decisionLine(decision),
    diagnosis.model === 'none'
      ? 'No model took part; this is the analysis alone.'
      : `A model took part: ${diagnosis.model}. All models together: ${modelWords(diagnosis)}.`,
    ...diagnosis.hypotheses.map(hypothesisLine),
    ...when(first?.why, (why) => `Why the first: ${listed(why)}`),
    ...when(first?.against, (against) => `Against it: ${listed(against)}`),
    ...when(diagnosis.symptoms, (symptoms) => `Explained by the first: ${listed(symptoms)}`),
    ...when(diagnosis.blastRadius, (affected) => `Affected: ${affected.join(', ')}.`),
    ...when(
      diagnosis.gaps,
      (gaps) => `Not known: ${gaps.map(({ source, reason }) => `${source} (${reason})`).join('; ')}`,
    ),
    ...(diagnosis.droppedClaims > 0
      ? [`Claims left out because no evidence holds them: ${diagnosis.droppedClaims}.`]
      : []),
  ];
}

const modelWords = ({ usage }: Diagnosis): string =>
  `${usage.modelCalls} calls, ${(usage.inputTokens + usage.outputTokens).toLocaleString('en-US')} tokens, ${usage.costUsd.toFixed(4)} USD`;

/** Sentences and half sentences in a row. */
const listed = (said: readonly string[]): string => `${said.map((one) => one.replace(/[.\s]+$/, '')).join('; ')}.`;

const when = <T>(items: readonly T[] | undefined, line: (items: readonly T[]) => string): string[] =>
  items === undefined || items.length === 0 ? [] : [line(items)];

const hypothesisLine = ({ rank, summary, confidence, evidenceIds }: Hypothesis): string =>
  `${rank}. ${summary} ${capital(confidenceWords(confidence))} (${Math.round(confidence * 100)} %). Evidence: ${evidenceIds.join(', ')}.`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function decisionLine(decision: Decision): string {
  const by = decision.policies.length > 0 ? ` Decided by: ${decision.policies.join(', ')}.` : '';
  switch (decision.kind) {
    case 'report':
      return `Nothing is going to be done. ${decision.why}${by}`;
    case 'ask':
      return `The question is: ${decision.action.title}? ${decision.why}${by}`;
    case 'act':
      return `Going to act without asking: ${decision.action.title}. ${decision.why}${by}`;
    case 'refuse':
      return `Refused${decision.action ? `: ${decision.action.title}` : ''}. ${decision.why}${by}`;
  }
}
