// The step that writes what a specialist reported: one line of the timeline. A specialist has no right to write a record, and its answer is
// believed only as far as it fits: it speaks for itself, of the round that it was asked in, and of its own incident.

import { askedWhen, type Brief, Report, unreadableReport } from '../model/report.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';
import { note } from './timeline.ts';

/** @returns the report as it counts from here on. The same brief filed again is the same line. */
export async function fileReport(
  brief: Brief,
  answer: unknown,
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<Report> {
  const { specialist, round } = brief;
  const report = { ...(Report.safeParse(answer).data ?? unreadableReport(brief)), specialist, round };
  const summary = redact(report.summary);
  await note(
    brief.incidentId,
    {
      step: brief.phase === 'verify' ? 'Recheck' : 'Investigate',
      kind: report.findings.length > 0 ? 'finding' : 'gap',
      actor: specialist,
      key: `${specialist}:${askedWhen(brief)}`,
      text: brief.followUp === undefined ? summary : `Asked "${brief.question}": ${summary}`,
      evidenceIds: report.findings.flatMap((finding) => finding.evidenceIds).slice(0, 8),
      durationMs: report.usage.wallMs,
    },
    ports,
  );
  return report;
}
