// Whether whoever said something in a chat is heard: people of ours are, bots and people of other organisations are not, and somebody of
// whom nobody can say it decides nothing by a reaction, which carries no word of who gave it.
import type { Message } from '../model/message.ts';
import type { Press, Utterance } from '../model/utterance.ts';
import type { UserDirectory } from '../ports/channels.ts';

export type SpeakerAuthorization =
  | { readonly kind: 'heard' }
  /** Nothing is done, and nothing said: two bots must not talk, and strangers are told nothing. */
  | { readonly kind: 'ignored'; readonly why: 'bot' | 'foreign' | 'unknown' }
  /** Nothing is decided, and whoever pressed is told so. */
  | { readonly kind: 'turned-away'; readonly press: Press }
  /** Nothing is done, and the place is told why. */
  | { readonly kind: 'refused'; readonly message: Message };

export async function authorizeSpeaker(said: Utterance, userDirectory: UserDirectory): Promise<SpeakerAuthorization> {
  // What another app posts is an alert at most; the console knows its people by their tokens.
  if (said.kind === 'alert' || (said.kind === 'words' && said.place === undefined)) return { kind: 'heard' };
  if (said.kind === 'refused-press') return { kind: 'turned-away', press: said };
  const whom = await userDirectory.who(said.by);
  switch (whom) {
    case 'person':
      return { kind: 'heard' };
    case 'bot':
    case 'foreign':
      if (said.kind === 'press') return { kind: 'turned-away', press: refusedPress(said) };
      return { kind: 'ignored', why: whom };
    case 'unknown':
      // The payload of a press names the workspace of whoever pressed (core/intake/slack-origin.ts).
      if (said.kind === 'press') return { kind: 'heard' };
      if (said.kind === 'words') return said.proven === true ? { kind: 'heard' } : { kind: 'ignored', why: 'unknown' };
      return {
        kind: 'refused',
        message: {
          key: `answer-${said.eventId}`,
          incidentId: 'none',
          kind: 'answer',
          headline: 'A reaction did not count: Slack did not say who gave it.',
          lines: [
            'Press the button on the question, or say it in words. The app needs the scope users:read to know people.',
          ],
          slack: { channel: said.place.channel, threadTs: said.ts },
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
