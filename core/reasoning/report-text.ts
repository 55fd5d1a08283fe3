// Renders a report as text and estimates its tokens. Code that shortens a report, and code that passes it to a model, both use it.
import type { Brief, Report } from '../model/report.ts';

/** Characters per token, a safe value for names and numbers (measured: 2 to 4 for logs and JSON). */
const charactersPerToken = 3;

/** The report as text, for a model or a person. */
export function reportText(report: Pick<Report, 'specialist' | 'summary' | 'findings' | 'gaps'>): string {
  return [
    `${report.specialist}: ${report.summary}`,
    ...report.findings.map(
      (f) =>
        `- [${f.id}] ${f.claim} (${f.byModel?.cause === undefined ? f.role : `its agent suspects ${f.byModel.cause}`}, ${f.severity}, evidence ${f.evidenceIds.join(' ')})`,
    ),
    ...report.gaps.map((g) => `- gap: ${g.source}: ${g.reason}`),
  ].join('\n');
}

/** A safe estimate of the number of tokens; never less than a tokenizer counts for these texts. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / charactersPerToken);

/** What the service's team tells its agents, as one paragraph; empty if it tells nothing. */
export const instructionsIn = ([brief]: readonly Pick<Brief, 'context'>[]): readonly string[] =>
  brief?.context.instructions === undefined
    ? []
    : [`What the team of ${brief.context.service?.value ?? 'the service'} tells: ${brief.context.instructions}`];
