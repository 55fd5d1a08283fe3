import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { slackUserDirectory } from '../../connectors/slack/index.ts';
import { switches } from '../../core/remediation/kill-switch.ts';
import { type Together, together } from '../fake-slack/demo.ts';
import { fakeSlack, manifestScopes } from '../fake-slack/index.ts';
import { ourBot, type Post } from '../fake-slack/workspace.ts';

// Who decides in Slack, through the whole of the runtime: people of our workspace, and nobody who looks like one. All of those who try are
// among the approvers by their ids, so that nothing but where they are from keeps them out.

const us = `<@${ourBot.userId}>`;
let shown: Together;
let question: Post;
let approvalId: string;

beforeAll(async () => {
  shown = await together(['cronjob-nightly-invoices']);
  const { runtime, seen } = shown;
  const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
  const { id } = await runtime.waitForIncident(sourceId, 'asked', 30_000);
  approvalId = (await runtime.ports.approvals.ofIncident(id))[0]?.id ?? '';
  question = await seen(
    (post) => post.metadata !== undefined && JSON.stringify(post.metadata).includes('question-'),
    'the question',
  );
}, 60_000);
afterAll(async () => {
  await shown[Symbol.asyncDispose]();
});

const state = async () => (await shown.runtime.ports.approvals.get(approvalId))?.state;
/** What is on the bus is taken one after another: once a person of ours was answered, what came before was heard, or not. */
const settled = async () => {
  const { slack, seen } = shown;
  const before = slack.workspace.posts.length;
  await slack.say('U0BEN', 'C0OPS', `${us} why?`, question.threadTs ?? question.ts);
  await seen((post) => slack.workspace.posts.indexOf(post) > before && post.botId === ourBot.botId, 'an answer to ben');
};

describe('a question is not answered by', () => {
  test.each(['U0DEPLOY', 'U0VENDOR', 'U0GUEST', ourBot.userId, 'U0NOBODY'])('a reaction of %s', async (user) => {
    await shown.slack.react(user, question, '+1');
    await settled();
    expect(await state()).toBe('pending');
  });

  test.each(['U0DEPLOY', 'U0VENDOR', 'U0GUEST'])('words of %s, wherever they are said', async (user) => {
    const { slack } = shown;
    await slack.say(user, 'C0OPS', `${us} approve`, question.threadTs ?? question.ts);
    await slack.say(user, 'C0OPS', 'approve', question.threadTs ?? question.ts);
    await slack.command(user, 'C0OPS', 'stop everything');
    await settled();
    expect(await state()).toBe('pending');
    expect((await switches(shown.runtime.ports)).on).toBe(false);
  });

  test('a press of somebody of another organisation, who is told', async () => {
    const { slack } = shown;
    const pressed = await slack.press('U0VENDOR', question, 'watchkeeper-approve');
    expect([pressed.status, pressed.body]).toEqual([200, '{"status":"accepted"}']);
    await expect
      .poll(() => slack.workspace.ephemerals.at(-1), { timeout: 20_000 })
      .toMatchObject({ to: 'U0VENDOR', text: expect.stringContaining('took no action') });
    expect(await state()).toBe('pending');
  });

  test('a press of a guest, who is told', async () => {
    const { slack } = shown;
    await slack.press('U0GUEST', question, 'watchkeeper-approve');
    await expect
      .poll(() => slack.workspace.ephemerals.at(-1), { timeout: 20_000 })
      .toMatchObject({ to: 'U0GUEST', text: expect.stringContaining('took no action') });
    expect(await state()).toBe('pending');
  });

  test.each([
    ['another workspace', { team: { id: 'T0OTHER', domain: 'other' } }],
    ['no workspace', { team: null }],
  ])('a press from %s', async (_, fields) => {
    const { slack } = shown;
    slack.pretend(fields);
    const pressed = await slack.press('U0ANA', question, 'watchkeeper-approve');
    slack.pretend({});
    expect([pressed.status, await state()]).toEqual([403, 'pending']);
  });

  test('events and commands of another workspace, which are not sent again', async () => {
    const { slack } = shown;
    const event = {
      type: 'reaction_added',
      user: 'U0ANA',
      reaction: '+1',
      item: { type: 'message', channel: question.channel, ts: question.ts },
      event_ts: '1763607000.000200',
    };
    const foreign = {
      team_id: 'T0OTHER',
      authorizations: [
        { enterprise_id: null, team_id: 'T0OTHER', user_id: ourBot.userId, is_bot: true, is_enterprise_install: false },
      ],
    };
    expect(await slack.send(event, 'EvForeign1', foreign)).toMatchObject({ status: 403, tries: 1 });
    slack.pretend({ team_id: 'T0OTHER' });
    expect(await slack.command('U0ANA', 'C0OPS', 'stop everything')).toMatchObject({ status: 403 });
    slack.pretend({});
    await settled();
    expect([await state(), (await switches(shown.runtime.ports)).on]).toEqual(['pending', false]);
  });

  test('and then it is, by a person of ours', async () => {
    await shown.slack.react('U0ANA', question, '+1');
    await expect.poll(state, { timeout: 20_000 }).toBe('decided');
  });
});

