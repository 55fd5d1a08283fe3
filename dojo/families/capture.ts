// Diagnoses an incident of the dojo again from the same reports, as it is and without every finding that names given causes. The second is what an
// incident of a kind that nobody knows looks like: its symptoms are there, and no rule speaks of its cause.
import { diagnose } from '../../core/diagnosis/diagnose.ts';
import { supportedFindings } from '../../core/diagnosis/supported.ts';
import { scopeOf } from '../../core/model/scope.ts';
import { Investigated } from '../../core/model/workflow.ts';
import type { Ports } from '../../core/ports/index.ts';
import type { Supports } from '../prediction.ts';

/** `payload`: what the step that merges the reports was last called with. */
export async function supportsOf(payload: unknown, withhold: readonly string[], ports: Ports): Promise<Supports> {
  const { incident, context, reports: last, priorReports } = Investigated.parse(payload);
  const reports = [...priorReports, ...last];
  const calls = await ports.telemetry.calls.observe(scopeOf({ incidentId: incident.id, context }, 'everywhere'), {});
  const dependencies = calls.kind === 'data' ? calls.data : [];
  const answer = async (those: typeof reports) => {
    const supported = await supportedFindings(incident.id, those, ports.evidence);
    const { diagnosis, ranked, support } = diagnose({ incident, context, reports: those, supported, dependencies });
    const [first] = diagnosis.hypotheses;
    const isAnswer = first !== undefined && first.cause !== 'unknown';
    return isAnswer && support ? { support, plain: ranked[0]?.confidence ?? 0, cause: first.cause } : undefined;
  };
  const without = reports.map((report) => ({
    ...report,
    findings: report.findings.filter(({ cause }) => cause === undefined || !withhold.includes(cause)),
  }));
  const [known, blind] = [await answer(reports), await answer(without)];
  // A cause that synthesis itself infers, from findings of other causes, is not hidden by this.
  const unknownKind = blind && !withhold.includes(blind.cause) ? blind : undefined;
  return { ...(known && { known }), ...(unknownKind && { unknownKind }) };
}
