// Formats a tool's answer to a model: a short, redacted digest with the id of the evidence that holds the rest. Raw data of a source never enters a
// model's context.

import type { EvidenceDraft } from '../../model/evidence-draft.ts';
import type { Ports } from '../../ports/index.ts';
import { redactedEvidence } from '../../record/evidence/redacted.ts';
import { redact } from '../../redaction/redact.ts';

/** Limit of one answer in characters; about 500 tokens. */
const maxCharacters = 1600;

/** Stores the result as evidence and returns the digest for the model. */
export async function toolAnswer(
  incidentId: string,
  found: Omit<EvidenceDraft, 'excerpt'> & { readonly digest: string },
  ports: Pick<Ports, 'evidence'>,
): Promise<string> {
  const { digest, ...rest } = found;
  const text = redact(digest);
  const stored = await ports.evidence.put({
    ...redactedEvidence({ ...rest, excerpt: text.slice(0, 2000) }),
    incidentId,
  });
  const cut =
    text.length > maxCharacters ? `${text.slice(0, maxCharacters)}… (cut; the rest is in the evidence)` : text;
  return `${cut}\nEvidence ${stored.id}`;
}
