// Our own way out: if hosts of several unrelated parties outside get silent at once, the NAT gateway, the egress proxy, an egress policy or the
// resolution of external names is suspected, and not each party. A party whose own status shows an outage does not count, and neither does anything
// where hosts inside are silent, too.
import type { EntityRef } from '../model/entity.ts';
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';
import { formatList } from '../wording.ts';
import { isPublicHost } from './outside.ts';
import { type KnownVendor, mentions } from './vendors.ts';

interface Complaint {
  readonly finding: Finding;
  readonly atMs: number;
  readonly hosts: readonly string[];
  /** Vendors by name, others by the domain that they registered. */
  readonly parties: readonly string[];
}

/** Nobody answered, or the connection was refused on its way: an HTTP status would show that the host is reached. */
const unreached =
  /time(?:d)?[ -]?out|deadline exceeded|ETIMEDOUT|ECONNREFUSED|connection (?:was )?refused|no route to host|EHOSTUNREACH|network is unreachable|ENETUNREACH|EAI_AGAIN|ENOTFOUND|no such host|name resolution|could not resolve host|proxyconnect|ProxyError|tunneling socket/i;
/** A status by which the host, or something near it, answered. */
const answered = /\b(?:HTTP\/[\d.]+ |status(?: code)?[ :=]*)?(?:50[0-4]|4\d\d) [A-Z][a-z]+/;
const urlHost = /\bhttps?:\/\/([a-z0-9][a-z0-9.-]{0,250}\.[a-z]{2,24})(?![a-z0-9.-])/gi;
/** Onsets further apart than this are not one event. */
const togetherMs = 10 * 60_000;
const openCauses: ReadonlySet<Finding['cause']> = new Set([
  undefined,
  'application-errors',
  'dependency-unavailable',
  'dns-failure',
]);
/** Causes of the network inside, which explain lost ways out as well. */
const networkInside: ReadonlySet<Finding['cause']> = new Set(['dns-failure', 'network-policy', 'node-kube-proxy']);

/** `excerptsOf` gives the text of a finding's evidence. `findings` name known vendors already. */
export function withWayOut(
  findings: readonly Finding[],
  vendors: readonly KnownVendor[],
  excerptsOf: (finding: Finding) => string,
): readonly Finding[] {
  const down = new Set(findings.filter(isOutage).map(({ entity }) => entity.name.toLowerCase()));
  // An outage of a vendor without known hosts, as one that carries the others, can be behind all of the errors.
  const known = new Set(vendors.filter(({ hosts }) => hosts.length > 0).map(({ name }) => name.toLowerCase()));
  if ([...down].some((name) => !known.has(name))) return findings;
  const all = findings.flatMap((finding) => complaintOf(finding, vendors, excerptsOf, findings) ?? []);
  const together = beginTogether(all.filter(({ parties }) => parties.every((party) => !down.has(party))));
  const parties = new Set(together.flatMap((one) => one.parties));
  if (parties.size < 2 || isInsideToo(findings, all)) return findings;
  const where = placeOf(together.map(({ finding }) => finding.entity));
  if (where === undefined) return findings;
  const own = new Set(together.map(({ finding }) => finding));
  const isShared = writersOf(together).length > 1;
  const linked = findings.map((finding) => {
    if (!own.has(finding)) return finding;
    const { dependency: _, ...rest } = finding;
    const symptom = { ...rest, role: 'symptom' as const, cause: 'dependency-unavailable' as const };
    return isShared ? { ...symptom, dependency: where } : symptom;
  });
  return [...linked, wayOutFinding(together, parties.size, where)];
}

const isGrave = ({ severity }: Finding): boolean => severity === 'critical' || severity === 'major';
const isOutage = ({ cause, role, entity }: Finding): boolean =>
  cause === 'vendor-outage' && entity.kind === 'Vendor' && (role === 'cause' || role === 'symptom');

function complaintOf(
  finding: Finding,
  vendors: readonly KnownVendor[],
  excerptsOf: (finding: Finding) => string,
  findings: readonly Finding[],
): Complaint | undefined {
  const { specialist, role, cause, onset, dependency } = finding;
  const isError = specialist === 'logs' && (role === 'symptom' || role === 'cause') && isGrave(finding);
  if (!isError || !openCauses.has(cause) || onset === undefined) return undefined;
  const named = dependency?.kind === 'Service' && dependency.namespace === undefined ? dependency.name : undefined;
  if (dependency !== undefined && dependency.kind !== 'Vendor' && named === undefined) return undefined;
  if (cause === 'dns-failure' && named === undefined) return undefined;
  const lines = `${finding.claim}\n${excerptsOf(finding)}`
    .split('\n')
    .filter((line) => unreached.test(line) && !answered.test(line));
  if (lines.length === 0) return undefined;
  const text = lines.join('\n').toLowerCase();
  const known = vendors.flatMap((one) => one.hosts.filter((host) => mentions(text, host)));
  const hosts = [
    ...new Set([
      ...known.map((host) => host.toLowerCase()),
      ...[...text.matchAll(urlHost)].flatMap(([, host]) => host ?? []),
      ...(named?.includes('.') ? [named.toLowerCase()] : []),
    ]),
  ];
  if (hosts.length === 0 || !hosts.every((host) => isPublic(host, findings))) return undefined;
  return {
    finding,
    atMs: Date.parse(onset),
    hosts,
    parties: [...new Set(hosts.map((host) => partyOf(host, vendors)))],
  };
}

