// Redacts an evidence draft before it is stored: every text of it, and the full record by its structure.
import type { EvidenceDraft } from '../../model/evidence-draft.ts';
import { redact, redactJson, redactUrl } from '../../redaction/redact.ts';

export function redactedEvidence({ source, query, window, excerpt, link, full }: EvidenceDraft): EvidenceDraft {
  return {
    source,
    query: redact(query),
    window,
    excerpt: redact(excerpt),
    link: link === undefined ? undefined : redactUrl(link),
    full: redactJson(full),
  };
}
