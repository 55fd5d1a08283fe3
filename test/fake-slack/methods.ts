// The Web API methods that we call, each a row: its scope, its arguments as the published method pages give them
// (https://docs.slack.dev/reference/methods), and what it answers. Unknown arguments are tolerated, as Slack does.
import * as z from 'zod';
import { checkBlocks, json } from './blocks.ts';
import { changed, deleted, message } from './events.ts';
import type { Answer, Follows, MethodName } from './published.ts';
import { type Channel, ourBot, type Post, team, type Workspace, wireMessage } from './workspace.ts';

export type Reply = { readonly ok: boolean } & Record<string, unknown>;
export interface Caller {
  readonly workspace: Workspace;
  /** Base address of this server, for upload URLs. */
  readonly url: string;
  /** Events of what the app itself did: Slack sends it those, too. */
  readonly tell: (event: object) => void;
}

type Given = Readonly<Record<string, string>>;

interface Method {
  readonly name: MethodName;
  /** Any one of them is enough; none needs none. */
  readonly scopes: (given: Given, workspace: Workspace) => readonly string[];
  readonly rates: readonly Rate[];
  readonly run: (given: Given, caller: Caller) => Reply;
}

/** No more than so many calls in so many seconds, of the method or of it in one channel. */
export interface Rate {
  readonly calls: number;
  readonly seconds: number;
  readonly each?: 'channel';
}

/**
 * https://docs.slack.dev/apis/web-api/rate-limits: "20+", "50+" and "100+ per minute" are taken at their least. Which method has which tier
 * is on its page, and in metadata/web-api/rate_limit_tiers.json of slackapi/java-slack-sdk.
 */
const tier2: readonly Rate[] = [{ calls: 20, seconds: 60 }];
const tier3: readonly Rate[] = [{ calls: 50, seconds: 60 }];
const tier4: readonly Rate[] = [{ calls: 100, seconds: 60 }];
/** "Hundreds of requests per minute". */
const hundreds: readonly Rate[] = [{ calls: 200, seconds: 60 }];
/** One message a second in each channel with short bursts, which Slack does not number, and several hundred a minute in all. */
const posting: readonly Rate[] = [
  { calls: 10, seconds: 5, each: 'channel' },
  { calls: 60, seconds: 60, each: 'channel' },
  { calls: 300, seconds: 60 },
];

const no = (error: string, more: Record<string, unknown> = {}): Reply => ({ ok: false, error, ...more });

