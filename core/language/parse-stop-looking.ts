// Parses "stop looking", said about a long investigation. An ambiguous sentence stops nothing.
import { grammarOf } from './grammar/grammar.ts';
import { sentenceOf } from './grammar/sentence.ts';
import { stopLooking } from './intents/stop-looking.ts';

const maxLength = 120;
const read = grammarOf(stopLooking);

/** Bare orders to stop that mean whatever is going on. "Wait" and "hold on" are none: they mean a question. */
const bare = /^(?:please\s+)?(?:stop|stop it|stop that|stop this|halt|abort|cancel)(?:\s+please)?[.!]*$/i;

/** `said`: the words can mean nothing else. `bare`: only "stop", which means it if nothing else is open. */
export function parseStopLooking(text: string): 'said' | 'bare' | undefined {
  const sentence = sentenceOf(text);
  if (sentence.source.length > maxLength) return undefined;
  if (read(sentence) !== undefined) return 'said';
  return bare.test(sentence.source.trim()) ? 'bare' : undefined;
}
