// Computes the session that an utterance belongs to: one thread, incident or place is one session, in Slack and at the console alike.
import { sha256 } from '../hash.ts';
import type { Utterance } from '../model/utterance.ts';

/** 64 hex digits; equal for all utterances of one thread. */
export const sessionOf = (utterance: Utterance): string => sha256(JSON.stringify(placeOf(utterance)));

function placeOf(utterance: Utterance): readonly string[] {
  if (utterance.kind === 'words' && utterance.incidentId !== undefined) return ['incident', utterance.incidentId];
  const { place } = utterance;
  if (place === undefined) return ['event', utterance.eventId];
  // A message outside a thread starts a new thread.
  const own = utterance.kind === 'alert' ? utterance.message.ts : 'ts' in utterance ? utterance.ts : undefined;
  return ['thread', place.channel, place.threadTs ?? own ?? utterance.eventId];
}
