// Finds the intent of a message: by the grammar first and, if that is unsure, by the model if one is configured. The model only chooses among the
// intents that exist. If it reads a yes or no, we repeat the question before the answer counts; the model can neither teach nor correct anything.

import type { ParsedUtterance } from '../language/parse-utterance.ts';
import type { Intent } from '../language/read-intent.ts';
import type { Ports } from '../ports/index.ts';
import { outputs } from '../reasoning/outputs.ts';
import { redact } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

/** People paste longer texts rather than type them, so the model does not read them. */
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
      return { kind: 'answer', answer: readByModel[kind] };
    default:
      return { kind };
  }
}

/** Neither answer counts before we have repeated the question. */
const readByModel = {
  approve: { kind: 'yes', sure: false, remember: false, object: [] },
  reject: { kind: 'no', sure: false, halts: false, readings: [], object: [] },
} as const;
