// The Chat port on Slack: one thread per incident. A message whose key was published before is updated in place, so that a step that runs twice
// posts once. The post history stores where a message is. Only if a process began to post and recorded no result does this connector search the
// thread itself, by the key in the messages' own metadata. A message that people deleted is posted again, unless it only showed progress. Scopes:
// chat:write, files:write; channels:history (groups:history) for that search, without which such a step may post twice, but never nothing.

import type { KnownBlock } from '@slack/types';
import { LRUCache } from 'lru-cache';
import { Unavailable } from '../../core/errors.ts';
import { metadataType } from '../../core/intake/slack-message.ts';
import type { Message } from '../../core/model/message.ts';
import type { Chat } from '../../core/ports/channels.ts';
import type { Post, PostHistory } from '../../core/ports/records.ts';
import { blocksOf, fallbackText } from './blocks.ts';
import { errorCode, type SlackAccess, slackCalls } from './client.ts';

interface SlackConfig extends SlackAccess {
  /** The channel for incidents without a thread of their own. */
  readonly channel: string;
  readonly posts: PostHistory;
  /** Renders charts; without it, messages have no charts. */
  readonly png?: ((svg: string) => Promise<Uint8Array>) | undefined;
  /** The longest total wait that Slack may request; for a longer one the call throws `Unavailable`, and the workflow retries. */
  readonly patienceSeconds?: number | undefined;
}

/** `publish` throws `Unavailable` if Slack does not accept the message. */
export function slackChat(config: SlackConfig): Chat {
  const { patienceSeconds = 10, posts } = config;
  const callSlack = slackCalls(config);
  /** Posts that this process already knows. */
  const known = new LRUCache<string, Post>({ max: 10_000 });

  const find = async (key: string): Promise<Post | undefined> => {
    const post = known.get(key) ?? (await posts.find(key));
    if (post) known.set(key, post);
    return post;
  };
  const keep = async (key: string, post: Post): Promise<void> => {
    known.set(key, post);
    await posts.posted(key, post);
  };

  /** Searches for a message that an earlier process posted without recording it: in the thread or, if there is none, in the channel. */
  const search = async (channel: string, threadTs: string | undefined, key: string): Promise<Post | undefined> => {
    const where = { channel, include_all_metadata: true, limit: 100 };
    const page = await callSlack(
      (client) =>
        threadTs === undefined
          ? client.conversations.history(where)
          : client.conversations.replies({ ...where, ts: threadTs }),
      patienceSeconds,
    ).catch(() => undefined);
    const ts = page?.messages?.find(
      ({ metadata }) => metadata?.event_type === metadataType && keyOf(metadata.event_payload) === key,
    )?.ts;
    return ts === undefined ? undefined : { channel, ts };
  };

  /** Where the message of this key is, or undefined if nobody posted it. */
  const earlier = async (key: string, channel: string, thread: string | undefined): Promise<Post | undefined> => {
    const post = await find(key);
    if (post) return post;
    const begun = await posts.begin(key);
    switch (begun.kind) {
      case 'fresh':
        return undefined;
      case 'posted':
        return begun.post;
      case 'begun': {
        const lost = await search(channel, thread, key);
        if (lost) await keep(key, lost);
        return lost;
      }
    }
  };

  /** The thread of an incident: the one that it came from, or the message that opened it. */
  const threadOf = async (message: Message): Promise<string | undefined> => {
    if (message.slack?.threadTs !== undefined || message.kind === 'opened') return message.slack?.threadTs;
    // An answer about no incident goes to the channel.
    if (message.kind === 'answer' && message.incidentId === 'none') return undefined;
    return (await find(`opened-${message.incidentId}`))?.ts;
  };

  /** Uploads files to the thread, where they do not push the message out of sight. If Slack refuses a file, the message is still posted. */
  const upload = async (
    { name, title, text }: NonNullable<Message['files']>[number],
    channel: string,
    thread?: string,
  ) => {
    const where = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
    const file = { filename: name, title, content: text, snippet_type: 'text' };
    await callSlack((client) => client.filesUploadV2({ ...where, ...file }), filePatienceSeconds).catch(
      () => undefined,
    );
  };

  const draw = async (png: Uint8Array, title: string, channel: string, thread?: string) => {
    const where = thread === undefined ? { channel_id: channel } : { channel_id: channel, thread_ts: thread };
    const file = { filename: 'chart.png', title, alt_text: title.slice(0, 1000), file: Buffer.from(png) };
    await callSlack((client) => client.filesUploadV2({ ...where, ...file }), filePatienceSeconds).catch(
      () => undefined,
    );
  };

  /** Updates a message. Returns false if it is gone and has to be posted again; a progress message that is gone is given up. */
  const replaced = async (post: Post, content: Content, dispensable: boolean): Promise<boolean> => {
    try {
      const patience = dispensable ? dispensablePatienceSeconds : patienceSeconds;
      await callSlack((client) => client.chat.update({ ...post, ...content }), patience);
      return true;
    } catch (error) {
      if (!gone.has(errorCode(error))) throw error;
      return dispensable;
    }
  };

  /** Posts in the thread, or in the channel if the thread is gone. */
  const posted = async (channel: string, thread: string | undefined, content: Content): Promise<Post> => {
    const post = (where: { thread_ts?: string }) =>
      callSlack(
        (client) =>
          client.chat.postMessage({ channel, ...content, unfurl_links: false, unfurl_media: false, ...where }),
        patienceSeconds,
      );
    const sent =
      thread === undefined
        ? await post({})
        : await post({ thread_ts: thread }).catch((error: unknown) => {
            if (!gone.has(errorCode(error))) throw error;
            return post({});
          });
    if (sent.ts === undefined) throw new Error('Slack returned no timestamp for the message.');
    return { channel: sent.channel ?? channel, ts: sent.ts };
  };

  return {
    async publish(message) {
      const channel = message.slack?.channel ?? config.channel;
      const content: Content = {
        text: fallbackText(message),
        blocks: blocksOf(message),
        metadata: { event_type: metadataType, event_payload: { key: message.key, incident: message.incidentId } },
      };
      try {
        const thread = await threadOf(message);
        const before = await earlier(message.key, channel, thread);
        if (before && (await replaced(before, content, message.kind === 'opened'))) return;
        const sent = await posted(channel, thread, content);
        await keep(message.key, sent);
        const into = thread ?? sent.ts;
        if (message.chart !== undefined && config.png !== undefined) {
          const png = await config.png(message.chart).catch(() => undefined);
          if (png) await draw(png, message.headline, channel, into);
        }
        for (const file of message.files ?? []) await upload(file, channel, into);
      } catch (cause) {
        throw new Unavailable('Slack did not take the message.', { cause });
      }
    },
  };
}

/** Files may wait less than the message, because a step has a limited time for both. */
const filePatienceSeconds = 3;
/** The next step repeats a progress message, so it may wait only briefly. */
const dispensablePatienceSeconds = 3;

/** People deleted the message, or the workspace no longer allows edits of it. */
const gone: ReadonlySet<string> = new Set([
  'message_not_found',
  'thread_not_found',
  'cant_update_message',
  'edit_window_closed',
]);

interface Content {
  readonly text: string;
  readonly blocks: KnownBlock[];
  readonly metadata: { readonly event_type: string; readonly event_payload: Record<string, string> };
}

/** Slack returns message metadata as it was sent, but without a type. */
const keyOf = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'key' in payload ? payload.key : undefined;
