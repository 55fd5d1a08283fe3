// The Threads port on Slack: it reads the messages of a thread and the channel's name. Scopes: channels:history, groups:history and im:history for
// the messages; channels:read and groups:read for the name, without which only the name is missing.
import { chatMessage, type Ourselves, SlackMessage } from '../../core/intake/slack-message.ts';
import type { ChatMessage } from '../../core/model/utterance.ts';
import type { Threads } from '../../core/ports/channels.ts';
import { errorCode, type SlackAccess, slackCalls } from './client.ts';

/** The beginning of a thread tells its subject, so we read no more messages than this. */
const maxMessages = 50;

export function slackThreads(access: SlackAccess): Threads {
  const callSlack = slackCalls(access);
  let known: Promise<Ourselves> | undefined;
  const ourselves = (): Promise<Ourselves> => {
    known ??= callSlack((client) => client.auth.test()).then(
      ({ user_id: userId, bot_id: botId }) => ({ userId, botId }),
      (error: unknown) => {
        known = undefined;
        throw error;
      },
    );
    return known;
  };
  const read = async (channel: string, ts: string, limit: number): Promise<ChatMessage[]> => {
    const [us, page] = await Promise.all([
      ourselves(),
      callSlack((client) => client.conversations.replies({ channel, ts, limit, include_all_metadata: true })),
    ]);
    return (page.messages ?? []).flatMap((message) => {
      const parsed = SlackMessage.safeParse(message);
      return parsed.success ? [chatMessage(parsed.data, us)] : [];
    });
  };
  const gap = (error: unknown) => ({ kind: 'gap' as const, gap: { source: 'slack', reason: reasonOf(error) } });
  return {
    async read({ channel, threadTs }) {
      try {
        const [messages, named] = await Promise.all([
          read(channel, threadTs, maxMessages),
          callSlack((client) => client.conversations.info({ channel })).catch(() => undefined),
        ]);
        const name = named?.channel?.name;
        return { kind: 'data', messages, ...(name === undefined ? {} : { channelName: name }) };
      } catch (error) {
        return gap(error);
      }
    },
    async message({ channel, ts }) {
      try {
        const messages = await read(channel, ts, 1);
        return { kind: 'data', message: messages.find((one) => one.ts === ts) };
      } catch (error) {
        return gap(error);
      }
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  missing_scope: 'the app lacks the right to read it',
  channel_not_found: 'the app does not see this channel',
  not_in_channel: 'the app is not in this channel',
  thread_not_found: 'the message is gone',
};

const reasonOf = (error: unknown): string => reasons[errorCode(error)] ?? 'Slack did not answer';
