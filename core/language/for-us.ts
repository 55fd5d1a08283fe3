// Whether words in a thread that are not addressed to us can be meant for nobody else. Pure, and small: the edge asks it too.
import type { ParsedUtterance } from './parse-utterance.ts';

/** Nobody says this to a colleague and means something else. */
const plainVerdict = /^(?:approved?|reject(?:ed)?)[.! ]*$/i;

export function isForUs({ text, intent, teaching }: Pick<ParsedUtterance, 'text' | 'intent' | 'teaching'>): boolean {
  return (
    plainVerdict.test(text.trim()) || (intent.kind === 'correct' && intent.meant !== '') || teaching.kind !== 'nothing'
  );
}
