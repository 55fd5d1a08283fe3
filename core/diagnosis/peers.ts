// Client or server: a service towards which several others fail is itself suspected, although only its callers complain and nothing else shows it.
// One caller that fails alone keeps its error, because others may reach the same service well.
import type { EntityRef } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';
import { formatList } from '../wording.ts';

/** Findings of log lines that name a peer, of a cause that the peer's failure explains. */
const complains = ({ specialist, cause, dependency, role }: Finding): boolean =>
  specialist === 'logs' && role !== 'context' && dependency !== undefined && cause === 'dependency-unavailable';

export function withSharedPeers(findings: readonly Finding[]): readonly Finding[] {
  const complaints = findings.filter(complains);
  const groups = Map.groupBy(complaints, ({ dependency }) => dependency?.name.toLowerCase() ?? '');
  const suspected = [...groups.values()].flatMap((own) => suspectedPeer(own, findings) ?? []);
  return suspected.length === 0 ? findings : [...findings, ...suspected];
}

function suspectedPeer(complaints: readonly Finding[], findings: readonly Finding[]): Finding | undefined {
  const [first] = complaints;
  const clients = [...new Set(complaints.map(({ entity }) => ownerOf(entity).name))];
  if (!first?.dependency || clients.length < 2 || isReported(first.dependency, findings)) return undefined;
  const peer = located(first.dependency, complaints);
  const { errorTemplate: _, errorIdentity: __, dependency: ___, workedBefore: ____, ...rest } = first;
  const onset = complaints
    .flatMap((finding) => finding.onset ?? [])
    .sort()
    .at(0);
  return {
    ...rest,
    id: `${first.id}-peer`,
    entity: peer,
    cause: 'application-errors',
    role: 'symptom',
    claim: `${clients.length} services fail towards ${peer.name}: ${formatList(clients, 4)}.`.slice(0, 400),
    severity: 'critical',
    confidence: Math.min(0.85, 0.6 + 0.1 * (clients.length - 2)),
    evidenceIds: [...new Set(complaints.flatMap(({ evidenceIds }) => evidenceIds))].slice(0, 8),
    ...(onset === undefined ? {} : { onset }),
  };
}

/** Whether something else shows that the peer fails. */
const isReported = (peer: EntityRef, findings: readonly Finding[]): boolean =>
  findings.some(
    ({ entity, role }) =>
      (role === 'symptom' || role === 'cause') && ownerOf(entity).name.toLowerCase() === peer.name.toLowerCase(),
  );

/** A bare host name is in the namespace and cluster of its callers, if they share one. */
function located(peer: EntityRef, complaints: readonly Finding[]): EntityRef {
  const one = (values: readonly (string | undefined)[]) => (new Set(values).size === 1 ? values[0] : undefined);
  const namespace = peer.namespace ?? one(complaints.map(({ entity }) => entity.namespace));
  const cluster = peer.cluster ?? one(complaints.map(({ entity }) => entity.cluster));
  return { ...peer, ...(namespace && { namespace }), ...(cluster && { cluster }) };
}
