// What a person wants, by the grammar first; where it is not sure, by the model where one is configured. A model only chooses among what can be
// asked here: a yes or no that it reads is said back as a question before it counts, and it teaches and corrects nothing.

import type { ParsedUtterance } from '../language/parse-utterance.ts';
import type { Intent } from '../language/read-intent.ts';
import type { Ports } from '../ports/index.ts';
import { outputs } from '../reasoning/outputs.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

/** Longer texts are pasted, not said: no model is asked about them. */
const maxCharacters = 600;

export async function understand(
  { text, intent: read, incidentId }: Pick<ParsedUtterance, 'text' | 'intent'> & { readonly incidentId: string },
  { reasoner }: Partial<Pick<Ports, 'reasoner'>>,
): Promise<Intent> {
  if (read.kind !== 'unclear' || reasoner === undefined || text.length > maxCharacters) return read;
  const answer = await reasoner.reason({
    promptId: 'intent',
    incidentId,
    digest: shorten(clean(redact(text)), maxCharacters),
    schema: outputs.IntentOpinion,
  });
  if (answer.kind === 'unavailable') return read;
  const { kind, source } = answer.value;
  switch (kind) {
    case 'evidence':
      return { kind, source };
    case 'approve':
    case 'reject':
      return { kind: 'answer', said: readByModel[kind] };
    default:
      return { kind };
  }
}

/** Neither counts before it was said back. */
const readByModel = {
  approve: { kind: 'yes', sure: false, remember: false, object: [] },
  reject: { kind: 'no', sure: false, halts: false, readings: [], object: [] },
} as const;
