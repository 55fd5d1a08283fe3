// What the fake Slack holds: people, channels, messages, files. Plain data and the few rules on it that Slack has.
import type { Block } from './blocks.ts';

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly bot?: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  /** Whether our bot is in it. */
  readonly joined: boolean;
  readonly archived?: boolean;
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
  readonly user: string;
  readonly botId: string | undefined;
  readonly appId: string | undefined;
  readonly username: string | undefined;
  text: string;
  blocks: readonly Block[];
  attachments: readonly unknown[];
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

export class Workspace {
  readonly team = 'T0FAKE';
  readonly members: Member[] = [
    { id: 'U0ANA', name: 'ana', realName: 'Ana Ruiz' },
    { id: 'U0BEN', name: 'ben', realName: 'Ben Okoro' },
    { id: ourBot.userId, name: ourBot.name, realName: 'Watchkeeper', bot: true },
  ];
  readonly channels: Channel[] = [
    { id: 'C0OPS', name: 'ops', kind: 'public', joined: true },
    { id: 'C0ALERTS', name: 'billing-alerts', kind: 'public', joined: true },
    { id: 'C0OTHER', name: 'random', kind: 'public', joined: false },
    { id: 'C0OLD', name: 'old', kind: 'public', joined: true, archived: true },
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

  channel(id: string | undefined): Channel | undefined {
    return this.channels.find((one) => one.id === id);
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
export const wireMessage = (post: Post, withMetadata: boolean): Record<string, unknown> => ({
  type: 'message',
  ts: post.ts,
  user: post.user,
  text: post.text,
  ...(post.botId === undefined
    ? {}
    : {
        bot_id: post.botId,
        app_id: post.appId,
        bot_profile: { id: post.botId, app_id: post.appId, name: post.username },
      }),
  ...(post.username === undefined ? {} : { username: post.username }),
  ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
  ...(post.blocks.length > 0 ? { blocks: post.blocks } : {}),
  ...(post.attachments.length > 0 ? { attachments: post.attachments } : {}),
  ...(withMetadata && post.metadata ? { metadata: post.metadata } : {}),
  ...(post.files.length > 0 ? { files: post.files.map(({ id, name, title }) => ({ id, name, title })) } : {}),
  ...(post.edited ? { edited: { user: post.user, ts: post.ts } } : {}),
  ...(post.reactions.size > 0
    ? { reactions: [...post.reactions].map(([name, users]) => ({ name, users: [...users], count: users.size })) }
    : {}),
});
