// Tells repeated calls from more demand. If requests of a service multiply together with its failures, while the traffic of each service that calls it is
// measured and unchanged, the callers repeat their calls.
import type { Finding, Observation } from '../model/report.ts';
import type { Dependency } from '../model/telemetry.ts';
import { ownerOf } from '../topology/owner.ts';
import { formatList } from '../wording.ts';
import { isGrave } from './own-fault.ts';

export function withRetries(
  findings: readonly Finding[],
  { calls, observations }: { readonly calls: readonly Dependency[]; readonly observations: readonly Observation[] },
): readonly Finding[] {
  const steady = new Set(
    observations.flatMap(({ kind, entity }) => (kind === 'traffic-steady' ? [ownerOf(entity).name.toLowerCase()] : [])),
  );
  return findings.map((finding) => {
    if (finding.cause !== 'traffic-surge' || finding.specialist !== 'metrics' || finding.role !== 'cause')
      return finding;
    const name = ownerOf(finding.entity).name.toLowerCase();
    const callers = [
      ...new Set(calls.flatMap(({ from, to }) => (to.toLowerCase() === name && from !== to ? [from] : []))),
    ];
    const isUnchanged = callers.length > 0 && callers.every((caller) => steady.has(caller.toLowerCase()));
    if (!isUnchanged || !findings.some((one) => failsTowards(one, name, callers))) return finding;
    return {
      ...finding,
      cause: 'retry-storm' as const,
      claim:
        `${finding.claim.replace(/\.$/, '')}, while the traffic of ${formatList(callers, 3)}, which ${callers.length === 1 ? 'calls' : 'call'} it, is unchanged: calls are repeated.`.slice(
          0,
          400,
        ),
    };
  });
}

/** Errors or waits: of the service itself, or of one of its callers that names it. Without them nothing makes a client repeat its calls. */
function failsTowards(finding: Finding, name: string, callers: readonly string[]): boolean {
  if (!isGrave(finding) || (finding.role !== 'symptom' && finding.role !== 'cause')) return false;
  const owner = ownerOf(finding.entity).name;
  const isFailing =
    /error|fail|5xx|timeout/i.test(finding.signal?.name ?? '') || finding.cause === 'application-errors';
  return owner.toLowerCase() === name
    ? isFailing
    : callers.includes(owner) && finding.dependency?.name.toLowerCase() === name;
}
