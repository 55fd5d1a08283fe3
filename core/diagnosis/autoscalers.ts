// Raises an autoscaler that cannot count to a cause if its workload has more load than its replicas carry. Without such load it harms nobody.
import type { CauseCode } from '../causes/causes.ts';
import type { Finding } from '../model/report.ts';
import { isSameWorkload } from './addresses.ts';

/** Findings that more replicas would mend. */
const needsReplicas: ReadonlySet<CauseCode> = new Set([
  'traffic-surge',
  'cpu-overload',
  'cpu-throttled',
  'hpa-at-limit',
]);

export const withIdleAutoscalers = (findings: readonly Finding[]): readonly Finding[] =>
  findings.map((finding) => {
    if (finding.cause !== 'autoscaler-without-metrics' || finding.role !== 'context') return finding;
    const needs = findings.filter(
      ({ cause, role, entity }) =>
        (role === 'cause' || role === 'symptom') &&
        cause !== undefined &&
        needsReplicas.has(cause) &&
        isSameWorkload(entity, finding.entity),
    );
    const [first] = needs.toSorted((a, b) => (a.onset ?? '~').localeCompare(b.onset ?? '~'));
    if (!first) return finding;
    return {
      ...finding,
      role: 'cause',
      severity: 'critical',
      confidence: 0.92,
      claim: `${finding.claim.replace(/\.$/, '')}, and it needs more replicas: ${first.claim}`.slice(0, 400),
      evidenceIds: [...new Set([...finding.evidenceIds, ...needs.flatMap(({ evidenceIds }) => evidenceIds)])].slice(
        0,
        8,
      ),
      ...(first.onset === undefined ? {} : { onset: first.onset }),
    };
  });
