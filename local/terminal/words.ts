// Renders the terminal's texts: pure functions of records. watch.ts decides when to print them, and style.ts their colours.

import type { Approval } from '../../core/model/action.ts';
import { type Diagnosis, type Hypothesis, wholeText } from '../../core/model/diagnosis.ts';
import type { Incident } from '../../core/model/incident.ts';
import { type Evidence, missingAmong } from '../../core/model/report.ts';
import type { TimelineEntry } from '../../core/model/timeline.ts';
import { excerptSummary } from '../../core/record/evidence/name.ts';
import { impactText } from '../../core/remediation/impact.ts';
import { inverseText, planLines } from '../../core/remediation/question.ts';
import { cachedText } from '../../core/reporting/report.ts';
import { statusViewOf } from '../../core/reporting/status-view.ts';
import { confidenceWords, readableTimes } from '../../core/wording.ts';
import type { Style } from './style.ts';

export const incidentHeading = (incident: Incident, style: Style): string =>
  `\n${style.bold(oneLine(incident.title))}\n${style.dim(`incident ${incident.id}`)}`;

/** `  1.2 s  kubernetes    3 pods restart … (120 ms)`; a long text wraps under its own column. */
export function timelineLine(entry: TimelineEntry, sinceMs: number, width: number, style: Style): string {
  const took = entry.durationMs === undefined ? '' : ` (${milliseconds(entry.durationMs)})`;
  const time = `${(sinceMs / 1000).toFixed(1)} s`.padStart(8);
  const who = label(entry).padEnd(14);
  const body = wrap(`${clean(entry.text)}${took}`, width - 26);
  return hang(`${style.dim(time)}  ${colourOf(entry, style)(who)}  `, 26, body);
}

export function diagnosisLines(
  diagnosis: Diagnosis,
  evidence: readonly Evidence[],
  sinceMs: number | undefined,
  width: number,
  style: Style,
): readonly string[] {
  const indented = (text: string, by: number) => hang(' '.repeat(by), by, wrap(clean(text), width - by));
  return [
    '',
    style.bold(sinceMs === undefined ? 'Diagnosis' : `Diagnosis after ${(sinceMs / 1000).toFixed(1)} s`),
    indented(wholeText(diagnosis), 2),
    '',
    ...(diagnosis.hypotheses.length === 0 ? [indented('The observations show no cause.', 2)] : []),
    ...diagnosis.hypotheses.flatMap((hypothesis) => hypothesisLines(hypothesis, evidence, width, style)),
    ...(missingAmong(diagnosis.gaps).length === 0 ? [] : ['', `  ${style.bold('Missing information')}`]),
    ...missingAmong(diagnosis.gaps).map((gap) =>
      hang('  - ', 4, wrap(clean(`${gap.source}: ${gap.reason}`), width - 4)),
    ),
    '',
    indented(modelSentence(diagnosis), 2),
  ];
}

function hypothesisLines(
  hypothesis: Hypothesis,
  evidence: readonly Evidence[],
  width: number,
  style: Style,
): readonly string[] {
  const cited = hypothesis.evidenceIds.flatMap((id, place) => {
    const piece = evidence.find((each) => each.id === id);
    return piece === undefined ? [] : [{ piece, number: place + 1 }];
  });
  const first = hypothesis.rank === 1;
  const confidence = `${confidenceWords(hypothesis.confidence)} (${Math.round(hypothesis.confidence * 100)} %)`;
  const numbered = (number: number, text: string) =>
    hang(`     [${number}] `, 9, wrap(clean(readableTimes(text)), width - 9));
  const bullet = (mark: string, text: string) => hang(`     ${mark} `, 7, wrap(clean(text), width - 7));
  return [
    hang(
      `  ${hypothesis.rank}. `,
      5,
      wrap(`${clean(hypothesis.summary)} — ${confidence}`, width - 5).map(first ? style.bold : style.plain),
    ),
    ...(first ? hypothesis.why.map((why) => bullet('+', why)) : []),
    ...(first ? hypothesis.against.map((against) => bullet('-', against)) : []),
    ...(first
      ? cited
          .slice(0, 4)
          .map(({ piece, number }) => style.dim(numbered(number, `${piece.source}: ${excerptSummary(piece)}`)))
      : []),
  ];
}

function modelSentence(diagnosis: Diagnosis): string {
  if (diagnosis.model === 'none') return 'No model took part: the result comes from the analysis alone.';
  const { costUsd, modelCalls, inputTokens, outputTokens } = diagnosis.usage;
  const tokens = (inputTokens + outputTokens).toLocaleString('en-US');
  return `${diagnosis.model} took part (all models: ${modelCalls} calls, ${tokens} tokens${cachedText(diagnosis.usage)}, ${costUsd.toFixed(4)} USD).`;
}

/** The end of an incident, in its colour. */
export function endLine(incident: Incident, style: Style): string {
  const { text: status, tone, has } = statusViewOf(incident);
  const colour = tone === 'good' ? style.green : tone === 'bad' ? style.red : style.bold;
  return `  ${colour(`${status}: ${oneLine(incident.title)}`)}${has === undefined ? '' : `  ${clean(has)}`}`;
}

export function questionLines(approval: Approval, number: number, width: number, style: Style): readonly string[] {
  const { action, plan } = approval;
  return [
    '',
    style.bold(`Question ${number}`),
    ...wrap(clean(approval.question), width - 2).map((line) => `  ${line}`),
    ...(plan === undefined
      ? [`Affects: ${action.blastRadius}`]
      : [...planLines(plan, true), `Affects in all: ${impactText(plan.plan.affects) || 'not known'}`]
    ).flatMap((text) => wrap(clean(text), width - 2).map((line) => style.dim(`  ${line}`))),
    plan === undefined
      ? style.dim(`  ${action.reversible ? 'Can be undone.' : 'Cannot be undone.'}`)
      : style.dim(`  Can be taken back: ${clean(inverseText(approval))}`),
  ];
}

function label(entry: TimelineEntry): string {
  return entry.actor === 'watchkeeper' ? entry.kind : entry.actor;
}

/** Green marks a verified recovery; an action, a request or a decision alone is not green. */
function colourOf({ kind, tone }: TimelineEntry, style: Style): (text: string) => string {
  if (tone !== undefined) return tone === 'good' ? style.green : style.red;
  switch (kind) {
    case 'failure':
      return style.red;
    case 'gap':
    case 'question':
    case 'verification':
      return style.yellow;
    case 'diagnosis':
    case 'action':
    case 'approval':
    case 'decision':
    case 'opened':
    case 'context':
    case 'finding':
    case 'learned':
    case 'note':
      return style.cyan;
  }
}

const milliseconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

const oneLine = (text: string): string => clean(text).replaceAll('\n', ' ');

/** Removes control and direction characters, so that telemetry cannot control the terminal. */
export const clean = (text: string): string =>
  text.replaceAll(/[^\P{Cc}\n]/gu, '').replaceAll(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');

/** Breaks at spaces; a word longer than the width stays whole. */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

const hang = (first: string, indent: number, lines: readonly string[]): string =>
  lines.map((line, index) => (index === 0 ? `${first}${line}` : `${' '.repeat(indent)}${line}`)).join('\n');
