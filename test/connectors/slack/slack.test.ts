import { describe, expect, test } from 'vitest';
import { blocksOf } from '../../../connectors/slack/blocks.ts';
import { slackChat, slackReplies } from '../../../connectors/slack/index.ts';
import { Unavailable } from '../../../core/errors.ts';
import type { Message } from '../../../core/model/message.ts';
import { testClock } from '../../contract/records.ts';
import { type Answer, type Asked, serve } from '../../server.ts';
import { storesForTests } from '../../stores.ts';

// The real client against a loopback server that keeps what was posted, as Slack does.

const open = storesForTests();
const aMessage = (over: Partial<Message> = {}): Message => ({
  key: 'diagnosis-inc-1',
  incidentId: 'inc-1',
  kind: 'diagnosis',
  headline: 'Job failed',
  lines: ['ledger-api reset the connection.'],
  ...over,
});
const opened = aMessage({ key: 'opened-inc-1', kind: 'opened', headline: 'Looking into it' });
const ok = (body: Record<string, unknown>): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ ok: true, ...body }),
});

interface Posted {
  readonly ts: string;
  readonly channel: string;
  readonly thread_ts?: string;
  readonly text: string;
  readonly metadata: unknown;
}

/** `before` may answer in Slack's place. */
async function aSlack(before: (asked: Asked) => Answer | undefined = () => undefined) {
  const posts: Posted[] = [];
  const updates: string[] = [];
  const server = await serve((asked) => {
    const instead = before(asked);
    if (instead) return instead;
    const form = new URLSearchParams(asked.body);
    const get = (name: string) => form.get(name) ?? undefined;
    switch (asked.path) {
      case '/api/chat.postMessage': {
        const ts = `${1_700_000_000 + posts.length}.000100`;
        const thread = get('thread_ts');
        posts.push({
          ts,
          channel: get('channel') ?? '',
          text: get('text') ?? '',
          metadata: JSON.parse(get('metadata') ?? '{}'),
          ...(thread === undefined ? {} : { thread_ts: thread }),
        });
        return ok({ ts, channel: get('channel') });
      }
      case '/api/chat.update':
        updates.push(get('ts') ?? '');
        return ok({ ts: get('ts') });
      case '/api/conversations.history':
        return ok({ messages: posts.filter((post) => post.thread_ts === undefined).toReversed() });
      case '/api/conversations.replies':
        return ok({ messages: posts.filter((post) => post.ts === get('ts') || post.thread_ts === get('ts')) });
      default:
        return { status: 404 };
    }
  });
  const { posts: book } = await open(testClock());
  /** A process of its own. */
  const chat = (patienceSeconds?: number) =>
    slackChat({
      token: async () => 'xoxb-test',
      channel: 'C-ops',
      apiUrl: `${server.url}/api/`,
      posts: book,
      patienceSeconds,
    });
  return { posts, updates, server, book, chat, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('publishing', () => {
  test('opens a thread in the channel, and answers in it', async () => {
    await using slack = await aSlack();
    const chat = slack.chat();
    await chat.publish(opened);
    await chat.publish(aMessage());
    expect(slack.posts).toMatchObject([
      { channel: 'C-ops', text: 'Looking into it' },
      { channel: 'C-ops', text: 'Job failed', thread_ts: slack.posts[0]?.ts },
    ]);
    expect(slack.posts[0]).not.toHaveProperty('thread_ts');
  });

  test('answers in the thread that the incident came from', async () => {
    await using slack = await aSlack();
    await slack.chat().publish(aMessage({ slack: { channel: 'C1', threadTs: '1.2' } }));
    expect(slack.posts).toMatchObject([{ channel: 'C1', thread_ts: '1.2' }]);
  });

  test('the same key again replaces the message', async () => {
    await using slack = await aSlack();
    const chat = slack.chat();
    await chat.publish(opened);
    await chat.publish(aMessage());
    await chat.publish(aMessage({ headline: 'Job failed, again' }));
    expect(slack.posts).toHaveLength(2);
    expect(slack.updates).toEqual([slack.posts[1]?.ts]);
  });

  test('by another process finds the thread and the message that are there', async () => {
    await using slack = await aSlack();
    await slack.chat().publish(opened);
    await slack.chat().publish(aMessage());
    await slack.chat().publish(aMessage());
    expect(slack.posts).toMatchObject([{ text: 'Looking into it' }, { thread_ts: slack.posts[0]?.ts }]);
    expect(slack.updates).toEqual([slack.posts[1]?.ts]);
    // From the record: Slack's history is limited to so many calls a minute, and an alert storm has more.
    expect(slack.server.asked.filter(({ path }) => path.startsWith('/api/conversations'))).toEqual([]);
  });

  test('by a process that ended between posting and saying where is found in the thread, and not posted again', async () => {
    await using slack = await aSlack();
    await slack.chat().publish(opened);
    await slack.chat().publish(aMessage());
    const lost = {
      ...slack.book,
      find: async (key: string) => (key === 'diagnosis-inc-1' ? undefined : slack.book.find(key)),
      begin: async () => ({ kind: 'begun' }) as const,
    };
    const apiUrl = `${slack.server.url}/api/`;
    await slackChat({ token: async () => 'xoxb-test', channel: 'C-ops', apiUrl, posts: lost }).publish(aMessage());
    expect(slack.posts).toHaveLength(2);
    expect(slack.updates).toEqual([slack.posts[1]?.ts]);
  });

  test('that somebody began and nobody finished is posted', async () => {
    await using slack = await aSlack();
    await slack.book.begin('opened-inc-1');
    await slack.chat().publish(opened);
    expect(slack.posts).toHaveLength(1);
  });

  const refusing = (error: string) => (asked: Asked) =>
    asked.path === '/api/chat.update' ? { body: JSON.stringify({ ok: false, error }) } : undefined;
  test.each(['message_not_found', 'edit_window_closed', 'cant_update_message'])(
    'again what is gone (%s) says it again, once, and updates that from then on',
    async (error) => {
      let isGone = true;
      await using slack = await aSlack((asked) => (isGone ? refusing(error)(asked) : undefined));
      await slack.chat().publish(aMessage({ slack: { channel: 'C1', threadTs: '1.2' } }));
      await slack.chat().publish(aMessage({ slack: { channel: 'C1', threadTs: '1.2' } }));
      isGone = false;
      await slack.chat().publish(aMessage({ slack: { channel: 'C1', threadTs: '1.2' } }));
      expect(slack.posts).toHaveLength(2);
      expect(slack.updates).toEqual([slack.posts[1]?.ts]);
    },
  );

  test('how far things are, where somebody deleted that, lets it be', async () => {
    await using slack = await aSlack(refusing('message_not_found'));
    await slack.chat().publish(opened);
    await slack.chat().publish(opened);
    expect(slack.posts).toHaveLength(1);
  });

  test('into a thread that is gone stands in the channel', async () => {
    await using slack = await aSlack(({ path, body }) =>
      path === '/api/chat.postMessage' && body.includes('thread_ts')
        ? { body: '{"ok":false,"error":"thread_not_found"}' }
        : undefined,
    );
    await slack.chat().publish(aMessage({ slack: { channel: 'C1', threadTs: '1.2' } }));
    expect(slack.posts).toMatchObject([{ channel: 'C1', text: 'Job failed' }]);
  });

  test('without the right to read the channel posts all the same', async () => {
    await using slack = await aSlack(({ path }) =>
      path.startsWith('/api/conversations') ? { body: '{"ok":false,"error":"missing_scope"}' } : undefined,
    );
    await slack.chat().publish(aMessage());
    expect(slack.posts).toHaveLength(1);
  });

  test('waits when Slack says for how long', async () => {
    let limited = 0;
    await using slack = await aSlack(({ path }) =>
      path === '/api/chat.postMessage' && ++limited === 1
        ? { status: 429, headers: { 'retry-after': '1' } }
        : undefined,
    );
    await slack.chat().publish(opened);
    expect(slack.posts).toHaveLength(1);
  });

  test('waits as often as Slack says so, as long as it is not too long in all', async () => {
    let limited = 0;
    await using slack = await aSlack(({ path }) =>
      path === '/api/chat.postMessage' && ++limited <= 3 ? { status: 429, headers: { 'retry-after': '1' } } : undefined,
    );
    await expect(slack.chat(2).publish(opened)).rejects.toThrow(Unavailable);
    expect(slack.posts).toHaveLength(0);
    limited = 1;
    await slack.chat(2).publish(opened);
    expect(slack.posts).toHaveLength(1);
  });

  test('does not wait long for what only tells how far things are', async () => {
    await using slack = await aSlack(({ path }) =>
      path === '/api/chat.update' ? { status: 429, headers: { 'retry-after': '4' } } : undefined,
    );
    await slack.chat().publish(opened);
    const begun = performance.now();
    await expect(slack.chat().publish(opened)).rejects.toThrow(Unavailable);
    expect(performance.now() - begun).toBeLessThan(1000);
  });

  test.each<[string, Answer]>([
    ['says no', { body: '{"ok":false,"error":"channel_not_found"}' }],
    ['asks for more patience than there is', { status: 429, headers: { 'retry-after': '60' } }],
  ])('is unavailable when Slack %s, in our words', async (_, answer) => {
    await using slack = await aSlack(({ path }) => (path.startsWith('/api/chat.') ? answer : undefined));
    await expect(slack.chat(1).publish(opened)).rejects.toThrow(new Unavailable('Slack did not take the message.'));
  });
});

describe('replying to a press', () => {
  test('says what came of it to that person, or puts the question as it stands in its place', async () => {
    await using server = await serve(() => ({}));
    const replies = slackReplies({ origin: server.url });
    await replies.reply(`${server.url}/actions/1`, { text: 'Not you, <@U1> & co' });
    const question = aMessage({ kind: 'question', headline: 'Rerun it?', lines: ['It was approved.'] });
    await replies.reply(`${server.url}/actions/1`, { text: 'Approved.', message: question });
    expect(server.asked).toMatchObject([
      { method: 'POST', path: '/actions/1' },
      { method: 'POST', path: '/actions/1' },
    ]);
    expect(server.asked.map(({ body }) => JSON.parse(body))).toEqual([
      { replace_original: false, response_type: 'ephemeral', text: 'Not you, &lt;@U1&gt; &amp; co' },
      { replace_original: true, text: 'Rerun it?', blocks: blocksOf(question) },
    ]);
  });

  test.each([
    'http://169.254.169.254/latest',
    'https://hooks.slack.com.evil.example/x',
    'https://evil.example/hooks.slack.com/',
  ])('writes to no other address: %s', async (to) => {
    await expect(slackReplies().reply(to, { text: 'x' })).rejects.toThrow('none of Slack');
  });

  test('is unavailable when Slack does not take it, or not in time', async () => {
    await using server = await serve(({ path }) =>
      path === '/slow' ? new Promise<Answer>((resolve) => setTimeout(resolve, 3000, {}).unref()) : { status: 500 },
    );
    const replies = slackReplies({ origin: server.url, timeoutMs: 100 });
    await expect(replies.reply(`${server.url}/x`, { text: 'x' })).rejects.toThrow(Unavailable);
    await expect(replies.reply(`${server.url}/slow`, { text: 'x' })).rejects.toThrow(Unavailable);
  });
});
