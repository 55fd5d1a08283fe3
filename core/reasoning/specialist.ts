// A model's second look at a specialist's report. It may word the summary and say which findings matter most; it can add no finding,
// no entity and no number that the evidence does not hold. Without a model the report stands as the analysis made it.
import * as z from 'zod';
import type { Brief, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { reportText } from '../specialists/report-text.ts';
import { evidenceTool } from './evidence-tool.ts';
import { unsupportedParts } from './supported.ts';

const Opinion = z.object({
  summary: z
    .string()
    .min(1)
    .max(900)
    .describe('At most three sentences in plain words: what was seen, since when, how much.'),
  keyFindingIds: z.array(z.string()).max(5).describe('Ids of the findings that matter most, most important first.'),
});

export async function secondLook(
  brief: Brief,
  report: Report,
  ports: Pick<Ports, 'evidence'> & Partial<Pick<Ports, 'reasoner'>>,
): Promise<Report> {
  if (!ports.reasoner || report.findings.length === 0) return report;
  const excerpts = await readExcerpts(brief.incidentId, report, ports);
  const digest = [`Question: ${brief.question}`, reportText(report), ...excerpts].join('\n\n');
  const answer = await ports.reasoner.reason({
    promptId: `specialist-${brief.specialist}`,
    incidentId: brief.incidentId,
    digest,
    schema: Opinion,
    tools: [evidenceTool(brief.incidentId, ports)],
  });
  if (answer.kind === 'unavailable') {
    return answer.reason === 'no model configured'
      ? report
      : { ...report, gaps: [...report.gaps, { source: 'model', reason: answer.reason.slice(0, 300) }].slice(0, 12) };
  }
  const usage = {
    ...report.usage,
    inputTokens: answer.inputTokens,
    outputTokens: answer.outputTokens,
    costUsd: answer.costUsd,
    modelCalls: answer.modelCalls,
  };
  const unsupported = unsupportedParts(answer.value.summary, [digest]);
  if (unsupported.length > 0) {
    const reason = `The model's summary named what no evidence holds (${unsupported.slice(0, 3).join(', ')}); the analysis' own stands.`;
    return { ...report, usage, gaps: [...report.gaps, { source: 'model', reason: reason.slice(0, 300) }].slice(0, 12) };
  }
  const place = new Map(answer.value.keyFindingIds.map((id, index) => [id, index]));
  const findings = report.findings.toSorted((a, b) => (place.get(a.id) ?? 99) - (place.get(b.id) ?? 99));
  return { ...report, summary: answer.value.summary, findings, usage, by: `${answer.model} (${answer.promptVersion})` };
}

async function readExcerpts(incidentId: string, report: Report, ports: Pick<Ports, 'evidence'>): Promise<string[]> {
  const ids = [...new Set(report.findings.flatMap((finding) => finding.evidenceIds))].slice(0, 6);
  const found = await Promise.all(ids.map((id) => ports.evidence.get(incidentId, id)));
  return found.flatMap((evidence) =>
    evidence
      ? [`Evidence ${evidence.id} (${evidence.source}, ${evidence.query}):\n${evidence.excerpt.slice(0, 600)}`]
      : [],
  );
}
