// Tells people the diagnosis and the next step: three sentences, the confidence, and the gaps. Buttons lead to the rest. An unreachable surface
// becomes a gap in the timeline; the step fails, and is retried, only if nobody at all can be reached.

import { chartOf } from '../charts/evidence.ts';
import { Unavailable } from '../errors.ts';
import type { Decision } from '../model/action.ts';
import { checklistCount } from '../model/checklist-text.ts';
import { causeTitleOf, type Diagnosis, type Hypothesis, wholeText } from '../model/diagnosis.ts';
import type { Context } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import { missingAmong, type Report } from '../model/report.ts';
import type { Decided } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { checklistsIn, titleOf } from '../record/checklists.ts';
import { numbered } from '../record/evidence/name.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { shorten } from '../text.ts';
import { capitalize, clockTime, confidenceWords, formatList } from '../wording.ts';
import { deliver } from './deliver.ts';
import { updateStatus } from './pager-status.ts';
import { publishProgress } from './progress.ts';

/** Limit on the pieces of evidence that are tried for a chart. */
const maxPieces = 8;
/** Limit on the sources named below the sentences that cite them. */
const maxNamed = 4;
const maxGaps = 3;

export type ReportPorts = Pick<Ports, 'incidents' | 'clock' | 'chat' | 'pager' | 'evidence' | 'catalog'>;

/** Throws `Unavailable` if neither the thread nor the page could be reached. */
export async function report(
  { incident, context, diagnosis, decision, priorReports, reports }: Decided,
  ports: ReportPorts,
): Promise<Record<string, never>> {
  const { places, failures } = await deliver(
    await diagnosisMessage({ incident, context, diagnosis, decision, priorReports, reports }, ports),
    'diagnosis',
    incident.trigger,
    ports,
  );
  if (failures.length === places) throw new Unavailable('The diagnosis reached neither the thread nor the page.');
  for (const failure of failures) await record(incident.id, failure, { step: 'Report', key: failure.place }, ports);
  await updateStatus('found', followersLine(diagnosis, incident.title), { incident, context }, ports);
  // If approval is needed, the approval request comes next and updates the progress message.
  if (decision.kind !== 'ask') await publishProgress(incident.id, ports);
  return {};
}

/** The diagnosis, its evidence and the next step, as people read it in the thread. */
export async function diagnosisMessage(
  {
    incident,
    context,
    diagnosis,
    decision,
    priorReports,
    reports,
  }: Pick<Decided, 'incident' | 'context' | 'diagnosis' | 'decision' | 'priorReports' | 'reports'>,
  ports: Pick<ReportPorts, 'evidence' | 'incidents'>,
): Promise<Message> {
  const [first] = diagnosis.hypotheses;
  const chart = await chartOf(incident.id, movedIn(diagnosis, [...priorReports, ...reports]), ports);
  return {
    key: `diagnosis-${incident.id}`,
    incidentId: incident.id,
    kind: 'diagnosis',
    headline: headlineOf(diagnosis, incident.title),
    facts: factsOf(diagnosis),
    lines: [wholeText(diagnosis), decisionLine(decision)],
    small: [
      ...(await runbookLines(incident.id, ports)),
      ...(await citedIn(incident.id, first, ports)),
      ...rivalsOf(diagnosis),
      ...gapsOf(diagnosis),
      ...openIn(context, first),
      basisOf(diagnosis, decision),
    ],
    choices: furtherQuestions,
    ...(chart === undefined ? {} : { chart }),
    ...threadOf(incident.trigger),
  };
}

/** For subscribers, who wait for the end and do not know Kubernetes. */
function followersLine({ hypotheses: [first], blastRadius }: Diagnosis, title: string): string {
  const cause =
    !first || first.cause === 'unknown'
      ? 'The cause is unknown so far.'
      : `${capitalize(confidenceWords(first.confidence))}: ${causeTitleOf(first).toLowerCase()} (${first.entity.kind} ${first.entity.name}).`;
  const affected = blastRadius.length === 0 ? '' : ` Affected: ${formatList(blastRadius)}.`;
  return `${shorten(title, 200)} is being worked on. ${cause}${affected}`;
}

/** Evidence of the metrics that moved: first those of the first hypothesis's entity, then those of its symptoms. */
function movedIn({ hypotheses: [first] }: Diagnosis, reports: readonly Report[]): string[] {
  const moved = reports.flatMap(({ findings }) => findings).filter(({ signal }) => signal !== undefined);
  const blamed = moved.filter(({ id }) => first?.findingIds.includes(id));
  return [...new Set([...blamed, ...moved].flatMap(({ evidenceIds }) => evidenceIds))].slice(0, maxPieces);
}

/** Follow-up questions; each button sends its text. */
const furtherQuestions = [
  { label: 'Why?', says: 'why do you think so?' },
  { label: 'Evidence', says: 'show me the evidence' },
  { label: 'Logs', says: 'show me the logs' },
  { label: 'Metrics', says: 'show me the metrics' },
  { label: 'What was checked', says: 'what did you check?' },
];

