// The Chat port on Slack. A key that was published before is updated in place, so that a step that runs twice posts once; where a message
// went is remembered in the message's own metadata and, within a process, here.
import { WebClient } from '@slack/web-api';
import { Unavailable } from '../../core/errors.ts';
import type { Message } from '../../core/model/message.ts';
import type { Chat } from '../../core/ports/channels.ts';
import { blocksOf, fallbackText } from './blocks.ts';

interface SlackConfig {
  readonly token: string;
  /** Where incidents without a thread of their own go. */
  readonly channel: string;
  readonly apiUrl?: string | undefined;
}

const eventType = 'watchkeeper_message';

export function slackChat(config: SlackConfig): Chat {
  const client = new WebClient(config.token, {
    ...(config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }),
    retryConfig: { retries: 2, minTimeout: 300, maxTimeout: 2000 },
    timeout: 4000,
  });
  const posted = new Map<string, { channel: string; ts: string }>();

  /** Where an earlier process posted this key: in the thread, or, without one, in the channel. Needs a history scope. */
  const find = async (channel: string, threadTs: string | undefined, key: string): Promise<string | undefined> => {
    const where = { channel, include_all_metadata: true, limit: 100 };
    const page =
      threadTs === undefined
        ? await client.conversations.history(where)
        : await client.conversations.replies({ ...where, ts: threadTs });
    const wanted = JSON.stringify(key);
    return page.messages?.find(
      ({ metadata }) => metadata?.event_type === eventType && JSON.stringify(metadata.event_payload).includes(wanted),
    )?.ts;
  };

  /** The thread of an incident: the one it came from, or the message that opened it. */
  const threadOf = async (message: Message, channel: string): Promise<string | undefined> => {
    if (message.slack || message.kind === 'opened') return message.slack?.threadTs;
    const opened = `opened-${message.incidentId}`;
    const ts = posted.get(opened)?.ts ?? (await find(channel, undefined, opened));
    if (ts !== undefined) posted.set(opened, { channel, ts });
    return ts;
  };

  return {
    async publish(message) {
      const channel = message.slack?.channel ?? config.channel;
      const content = {
        text: fallbackText(message),
        blocks: blocksOf(message),
        metadata: { event_type: eventType, event_payload: { key: message.key, incident: message.incidentId } },
      };
      try {
        const thread = await threadOf(message, channel);
        const known = posted.get(message.key)?.ts ?? (await find(channel, thread, message.key));
        if (known !== undefined) {
          await client.chat.update({ channel, ts: known, ...content });
          posted.set(message.key, { channel, ts: known });
          return;
        }
        const sent = await client.chat.postMessage({
          channel,
          ...content,
          unfurl_links: false,
          unfurl_media: false,
          ...(thread === undefined ? {} : { thread_ts: thread }),
        });
        if (sent.ts) posted.set(message.key, { channel, ts: sent.ts });
      } catch (cause) {
        throw new Unavailable('Slack did not take the message.', { cause });
      }
    },
  };
}
