// How a report reads as text, and how many tokens that may be. Shared by the cut to size and by whoever hands a report to a model.
import type { Report } from '../model/report.ts';

/** Characters a token, on the safe side for names and numbers (measured 2 to 4 for logs and JSON). */
const charactersPerToken = 3;

/** A report as a model or a person reads it. */
export function reportText(report: Pick<Report, 'specialist' | 'summary' | 'findings' | 'gaps'>): string {
  return [
    `${report.specialist}: ${report.summary}`,
    ...report.findings.map(
      (f) => `- [${f.id}] ${f.claim} (${f.role}, ${f.severity}, evidence ${f.evidenceIds.join(' ')})`,
    ),
    ...report.gaps.map((g) => `- gap: ${g.source}: ${g.reason}`),
  ].join('\n');
}

/** Tokens by a safe estimate; never less than a tokenizer would count for the texts that travel here. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / charactersPerToken);
