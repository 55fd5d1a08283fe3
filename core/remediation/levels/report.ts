// The report about levels, as text for people. Pure.

import { type RowView, rowText } from './earned.ts';
import { askedText, resultText } from './words.ts';

export function reportText(rows: readonly RowView[]): string {
  if (rows.length === 0) return 'No incident has led to an action yet, so there is no evidence.\n';
  return `${rows.map(paragraph).join('\n\n')}\n`;
}

function paragraph({ row, level, ceiling, figures, since, proposal, why, history }: RowView): string {
  const last = history.at(-1);
  return [
    rowText(row),
    `  level ${level}${ceiling === level ? '' : `, at most ${ceiling}`}`,
    `  ${askedText(figures)}`,
    `  ${resultText(figures)}`,
    ...(since === undefined ? [] : [`  since ${since.at.slice(0, 16)}Z: ${resultText(since.figures)}`]),
    ...(last === undefined
      ? []
      : [
          `  last change ${last.at.slice(0, 16)}Z: ${last.from} to ${last.to}${last.by.length === 0 ? '' : `, by ${last.by.join(' and ')}`}. ${last.why}`,
        ]),
    proposal === undefined
      ? `  No promotion: ${why ?? ''}`
      : `  PROPOSED: ${proposal.to}. Approved by ${proposal.approvedBy.length === 0 ? 'nobody yet' : proposal.approvedBy.join(', ')}; two people have to approve it.`,
  ].join('\n');
}
