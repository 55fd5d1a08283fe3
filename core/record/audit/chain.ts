// Chains audit entries: each link has its number, the hash of the previous link and its own hash. A connector stores the links; verify.ts checks a
// chain.
import { canonical } from '../../canonical.ts';
import { sha256 } from '../../hash.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { AuditAnchor, AuditLink, ChainHead } from '../../model/audit-chain.ts';

/** The chain of entries outside incidents: the kill switch, preferences taught outside one. No incident's chain has this name. */
const noIncident = 'no-incident';

export const chainOf = ({ incidentId }: Pick<AuditEntry, 'incidentId'>): string =>
  incidentId === undefined ? noIncident : `incident:${incidentId}`;

export const beforeTheFirst = '0'.repeat(64);

/** The next link; `head` is absent at the start of a chain. */
export function linkAfter(head: ChainHead | undefined, entry: AuditEntry): AuditLink {
  const link = {
    chain: chainOf(entry),
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.hash ?? beforeTheFirst,
    // The entry as any store returns it: without undefined fields.
    entry: JSON.parse(JSON.stringify(entry)) as AuditLink['entry'],
  };
  return { ...link, hash: hashOfLink(link) };
}

export const hashOfLink = ({ chain, sequence, previous, entry }: Omit<AuditLink, 'hash'>): string =>
  sha256(canonical({ chain, sequence, previous, entry }));

export const hashOfAnchor = ({ day, at, heads, previous }: Omit<AuditAnchor, 'hash'>): string =>
  sha256(canonical({ day, at, heads, previous }));
