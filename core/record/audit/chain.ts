// How entries of the audit are chained: each link carries its number, the hash of the link before and its own. Where links are stored is a
// connector's business; whether a chain holds is in verify.ts.
import { canonical } from '../../canonical.ts';
import { sha256 } from '../../hash.ts';
import type { AuditEntry } from '../../model/audit.ts';
import type { AuditAnchor, AuditLink, ChainHead } from '../../model/audit-chain.ts';

/** What belongs to no incident: the kill switch, what was taught outside of one. No incident's chain has this name. */
const noIncident = 'no-incident';

export const chainOf = ({ incidentId }: Pick<AuditEntry, 'incidentId'>): string =>
  incidentId === undefined ? noIncident : `incident:${incidentId}`;

export const beforeTheFirst = '0'.repeat(64);

/** The link that comes next; `head` is absent where the chain begins. */
export function linkAfter(head: ChainHead | undefined, entry: AuditEntry): AuditLink {
  const link = {
    chain: chainOf(entry),
    sequence: (head?.sequence ?? 0) + 1,
    previous: head?.hash ?? beforeTheFirst,
    // As it comes back from any store: without fields that are undefined.
    entry: JSON.parse(JSON.stringify(entry)) as AuditLink['entry'],
  };
  return { ...link, hash: hashOfLink(link) };
}

export const hashOfLink = ({ chain, sequence, previous, entry }: Omit<AuditLink, 'hash'>): string =>
  sha256(canonical({ chain, sequence, previous, entry }));

export const hashOfAnchor = ({ day, at, heads, previous }: Omit<AuditAnchor, 'hash'>): string =>
  sha256(canonical({ day, at, heads, previous }));
