// Raises an odd address in an environment variable to a cause if the same workload's log complains about that host. An address without a Service is
// otherwise often an optional part that was never installed. The unresolved name in the log then becomes a symptom.

import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';

/** `textOf` gives the text of a finding's evidence. */
export function withOddAddresses(
  findings: readonly Finding[],
  textOf: (finding: Finding) => string,
): readonly Finding[] {
  const odd = findings.filter(
    ({ cause, role, dependency }) => cause === 'environment-address' && role === 'context' && dependency !== undefined,
  );
  if (odd.length === 0) return findings;
  const complaints = new Map(
    odd.map((address) => [address, findings.filter((finding) => complainsOf(finding, address, textOf))]),
  );
  const explained = new Set([...complaints.values()].flat());
  return findings.map((finding) => {
    const found = complaints.get(finding) ?? [];
    if (found.length > 0) return asCause(finding, found);
    if (!explained.has(finding)) return finding;
    const { cause: _, ...symptom } = finding;
    return { ...symptom, role: 'symptom' as const };
  });
}

const unresolved: ReadonlySet<Finding['cause']> = new Set(['dns-failure', 'dependency-unavailable', undefined]);

/** Whether a log of the same workload reports the host as not found. */
function complainsOf(finding: Finding, address: Finding, textOf: (finding: Finding) => string): boolean {
  const host = address.dependency?.name.toLowerCase();
  if (host === undefined || finding.specialist !== 'logs' || finding.role === 'context') return false;
  if (!unresolved.has(finding.cause) || !isSameWorkload(finding.entity, address.entity)) return false;
  return `${finding.claim}\n${textOf(finding)}`
    .split('\n')
    .some((line) => unknownName.test(line) && wordsOf(line).includes(host));
}

/** Resolver errors for a name that does not exist; a server that does not answer gives other errors. */
const unknownName =
  /no such host|name or service not known|domain name not found|unknown ?host|ENOTFOUND|NXDOMAIN|could not resolve|failed to resolve|resolution failed|getaddrinfo/i;

const wordsOf = (line: string): string[] => line.toLowerCase().split(/[^a-z0-9-]+/);

/** Whether both entities are the same workload. Logs and metrics name the service, the cluster names the workload. */
export function isSameWorkload(first: EntityRef, second: EntityRef): boolean {
  const [one, other] = [ownerOf(first), ownerOf(second)];
  const placeless = one.name === other.name && (one.namespace === undefined || one.namespace === other.namespace);
  return sameWorkload(one, other) || placeless;
}

function asCause(address: Finding, complaints: readonly Finding[]): Finding {
  const onset = complaints
    .flatMap((finding) => finding.onset ?? [])
    .sort()
    .at(0);
  return {
    ...address,
    role: 'cause',
    severity: 'critical',
    confidence: 0.9,
    claim: `${address.claim.replace(/\.$/, '')}; its log reports that host as unknown.`.slice(0, 400),
    evidenceIds: [...new Set([...address.evidenceIds, ...complaints.flatMap((finding) => finding.evidenceIds)])],
    ...(onset === undefined ? {} : { onset }),
  };
}
