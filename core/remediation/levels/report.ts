// The report about levels, as text for people. Pure.

import { type RowView, rowText } from './earned.ts';
import { askedText, resultText } from './words.ts';

export function reportText(rows: readonly RowView[]): string {
  if (rows.length === 0) return 'No incident has led to an action yet, so there is no evidence.\n';
  return `${rows.map((view) => [rowText(view.row), ...rowLines(view).map((line) => `  ${line}`)].join('\n')).join('\n\n')}\n`;
}

/** What the report and the console say of a row, after its name. */
export function rowLines({ level, ceiling, figures, since, proposal, why, history }: RowView): string[] {
  const last = history.at(-1);
  const by = last === undefined || last.by.length === 0 ? '' : `, by ${last.by.join(' and ')}`;
  return [
    `Level ${level}${ceiling === level ? '' : `, at most ${ceiling}`}`,
    askedText(figures),
    resultText(figures),
    ...(since === undefined ? [] : [`Since ${minute(since.at)}: ${resultText(since.figures)}`]),
    ...(last === undefined ? [] : [`Last change ${minute(last.at)}: ${last.from} to ${last.to}${by}. ${last.why}`]),
    proposal === undefined
      ? `No promotion: ${why ?? ''}`
      : `Proposed: ${proposal.to}. Approved by ${proposal.approvedBy.length === 0 ? 'nobody yet' : proposal.approvedBy.join(', ')}; two people have to approve it.`,
  ];
}

const minute = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;
