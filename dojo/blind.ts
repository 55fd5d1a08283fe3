// Hides the causes that the analysis found, as if no rule knew them: findings stay as symptoms.
import type { Investigated } from '../core/model/workflow.ts';

export function withoutCauses(input: Investigated): Investigated {
  const without = (report: Investigated['reports'][number]): Investigated['reports'][number] => ({
    ...report,
    findings: report.findings.map(({ cause: _, changeId: __, ...finding }) => ({ ...finding, role: 'symptom' })),
  });
  return { ...input, reports: input.reports.map(without), priorReports: input.priorReports.map(without) };
}
