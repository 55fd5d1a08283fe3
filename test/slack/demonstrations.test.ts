import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pagerDuty, pagerDutyAlert } from '../fake-slack/alerts.ts';
import { together, wordsOf } from '../fake-slack/demo.ts';
import { ourBot } from '../fake-slack/workspace.ts';

// The two demonstrations of the case study, in Slack, with no service, cluster or namespace named by anybody.

const us = `<@${ourBot.userId}>`;
const jobFailed = '[FIRING:1] KubeJobFailed: Job billing/nightly-invoices-29381640 failed to complete';

test('a job failed: cause, question, thumbs-up, done, "don\'t ask me next time", and next time it does not', async () => {
  await using place = await together(['cronjob-nightly-invoices']);
  const { slack, seen, runtime } = place;
  const { post: alert } = await slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('QCRONJOB1', jobFailed));
  const question = await seen(
    (post) => post.blocks.some(({ type }) => type === 'actions') && /^Rerun/.test(wordsOf(post)),
    'the question',
  );
  expect(question.threadTs).toBe(alert.ts);
  expect(wordsOf(question)).toContain('Rerun CronJob billing/nightly-invoices');
  await slack.react('U0ANA', question, '+1::skin-tone-3');
  await seen((post) => /^Recovered/.test(wordsOf(post)), 'the recovery');
  await seen((post) => post.files.some(({ name }) => name.startsWith('postmortem-')), 'the postmortem as a file');
  const watched = await seen(
    (post) => post.edited && /^Recovered: .*have looked/s.test(wordsOf(post)),
    'the first message, up to date',
  );
  expect(wordsOf(watched)).toMatch(/Service.*Cluster.*\n?.*backend-1/s);
  expect(slack.workspace.posts.filter((post) => post.files.some(({ name }) => name === 'chart.png'))).toHaveLength(1);
  expect(wordsOf(question)).toMatch(/Approved\n by \nU0ANA/);
  expect(question.blocks.some(({ type }) => type === 'actions')).toBe(false);

  const wish = "next time you see this exact error, don't ask me, just rerun it automatically";
  await slack.say('U0ANA', 'C0ALERTS', `${us} ${wish}`, alert.ts);
  const proposal = await seen(
    (post) => /without asking/.test(wordsOf(post)) && /until/.test(wordsOf(post)),
    'the proposal',
  );
  await slack.press('U0ANA', proposal, 'watchkeeper-say-0');
  await seen((post) => /^Remembered/m.test(wordsOf(post)), 'what is remembered');

  await runtime.pages.send('cronjob-nightly-invoices', { vary: true });
  await seen((post) => post.channel === 'C0OPS' && /^Recovered/.test(wordsOf(post)), 'the second recovery');
  expect(slack.workspace.posts.filter((post) => post.channel === 'C0OPS' && /^Rerun/.test(wordsOf(post)))).toEqual([]);
}, 40_000);

test("what's the issue with this service? is answered from the alert above alone", async () => {
  await using place = await together(['throughput-drop-session-service'], {
    catalogue: 'environments: { production: { level: crawl } }\n',
  });
  const { slack, seen } = place;
  const { post: alert } = await slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('QTHROUGH1', 'Throughput dropped'));
  await slack.say('U0ANA', 'C0ALERTS', `${us} what's the issue with this service?`, alert.ts);
  const diagnosis = await seen(
    (post) => post.threadTs === alert.ts && /No model took part/.test(wordsOf(post)),
    'the diagnosis',
  );
  const first = slack.workspace.posts.find((post) => post.threadTs === alert.ts && post.botId === ourBot.botId);
  expect(wordsOf(first ?? diagnosis)).toMatch(/Investigat(ing|ed)/);
  const { post: why } = await slack.say('U0BEN', 'C0ALERTS', `${us} why do you think so?`, alert.ts);
  await seen((post) => /likely|possible|a guess/.test(wordsOf(post)) && post.ts > why.ts, 'the reasons');
  await slack.say('U0BEN', 'C0ALERTS', `${us} what did you check?`, alert.ts);
  await seen((post) => /specialists have looked/.test(wordsOf(post)), 'what was checked');
  await slack.say('U0BEN', 'C0ALERTS', `${us} show me the metrics`, alert.ts);
  await seen(
    (post) =>
      post.files.some(({ name, content }) => name === 'chart.png' && content?.subarray(1, 4).toString() === 'PNG'),
    'the chart of the metric that moved',
  );
  await slack.say('U0BEN', 'C0ALERTS', `${us} no, it was the cache`, alert.ts);
  await seen((post) => /^Thank you/.test(wordsOf(post)), 'the correction');
}, 40_000);

test('what an account cost is answered with a chart, in a direct message', async () => {
  await using place = await together(['cronjob-nightly-invoices']);
  const { slack, seen } = place;
  await slack.say('U0ANA', 'D0ANA', 'what was the cost of all accounts in November?');
  const answer = await seen((post) => post.channel === 'D0ANA' && post.botId === ourBot.botId, 'an answer');
  expect(wordsOf(answer)).toMatch(/USD|\$/);
  await seen(
    (post) => post.threadTs === answer.threadTs && post.files.some(({ name }) => name === 'chart.png'),
    'the chart',
  );
}, 40_000);

test('what this account cost is answered under an alert that names none, and its follow-ups too', async () => {
  const catalogue = readFileSync(new URL('../../config/catalog.yaml', import.meta.url), 'utf8');
  await using place = await together(['cronjob-nightly-invoices'], { catalogue });
  const { slack, seen, runtime } = place;
  const { post: alert } = await slack.alert('C0OPS', pagerDuty, pagerDutyAlert('QNEVERSEEN', jobFailed));
  await slack.say('U0ANA', 'C0OPS', `${us} what was the cost of this account last month?`, alert.ts);
  const answer = await seen(
    (post) => post.threadTs === alert.ts && /backend-prod \(111122223333\) cost/.test(wordsOf(post)),
    'an answer',
  );
  expect(wordsOf(answer)).toContain('backend-1 runs in backend-prod (111122223333), says the catalogue');
  await slack.say('U0ANA', 'C0OPS', `${us} per day`, alert.ts);
  await seen((post) => post.threadTs === alert.ts && /a day on average/.test(wordsOf(post)), 'the days');
  await slack.say('U0ANA', 'C0OPS', `${us} what did prod cost last month?`, alert.ts);
  const asked = await seen(
    (post) => post.threadTs === alert.ts && /Which account do you mean/.test(wordsOf(post)),
    'choices',
  );
  expect(JSON.stringify(asked.blocks)).toContain('"text":"frontend-prod"');
  await slack.press('U0ANA', asked, 'watchkeeper-say-1');
  await seen(
    (post) => post.threadTs === alert.ts && /frontend-prod \(444455556666\) cost/.test(wordsOf(post)),
    'what the button asks',
  );
  expect(await runtime.ports.incidents.list(10)).toEqual([]);
}, 40_000);
