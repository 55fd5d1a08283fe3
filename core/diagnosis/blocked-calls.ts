// Raises a network policy that blocks a call to a cause if the caller's log shows that this call gets no answer. A policy that blocks what nobody
// calls is as it should be. The failed call in the log then becomes a symptom.

import { isResolverSilent, isSilent } from '../analysis/unanswered.ts';
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';
import { isSameWorkload } from './addresses.ts';

/** `textOf` gives the text of a finding's evidence. */
export function withBlockedCalls(
  findings: readonly Finding[],
  textOf: (finding: Finding) => string,
): readonly Finding[] {
  const policies = findings.filter(({ cause, role }) => cause === 'network-policy' && role === 'context');
  if (policies.length === 0) return findings;
  const failing = new Map(
    policies.map((policy) => [policy, findings.filter((finding) => showsIt(finding, policy, textOf))]),
  );
  const explained = new Set([...failing.values()].flat());
  return findings.map((finding) => {
    const shown = failing.get(finding) ?? [];
    if (shown.length > 0) return asCause(finding, shown);
    if (!explained.has(finding) || !causesOfSilence.has(finding.cause)) return finding;
    const { cause: _, ...symptom } = finding;
    return { ...symptom, role: 'symptom' as const };
  });
}

const causesOfSilence: ReadonlySet<Finding['cause']> = new Set(['dns-failure', 'dependency-unavailable']);

function showsIt(finding: Finding, policy: Finding, textOf: (finding: Finding) => string): boolean {
  if (finding.specialist !== 'logs' || finding.role === 'context') return false;
  const [, caller, service] = blocked.exec(policy.claim) ?? [];
  if (caller === undefined || service === undefined) return false;
  const isCaller =
    ownerOf(finding.entity).name === caller &&
    (policy.dependency === undefined || isSameWorkload(finding.entity, policy.entity));
  return (
    isCaller &&
    `${finding.claim}\n${textOf(finding)}`
      .split('\n')
      .some((line) => (/dns/.test(service) ? isResolverSilent(line) : isSilent(line, service)))
  );
}

/** The caller and the Service, as the analysis of policies words them. */
const blocked = /blocks calls of ([a-z0-9.-]+) to Service ([a-z0-9-]+)/;

const dayMs = 24 * 3600_000;

function asCause(policy: Finding, shown: readonly Finding[]): Finding {
  const onset = shown
    .flatMap((finding) => finding.onset ?? [])
    .sort()
    .at(0);
  // Not every network enforces policies: one that was there long before the calls failed is a weaker cause.
  const isOld = Date.parse(onset ?? '') - Date.parse(policy.onset ?? '') > dayMs;
  return {
    ...policy,
    role: 'cause',
    severity: 'critical',
    confidence: isOld ? 0.7 : 0.92,
    claim: `${policy.claim.replace(/\.$/, '')}; the log shows that they get no answer.`.slice(0, 400),
    evidenceIds: [...new Set([...policy.evidenceIds, ...shown.flatMap((finding) => finding.evidenceIds)])],
    ...(onset === undefined ? {} : { onset }),
  };
}
