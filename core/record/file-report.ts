// The step that writes a specialist's report to the timeline, as one entry. A specialist may not write records itself. Its answer counts only for
// itself, for the round of its brief, and for its own incident.

import { type Brief, type Consultation, Report, reportSuffix, unreadableReport } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { entitiesOf } from './reported-entities.ts';
import { record } from './timeline.ts';

const redacted = ({ asked, ...consultation }: Consultation): Consultation => ({
  ...consultation,
  asked: asked.map((one) => (one.reason === undefined ? one : { ...one, reason: redact(one.reason) })),
});

/** @returns the report as later steps use it. The same brief filed again gives the same entry. */
export async function fileReport(
  brief: Brief,
  answer: unknown,
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<Report> {
  const { specialist, round } = brief;
  const { consulted = [], checklist, ...rest } = Report.safeParse(answer).data ?? unreadableReport(brief);
  const report: Report = { ...rest, specialist, round };
  await record(
    brief.incidentId,
    {
      type: 'SpecialistReported',
      specialist,
      phase: brief.phase,
      round,
      ...(brief.followUp === undefined ? {} : { question: brief.question }),
      summary: redact(report.summary),
      findings: report.findings.length,
      entities: entitiesOf(report),
      gaps: report.gaps,
      ...(consulted.length === 0 ? {} : { consulted: consulted.map(redacted) }),
    },
    {
      step: brief.phase === 'verify' ? 'Recheck' : 'Investigate',
      key: `${specialist}:${reportSuffix(brief)}`,
      evidenceIds: report.findings.flatMap((finding) => finding.evidenceIds).slice(0, 8),
      durationMs: report.usage.wallMs,
    },
    ports,
  );
  if (checklist !== undefined)
    await record(
      brief.incidentId,
      { type: 'RunbookFollowed', checklist },
      {
        step: 'Investigate',
        key: `runbook:${specialist}:${reportSuffix(brief)}`,
        evidenceIds: [...new Set(checklist.steps.flatMap(({ evidenceIds }) => evidenceIds))].slice(0, 12),
      },
      ports,
    );
  return report;
}
