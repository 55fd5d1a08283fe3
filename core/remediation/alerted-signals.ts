// What the page was about, as it was seen before anything was done: who was paged, and which of its signals had moved. Verification holds the
// action to that, not only to what the action touched.
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Context } from '../model/incident.ts';
import type { Finding, Report } from '../model/report.ts';

export interface AlertedSignals {
  readonly entity: EntityRef | undefined;
  /** What was wrong with it, seen by anybody. */
  readonly problems: readonly Finding[];
  /** Those of them that were measured; the strongest of each signal. */
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
