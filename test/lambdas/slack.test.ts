import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import type { BusEvent } from '../../core/model/events.ts';
import type { SlackOrigin } from '../../core/model/slack-origin.ts';
import { receive } from '../../lambdas/slack/handler.ts';
import { anApproval } from '../builders.ts';
import { testClock } from '../contract/records.ts';
import { storesForTests } from '../stores.ts';

const open = storesForTests();
const secret = 'signing-secret';

type Ports = Parameters<typeof receive>[1];
const origin: SlackOrigin = { teams: ['T1', 'T1DC2JH3J'], appId: undefined, enterprise: 'E1' };
let clock: ReturnType<typeof testClock>;
let ports: Ports;
let published: BusEvent[];
beforeEach(async () => {
  clock = testClock('02:50:00');
  published = [];
  const { seen } = await open(clock);
  ports = {
    seen,
    clock,
    bus: { publish: async (event) => void published.push(event) },
    secrets: { pagerDutyWebhook: async () => [], slackSigning: async () => [secret] },
    userDirectory: { origin: async () => origin, who: async () => 'unknown' },
  };
});

const seconds = () => Math.floor(clock.now().getTime() / 1000);
const sign = (body: string, timestamp: number | string, key = secret) =>
  `v0=${createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex')}`;
function post(
  body: string,
  { type = 'application/json', timestamp = seconds(), signature = sign(body, timestamp) } = {},
) {
  const headers = {
    'Content-Type': type,
    'X-Slack-Request-Timestamp': `${timestamp}`,
    'X-Slack-Signature': signature,
  };
  return receive({ rawPath: '/', headers, body, isBase64Encoded: false }, ports);
}

const mention = (over: Record<string, unknown> = {}, event_id = 'Ev1') =>
  JSON.stringify({
    type: 'event_callback',
    event_id,
    team_id: 'T1',
    api_app_id: 'A1',
    authorizations: [{ user_id: 'UBOT' }],
    event: {
      type: 'app_mention',
      channel: 'C1',
      user: 'U1',
      team: 'T1',
      text: "<@UBOT> what's the issue with this service?",
      ts: '1763607000.000200',
      thread_ts: '1763606820.000100',
      ...over,
    },
  });

