// The Chat port on Slack: one thread an incident. A key that was published before is updated in place, so that a step that runs twice
// posts once; where a message went is remembered in the message's own metadata and, within a process, here.
// Scopes: chat:write; channels:history (groups:history) to find what another process posted. Without history a step that runs twice
// may post twice, and never nothing.
import { Unavailable } from '../../core/errors.ts';
import { metadataType } from '../../core/incidents/slack-message.ts';
import type { Message } from '../../core/model/message.ts';
import type { Chat } from '../../core/ports/channels.ts';
import { blocksOf, fallbackText } from './blocks.ts';
import { clientOf, patiently, type SlackAccess } from './client.ts';

interface SlackConfig extends SlackAccess {
  /** Where incidents without a thread of their own go. */
  readonly channel: string;
  /** Draws charts; without it they are left out. */
  readonly png?: ((svg: string) => Promise<Uint8Array>) | undefined;
  /** How long to wait at most when Slack says when to come again; longer is `Unavailable`, and the workflow's retry. */
  readonly patienceSeconds?: number | undefined;
}

interface Posted {
  readonly channel: string;
  readonly ts: string;
}

/** `publish` throws `Unavailable` when Slack does not take the message. */
export function slackChat(config: SlackConfig): Chat {
  const { patienceSeconds = 5 } = config;
  const client = clientOf(config);
  const posted = new Map<string, Posted>();

  const patient = <T>(call: () => Promise<T>): Promise<T> => patiently(call, patienceSeconds);

  /** Where an earlier process posted this key: in the thread, or, without one, in the channel. */
  const find = async (channel: string, threadTs: string | undefined, key: string): Promise<Posted | undefined> => {
    const here = posted.get(key);
    if (here) return here;
    const where = { channel, include_all_metadata: true, limit: 100 };
    const page = await patient(() =>
      threadTs === undefined
        ? client.conversations.history(where)
        : client.conversations.replies({ ...where, ts: threadTs }),
    ).catch(() => undefined);
    const ts = page?.messages?.find(
      ({ metadata }) => metadata?.event_type === metadataType && keyOf(metadata.event_payload) === key,
    )?.ts;
    if (ts === undefined) return undefined;
    posted.set(key, { channel, ts });
    return { channel, ts };
  };

  /** The thread of an incident: the one it came from, or the message that opened it. */
  const threadOf = async (message: Message, channel: string): Promise<string | undefined> => {
    if (message.slack?.threadTs !== undefined || message.kind === 'opened') return message.slack?.threadTs;
    // An answer about no incident stands in the channel.
    if (message.kind === 'answer' && message.incidentId === 'none') return undefined;
    return (await find(channel, undefined, `opened-${message.incidentId}`))?.ts;
  };

  /** Into the thread, where it does not push the message out of sight. A file that is not taken costs the file, not the message. */
  const upload = async (
    { name, title, text }: NonNullable<Message['files']>[number],
    channel: string,
    thread?: string,
  ) => {
    const where = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
    const file = { filename: name, title, content: text, snippet_type: 'text' };
    await patient(() => client.filesUploadV2({ ...where, ...file })).catch(() => undefined);
  };

  const draw = async (png: Uint8Array, title: string, channel: string, thread?: string) => {
    const where = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
    const file = { filename: 'chart.png', title, alt_text: title.slice(0, 1000), file: Buffer.from(png) };
    await patient(() => client.filesUploadV2({ ...where, ...file })).catch(() => undefined);
  };

  return {
    async publish(message) {
      const channel = message.slack?.channel ?? config.channel;
      const content = {
        text: fallbackText(message),
        blocks: blocksOf(message),
        metadata: { event_type: metadataType, event_payload: { key: message.key, incident: message.incidentId } },
      };
      try {
        const thread = await threadOf(message, channel);
        const known = await find(channel, thread, message.key);
        if (known) {
          await patient(() => client.chat.update({ ...known, ...content }));
          return;
        }
        const sent = await patient(() =>
          client.chat.postMessage({
            channel,
            ...content,
            unfurl_links: false,
            unfurl_media: false,
            ...(thread === undefined ? {} : { thread_ts: thread }),
          }),
        );
        if (sent.ts) posted.set(message.key, { channel: sent.channel ?? channel, ts: sent.ts });
        if (message.chart !== undefined && config.png !== undefined) {
          const png = await config.png(message.chart).catch(() => undefined);
          if (png) await draw(png, message.headline, channel, thread ?? sent.ts);
        }
        for (const file of message.files ?? []) await upload(file, channel, thread ?? sent.ts);
      } catch (cause) {
        throw new Unavailable('Slack did not take the message.', { cause });
      }
    },
  };
}

/** Message metadata comes back as it was sent, but typed as anything. */
const keyOf = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
