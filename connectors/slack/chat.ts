// The Chat port on Slack: one thread an incident. A key that was published before is updated in place, so that a step that runs twice
// posts once; where a message went is remembered in the message's own metadata and, within a process, here.
// Scopes: chat:write; channels:history (groups:history) to find what another process posted. Without history a step that runs twice
// may post twice, and never nothing.
import { LogLevel, WebAPIRateLimitedError, WebClient } from '@slack/web-api';
import { Unavailable } from '../../core/errors.ts';
import type { Message } from '../../core/model/message.ts';
import type { Chat } from '../../core/ports/channels.ts';
import { blocksOf, fallbackText } from './blocks.ts';

interface SlackConfig {
  readonly token: string;
  /** Where incidents without a thread of their own go. */
  readonly channel: string;
  readonly apiUrl?: string | undefined;
  /** How long to wait at most when Slack says when to come again; longer is `Unavailable`, and the workflow's retry. */
  readonly patienceSeconds?: number | undefined;
}

interface Posted {
  readonly channel: string;
  readonly ts: string;
}

const eventType = 'watchkeeper_message';

/** `publish` throws `Unavailable` when Slack does not take the message. */
export function slackChat(config: SlackConfig): Chat {
  const { patienceSeconds = 5 } = config;
  const client = new WebClient(config.token, {
    ...(config.apiUrl === undefined ? {} : { slackApiUrl: config.apiUrl }),
    retryConfig: { retries: 2, minTimeout: 300, maxTimeout: 2000 },
    timeout: 4000,
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
  const posted = new Map<string, Posted>();

  const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof WebAPIRateLimitedError) || error.retryAfter > patienceSeconds) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfter * 1000));
      return call();
    }
  };

  /** Where an earlier process posted this key: in the thread, or, without one, in the channel. */
  const find = async (channel: string, threadTs: string | undefined, key: string): Promise<Posted | undefined> => {
    const here = posted.get(key);
    if (here) return here;
    const where = { channel, include_all_metadata: true, limit: 100 };
    const page = await patiently(() =>
      threadTs === undefined
        ? client.conversations.history(where)
        : client.conversations.replies({ ...where, ts: threadTs }),
    ).catch(() => undefined);
    const ts = page?.messages?.find(
      ({ metadata }) => metadata?.event_type === eventType && keyOf(metadata.event_payload) === key,
    )?.ts;
    if (ts === undefined) return undefined;
    posted.set(key, { channel, ts });
    return { channel, ts };
  };

  /** The thread of an incident: the one it came from, or the message that opened it. */
  const threadOf = async (message: Message, channel: string): Promise<string | undefined> => {
    if (message.slack || message.kind === 'opened') return message.slack?.threadTs;
    return (await find(channel, undefined, `opened-${message.incidentId}`))?.ts;
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
        const known = await find(channel, thread, message.key);
        if (known) {
          await patiently(() => client.chat.update({ ...known, ...content }));
          return;
        }
        const sent = await patiently(() =>
          client.chat.postMessage({
            channel,
            ...content,
            unfurl_links: false,
            unfurl_media: false,
            ...(thread === undefined ? {} : { thread_ts: thread }),
          }),
        );
        if (sent.ts) posted.set(message.key, { channel: sent.channel ?? channel, ts: sent.ts });
      } catch (cause) {
        throw new Unavailable('Slack did not take the message.', { cause });
      }
    },
  };
}

/** Message metadata comes back as it was sent, but typed as anything. */
const keyOf = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