/** `schema` refuses as Slack does when an argument is missing or has the wrong form; `yes` answers only what Slack's own type has. */
export const method = <const Name extends MethodName, Shape extends z.ZodRawShape>(
  name: Name,
  scope: string | Method['scopes'],
  rates: readonly Rate[],
  schema: z.ZodObject<Shape> & Follows<Name, Shape>,
  run: (given: z.infer<z.ZodObject<Shape>>, caller: Caller, yes: (answer: Answer<Name>) => Reply) => Reply,
): Method => ({
  name,
  scopes: typeof scope === 'string' ? () => (scope === '' ? [] : [scope]) : scope,
  rates,
  run: (given, caller) => {
    const rules: z.ZodObject<Shape> = schema;
    const parsed = rules.safeParse(given);
    return parsed.success
      ? run(parsed.data, caller, (answer) => ({ ok: true, ...answer }))
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

const historyScope = (given: Given, workspace: Workspace): string[] => {
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
    messages: messages.slice(0, limit).map((one) => wireMessage(one, metadata)),
    has_more: messages.length > limit,
  };
};

const rows: readonly Method[] = [
  method('auth.test', '', hundreds, z.object({}), (_, __, yes) =>
    yes({
      url: 'https://fake.slack.com/',
      team: 'Fake',
      user: ourBot.name,
      team_id: team,
      user_id: ourBot.userId,
      bot_id: ourBot.botId,
      is_enterprise_install: false,
    }),
  ),

  method(
    'chat.postMessage',
    'chat:write',
    posting,
    Content.extend({ thread_ts: ts.optional(), unfurl_links: flag, unfurl_media: flag, mrkdwn: flag }),
    (given, { workspace, tell }, yes) => {
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
      tell(message(post, channel));
      return yes({ channel: channel.id, ts: post.ts, message: wireMessage(post, true) });
    },
  ),

  method('chat.update', 'chat:write', tier3, Content.extend({ ts }), (given, { workspace, tell }, yes) => {
    const channel = workspace.channel(given.channel);
    if (!channel) return no('channel_not_found');
    const post = workspace.post(channel.id, given.ts);
    if (!post) return no('message_not_found');
    if (post.botId !== ourBot.botId) return no('cant_update_message');
    const checked = contentOf(given);
    if ('reply' in checked) return checked.reply;
    const before = wireMessage(post, true);
    Object.assign(post, checked.content, { edited: true });
    tell(changed(before, post, channel, workspace.nextTs()));
    return yes({ channel: given.channel, ts: post.ts, text: post.text });
  }),

  method(
    'chat.delete',
    'chat:write',
    tier3,
    z.object({ channel: z.string(), ts }),
    (given, { workspace, tell }, yes) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      const post = workspace.post(channel.id, given.ts);
      if (!post) return no('message_not_found');
      if (post.botId !== ourBot.botId) return no('cant_delete_message');
      workspace.remove(post);
      tell(deleted(post, channel, workspace.nextTs()));
      return yes({ channel: given.channel, ts: given.ts });
    },
  ),

  method(
    'conversations.history',
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
    (given, { workspace }, yes) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      if (!channel.joined) return no('not_in_channel');
      const top = workspace.posts.filter((one) => one.channel === channel.id && one.threadTs === undefined);
      const until = given.latest;
      const inclusive = given.inclusive === 'true' || given.inclusive === '1';
      const inSpan = top.filter((one) => until === undefined || one.ts < until || (inclusive && one.ts === until));
      return yes(page(inSpan.toReversed(), given));
    },
  ),

  method(
    'conversations.replies',
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
    (given, { workspace }, yes) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      if (!channel.joined) return no('not_in_channel');
      const asked = workspace.post(channel.id, given.ts);
      if (!asked) return no('thread_not_found');
      // Asked with a reply's ts, Slack gives that one message.
      return yes(page(asked.threadTs === undefined ? workspace.thread(channel.id, given.ts) : [asked], given));
    },
  ),

  method(
    'conversations.info',
    (given, workspace) =>
      workspace.channel(given.channel)?.kind === 'im' ? ['im:read'] : ['channels:read', 'groups:read'],
    tier3,
    z.object({ channel: z.string() }),
    (given, { workspace }, yes) => {
      const channel = workspace.channel(given.channel);
      if (!channel) return no('channel_not_found');
      const { id, name, kind, joined, archived = false } = channel;
      return yes({
        channel: {
          id,
          name,
          is_im: kind === 'im',
          is_private: kind === 'private',
          is_member: joined,
          is_archived: archived,
        },
      });
    },
  ),

  method('users.info', 'users:read', tier4, z.object({ user: z.string() }), (given, { workspace }, yes) => {
    const member = workspace.members.find(({ id }) => id === given.user);
    if (!member) return no('user_not_found');
    const { id, name, realName, bot = false, team: of = team, guest = false } = member;
    return yes({
      user: {
        id,
        team_id: of,
        name,
        real_name: realName,
        is_bot: bot,
        is_stranger: of !== team,
        is_restricted: guest,
        is_ultra_restricted: false,
        profile: { display_name: name, real_name: realName },
      },
    });
  }),

  method(
    'reactions.get',
    'reactions:read',
    tier3,
    z.object({ channel: z.string(), timestamp: ts }),
    (given, { workspace }, yes) => {
      const post = workspace.post(given.channel, given.timestamp);
      return post
        ? yes({ type: 'message', channel: given.channel, message: wireMessage(post, false) })
        : no('message_not_found');
    },
  ),

  method(
    'reactions.add',
    'reactions:write',
    tier3,
    z.object({ channel: z.string(), timestamp: ts, name: z.string().min(1) }),
    (given, { workspace }, yes) => {
      const post = workspace.post(given.channel, given.timestamp);
      if (!post) return no('message_not_found');
      const users = post.reactions.get(given.name) ?? new Set();
      if (users.has(ourBot.userId)) return no('already_reacted');
      post.reactions.set(given.name, users.add(ourBot.userId));
      return yes({});
    },
  ),

  method(
    'files.getUploadURLExternal',
    'files:write',
    tier4,
    z.object({
      filename: z.string().min(1),
      length: z.coerce.number().int().min(1),
      snippet_type: z.string().optional(),
    }),
    (given, { workspace, url }, yes) => {
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
      return yes({ upload_url: `${url}/upload/v1/${id}`, file_id: id });
    },
  ),

  method(
    'files.completeUploadExternal',
    'files:write',
    tier4,
    z.object({
      files: z.string(),
      channel_id: z.string().optional(),
      thread_ts: ts.optional(),
      initial_comment: z.string().optional(),
    }),
    (given, { workspace }, yes) => {
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
      return yes({ files: asked.data.map(({ id, title }) => ({ id, title })) });
    },
  ),

  method('views.open', '', tier4, z.object({ trigger_id: z.string(), view: z.string() }), (_, __, yes) => yes({})),
  method('conversations.list', 'channels:read', tier2, z.object({}), (_, { workspace }, yes) =>
    yes({
      channels: workspace.channels.map(({ id, name }) => ({ id, name })),
    }),
  ),
];

export const methods: ReadonlyMap<string, Method> = new Map(rows.map((row) => [row.name, row]));
