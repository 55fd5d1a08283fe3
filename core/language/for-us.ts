// Decides whether a thread message that does not mention us can be meant for nobody else. Pure, and small, because the webhook's function uses it
// too.
import type { ParsedUtterance } from './parse-utterance.ts';

/** Verdicts that nobody says to a colleague with another meaning. */
const plainVerdict = /^(?:approved?|reject(?:ed)?)[.! ]*$/i;

export function isForUs({ text, intent, teaching }: Pick<ParsedUtterance, 'text' | 'intent' | 'teaching'>): boolean {
  return (
    plainVerdict.test(text.trim()) ||
    (intent.kind === 'correct' && intent.correction !== '') ||
    teaching.kind !== 'nothing'
  );
}
