// Decides whether the speaker in a chat may talk to us. People of our organisation may; bots and people of other organisations may not. If Slack
// cannot say who a person is, that person's reaction decides nothing, because a reaction carries no information about its author.
import type { Message } from '../model/message.ts';
import type { Press, Utterance } from '../model/utterance.ts';
import type { UserDirectory } from '../ports/channels.ts';

export type SpeakerAuthorization =
  | { readonly kind: 'heard' }
  /** We do nothing and reply nothing: two bots must not talk to each other, and strangers get no information. */
  | { readonly kind: 'ignored'; readonly why: 'bot' | 'foreign' | 'unknown' }
  /** The press decides nothing, and we tell the person so. */
  | { readonly kind: 'turned-away'; readonly press: Press }
  /** We do nothing, and post the reason in the thread. */
  | { readonly kind: 'refused'; readonly message: Message };

export async function authorizeSpeaker(
  utterance: Utterance,
  userDirectory: UserDirectory,
): Promise<SpeakerAuthorization> {
  // A message of another app is at most an alert. The console identifies people by their tokens.
  if (utterance.kind === 'alert' || (utterance.kind === 'words' && utterance.place === undefined))
    return { kind: 'heard' };
  if (utterance.kind === 'refused-press') return { kind: 'turned-away', press: utterance };
  const person = await userDirectory.who(utterance.by);
  switch (person) {
    case 'person':
      return { kind: 'heard' };
    case 'bot':
    case 'foreign':
      if (utterance.kind === 'press') return { kind: 'turned-away', press: refusedPress(utterance) };
      return { kind: 'ignored', why: person };
    case 'unknown':
      // The payload of a press names the workspace of the person who pressed (core/intake/slack-origin.ts).
      if (utterance.kind === 'press') return { kind: 'heard' };
      if (utterance.kind === 'words')
        return utterance.proven === true ? { kind: 'heard' } : { kind: 'ignored', why: 'unknown' };
      return {
        kind: 'refused',
        message: {
          key: `answer-${utterance.eventId}`,
          incidentId: 'none',
          kind: 'answer',
          headline: 'A reaction did not count: Slack did not say who gave it.',
          lines: [
            'Press the button on the question, or say it in words. The app needs the scope users:read to know people.',
          ],
          slack: { channel: utterance.place.channel, threadTs: utterance.ts },
        },
      };
  }
}

const refusedPress = ({ eventId, at, by, place, replyTo }: Press): Press => ({
  kind: 'refused-press',
  eventId,
  at,
  by,
  place,
  replyTo,
});
