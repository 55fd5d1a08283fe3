// Follows names that do not resolve. If the cluster's DNS is unwell, or several workloads miss names of Services that exist, they lead to it. A name
// that no Service has is a mistake of the workload that asks for it.
import type { EntityRef } from '../model/entity.ts';
import type { Finding, Report } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';
import { formatList } from '../wording.ts';
import { isSameWorkload } from './addresses.ts';

type ClusterDns = NonNullable<NonNullable<Report['topology']>['dns']>[number];

/** Causes of a workload itself for which names do not resolve from it alone. */
const ownCauses: ReadonlySet<Finding['cause']> = new Set(['dns-failure', 'network-policy', 'environment-address']);

export function withClusterDns(
  findings: readonly Finding[],
  reports: readonly Pick<Report, 'topology'>[],
): readonly Finding[] {
  const known = reports.flatMap(({ topology }) => topology?.dns ?? []);
  return known.reduce((all: readonly Finding[], dns) => followed(all, dns, known.length === 1), findings);
}

function followed(findings: readonly Finding[], dns: ClusterDns, isOnly: boolean): readonly Finding[] {
  const complaints = findings.filter(
    (finding) =>
      finding.specialist === 'logs' &&
      finding.cause === 'dns-failure' &&
      finding.role !== 'context' &&
      isHere(finding.entity, dns, isOnly) &&
      !isSameWorkload(finding.entity, dns.workload) &&
      !hasOwnCause(finding.entity, findings),
  );
  const leading = complaints.filter((one) => exists(one, dns) !== false);
  const certain = leading.filter((one) => exists(one, dns));
  const isUnwell = dns.troubles.length > 0;
  const toDns = isUnwell ? leading : writersOf(certain).length > 1 ? certain : [];
  const linked = findings.map((finding) => {
    if (toDns.includes(finding)) return { ...finding, role: 'symptom' as const, dependency: dns.workload };
    return toDns.length === 0 && complaints.includes(finding) && isMistake(finding, dns, findings)
      ? mistaken(finding)
      : finding;
  });
  const [first] = toDns;
  return first && !isExplained(dns, findings) ? [...linked, dnsFinding(first, toDns, dns)] : linked;
}

const isHere = ({ cluster }: EntityRef, { workload }: ClusterDns, isOnly: boolean): boolean =>
  cluster === undefined ? isOnly : cluster === workload.cluster;

const hasOwnCause = (entity: EntityRef, findings: readonly Finding[]): boolean =>
  findings.some(
    (one) =>
      one.specialist === 'kubernetes' &&
      one.role === 'cause' &&
      ownCauses.has(one.cause) &&
      isSameWorkload(one.entity, entity),
  );

/** Whether a Service has the name from where the writer is; undefined if that is not known, or the name is of elsewhere. */
function exists({ entity, dependency }: Finding, { services }: ClusterDns): boolean | undefined {
  const namespace = dependency?.namespace ?? entity.namespace;
  if (!services || !dependency || dependency.name.includes('.') || namespace === undefined) return undefined;
  if (services.includes(`${namespace}/${dependency.name}`)) return true;
  // Where a namespace has no Service at all, the snapshot may not cover it.
  return services.some((one) => one.startsWith(`${namespace}/`)) ? false : undefined;
}

/** The name worked before: then something has gone, and the writer is as it was. */
const isMistake = (finding: Finding, dns: ClusterDns, findings: readonly Finding[]): boolean =>
  exists(finding, dns) === false &&
  !finding.workedBefore &&
  !findings.some(
    ({ specialist, entity, dependency }) =>
      specialist !== 'logs' && [entity.name, dependency?.name].includes(finding.dependency?.name),
  );

const mistaken = (finding: Finding): Finding => ({
  ...finding,
  cause: 'environment-address',
  role: 'cause',
  confidence: Math.min(finding.confidence, 0.75),
  claim:
    `${ownerOf(finding.entity).name} asks for ${finding.dependency?.name}, and no Service there has this name. ${finding.claim}`.slice(
      0,
      400,
    ),
});

/** Whether a finding says more of the cluster's DNS than that it is unwell. */
const isExplained = ({ workload }: ClusterDns, findings: readonly Finding[]): boolean =>
  findings.some(
    ({ entity, role, cause }) =>
      role === 'cause' && cause !== undefined && cause !== 'pods-unavailable' && isSameWorkload(entity, workload),
  );

const writersOf = (complaints: readonly Finding[]): string[] => [
  ...new Set(complaints.map(({ entity }) => `${entity.namespace ?? ''}/${ownerOf(entity).name}`)),
];

function dnsFinding(first: Finding, complaints: readonly Finding[], { workload, troubles }: ClusterDns): Finding {
  const { errorTemplate: _, errorIdentity: __, dependency: ___, workedBefore: ____, about: _____, ...rest } = first;
  const writers = writersOf(complaints).map((one) => one.slice(one.indexOf('/') + 1));
  const hosts = [...new Set(complaints.flatMap(({ dependency }) => dependency?.name ?? []))];
  const what = hosts.length === 0 ? 'names' : formatList(hosts, 3);
  const onset = complaints
    .flatMap((finding) => finding.onset ?? [])
    .sort()
    .at(0);
  const state = troubles.length > 0 ? troubles.join(', ') : 'its pods are ready, and the Services exist';
  return {
    ...rest,
    id: `${first.id}-dns`,
    entity: workload,
    cause: 'dns-failure',
    role: 'cause',
    severity: 'critical',
    confidence: troubles.length > 0 ? 0.88 : 0.7,
    claim:
      `${formatList(writers, 3)} cannot resolve ${what} through the cluster's DNS, ${workload.name}: ${state}.`.slice(
        0,
        400,
      ),
    evidenceIds: [...new Set(complaints.flatMap(({ evidenceIds }) => evidenceIds))].slice(0, 8),
    ...(onset === undefined ? {} : { onset }),
  };
}
