// Renders the dojo's output.
import type { Reliability } from '../core/learning/calibration.ts';
import type { RunResult } from './prediction.ts';
import type { CauseRow } from './reliability.ts';
import type { ActionMark, Marked, Row } from './score.ts';
import { table } from './table.ts';

/** One line for each finished scenario. */
export function progress(result: RunResult, done: number, all: number): string {
  const place = `[${String(done).padStart(String(all).length)}/${all}]`;
  if (result.kind === 'error') return `${place} ${result.id}: ERROR ${result.reason}`;
  const { prediction } = result;
  const first = prediction.hypotheses[0];
  const answer = first
    ? `${first.entity.kind} ${first.entity.name}: ${first.cause} (${Math.round(first.confidence * 100)} %)`
    : 'no answer';
  return `${place} ${prediction.id}: ${answer}, ${prediction.wallMs} ms`;
}

const share = (value: number): string => value.toFixed(2);

export function boardText(rows: readonly Row[]): string {
  const head = [
    '',
    'scenarios',
    'errors',
    'A@1',
    'A@3',
    'entity',
    'cause',
    'no answer',
    'false actions',
    'median ms',
    'p95 ms',
    'tokens',
    'cost $',
  ];
  return table(
    head,
    rows.map((row) => [
      row.name,
      String(row.scenarios),
      String(row.errors),
      share(row.at1),
      share(row.at3),
      share(row.entityAt1),
      share(row.causeAt1),
      share(row.noAnswer),
      String(row.falseActions),
      String(row.medianMs),
      String(row.p95Ms),
      String(row.tokens),
      row.costUsd.toFixed(4),
    ]),
  );
}

/** Actions count as much as causes: a right one, a wrong one (harmful, useless, or on another target), and one that was called for and not offered. */
export function actionsText(marked: readonly Marked[]): string {
  const count = (mark: ActionMark): number =>
    marked.filter(({ outcome }) => outcome.kind === 'answered' && outcome.action === mark).length;
  const wrong = marked.flatMap(({ id, outcome }) => (outcome.kind === 'answered' && outcome.falseAction ? [id] : []));
  const names = wrong.length === 0 ? '' : ` (wrong: ${wrong.join(', ')})`;
  return `actions: right=${count('right')} wrong=${count('wrong')} missing=${count('missing')}${names}`;
}

export const causesText = (rows: readonly CauseRow[]): string =>
  table(
    ['true cause', 'scenarios', 'first', 'in three'],
    rows.map(({ cause, scenarios, first, inThree }) => [cause, String(scenarios), String(first), String(inThree)]),
  );

export function reliabilityText({ bins, brier, calibrationError }: Reliability): string {
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  const rows = bins.map(({ from, to, answers, meanStated, shareRight }) => [
    `${percent(from)} to ${percent(to)}`,
    String(answers),
    percent(meanStated),
    percent(shareRight),
  ]);
  const head = ['stated confidence', 'answers', 'mean', 'right'];
  return `${table(head, rows)}\nBrier score ${brier.toFixed(3)}, calibration error ${calibrationError.toFixed(3)}`;
}