describe('who somebody is', () => {
  test('is learned from the token where no workspace is named, and asked of Slack', async () => {
    await using slack = await fakeSlack();
    const userDirectory = slackUserDirectory({ token: async () => slack.token, apiUrl: slack.apiUrl }, { teams: [] });
    expect(await userDirectory.origin()).toEqual({ teams: ['T0FAKE'] });
    const who = ['U0ANA', 'U0DEPLOY', 'U0VENDOR', 'U0GUEST', 'U0NOBODY'].map((user) => userDirectory.who(user));
    expect(await Promise.all(who)).toEqual(['person', 'bot', 'foreign', 'foreign', 'foreign']);
    await userDirectory.who('U0ANA');
    expect(slack.calls.filter(({ method, given }) => method === 'users.info' && given.user === 'U0ANA')).toHaveLength(
      1,
    );
  });

  test('is not known without the scope, and asked again', async () => {
    await using slack = await fakeSlack({ scopes: manifestScopes.filter((scope) => scope !== 'users:read') });
    const userDirectory = slackUserDirectory(
      { token: async () => slack.token, apiUrl: slack.apiUrl },
      { teams: ['T0FAKE'] },
    );
    expect(await userDirectory.who('U0ANA')).toBe('unknown');
    expect(await userDirectory.who('U0ANA')).toBe('unknown');
    expect(slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(2);
  });

  test('is nobody’s where Slack does not say which workspace it is', async () => {
    await using slack = await fakeSlack();
    const userDirectory = slackUserDirectory({ token: async () => 'xoxb-wrong', apiUrl: slack.apiUrl }, { teams: [] });
    await expect(userDirectory.origin()).rejects.toThrow('Slack did not say which workspace its token is for.');
    expect(await userDirectory.who('U0ANA')).toBe('unknown');
  });
});

test('where nobody can say who reacted, it does not count, and the place is told what to do', async () => {
  await using blind = await together(['cronjob-nightly-invoices'], {
    scopes: manifestScopes.filter((scope) => scope !== 'users:read'),
  });
  const { runtime, slack, seen } = blind;
  const { sourceId } = await runtime.sendPage(runtime.world.pages[0]?.body ?? '');
  const { id } = await runtime.waitForIncident(sourceId, 'asked', 30_000);
  const asked = await seen((post) => JSON.stringify(post.metadata ?? {}).includes('question-'), 'the question');
  await slack.react('U0ANA', asked, '+1');
  await seen((post) => JSON.stringify(post.blocks).includes('A reaction did not count'), 'why it did not count');
  expect((await runtime.ports.approvals.ofIncident(id))[0]?.state).toBe('pending');
  // What a person says or presses still counts: the request itself says whose it is.
  await slack.press('U0ANA', asked, 'watchkeeper-approve');
  await expect
    .poll(async () => (await runtime.ports.approvals.ofIncident(id))[0]?.state, { timeout: 20_000 })
    .toBe('decided');
}, 60_000);
