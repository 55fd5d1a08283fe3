// The agent of a specialist. It starts from the digest of the analysis, may query its own source through typed tools, and returns a report. It words
// the summary, orders the findings and may add observations. An observation counts only if it cites evidence of this incident that supports it.
// Without a model the report of the analysis is used.
import type * as z from 'zod';
import type { Brief, Finding, Gap, Report } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { causeNamed, type Observation, outputs, type RunbookAnswer } from './outputs.ts';
import { instructionsIn, reportText } from './report-text.ts';
import { checklistLines, openChecks, withAnswers } from './runbook.ts';
import { unsupportedParts } from './supported.ts';
import { evidenceTool } from './tools/evidence.ts';
import { foreignTools } from './tools/foreign.ts';
import { runbookTools, toolsOf } from './tools/index.ts';
import { instructedGap, readsLikeInstructions } from './untrusted.ts';
import { byline, usageWith } from './usage.ts';

type SpecialistPorts = Pick<Ports, 'evidence'> & Partial<Pick<Ports, 'reasoner' | 'telemetry'>>;

type Answer = z.infer<typeof outputs.SpecialistReport> & { readonly steps?: readonly RunbookAnswer[] };

const noTools = { tools: [], gaps: [] } as const;
const maxFindings = 12;
const maxGaps = 12;

export async function investigateWithModel(brief: Brief, analysed: Report, ports: SpecialistPorts): Promise<Report> {
  const { reasoner, telemetry, evidence } = ports;
  if (!reasoner || (analysed.findings.length === 0 && brief.followUp === undefined)) return analysed;
  const digest = redact(
    [
      `Question: ${brief.question}`,
      ...instructionsIn([brief]),
      reportText(analysed),
      ...checklistLines(analysed.checklist),
      ...(await readExcerpts(brief.incidentId, analysed, ports)),
    ].join('\n\n'),
  );
  const investigating = brief.phase === 'investigate';
  const foreign =
    telemetry?.servers && investigating ? await foreignTools(brief, telemetry.servers, { evidence }) : noTools;
  const report = { ...analysed, gaps: [...analysed.gaps, ...foreign.gaps].slice(0, maxGaps) };
  const read: string[] = [digest];
  const hasOpenChecks = openChecks(analysed.checklist).length > 0;
  const schema: z.ZodType<Answer> = hasOpenChecks ? outputs.RunbookReport : outputs.SpecialistReport;
  // Verification after an action uses the same observations and looks up nothing further.
  const tools =
    telemetry && investigating
      ? [
          ...toolsOf(brief, { telemetry, evidence }),
          ...(hasOpenChecks ? runbookTools(brief, { telemetry, evidence }) : []),
          ...foreign.tools,
        ]
      : [evidenceTool(brief.incidentId, ports)];
  const answer = await reasoner.reason({
    promptId: `specialist-${brief.specialist}`,
    incidentId: brief.incidentId,
    digest,
    schema,
    tools: tools.map((tool) => ({
      ...tool,
      run: async (input) => {
        const text = await tool.run(input);
        read.push(text);
        return text;
      },
    })),
    ...(brief.followUp === undefined ? {} : { seconds: brief.budget.seconds }),
    ...(brief.trigger?.severity === 'low' ? { urgency: 'low' as const } : {}),
  });
  if (answer.kind === 'unavailable') {
    if (answer.reason === 'no model configured') return report;
    return withGap({ ...report, usage: usageWith(report.usage, answer.used) }, answer.reason);
  }
  const { value } = answer;
  if (read.some(readsLikeInstructions))
    return withGap({ ...report, usage: usageWith(report.usage, answer) }, instructedGap);
  const observed = await observations(brief, report, value.observations, ports);
  const followed = await withAnswers(
    brief.incidentId,
    report.checklist,
    { answers: value.steps ?? [], by: byline(answer) },
    ports,
  );
  const checked: Report = {
    ...report,
    ...(followed.checklist === undefined ? {} : { checklist: followed.checklist }),
    usage: usageWith(report.usage, answer),
    findings: [...report.findings, ...observed].slice(0, maxFindings),
    droppedClaims: report.droppedClaims + value.observations.length - observed.length + followed.dropped,
  };
  const unsupported = unsupportedParts(value.summary, read);
  if (unsupported.length > 0) {
    const why = `The model's summary named what no evidence holds (${unsupported.slice(0, 3).join(', ')}); the analysis' own stands.`;
    return withGap({ ...checked, droppedClaims: checked.droppedClaims + 1 }, why);
  }
  const place = new Map(value.keyFindingIds.map((id, index) => [id, index]));
  return {
    ...checked,
    summary: redact(value.summary),
    findings: checked.findings.toSorted((a, b) => (place.get(a.id) ?? 99) - (place.get(b.id) ?? 99)),
    by: byline(answer),
  };
}

/**
 * Keeps an observation if all of its evidence belongs to this incident, supports the claim and names the entity. It becomes context, never a cause.
 */
async function observations(
  brief: Brief,
  report: Report,
  claimed: readonly Observation[],
  ports: SpecialistPorts,
): Promise<Finding[]> {
  const judged = await Promise.all(
    claimed.map(async ({ claim, entity, evidenceIds, cause }, index): Promise<Finding[]> => {
      const found = await Promise.all(evidenceIds.map((id) => ports.evidence.get(brief.incidentId, id)));
      const excerpts = found.flatMap((one) => (one ? [`${one.query}\n${one.excerpt}`] : []));
      const isSupported =
        excerpts.length === evidenceIds.length &&
        unsupportedParts(claim, excerpts).length === 0 &&
        excerpts.join('\n').toLowerCase().includes(entity.name.toLowerCase());
      if (!isSupported) return [];
      const { namespace, ...named } = entity;
      return [
        {
          id: `${report.specialist}-${brief.followUp === undefined ? brief.round : `f${brief.followUp}`}-m${index + 1}`,
          specialist: report.specialist,
          claim: redact(claim),
          entity: namespace === undefined ? named : entity,
          role: 'context',
          severity: 'minor',
          confidence: 0.5,
          evidenceIds: [...new Set(evidenceIds)],
          byModel: cause === undefined ? {} : causeNamed(redact(cause)),
        },
      ];
    }),
  );
  return judged.flat();
}

const withGap = (report: Report, reason: string): Report => {
  const gap: Gap = { source: 'model', reason: reason.slice(0, 300) };
  return { ...report, gaps: [...report.gaps.slice(0, maxGaps - 1), gap] };
};

async function readExcerpts(incidentId: string, report: Report, ports: Pick<Ports, 'evidence'>): Promise<string[]> {
  const ids = [...new Set(report.findings.flatMap((finding) => finding.evidenceIds))].slice(0, 6);
  const found = await Promise.all(ids.map((id) => ports.evidence.get(incidentId, id)));
  return found.flatMap((evidence) =>
    evidence
      ? [`Evidence ${evidence.id} (${evidence.source}, ${evidence.query}):\n${evidence.excerpt.slice(0, 600)}`]
      : [],
  );
}