/** Names of two parts may be of a Service and its namespace, unless they end like a registered name. */
const isPublic = (host: string, findings: readonly Finding[]): boolean =>
  isPublicHost(host, findings) &&
  (host.split('.').length > 2 || /\.(?:com|net|org|io|dev|app|cloud|ai|[a-z]{2})$/.test(host));

function partyOf(host: string, vendors: readonly KnownVendor[]): string {
  const vendor = vendors.find(({ hosts }) => hosts.some((one) => domainOf(one.toLowerCase()) === domainOf(host)));
  return vendor?.name.toLowerCase() ?? domainOf(host);
}

/** The part of a host's name that somebody registered: `acme.example` of `api.acme.example`, `acme.co.uk` of `api.acme.co.uk`. */
function domainOf(host: string): string {
  const labels = host.split('.');
  const isLong = /\.(?:co|com|org|net|gov|ac|ne|or)\.[a-z]{2}$/.test(host);
  return labels.slice(isLong ? -3 : -2).join('.');
}

/** The complaints that begin together, of as many parties as possible. */
function beginTogether(complaints: readonly Complaint[]): readonly Complaint[] {
  const groups = complaints.map(({ atMs }) =>
    complaints.filter((one) => one.atMs >= atMs && one.atMs <= atMs + togetherMs),
  );
  const size = (group: readonly Complaint[]) => new Set(group.flatMap(({ parties }) => parties)).size;
  return groups.toSorted((a, b) => size(b) - size(a) || b.length - a.length)[0] ?? [];
}

const nameOf = ({ entity }: Finding): string => ownerOf(entity).name.toLowerCase();

/** Whether something inside is silent that is not itself a victim: then the network or the names inside are at fault. */
function isInsideToo(findings: readonly Finding[], complaints: readonly Complaint[]): boolean {
  const outside = new Set(complaints.map(({ finding }) => finding));
  const others = findings.filter((one) => !outside.has(one) && isGrave(one));
  const isNetwork = ({ cause, role, specialist }: Finding) =>
    networkInside.has(cause) && (role === 'cause' || (role === 'symptom' && specialist === 'logs'));
  if (others.some(isNetwork)) return true;
  const victims = new Set([...outside].map(nameOf));
  let calls = others.filter(
    ({ specialist, role, cause, dependency }) =>
      specialist === 'logs' &&
      role !== 'context' &&
      cause === 'dependency-unavailable' &&
      dependency?.kind === 'Service',
  );
  const isVictim = ({ dependency }: Finding) => victims.has(dependency?.name.toLowerCase().split('.')[0] ?? '');
  for (let found = calls.filter(isVictim); found.length > 0; found = calls.filter(isVictim)) {
    for (const one of found) victims.add(nameOf(one));
    calls = calls.filter((one) => !found.includes(one));
  }
  return calls.some(({ dependency }) => !isPublic(dependency?.name.toLowerCase() ?? '', findings));
}

const writersOf = (complaints: readonly Complaint[]): string[] => [
  ...new Set(complaints.map(({ finding }) => ownerOf(finding.entity).name)),
];

/** One writer alone, or the cluster (else the namespace) of all; undefined if they share none that is known. */
function placeOf(entities: readonly EntityRef[]): EntityRef | undefined {
  const [first] = entities;
  const one = (values: readonly (string | undefined)[]) => (new Set(values).size === 1 ? values[0] : undefined);
  const [cluster, namespace] = [one(entities.map((each) => each.cluster)), one(entities.map((each) => each.namespace))];
  if (first && one(entities.map((each) => `${each.cluster} ${each.namespace} ${ownerOf(each).name}`))) return first;
  if (cluster !== undefined) return { kind: 'Cluster', name: cluster, cluster };
  const isUnplaced = entities.every((each) => each.cluster === undefined);
  return isUnplaced && namespace !== undefined ? { kind: 'Namespace', name: namespace } : undefined;
}

function wayOutFinding(complaints: readonly Complaint[], parties: number, where: EntityRef): Finding {
  const inOrder = complaints.toSorted((a, b) => a.atMs - b.atMs);
  const [first] = inOrder;
  if (first === undefined) throw new Error('no complaint');
  const {
    errorTemplate: _,
    errorIdentity: __,
    dependency: ___,
    workedBefore: ____,
    about: _____,
    ...rest
  } = first.finding;
  const hosts = [...new Set(inOrder.flatMap((one) => one.hosts))];
  const writers = writersOf(inOrder);
  return {
    ...rest,
    id: `${rest.id}-way-out`,
    entity: where,
    cause: 'egress-unavailable',
    role: 'cause',
    severity: 'critical',
    confidence: Math.min(0.9, 0.7 + 0.05 * (parties - 2) + 0.1 * Math.min(writers.length - 1, 2)),
    claim:
      `${formatList(writers, 3)} ${writers.length === 1 ? 'reaches' : 'reach'} none of ${formatList(hosts, 4)}, hosts of ${parties} unrelated parties, since the same time: the way out is suspected, not each of them.`.slice(
        0,
        400,
      ),
    evidenceIds: [...new Set(inOrder.flatMap(({ finding }) => finding.evidenceIds))].slice(0, 8),
  };
}
