// What Slack tells an app, as @slack/types has it. Where Slack sends more than those types know, the types here say what.
import type {
  AppMentionEvent,
  BotMessageEvent,
  GenericMessageEvent,
  MessageChangedEvent,
  MessageDeletedEvent,
  ReactionAddedEvent,
} from '@slack/types';
import type { Wire, WireMessage } from './published.ts';
import { type Channel, type Post, some, wireMessage } from './workspace.ts';

type Event<Published, More = unknown> = Wire<Published> & More;
/** The messages in events of changes are as conversations.history gives them, without the fields of an event. */
type Inside<Published, Key extends keyof Published> = Omit<Wire<Published>, Key> & Readonly<Record<Key, WireMessage>>;

interface ByApp {
  readonly app_id?: string | undefined;
}

const channelType = { public: 'channel', private: 'group', im: 'im' } as const;

/** A message of a person or, as apps with a bot user post today, of an app: no subtype, but `bot_id`, `app_id` and `bot_profile`. */
export const message = (post: Post, { kind }: Channel): Event<GenericMessageEvent, ByApp> => ({
  subtype: undefined,
  channel_type: channelType[kind],
  parent_user_id: post.parentUser,
  ...said(post),
  type: 'message',
});

/** In a channel a mention arrives twice: as the message that it is, and as this. */
export const mention = (post: Post): Event<AppMentionEvent> => ({ ...said(post), type: 'app_mention' });

const said = (post: Post) => {
  const { text, ts, thread_ts, team, client_msg_id, blocks, attachments, bot_id, app_id, bot_profile } = wireMessage(
    post,
    false,
  );
  return {
    channel: post.channel,
    user: post.user,
    event_ts: ts,
    ...{ text, ts, thread_ts, team, client_msg_id, blocks, attachments, bot_id, app_id, bot_profile },
  };
};

/** A message of a classic app, of an incoming webhook or under a name of its own: no user, and nothing of the app but its bot. */
export const botMessage = (post: Post, { kind }: Channel): Event<BotMessageEvent> => ({
  type: 'message',
  subtype: 'bot_message',
  channel: post.channel,
  channel_type: channelType[kind],
  bot_id: post.botId ?? '',
  username: post.username,
  text: post.text,
  blocks: some(post.blocks),
  attachments: some(post.attachments),
  ts: post.ts,
  event_ts: post.ts,
  thread_ts: post.threadTs,
});

export const changed = (
  before: WireMessage,
  post: Post,
  { kind }: Channel,
  ts: string,
): Inside<MessageChangedEvent, 'message' | 'previous_message'> => ({
  type: 'message',
  subtype: 'message_changed',
  hidden: true,
  channel: post.channel,
  channel_type: channelType[kind],
  ts,
  event_ts: ts,
  message: wireMessage(post, true),
  previous_message: before,
});

export const deleted = (
  post: Post,
  { kind }: Channel,
  ts: string,
): Inside<MessageDeletedEvent, 'previous_message'> => ({
  type: 'message',
  subtype: 'message_deleted',
  hidden: true,
  channel: post.channel,
  channel_type: channelType[kind],
  ts,
  event_ts: ts,
  deleted_ts: post.ts,
  previous_message: wireMessage(post, true),
});

export const reacted = (user: string, reaction: string, post: Post, eventTs: string): Event<ReactionAddedEvent> => ({
  type: 'reaction_added',
  user,
  reaction,
  item: { type: 'message', channel: post.channel, ts: post.ts },
  item_user: post.user,
  event_ts: eventTs,
});
