// Whether words in a thread that are not addressed to us can be meant for nobody else. Pure, and small: the edge asks it too.
import { parseTeaching } from './parse-teaching.ts';
import { readIntent } from './read-intent.ts';

/** Nobody says this to a colleague and means something else. */
const plainVerdict = /^(?:approved?|reject(?:ed)?)[.! ]*$/i;

export function isForUs(text: string): boolean {
  const intent = readIntent(text);
  return (
    plainVerdict.test(text.trim()) ||
    (intent.kind === 'correct' && intent.meant !== '') ||
    parseTeaching(text).kind !== 'nothing'
  );
}
