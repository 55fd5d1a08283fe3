// Computes the session that an utterance belongs to: one thread, incident or place is one session, in Slack and at the console alike.
import { sha256 } from '../hash.ts';
import type { Utterance } from '../model/utterance.ts';

/** 64 hex digits; equal for all utterances of one thread. */
export const sessionOf = (said: Utterance): string => sha256(JSON.stringify(placeOf(said)));

function placeOf(said: Utterance): readonly string[] {
  if (said.kind === 'words' && said.incidentId !== undefined) return ['incident', said.incidentId];
  const { place } = said;
  if (place === undefined) return ['event', said.eventId];
  // A message outside a thread starts a new thread.
  const own = said.kind === 'alert' ? said.message.ts : 'ts' in said ? said.ts : undefined;
  return ['thread', place.channel, place.threadTs ?? own ?? said.eventId];
}
