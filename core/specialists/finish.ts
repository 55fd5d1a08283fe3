// Finishes every specialist's report: it stores the evidence, numbers the findings, and keeps the report within its token limit. Each specialist
// finds and describes its own findings; the step that files the report records it on the timeline (core/record/file-report.ts).

import { type Brief, type Finding, type Report, reportSuffix, type Severity } from '../model/report.ts';
import type { ReportDraft } from '../model/report-draft.ts';
import type { Ports } from '../ports/index.ts';
import { estimateTokens, reportText } from '../reasoning/report-text.ts';
import { investigateWithModel } from '../reasoning/specialist.ts';
import { redactedEvidence } from '../record/evidence/redacted.ts';
import { redact } from '../redaction/redact.ts';

const reportTokens = 1000;
const weight: Record<Severity, number> = { critical: 4, major: 3, minor: 2, info: 1 };

export async function finishReport(
  brief: Brief,
  draft: ReportDraft,
  startedAt: Date,
  ports: Pick<Ports, 'evidence' | 'clock'> & Partial<Pick<Ports, 'reasoner' | 'telemetry'>>,
): Promise<Report> {
  const ordered = [...draft.findings].sort(
    (a, b) => weight[b.severity] * b.confidence - weight[a.severity] * a.confidence,
  );
  const findings: Finding[] = [];
  for (const [index, { evidence, ...finding }] of ordered.slice(0, 12).entries()) {
    const stored = await Promise.all(
      evidence.slice(0, 8).map((e) => ports.evidence.put({ ...redactedEvidence(e), incidentId: brief.incidentId })),
    );
    findings.push({
      ...finding,
      claim: redact(finding.claim).slice(0, 400),
      ...(finding.errorTemplate === undefined ? {} : { errorTemplate: redact(finding.errorTemplate).slice(0, 400) }),
      id: `${brief.specialist}-${reportSuffix(brief)}-${index + 1}`,
      specialist: brief.specialist,
      evidenceIds: stored.map((e) => e.id),
    });
  }
  const gaps = draft.gaps.slice(0, 12).map((gap) => ({ ...gap, reason: redact(gap.reason) }));
  const summary = redact(draft.summary).slice(0, 1200);
  while (
    findings.length > 1 &&
    estimateTokens(reportText({ specialist: brief.specialist, summary, findings, gaps })) > reportTokens
  ) {
    findings.pop();
  }
  const report = await investigateWithModel(
    brief,
    {
      specialist: brief.specialist,
      round: brief.round,
      summary,
      findings,
      gaps,
      usage: {
        wallMs: 0,
        bytesRead: draft.bytesRead,
        inputTokens: 0,
        outputTokens: 0,
        costUsd: 0,
        modelCalls: 0,
        toolCalls: 0,
      },
      by: 'analysis',
      droppedClaims: 0,
      ...(draft.topology === undefined ? {} : { topology: draft.topology }),
      ...(draft.checklist === undefined ? {} : { checklist: draft.checklist }),
      ...(draft.observations === undefined ? {} : { observations: draft.observations }),
    },
    ports,
  );
  const wallMs = ports.clock.now().getTime() - startedAt.getTime();
  return { ...report, usage: { ...report.usage, wallMs } };
}
