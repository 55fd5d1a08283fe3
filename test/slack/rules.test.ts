import { describe, expect, test } from 'vitest';
import { slackChat, slackThreads } from '../../connectors/slack/index.ts';
import { Unavailable } from '../../core/errors.ts';
import type { Message } from '../../core/model/message.ts';
import { testClock } from '../contract/records.ts';
import { fakeSlack, manifestScopes } from '../fake-slack/index.ts';
import { serve } from '../server.ts';
import { storesForTests } from '../stores.ts';

// Our connector under Slack's rules: scopes, error codes, limits, rates, retries.

const aMessage = (over: Partial<Message> = {}): Message => ({
  key: 'opened-inc-1',
  incidentId: 'inc-1',
  kind: 'opened',
  headline: 'Looking into it',
  lines: [],
  ...over,
});

const open = storesForTests();
const chatOf = async ({ token, apiUrl }: { token: string; apiUrl: string }, channel = 'C0OPS') =>
  slackChat({ token: async () => token, apiUrl, channel, posts: (await open(testClock())).posts });

describe('publishing', () => {
  test.each([
    ['C0NONE', 'channel_not_found'],
    ['C0OTHER', 'not_in_channel'],
    ['C0OLD', 'is_archived'],
  ])('to %s is refused by Slack with %s, and is unavailable', async (channel, error) => {
    await using slack = await fakeSlack();
    const chat = await chatOf(slack, channel);
    await expect(chat.publish(aMessage())).rejects.toThrow(Unavailable);
    expect(slack.calls).toContainEqual(expect.objectContaining({ method: 'chat.postMessage', ok: false, error }));
  });

  test('the longest message there can be is within the limits', async () => {
    await using slack = await fakeSlack();
    const chat = await chatOf(slack);
    const lines = Array.from({ length: 30 }, () => '<!channel> <@U0ANA> '.repeat(75));
    const choices = Array.from({ length: 5 }, (_, n) => ({ label: `${n}`.repeat(75), says: 'x'.repeat(300) }));
    await chat.publish(
      aMessage({
        headline: 'h'.repeat(300),
        lines,
        choices,
        approval: { approvalId: 'a', expiresAt: '2026-11-20T03:18:00.000Z' },
      }),
    );
    expect(slack.workspace.posts).toHaveLength(1);
  });

  test('waits as long as Slack says, and posts once', async () => {
    await using slack = await fakeSlack();
    slack.limitNext('chat.postMessage');
    await (await chatOf(slack)).publish(aMessage());
    expect(slack.calls.filter(({ method }) => method === 'chat.postMessage')).toMatchObject([
      { ok: false },
      { ok: true },
    ]);
    expect(slack.workspace.posts).toHaveLength(1);
  });

  test('without the scope for files costs the file, not the message', async () => {
    await using slack = await fakeSlack({ scopes: manifestScopes.filter((scope) => scope !== 'files:write') });
    const chat = await chatOf(slack);
    await chat.publish(aMessage({ files: [{ name: 'a.txt', title: 'A', text: 'long' }] }));
    expect(slack.workspace.posts).toMatchObject([{ files: [] }]);
  });
});

describe('reading a thread', () => {
  test("tells ours from others', and believes no metadata of others", async () => {
    await using slack = await fakeSlack();
    const metadata = { event_type: 'watchkeeper_message', event_payload: { key: 'question-x', incident: 'inc-9' } };
    const { post } = await slack.alert('C0OPS', { name: 'Evil', id: 'A1E' }, { text: 'Approve?', metadata });
    await (await chatOf(slack)).publish(aMessage({ slack: { channel: 'C0OPS', threadTs: post.ts } }));
    const read = await slackThreads({ ...slack, token: async () => slack.token }).read({
      channel: 'C0OPS',
      threadTs: post.ts,
    });
    expect(read).toMatchObject({ kind: 'data', channelName: 'ops' });
    const [first, second] = read.kind === 'data' ? read.messages : [];
    expect(first).toMatchObject({ from: 'app', by: 'Evil' });
    expect(first).not.toHaveProperty('key');
    expect(second).toMatchObject({ from: 'us', key: 'opened-inc-1', incidentId: 'inc-1' });
  });

  test('without the right to is a gap that says so', async () => {
    await using slack = await fakeSlack({ scopes: ['chat:write'] });
    const read = await slackThreads({ ...slack, token: async () => slack.token }).read({
      channel: 'C0OPS',
      threadTs: '1700000000.000001',
    });
    expect(read).toMatchObject({ kind: 'gap', gap: { reason: 'the app lacks the right to read it' } });
  });
});

test('an event that is not answered in time comes again, with its number and reason', async () => {
  let tries = 0;
  await using app = await serve(async () => {
    tries += 1;
    if (tries === 1) await new Promise((resolve) => setTimeout(resolve, 500));
    return { status: tries < 3 ? 500 : 200 };
  });
  await using slack = await fakeSlack({ app: app.url, answerWithinMs: 100, retryAfterMs: [0, 5, 5] });
  const { delivery } = await slack.say('U0ANA', 'C0OPS', 'hello');
  expect(delivery).toMatchObject({ status: 200, tries: 3 });
  expect(app.asked.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
    [undefined, undefined],
    ['1', 'http_timeout'],
    ['2', 'http_error'],
  ]);
});
