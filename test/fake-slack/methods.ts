// The Web API methods that we call, each a row: its scope, its arguments as the published method pages give them
// (https://docs.slack.dev/reference/methods), and what it answers. Unknown arguments are tolerated, as Slack does.
import * as z from 'zod';
import { checkBlocks, json } from './blocks.ts';
import { type Channel, ourBot, type Post, type Workspace, wireMessage } from './workspace.ts';

export type Reply = { readonly ok: boolean } & Record<string, unknown>;
export interface Caller {
  readonly workspace: Workspace;
  /** Base address of this server, for upload URLs. */
  readonly url: string;
}

interface Method {
  /** Any one of them is enough; undefined needs none. */
  readonly scopes: (given: Readonly<Record<string, string>>, workspace: Workspace) => readonly string[];
  /** Requests a minute. */
  readonly perMinute: number;
  readonly run: (given: Readonly<Record<string, string>>, caller: Caller) => Reply;
}

const no = (error: string, more: Record<string, unknown> = {}): Reply => ({ ok: false, error, ...more });
const tier2 = 20;
const tier3 = 50;
const tier4 = 100;

/** `schema` refuses as Slack does when an argument is missing or has the wrong form. */
const method = <Schema extends z.ZodType>(
  scope: string | Method['scopes'],
  perMinute: number,
  schema: Schema,
  run: (given: z.infer<Schema>, caller: Caller) => Reply,
): Method => ({
  scopes: typeof scope === 'string' ? () => (scope === '' ? [] : [scope]) : scope,
  perMinute,
  run: (given, caller) => {
    const parsed = schema.safeParse(given);
    return parsed.success
      ? run(parsed.data, caller)
      : no('invalid_arguments', { response_metadata: { messages: parsed.error.issues.map(({ message }) => message) } });
  },
});

const ts = z.string().regex(/^\d{10}\.\d{6}$/);
const flag = z.enum(['true', 'false', '1', '0']).optional();
const Content = z.object({
  channel: z.string(),
  text: z.string().optional(),
  blocks: z.string().optional(),
  attachments: z.string().optional(),
  metadata: z.string().optional(),
});
const Metadata = z.strictObject({
  event_type: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[a-zA-Z0-9_]+$/),
  event_payload: z.record(z.string(), z.unknown()),
});

const historyScope = (given: Readonly<Record<string, string>>, workspace: Workspace): string[] => {
  switch (workspace.channel(given.channel)?.kind) {
    case 'private':
      return ['groups:history'];
    case 'im':
      return ['im:history'];
    default:
      return ['channels:history'];
  }
};

function speakIn(workspace: Workspace, id: string): Channel | string {
  const channel = workspace.channel(id);
  if (!channel) return 'channel_not_found';
  if (channel.archived) return 'is_archived';
  return channel.joined ? channel : 'not_in_channel';
}

type Checked =
  | { readonly reply: Reply }
  | { readonly content: Pick<Post, 'text' | 'blocks' | 'attachments' | 'metadata'> };

function contentOf(given: z.infer<typeof Content>): Checked {
  const blocks = checkBlocks(given.blocks);
  if (!blocks.ok) {
    const errors =
      blocks.messages.length > 0 ? { errors: blocks.messages.map((one) => one.replace('[ERROR] ', '')) } : {};
    return { reply: no(blocks.error, { ...errors, response_metadata: { messages: blocks.messages } }) };
  }
  const text = given.text ?? '';
  if (text.length > 40_000) return { reply: no('msg_too_long') };
  if (text === '' && blocks.blocks.length === 0) return { reply: no('no_text') };
  const metadata = given.metadata === undefined ? undefined : Metadata.safeParse(json(given.metadata));
  if (metadata && !metadata.success) return { reply: no('invalid_metadata_format') };
  if ((given.metadata?.length ?? 0) > 16_000) return { reply: no('metadata_too_large') };
  return { content: { text, blocks: blocks.blocks, attachments: [], metadata: metadata?.data } };
}