describe('the signature', () => {
  test("of Slack's published example is right", async () => {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack; its body is a slash command.
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    ports = { ...ports, secrets: { ...ports.secrets, slackSigning: async () => ['8f742231b10e8888abcd99yyyzzz85a5'] } };
    clock.set('2018-07-12T18:36:58.000Z');
    const example = {
      type: 'application/x-www-form-urlencoded',
      timestamp: 1531420618,
      signature: 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    expect(await post(body, example)).toMatchObject({ statusCode: 200, body: expect.stringContaining('ephemeral') });
    expect(published).toMatchObject([{ detail: { kind: 'words', how: 'command', by: 'U2CERLKJA', text: '' } }]);
    expect((await post(`${body}x`, example)).statusCode).toBe(401);
  });

  test.each([
    ['five minutes old', -300, 200],
    ['five minutes ahead', 300, 200],
    ['older', -301, 401],
    ['further ahead', 301, 401],
  ])('of a request that is %s: %#', async (_, skew, status) => {
    expect((await post(mention(), { timestamp: seconds() + skew })).statusCode).toBe(status);
  });

  test.each([
    ['missing', { signature: '' }, 400],
    ['of another version', { signature: `v1=${'0'.repeat(64)}` }, 400],
    ['wrong', { signature: `v0=${'0'.repeat(64)}` }, 401],
  ])('that is %s is refused', async (_, headers, status) => {
    expect((await post(mention(), headers)).statusCode).toBe(status);
    expect(published).toEqual([]);
  });

  test('with a timestamp that is none is malformed', async () => {
    const body = mention();
    const headers = { 'x-slack-request-timestamp': 'now', 'x-slack-signature': sign(body, 'now') };
    expect((await receive({ rawPath: '/', headers, body, isBase64Encoded: false }, ports)).statusCode).toBe(400);
  });

  test('cannot be judged without the secret: then it is asked for again', async () => {
    const slackSigning = async () => Promise.reject(new Unavailable('The secret could not be read.'));
    ports = { ...ports, secrets: { ...ports.secrets, slackSigning } };
    expect((await post(mention())).statusCode).toBe(503);
  });
});

describe('an event', () => {
  test('that verifies the address is answered with its challenge', async () => {
    const body = JSON.stringify({ type: 'url_verification', token: 'x', challenge: 'abc' });
    expect(await post(body)).toMatchObject({ statusCode: 200, body: '{"challenge":"abc"}' });
  });

  test('that mentions us in a thread goes on the bus with its thread', async () => {
    expect((await post(mention())).statusCode).toBe(200);
    expect(published).toEqual([
      {
        detailType: 'conversation.said',
        detail: {
          kind: 'words',
          how: 'mention',
          eventId: 'Ev1',
          at: '2025-11-20T02:50:00.000Z',
          by: 'U1',
          text: "what's the issue with this service?",
          place: { channel: 'C1', threadTs: '1763606820.000100' },
          proven: true,
          ts: '1763607000.000200',
        },
      },
    ]);
  });

  test.each([
    ['+1', 'approve'],
    ['thumbsup::skin-tone-5', 'approve'],
    ['-1', 'reject'],
  ])('that is a reaction with :%s: is a verdict on that message', async (reaction, verdict) => {
    const item = { type: 'message', channel: 'C1', ts: '1763606820.000100' };
    await post(mention({ type: 'reaction_added', reaction, item, channel: undefined, ts: undefined }));
    expect(published).toMatchObject([{ detail: { kind: 'reaction', verdict, by: 'U1', ts: item.ts } }]);
  });

  test('that is another reaction is ignored', async () => {
    const item = { type: 'message', channel: 'C1', ts: '1763606820.000100' };
    await post(mention({ type: 'reaction_added', reaction: 'tada', item }));
    expect(published).toEqual([]);
  });

  test.each([
    ['approve', 'approve'],
    ["next time don't ask me, just rerun it", 'teach'],
    ['no, it was the cache', 'correction'],
  ])('in a thread without a mention counts where it can be meant for nobody else: %s', async (text) => {
    await post(mention({ type: 'message', text }));
    expect(published).toMatchObject([{ detail: { how: 'thread', text } }]);
  });

  test('of an alerting app goes on the bus, where the rules are looked at; what reads as no alert does not', async () => {
    const alert = { type: 'message', subtype: 'bot_message', bot_id: 'B2', user: undefined, thread_ts: undefined };
    await post(
      mention({ ...alert, text: '', attachments: [{ title: '[FIRING:1] KubeJobFailed', text: 'namespace: billing' }] }),
    );
    expect(published).toMatchObject([
      { detail: { kind: 'alert', message: { from: 'app', title: '[FIRING:1] KubeJobFailed' } } },
    ]);
    expect(await post(mention({ ...alert, text: 'lunch?' }, 'Ev2'))).toMatchObject({ body: '{"status":"ignored"}' });
  });

  test('that Slack retries is taken once', async () => {
    await post(mention());
    expect(await post(mention())).toMatchObject({ statusCode: 200, body: '{"status":"duplicate"}' });
    expect(published).toHaveLength(1);
  });

  test('that did not reach the bus is asked for again, and then taken', async () => {
    const { bus } = ports;
    ports = { ...ports, bus: { publish: async () => Promise.reject(new Unavailable('down')) } };
    expect((await post(mention())).statusCode).toBe(503);
    ports = { ...ports, bus };
    expect((await post(mention())).statusCode).toBe(200);
    expect(published).toHaveLength(1);
  });

  test.each([
    ['of a bot', { bot_id: 'B1' }],
    ['of a changed message', { subtype: 'message_changed' }],
    ['that is no mention', { type: 'message' }],
    ['without a channel', { channel: undefined }],
    ['of ourselves', { user: 'UBOT' }],
    ['of our own app', { type: 'message', bot_id: 'B1', app_id: 'A1', text: '[FIRING:1] x', thread_ts: undefined }],
    ['of another app in a thread', { type: 'message', bot_id: 'B2', app_id: 'A2', text: '[FIRING:1] x' }],
    ['of talk between people', { type: 'message', text: 'yes, lunch at noon' }],
    ['that is a mention, as the message it is', { type: 'message', text: '<@UBOT> approve' }],
  ])('%s is ignored', async (_, over) => {
    expect(await post(mention(over))).toMatchObject({ statusCode: 200, body: '{"status":"ignored"}' });
    expect(published).toEqual([]);
  });

  test.each([
    ['no JSON', 'x'],
    ['another type', '{"type":"other"}'],
    ['a time that is none', mention({ ts: '-1e300' })],
    ['a channel that is none', mention({ channel: 7 })],
  ])('that is wrong (%s) is refused', async (_, body) => {
    expect((await post(body)).statusCode).toBe(400);
  });
});

describe('a button', () => {
  const press = (verdict: string, { team = 'T1', value = anApproval().id, trigger = '1.2.3' } = {}) => {
    const payload = JSON.stringify({
      type: 'block_actions',
      user: { id: 'U1', username: 'ana', team_id: team },
      team: { id: 'T1' },
      channel: { id: 'C1' },
      message: { ts: '1763606820.000100' },
      response_url: 'https://hooks.slack.com/actions/1',
      trigger_id: trigger,
      actions: [{ type: 'button', action_id: `watchkeeper-${verdict}`, block_id: 'b', value }],
    });
    return post(new URLSearchParams({ payload }).toString(), { type: 'application/x-www-form-urlencoded' });
  };
  const pressed = {
    eventId: 'press-1.2.3',
    at: '2026-11-20T02:50:00.000Z',
    by: 'U1',
    place: { channel: 'C1', threadTs: '1763606820.000100' },
    replyTo: 'https://hooks.slack.com/actions/1',
  };

  test.each(['approve', 'approve-and-remember', 'reject'])(
    '%s goes on the bus and is acknowledged; nothing is decided here',
    async (verdict) => {
      expect(await press(verdict)).toMatchObject({ statusCode: 200, body: '{"status":"accepted"}' });
      const detail = { kind: 'press', ...pressed, approvalId: anApproval().id, verdict };
      expect(published).toEqual([{ detailType: 'conversation.said', detail }]);
    },
  );

  test('that says something goes on the bus as those words', async () => {
    await press('say-0', { value: 'yes, teach it' });
    const { replyTo: _, ...said } = pressed;
    const detail = { kind: 'words', how: 'button', ...said, text: 'yes, teach it', proven: true };
    expect(published).toEqual([{ detailType: 'conversation.said', detail }]);
  });

  test.each(['approve', 'say-0'])('pressed by somebody of another organisation is no %s', async (button) => {
    expect((await press(button, { team: 'T9' })).statusCode).toBe(200);
    expect(published).toEqual([{ detailType: 'conversation.said', detail: { kind: 'refused-press', ...pressed } }]);
  });

  test('delivered twice is taken once; pressed again it is another press', async () => {
    await press('approve');
    expect(await press('approve')).toMatchObject({ statusCode: 200, body: '{"status":"duplicate"}' });
    await press('reject', { trigger: '4.5.6' });
    expect(published).toMatchObject([{ detail: { verdict: 'approve' } }, { detail: { verdict: 'reject' } }]);
  });

  test('that did not reach the bus is asked for again, and then taken', async () => {
    const { bus } = ports;
    ports = { ...ports, bus: { publish: async () => Promise.reject(new Unavailable('down')) } };
    expect((await press('approve')).statusCode).toBe(503);
    ports = { ...ports, bus };
    expect(await press('approve')).toMatchObject({ statusCode: 200, body: '{"status":"accepted"}' });
    expect(published).toHaveLength(1);
  });

  test('whose question has a name longer than any of ours is ignored', async () => {
    expect(await press('approve', { value: 'x'.repeat(301) })).toMatchObject({ body: '{"status":"ignored"}' });
  });

  test('that is not ours is ignored', async () => {
    expect(await press('dance')).toMatchObject({ statusCode: 200, body: '{"status":"ignored"}' });
  });

  test.each([
    ['nothing', ''],
    ['no JSON', 'payload=x'],
    ['no user', `payload=${encodeURIComponent('{"type":"block_actions"}')}`],
  ])('with %s in it is refused', async (_, body) => {
    expect((await post(body, { type: 'application/x-www-form-urlencoded' })).statusCode).toBe(400);
  });
});
