// Attributes errors that name a vendor's host to the vendor, as the status sources and the catalogue know it. The vendor is then a part of the call
// graph: its outage explains the errors of the services that use it, and the errors count for it.
import type { Finding, Report } from '../model/report.ts';
import type { Dependency } from '../model/telemetry.ts';

export interface KnownVendor {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly usedBy: readonly string[];
}

export function vendorsOf(reports: readonly Report[]): readonly KnownVendor[] {
  const all = reports.flatMap(({ topology }) => topology?.vendors ?? []);
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

export const callsOfVendors = (vendors: readonly KnownVendor[]): Dependency[] =>
  vendors.flatMap(({ name, usedBy }) => usedBy.map((from) => ({ from, to: name })));

const words: ReadonlySet<string> = new Set(['logs', 'traces']);

export function withVendors(
  findings: readonly Finding[],
  vendors: readonly KnownVendor[],
  excerptsOf: (finding: Finding) => string,
): readonly Finding[] {
  const withHosts = vendors.filter(({ hosts }) => hosts.length > 0);
  if (withHosts.length === 0) return findings;
  return findings.map((finding) => {
    const { specialist, role, cause, dependency } = finding;
    if (!words.has(specialist) || (role !== 'symptom' && role !== 'cause')) return finding;
    const text = `${dependency?.name ?? ''} ${excerptsOf(finding)}`.toLowerCase();
    const named = withHosts.filter(({ hosts }) => hosts.some((host) => mentions(text, host)));
    const [vendor, another] = named;
    if (vendor === undefined || another !== undefined) return finding;
    const isOpen = cause === undefined || cause === 'application-errors';
    return {
      ...finding,
      dependency: { kind: 'Vendor', name: vendor.name },
      ...(isOpen && role === 'symptom' ? { cause: 'dependency-unavailable' as const } : {}),
    };
  });
}

/** Whether a text names the host itself and not a longer name. */
export function mentions(text: string, host: string): boolean {
  const place = text.indexOf(host.toLowerCase());
  if (place < 0) return false;
  const [before, after] = [text[place - 1] ?? ' ', text.slice(place + host.length)];
  return !/[a-z0-9-]/.test(before) && !/^(?:[a-z0-9-]|\.[a-z0-9])/.test(after);
}
