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

export async function authorizeSpeaker(said: Utterance, userDirectory: UserDirectory): Promise<SpeakerAuthorization> {
  // A message of another app is at most an alert. The console identifies people by their tokens.
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
      // The payload of a press names the workspace of the person who pressed (core/intake/slack-origin.ts).
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
