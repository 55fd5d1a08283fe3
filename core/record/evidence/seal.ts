// Seals a record as evidence: a bounded excerpt, a hash, and an id derived from its content. A connector stores it; all stores seal alike, so one
// record has the same id everywhere.
import { sha256 } from '../../hash.ts';
import type { Evidence } from '../../model/report.ts';
import type { EvidenceStore } from '../../ports/records.ts';

export type EvidenceRecord = Parameters<EvidenceStore['put']>[0];

/** Limit of the excerpt in characters; the full record has the rest. */
const excerptLength = 2048;

/** `hash` is the SHA-256 (hex) of the full record as JSON, `id` the start of the SHA-256 of everything but the incident. */
export function sealEvidence({ full, incidentId, ...record }: EvidenceRecord): Evidence {
  const excerpt = cut(record.excerpt);
  const hash = sha256(JSON.stringify(full) ?? 'null');
  const { source, query, window, link } = record;
  const id = sha256(JSON.stringify([source, query, window?.start, window?.end, excerpt, link, hash])).slice(0, 20);
  return { id, incidentId, source, query, excerpt, hash, ...(window && { window }), ...(link && { link }) };
}

/** Cuts the excerpt and appends a mark, never inside a surrogate pair. */
function cut(text: string): string {
  if (text.length <= excerptLength) return text;
  return `${text.slice(0, excerptLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
