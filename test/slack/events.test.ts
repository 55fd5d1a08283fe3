import { describe, expect, test } from 'vitest';
import { slackChat, slackThreads } from '../../connectors/slack/index.ts';
import { SlackEvents, utteranceOf } from '../../core/intake/slack.ts';
import { testClock } from '../contract/records.ts';
import { pagerDuty, pagerDutyAlert } from '../fake-slack/alerts.ts';
import { type FakeSlack, fakeSlack } from '../fake-slack/index.ts';
import { ourBot } from '../fake-slack/workspace.ts';
import { type Asked, serve } from '../server.ts';
import { storesForTests } from '../stores.ts';

// What Slack tells of what happens in a channel, as the receiver reads it.

const open = storesForTests();
const us = `<@${ourBot.userId}>`;

/** The first `count` events of what happens. */
async function told(count: number, happens: (slack: FakeSlack) => Promise<unknown>) {
  await using app = await serve(() => ({}));
  await using slack = await fakeSlack({ app: app.url });
  await happens(slack);
  await expect.poll(() => app.asked.length).toBeGreaterThanOrEqual(count);
  return app.asked.map(({ body }: Asked) => {
    const { event } = JSON.parse(body) as { event: Record<string, unknown> };
    return { event, utterance: utteranceOf(SlackEvents.parse(JSON.parse(body)), new Date(), { teams: ['T0FAKE'] }) };
  });
}

describe('a message of another app is an alert', () => {
  const title = '[FIRING:1] KubeJobFailed';
  const alert = { kind: 'alert', place: { channel: 'C0ALERTS' }, message: { from: 'app', by: 'PagerDuty' } };

  test('of an app with a bot user, which Slack sends without a subtype', async () => {
    const [one] = await told(1, (slack) => slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('Q1', title)));
    expect(one?.event).toMatchObject({
      user: 'UA1PD',
      bot_id: 'BA1PD',
      app_id: 'A1PD',
      bot_profile: { name: 'PagerDuty' },
    });
    expect(one?.event).not.toHaveProperty('subtype');
    expect(one?.utterance).toMatchObject(alert);
    expect(one?.utterance).toMatchObject({ message: { title: `#4711: ${title}`, fields: { Service: 'Billing' } } });
  });

  test('of a webhook or a classic app, which has the subtype bot_message, a name and no user', async () => {
    const [one] = await told(1, (slack) =>
      slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('Q1', title), 'bot_message'),
    );
    expect(one?.event).toMatchObject({ subtype: 'bot_message', bot_id: 'BA1PD', username: 'PagerDuty' });
    expect(Object.keys(one?.event ?? {})).not.toEqual(expect.arrayContaining(['user', 'app_id', 'bot_profile']));
    expect(one?.utterance).toMatchObject(alert);
  });

  test.each(['app', 'bot_message'] as const)('and reads the same in its thread: %s', async (as) => {
    await using slack = await fakeSlack();
    const { post } = await slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('Q1', title), as);
    const read = await slackThreads({ ...slack, token: async () => slack.token }).read({
      channel: 'C0ALERTS',
      threadTs: post.ts,
    });
    expect(read).toMatchObject({ messages: [{ from: 'app', by: 'PagerDuty', title: `#4711: ${title}` }] });
  });
});

describe('a message of a person', () => {
  test('that mentions us comes twice, and says it once', async () => {
    const both = await told(2, (slack) => slack.say('U0ANA', 'C0OPS', `${us} why is it slow?`));
    expect(both.map(({ event }) => event.type).toSorted()).toEqual(['app_mention', 'message']);
    expect(new Set(both.map(({ event }) => event.client_msg_id)).size).toBe(1);
    expect(both[0]?.event.blocks).toEqual([
      {
        type: 'rich_text',
        block_id: 'typed',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'user', user_id: ourBot.userId },
              { type: 'text', text: ' why is it slow?' },
            ],
          },
        ],
      },
    ]);
    expect(both.flatMap(({ utterance }) => utterance ?? [])).toMatchObject([
      { kind: 'words', how: 'mention', text: 'why is it slow?' },
    ]);
  });

  test.each([
    ['C0OPS', 'channel'],
    ['G0WAR', 'group'],
    ['D0ANA', 'im'],
  ])('tells of %s what kind of place it is: %s', async (channel, kind) => {
    const [one] = await told(1, (slack) => {
      slack.workspace.channels.push({ id: 'G0WAR', name: 'war-room', kind: 'private', joined: true });
      return slack.say('U0ANA', channel, 'hello');
    });
    expect(one?.event).toMatchObject({ channel_type: kind, team: 'T0FAKE' });
  });

  test('that is edited or removed stays what it was at first', async () => {
    const events = await told(3, async (slack) => {
      const { post } = await slack.say('U0ANA', 'D0ANA', 'approve');
      await slack.edit(post, 'reject');
      await slack.remove(post);
    });
    expect(events.map(({ event, utterance }) => [event.subtype, utterance?.kind])).toEqual([
      [undefined, 'words'],
      ['message_changed', undefined],
      ['message_deleted', undefined],
    ]);
    expect(events[1]?.event).toMatchObject({ message: { text: 'reject' }, previous_message: { text: 'approve' } });
  });
});

test('what we post and update ourselves comes back to us, and says nothing', async () => {
  const events = await told(2, async (slack) => {
    const { posts } = await open(testClock());
    const chat = slackChat({ token: async () => slack.token, apiUrl: slack.apiUrl, channel: 'C0OPS', posts });
    const opened = { key: 'opened-inc-1', incidentId: 'inc-1', kind: 'opened' as const, lines: [] };
    await chat.publish({ ...opened, headline: '[FIRING:1] KubeJobFailed' });
    await chat.publish({ ...opened, headline: 'approve' });
  });
  expect(events.map(({ event, utterance }) => [event.subtype, utterance])).toEqual([
    [undefined, undefined],
    ['message_changed', undefined],
  ]);
  expect(events[0]?.event).toMatchObject({ bot_id: ourBot.botId, app_id: ourBot.appId, user: ourBot.userId });
});
