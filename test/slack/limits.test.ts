import { describe, expect, test } from 'vitest';
import { checkBlocks } from '../fake-slack/blocks.ts';
import { fakeSlack } from '../fake-slack/index.ts';
import { limits, notRichTexts, richTexts } from './limits.ts';

// The limits that the fake enforces. test/real/slack.test.ts asks Slack's Python SDK about the same table.

const check = (blocks: readonly object[]) => checkBlocks(JSON.stringify(blocks)).ok;

test.each(limits)('$most $of are taken, one more is not', ({ most, blocks }) => {
  expect(check(blocks(most))).toBe(true);
  expect(check(blocks(most + 1))).toBe(false);
});

describe('rich text', () => {
  test('of every kind is taken', () => {
    expect(checkBlocks(JSON.stringify(richTexts))).toMatchObject({ ok: true });
  });
  test.each(notRichTexts)('with %s is not', (_, block) => {
    expect(check([block])).toBe(false);
  });
});

describe('rates', () => {
  async function ask(apiUrl: string, token: string, method: string, channel: string) {
    const response = await fetch(`${apiUrl}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ channel, text: 'hello' }),
    });
    return { status: response.status, after: response.headers.get('retry-after') };
  }

  test('of posting are those of a channel: a burst in one leaves room in another', async () => {
    await using slack = await fakeSlack();
    const post = (channel: string) => ask(slack.apiUrl, slack.token, 'chat.postMessage', channel);
    for (let n = 0; n < 10; n += 1) expect(await post('C0OPS')).toEqual({ status: 200, after: null });
    const refused = await post('C0OPS');
    expect(refused.status).toBe(429);
    expect(Number(refused.after)).toBeGreaterThan(0);
    expect(Number(refused.after)).toBeLessThanOrEqual(5);
    expect((await post('C0ALERTS')).status).toBe(200);
  });

  test.each([
    ['conversations.info', 50],
    ['chat.update', 50],
    ['files.getUploadURLExternal', 100],
    ['conversations.list', 20],
  ])('of %s are %i a minute, whatever the channel', async (method, most) => {
    await using slack = await fakeSlack();
    const asks = Array.from({ length: most }, (_, n) =>
      ask(slack.apiUrl, slack.token, method, n % 2 ? 'C0OPS' : 'D0ANA'),
    );
    expect(new Set((await Promise.all(asks)).map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await ask(slack.apiUrl, slack.token, method, 'C0OPS');
    expect(refused.status).toBe(429);
    expect(Number(refused.after)).toBeGreaterThan(50);
  });
});