function headlineOf({ hypotheses: [first] }: Diagnosis, title: string): string {
  if (!first || first.cause === 'unknown') return `No cause found yet: ${title}`;
  return `${causeTitleOf(first)}: ${first.entity.kind} ${first.entity.name} (${confidenceWords(first.confidence)})`;
}

function factsOf({ hypotheses: [first], blastRadius }: Diagnosis): NonNullable<Message['facts']> {
  if (!first || first.cause === 'unknown') return [];
  const { confidence, onset, changeId } = first;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['Confidence', `${capitalize(confidenceWords(confidence))} (${Math.round(confidence * 100)} %)`],
    ['Since', onset === undefined ? undefined : clockTime(onset)],
    ['Affected', blastRadius.length === 0 ? undefined : formatList(blastRadius)],
    ['Change', changeId],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: shorten(value, 400) }]));
}

/** The evidence that the sentences cite, with excerpts. */
async function citedIn(
  incidentId: string,
  first: Hypothesis | undefined,
  ports: Pick<ReportPorts, 'evidence'>,
): Promise<string[]> {
  const names = await numbered(incidentId, first?.evidenceIds.slice(0, maxNamed) ?? [], ports);
  return names.size === 0 ? [] : [`Evidence: ${[...names.values()].join(' · ')}`];
}

/** How far the runbooks were followed, one line each. A record that cannot be read costs the line only. */
async function runbookLines(incidentId: string, { incidents }: Pick<ReportPorts, 'incidents'>): Promise<string[]> {
  const timeline = await incidents.timeline(incidentId).catch(() => []);
  return checklistsIn(timeline).map((checklist) =>
    shorten(`Runbook ${titleOf(checklist)}: ${checklistCount(checklist)}.`, 400),
  );
}

/** Open questions about the incident's place, as long as the cause is unknown. */
function openIn({ questions }: Context, first: Hypothesis | undefined): string[] {
  if (first !== undefined && first.cause !== 'unknown') return [];
  return questions.slice(0, 2).map((question) => `Open: ${question}`);
}

/** Competing hypotheses, shown beside the first. */
function rivalsOf({ hypotheses }: Diagnosis): string[] {
  const rivals = hypotheses
    .slice(1, 3)
    .map(
      (rival) =>
        `${rival.entity.kind} ${rival.entity.name}, ${causeTitleOf(rival).toLowerCase()} (${confidenceWords(rival.confidence)})`,
    );
  return rivals.length === 0 ? [] : [`Less likely: ${rivals.join('; ')}.`];
}

function gapsOf({ gaps, droppedClaims }: Diagnosis): string[] {
  const missing = missingAmong(gaps);
  const listed = missing.slice(0, maxGaps).map(({ source, reason }) => `${source} (${reason.replace(/[.\s]+$/, '')})`);
  const more = missing.length > maxGaps ? ` and ${missing.length - maxGaps} more` : '';
  return [
    ...(listed.length === 0 ? [] : [`Not known: ${listed.join('; ')}${more}.`]),
    ...(droppedClaims > 0 ? [`Claims left out because they have no evidence: ${droppedClaims}.`] : []),
  ];
}

/** How much of the input a prompt cache held; nothing if none was used. */
export function cachedText({ inputTokens, cacheReadTokens = 0, cacheWriteTokens = 0 }: Diagnosis['usage']): string {
  if (cacheReadTokens + cacheWriteTokens === 0) return '';
  const share = inputTokens === 0 ? 0 : Math.round((100 * cacheReadTokens) / inputTokens);
  return ` (${share} % of the input from a prompt cache)`;
}

/** The models that took part, and their use. */
export const modelsText = ({ model, usage }: Pick<Diagnosis, 'model' | 'usage'>): string =>
  model === 'none'
    ? 'No model took part; this is the analysis alone.'
    : `A model took part: ${model}. All models together: ${usage.modelCalls} calls, ${(usage.inputTokens + usage.outputTokens).toLocaleString('en-US')} tokens${cachedText(usage)}, ${usage.costUsd.toFixed(4)} USD.`;

/** The basis of the diagnosis and the decision: the participants and the policies. */
function basisOf(diagnosis: Diagnosis, { policies }: Decision): string {
  const took = modelsText(diagnosis);
  return policies.length === 0 ? took : `${took} Decided by ${policies.join(', ')}.`;
}

function decisionLine(decision: Decision): string {
  switch (decision.kind) {
    case 'report':
      return `Nothing is going to be done. ${decision.why}`;
    case 'ask':
      return `I ask before I act: ${decision.plan === undefined ? decision.action.title : `${decision.plan.plan.title}, in ${decision.plan.plan.steps.length} steps`}?`;
    case 'act':
      return `Going to act without asking: ${decision.action.title}. ${decision.why}`;
    case 'refuse':
      return `Refused${decision.action ? `: ${decision.action.title}` : ''}. ${decision.why}`;
  }
}
