// What the fake Slack holds: people, channels, messages, files. Plain data and the few rules on it that Slack has.
import type { KnownBlock, MessageAttachment, RichTextBlock, RichTextSection } from '@slack/types';
import type { Block } from './blocks.ts';
import type { Wire, WireMessage } from './published.ts';

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly bot?: boolean;
  /** Of another organisation, as Slack Connect shows them. */
  readonly team?: string;
  readonly guest?: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  /** Whether our bot is in it. */
  readonly joined: boolean;
  readonly archived?: boolean;
  /** With another organisation. */
  readonly shared?: boolean;
}

export interface FileRecord {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly length: number;
  content: Buffer | undefined;
  mode: 'hosted' | 'snippet';
}

export interface Post {
  readonly ts: string;
  readonly channel: string;
  readonly threadTs: string | undefined;
  /** Who began the thread. */
  readonly parentUser: string | undefined;
  readonly subtype: 'bot_message' | undefined;
  readonly user: string;
  readonly botId: string | undefined;
  readonly appId: string | undefined;
  readonly username: string | undefined;
  text: string;
  blocks: readonly Block[];
  attachments: readonly Wire<MessageAttachment>[];
  metadata: { readonly event_type: string; readonly event_payload: unknown } | undefined;
  files: readonly FileRecord[];
  edited: boolean;
  readonly reactions: Map<string, Set<string>>;
}

export interface Ephemeral {
  readonly to: string;
  readonly text: string;
}

export interface Bot {
  readonly userId: string;
  readonly botId: string;
  readonly appId: string;
  readonly name: string;
}

export const ourBot: Bot = { userId: 'U0WATCH', botId: 'B0WATCH', appId: 'A0WATCH', name: 'watchkeeper' };

export const team = 'T0FAKE';

export class Workspace {
  readonly members: Member[] = [
    { id: 'U0ANA', name: 'ana', realName: 'Ana Ruiz' },
    { id: 'U0BEN', name: 'ben', realName: 'Ben Okoro' },
    { id: ourBot.userId, name: ourBot.name, realName: 'Watchkeeper', bot: true },
    { id: 'U0DEPLOY', name: 'deploy-bot', realName: 'Deploy bot', bot: true },
    { id: 'U0VENDOR', name: 'vic', realName: 'Vic of a vendor', team: 'T0OTHER' },
    { id: 'U0GUEST', name: 'gus', realName: 'Gus, a guest', guest: true },
  ];
  readonly channels: Channel[] = [
    { id: 'C0OPS', name: 'ops', kind: 'public', joined: true },
    { id: 'C0ALERTS', name: 'billing-alerts', kind: 'public', joined: true },
    { id: 'C0OTHER', name: 'random', kind: 'public', joined: false },
    { id: 'C0OLD', name: 'old', kind: 'public', joined: true, archived: true },
    { id: 'C0SHARED', name: 'with-a-vendor', kind: 'public', joined: true, shared: true },
    { id: 'D0ANA', name: 'ana', kind: 'im', joined: true },
  ];
  readonly posts: Post[] = [];
  readonly files: FileRecord[] = [];
  readonly ephemerals: Ephemeral[] = [];
  readonly deleted: string[] = [];
  #counter = 0;
  #lastSecond = 0;

  /** Ids of messages: seconds and a serial number, always growing in the workspace. */
  nextTs(): string {
    this.#counter += 1;
    this.#lastSecond = Math.max(this.#lastSecond, Math.floor(Date.now() / 1000));
    return `${this.#lastSecond}.${String(this.#counter).padStart(6, '0')}`;
  }

  nextId(prefix: string): string {
    this.#counter += 1;
    return `${prefix}${String(this.#counter).padStart(8, '0')}`;
  }

  /** The workspace of whoever that is. */
  teamOf(user: string): string {
    return this.members.find(({ id }) => id === user)?.team ?? team;
  }

  channel(id: string | undefined): Channel | undefined {
    return this.channels.find((one) => one.id === id);
  }

  /** For what people and apps do, who are always somewhere. */
  known(id: string): Channel {
    const channel = this.channel(id);
    if (!channel) throw new Error(`There is no channel ${id} in the fake workspace.`);
    return channel;
  }

  post(channel: string | undefined, ts: string | undefined): Post | undefined {
    return this.posts.find((one) => one.channel === channel && one.ts === ts);
  }

  thread(channel: string, ts: string): Post[] {
    return this.posts.filter((one) => one.channel === channel && (one.ts === ts || one.threadTs === ts));
  }

  add(post: Pick<Post, 'channel' | 'user'> & Partial<Post>): Post {
    const made: Post = {
      ts: this.nextTs(),
      threadTs: undefined,
      parentUser: this.post(post.channel, post.threadTs)?.user,
      subtype: undefined,
      botId: undefined,
      appId: undefined,
      username: undefined,
      text: '',
      blocks: [],
      attachments: [],
      metadata: undefined,
      files: [],
      edited: false,
      reactions: new Map(),
      ...post,
    };
    this.posts.push(made);
    return made;
  }

  remove(post: Post): void {
    this.posts.splice(this.posts.indexOf(post), 1);
    this.deleted.push(post.ts);
  }
}

/** A message as conversations.history gives it. */
export const wireMessage = (post: Post, withMetadata: boolean) => {
  const byPerson = post.botId === undefined;
  const classic = post.subtype === 'bot_message';
  const { botId: id = '', appId: app_id = '', username: name = '' } = post;
  const blocks: readonly Wire<KnownBlock>[] = byPerson && post.text !== '' ? [asTyped(post.text)] : post.blocks;
  const icons = { image_36: 'https://fake.slack.com/bot_36.png' };
  return {
    type: 'message',
    subtype: post.subtype,
    ts: post.ts,
    user: classic ? undefined : post.user,
    team: classic ? undefined : team,
    text: post.text,
    client_msg_id: byPerson ? `00000000-0000-4000-8000-${post.ts.replace('.', '').slice(-12)}` : undefined,
    bot_id: post.botId,
    ...(byPerson || classic
      ? {}
      : { app_id, bot_profile: { id, app_id, name, team_id: team, icons, updated: 0, deleted: false } }),
    username: classic ? name : undefined,
    thread_ts: post.threadTs,
    parent_user_id: post.parentUser,
    blocks: some(blocks),
    attachments: some(post.attachments),
    metadata: withMetadata ? post.metadata : undefined,
    files: some(post.files.map(({ id, name, title }) => ({ id, name, title }))),
    edited: post.edited ? { user: post.user, ts: post.ts } : undefined,
    reactions: some([...post.reactions].map(([name, users]) => ({ name, users: [...users], count: users.size }))),
  } satisfies WireMessage;
};

export const some = <One>(list: readonly One[]): readonly One[] | undefined => (list.length > 0 ? list : undefined);

/** What a person typed, as the block that the client makes of it: mentions and links are elements of their own. */
function asTyped(text: string): Wire<RichTextBlock> {
  const elements: Wire<RichTextSection>['elements'][number][] = [];
  const words = (from: number, to?: number) => {
    const between = text.slice(from, to).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    if (between !== '') elements.push({ type: 'text', text: between });
  };
  let at = 0;
  for (const found of text.matchAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>|<(https?:[^|>]+)(?:\|([^>]*))?>/g)) {
    const [all, user_id, url = '', label] = found;
    words(at, found.index);
    elements.push(user_id === undefined ? { type: 'link', url, text: label } : { type: 'user', user_id });
    at = found.index + all.length;
  }
  words(at);
  return { type: 'rich_text', block_id: 'typed', elements: [{ type: 'rich_text_section', elements }] };
}
