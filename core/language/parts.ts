// Splits a message of several questions into its parts. Only questions about an incident are taken apart: a part that decides, teaches, corrects or is
// not understood leaves the message whole. Pure.
import { type IncidentQuestion, readIntent } from './read-intent.ts';

export interface Part {
  readonly text: string;
  readonly question: IncidentQuestion;
}

const maxParts = 4;
const between =
  /(?:[?!.;\n]+\s+|\s*,\s*(?:and |also |plus )?(?=(?:what|who|whose|which|when|why|how|has|is|are|did|does|should|will|would|can|could|might)\b)|\s+(?:and|also|plus)\s+(?:also )?(?=(?:what|who|whose|which|when|why|how|has|is|are|did|does|should|will|would|can)\b))/i;

/** At least two parts, each a question about the incident; undefined for every other message. */
export function partsOf(text: string): readonly Part[] | undefined {
  const pieces = text
    .split(between)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  if (pieces.length < 2 || pieces.length > maxParts) return undefined;
  const parts = pieces.flatMap((piece) => {
    const intent = readIntent(piece);
    return intent.kind === 'incident' ? [{ text: piece, question: intent.question }] : [];
  });
  return parts.length === pieces.length ? parts : undefined;
}
