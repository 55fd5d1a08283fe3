import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf } from '../../connectors/slack/blocks.ts';
import { Message } from '../../core/model/message.ts';
import { pagerDuty, pagerDutyAlert } from '../fake-slack/alerts.ts';
import { checkBlocks } from '../fake-slack/blocks.ts';
import { together, wordsOf } from '../fake-slack/demo.ts';
import { ourBot } from '../fake-slack/workspace.ts';
import { pythonPackage } from '../python.ts';
import { limits, richTexts } from '../slack/limits.ts';

// Slack's own Python SDK judges our messages and the limits that the fake Slack enforces: its models carry the published limits. It counts
// code points where JavaScript counts UTF-16 units; Slack does not publish which, and what is short enough in units is in code points, too.

/** A complaint for each block, null where the SDK takes it. One question at a time. */
let judge: (blocks: readonly object[]) => Promise<(string | null)[]>;
let stop: (() => void) | undefined;

beforeAll(async () => {
  const python = spawn(
    join(await pythonPackage('slack_sdk', '3.48.0'), 'python'),
    [join(import.meta.dirname, 'slack.py')],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]();
  judge = async (blocks) => {
    python.stdin.write(`${JSON.stringify(blocks)}\n`);
    return JSON.parse((await lines.next()).value ?? '["The SDK ended."]');
  };
  stop = () => python.stdin.end();
});
afterAll(() => stop?.());

const complaints = async (blocks: readonly object[]) => (await judge(blocks)).filter((one) => one !== null);

describe('the SDK takes', () => {
  const us = `<@${ourBot.userId}>`;

  test('every message of the two demonstrations', async () => {
    const calls = [...(await aJobFailed()), ...(await throughputDropped())];
    const messages = calls.flatMap(({ given }) => (given.blocks === undefined ? [] : [JSON.parse(given.blocks)]));
    expect(messages.length).toBeGreaterThan(10);
    for (const blocks of messages) expect(await complaints(blocks)).toEqual([]);
  }, 60_000);

  async function aJobFailed() {
    await using place = await together(['cronjob-nightly-invoices']);
    const { slack, seen } = place;
    const failed = '[FIRING:1] KubeJobFailed: Job billing/nightly-invoices-29381640 failed to complete';
    const { post: alert } = await slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('QCRONJOB1', failed));
    const asks = await seen((post) => /^Rerun/.test(wordsOf(post)), 'the question');
    await slack.react('U0ANA', asks, '+1');
    await seen((post) => /^Recovered: .*have looked/s.test(wordsOf(post)), 'the end');
    await slack.say(
      'U0ANA',
      'C0ALERTS',
      `${us} next time you see this exact error, just rerun it automatically`,
      alert.ts,
    );
    const offer = await seen((post) => /without asking/.test(wordsOf(post)), 'the proposal');
    await slack.press('U0ANA', offer, 'watchkeeper-say-0');
    await seen((post) => /^Remembered/m.test(wordsOf(post)), 'what is remembered');
    return slack.calls;
  }

  async function throughputDropped() {
    await using place = await together(['throughput-drop-session-service'], {
      catalogue: 'environments: { production: { level: crawl } }\n',
    });
    const { slack, seen } = place;
    const { post: alert } = await slack.alert('C0ALERTS', pagerDuty, pagerDutyAlert('QTHROUGH1', 'Throughput dropped'));
    await slack.say('U0ANA', 'C0ALERTS', `${us} what's the issue with this service?`, alert.ts);
    await seen((post) => /No model took part/.test(wordsOf(post)), 'the diagnosis');
    await slack.say('U0ANA', 'C0ALERTS', `${us} what did you check?`, alert.ts);
    await seen((post) => /specialists have looked/.test(wordsOf(post)), 'what was checked');
    return slack.calls;
  }

  test('every message that there can be, and so does the fake', async () => {
    // Short ones, and ones as long as can be.
    const words = (maxLength: number) =>
      fc.oneof(
        fc.string({ unit: 'binary', maxLength }),
        fc.string({ unit: 'grapheme', maxLength, size: 'max' }).map((long) => long.slice(0, maxLength)),
        fc.constantFrom('', 'x'.repeat(maxLength), '🔥'.repeat(Math.floor(maxLength / 2))),
      );
    const message = fc
      .record(
        {
          key: fc.constant('key'),
          incidentId: fc.constant('inc-1'),
          kind: fc.constantFrom('opened', 'diagnosis', 'question', 'answer'),
          tone: fc.constantFrom('working', 'waiting', 'good', 'bad'),
          facts: fc.array(fc.record({ name: words(60), value: words(400) }), { maxLength: 8 }),
          excerpts: fc.array(fc.record({ title: words(300), text: words(2048) }), { maxLength: 5 }),
          small: fc.array(words(1000), { maxLength: 8 }),
          outcome: fc.record({
            says: words(200),
            by: fc.array(fc.oneof(fc.constant('U0123456789'), words(100)), { minLength: 1, maxLength: 10 }),
            at: fc.constant('2026-11-20T03:01:00.000Z'),
          }),
          people: fc.constant(['U0123456789']),
          headline: words(300),
          lines: fc.array(words(1500), { maxLength: 30 }),
          approval: fc.record({
            approvalId: fc.constant('inc-1-rerun'),
            expiresAt: fc.constant('2026-11-20T03:18:00.000Z'),
            rememberable: fc.boolean(),
          }),
          mention: fc.array(fc.oneof(fc.constantFrom('U0123456789', 'S0123456789'), words(100)), { maxLength: 25 }),
          choices: fc.array(fc.record({ label: words(75), says: words(300) }), {
            maxLength: 5,
          }),
        },
        { requiredKeys: ['key', 'incidentId', 'kind', 'headline', 'lines'] },
      )
      .filter((one) => Message.safeParse(one).success);
    await fc.assert(
      fc.asyncProperty(message, async (one) => {
        const blocks = blocksOf(Message.parse(one));
        expect(await complaints(blocks)).toEqual([]);
        expect(checkBlocks(JSON.stringify(blocks))).toMatchObject({ ok: true });
      }),
    );
  });

  test('every kind of rich text that the fake takes', async () => {
    expect(await complaints(richTexts)).toEqual([]);
  });
});

describe('the SDK has the same limits as the fake', () => {
  test.each(limits.filter(({ alsoInSdk }) => alsoInSdk))('$most $of, not one more', async ({ most, blocks }) => {
    expect(await complaints(blocks(most))).toEqual([]);
    expect(await complaints(blocks(most + 1))).toEqual([expect.stringContaining('SlackObjectFormationError')]);
  });

  test.each(limits.filter(({ alsoInSdk }) => !alsoInSdk))('but leaves to Slack: $of', async ({ most, blocks }) => {
    expect(await complaints(blocks(most + 1))).toEqual([]);
  });
});