const page = (
  messages: readonly Post[],
  given: { readonly limit?: number | undefined; readonly include_all_metadata?: string | undefined },
) => {
  const limit = given.limit ?? 100;
  const metadata = given.include_all_metadata === 'true' || given.include_all_metadata === '1';
  return {
    ok: true,
    messages: messages.slice(0, limit).map((one) => wireMessage(one, metadata)),
    has_more: messages.length > limit,
  };
};

export const methods: Readonly<Record<string, Method>> = {
  'auth.test': method('', tier4, z.object({}), (_, { workspace }) => ({
    ok: true,
    url: 'https://fake.slack.com/',
    team: 'Fake',
    user: ourBot.name,
    team_id: workspace.team,
    user_id: ourBot.userId,
    bot_id: ourBot.botId,
    is_enterprise_install: false,
  })),

  'chat.postMessage': method(
    'chat:write',
    60,
    Content.extend({ thread_ts: ts.optional(), unfurl_links: flag, unfurl_media: flag, mrkdwn: flag }),
    (given, { workspace }) => {
      const channel = speakIn(workspace, given.channel);
      if (typeof channel === 'string') return no(channel);
      if (given.thread_ts !== undefined && !workspace.post(channel.id, given.thread_ts)) return no('thread_not_found');
      const checked = contentOf(given);
      if ('reply' in checked) return checked.reply;
      const post = workspace.add({
        channel: channel.id,
        threadTs: given.thread_ts,
        user: ourBot.userId,
        botId: ourBot.botId,
        appId: ourBot.appId,
        username: ourBot.name,
        ...checked.content,
      });
      return { ok: true, channel: channel.id, ts: post.ts, message: wireMessage(post, true) };
    },
  ),

  'chat.update': method('chat:write', tier3, Content.extend({ ts }), (given, { workspace }) => {
    if (!workspace.channel(given.channel)) return no('channel_not_found');
    const post = workspace.post(given.channel, given.ts);
    if (!post) return no('message_not_found');
    if (post.botId !== ourBot.botId) return no('cant_update_message');
    const checked = contentOf(given);
    if ('reply' in checked) return checked.reply;
    Object.assign(post, checked.content, { edited: true });
    return { ok: true, channel: given.channel, ts: post.ts, text: post.text };
  }),

  'chat.delete': method('chat:write', tier3, z.object({ channel: z.string(), ts }), (given, { workspace }) => {
    const post = workspace.post(given.channel, given.ts);
    if (!post) return no('message_not_found');
    if (post.botId !== ourBot.botId) return no('cant_delete_message');
    workspace.remove(post);
    return { ok: true, channel: given.channel, ts: given.ts };
  }),

  'conversations.history': method(
    historyScope,
    tier3,
    z.object({
      channel: z.string(),
      limit: z.coerce.number().int().min(1).max(999).optional(),
      latest: ts.optional(),
      oldest: z.string().optional(),
      inclusive: flag,
      include_all_metadata: flag,
    }),
    (given, { workspace }) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      if (!channel.joined) return no('not_in_channel');
      const top = workspace.posts.filter((one) => one.channel === channel.id && one.threadTs === undefined);
      const until = given.latest;
      const inclusive = given.inclusive === 'true' || given.inclusive === '1';
      const inSpan = top.filter((one) => until === undefined || one.ts < until || (inclusive && one.ts === until));
      return page(inSpan.toReversed(), given);
    },
  ),

  'conversations.replies': method(
    historyScope,
    tier3,
    z.object({
      channel: z.string(),
      ts,
      limit: z.coerce.number().int().min(1).max(1000).optional(),
      latest: ts.optional(),
      inclusive: flag,
      include_all_metadata: flag,
    }),
    (given, { workspace }) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      if (!channel.joined) return no('not_in_channel');
      const asked = workspace.post(channel.id, given.ts);
      if (!asked) return no('thread_not_found');
      // Asked with a reply's ts, Slack gives that one message.
      return page(asked.threadTs === undefined ? workspace.thread(channel.id, given.ts) : [asked], given);
    },
  ),

  'conversations.info': method(
    (given, workspace) =>
      workspace.channel(given.channel)?.kind === 'im' ? ['im:read'] : ['channels:read', 'groups:read'],
    tier3,
    z.object({ channel: z.string() }),
    (given, { workspace }) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      const { id, name, kind, joined, archived = false } = channel;
      return {
        ok: true,
        channel: {
          id,
          name,
          is_im: kind === 'im',
          is_private: kind === 'private',
          is_member: joined,
          is_archived: archived,
        },
      };
    },
  ),

  'users.info': method('users:read', tier4, z.object({ user: z.string() }), (given, { workspace }) => {
    const member = workspace.members.find(({ id }) => id === given.user);
    if (!member) return no('user_not_found');
    const { id, name, realName, bot = false } = member;
    return {
      ok: true,
      user: { id, name, real_name: realName, is_bot: bot, profile: { display_name: name, real_name: realName } },
    };
  }),

  'reactions.get': method(
    'reactions:read',
    tier3,
    z.object({ channel: z.string(), timestamp: ts }),
    (given, { workspace }) => {
      const post = workspace.post(given.channel, given.timestamp);
      return post
        ? { ok: true, type: 'message', channel: given.channel, message: wireMessage(post, false) }
        : no('message_not_found');
    },
  ),

  'reactions.add': method(
    'reactions:write',
    tier3,
    z.object({ channel: z.string(), timestamp: ts, name: z.string().min(1) }),
    (given, { workspace }) => {
      const post = workspace.post(given.channel, given.timestamp);
      if (!post) return no('message_not_found');
      const users = post.reactions.get(given.name) ?? new Set();
      if (users.has(ourBot.userId)) return no('already_reacted');
      post.reactions.set(given.name, users.add(ourBot.userId));
      return { ok: true };
    },
  ),

  'files.getUploadURLExternal': method(
    'files:write',
    tier4,
    z.object({
      filename: z.string().min(1),
      length: z.coerce.number().int().min(1),
      snippet_type: z.string().optional(),
    }),
    (given, { workspace, url }) => {
      const id = workspace.nextId('F');
      const mode = given.snippet_type === undefined ? 'hosted' : 'snippet';
      workspace.files.push({
        id,
        name: given.filename,
        title: given.filename,
        length: given.length,
        content: undefined,
        mode,
      });
      return { ok: true, upload_url: `${url}/upload/v1/${id}`, file_id: id };
    },
  ),

  'files.completeUploadExternal': method(
    'files:write',
    tier4,
    z.object({
      files: z.string(),
      channel_id: z.string().optional(),
      thread_ts: ts.optional(),
      initial_comment: z.string().optional(),
    }),
    (given, { workspace }) => {
      const asked = z
        .array(z.object({ id: z.string(), title: z.string().optional() }))
        .min(1)
        .safeParse(json(given.files));
      if (!asked.success) return no('invalid_arguments');
      const files = asked.data.map(({ id, title }) => ({ file: workspace.files.find((one) => one.id === id), title }));
      for (const { file, title } of files) {
        if (file?.content === undefined) return no('file_not_found');
        if (title !== undefined) file.title = title;
      }
      if (given.channel_id !== undefined) {
        const channel = speakIn(workspace, given.channel_id);
        if (typeof channel === 'string') return no(channel);
        workspace.add({
          channel: channel.id,
          threadTs: given.thread_ts,
          user: ourBot.userId,
          botId: ourBot.botId,
          appId: ourBot.appId,
          username: ourBot.name,
          text: given.initial_comment ?? '',
          files: files.flatMap(({ file }) => file ?? []),
        });
      }
      return { ok: true, files: asked.data.map(({ id, title }) => ({ id, title })) };
    },
  ),

  'views.open': method('', tier4, z.object({ trigger_id: z.string(), view: z.string() }), () => ({ ok: true })),
  'conversations.list': method('channels:read', tier2, z.object({}), (_, { workspace }) => ({
    ok: true,
    channels: workspace.channels.map(({ id, name }) => ({ id, name })),
  })),
};
