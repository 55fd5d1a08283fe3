// Hosts outside what the sources observe: a public host name that an error says does not answer. No specialist can look behind it, so the wait for
// it is as deep a cause as can be known here.
import type { Finding } from '../model/report.ts';
import { ownerOf } from '../topology/owner.ts';

/** Ends of names that stay inside, and managed stores, which have sources of their own. */
const inside = /\.(?:svc|local|localdomain|internal|intern|cluster|lan|corp|home|arpa)$|\.svc\.|\.amazonaws\.com/i;

/** The host outside that a log's error waits for; undefined for a service that the sources know. */
export type OutsideHost = (finding: Finding) => string | undefined;

/** `findings` still have the dependencies that nothing else knows. */
export function outsideHosts(findings: readonly Finding[]): OutsideHost {
  const examined = examinedIn(findings);
  const hosts = new Map(
    findings.flatMap((finding) => {
      const { dependency, specialist, role, cause, severity } = finding;
      if (dependency === undefined || dependency.kind === 'Vendor' || dependency.namespace !== undefined) return [];
      const name = dependency.name.toLowerCase();
      const isGrave = severity === 'critical' || severity === 'major';
      const waits = specialist === 'logs' && role === 'symptom' && cause === 'dependency-unavailable' && isGrave;
      return waits && isOutside(name, examined) ? [[keyOf(finding), name] as const] : [];
    }),
  );
  return (finding) => hosts.get(keyOf(finding));
}

const examinedIn = (findings: readonly Finding[]): ReadonlySet<string> =>
  new Set(findings.map(({ entity }) => ownerOf(entity).name.toLowerCase()));

function isOutside(name: string, examined: ReadonlySet<string>): boolean {
  const [first = ''] = name.split('.');
  return name.includes('.') && !inside.test(name) && !examined.has(name) && !examined.has(first);
}

/** Whether a host's name, in lower case, is one outside and not one of an entity that a finding is about. */
export const isPublicHost = (name: string, findings: readonly Finding[]): boolean =>
  isOutside(name, examinedIn(findings));

const keyOf = ({ specialist, id }: Finding): string => `${specialist} ${id}`;
