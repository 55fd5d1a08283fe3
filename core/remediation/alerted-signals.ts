// Collects the alerted entity's problems and signals from the reports before the action. Verification judges the action by them too, and not only
// by its target.
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Finding, Report } from '../model/report.ts';

export interface AlertedSignals {
  readonly entity: EntityRef | undefined;
  /** The problems of the alerted entity that any specialist found. */
  readonly problems: readonly Finding[];
  /** The measured problems: for each signal the finding with the highest confidence. */
  readonly signals: readonly Measured[];
}

export type Measured = Finding & { readonly signal: NonNullable<Finding['signal']> };

export const isMeasured = (finding: Finding): finding is Measured => finding.signal !== undefined;

export const isProblem = ({ role }: Finding): boolean => role === 'symptom' || role === 'cause';

export function alertedSignalsIn({
  context,
  reports,
  priorReports,
}: {
  readonly context: Pick<Context, 'workload' | 'service'>;
  readonly reports: readonly Report[];
  readonly priorReports: readonly Report[];
}): AlertedSignals {
  const entity = context.workload ?? (context.service && { kind: 'Service', name: context.service.value });
  if (entity === undefined) return { entity, problems: [], signals: [] };
  const problems = [...priorReports, ...reports]
    .flatMap(({ findings }) => findings)
    .filter((finding) => isProblem(finding) && sameWorkload(finding.entity, entity));
  const measured = problems.filter(isMeasured).toSorted((a, b) => b.confidence - a.confidence);
  const signals = measured.filter(
    (one, index) => measured.findIndex(({ signal }) => signal.name === one.signal.name) === index,
  );
  return { entity, problems, signals };
}
