import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksOf, escaped, fallbackText } from '../../../connectors/slack/blocks.ts';
import type { Message } from '../../../core/model/message.ts';

const aMessage = (over: Partial<Message> = {}): Message => ({
  key: 'diagnosis-inc-1',
  incidentId: 'inc-1',
  kind: 'diagnosis',
  headline: 'Job failed: CronJob nightly-invoices (very likely)',
  lines: ['ledger-api reset the connection.', 'No model took part; this is the analysis alone.'],
  ...over,
});
const approval = { approvalId: 'inc-1-rerun-cronjob', expiresAt: '2026-11-20T03:18:00.000Z' };

/** Slack's limits, as its reference gives them. */
function withinLimits(blocks: readonly KnownBlock[]): void {
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(16_000);
  let characters = 0;
  for (const block of blocks) {
    if (block.type === 'header') {
      expect(block.text.text.length).toBeGreaterThan(0);
      expect(block.text.text.length).toBeLessThanOrEqual(150);
    }
    if (block.type === 'section') {
      expect(block.text?.type).toBe('plain_text');
      expect(block.text?.text.length).toBeGreaterThan(0);
      expect(block.text?.text.length).toBeLessThanOrEqual(3000);
      characters += block.text?.text.length ?? 0;
    }
    if (block.type === 'actions') expect(block.elements.length).toBeLessThanOrEqual(25);
  }
  expect(characters).toBeLessThanOrEqual(13_000);
}

describe('a message as blocks', () => {
  test('is a header and a section a line, all of it plain text', () => {
    expect(blocksOf(aMessage())).toEqual([
      {
        type: 'header',
        text: { type: 'plain_text', text: 'Job failed: CronJob nightly-invoices (very likely)', emoji: false },
      },
      { type: 'section', text: { type: 'plain_text', text: 'ledger-api reset the connection.', emoji: false } },
      {
        type: 'section',
        text: { type: 'plain_text', text: 'No model took part; this is the analysis alone.', emoji: false },
      },
    ]);
  });

  test('with a question ends in three buttons that carry the approval', () => {
    const last = blocksOf(aMessage({ kind: 'question', approval })).at(-1);
    expect(last).toMatchObject({
      type: 'actions',
      elements: [
        { action_id: 'watchkeeper-approve', value: approval.approvalId, style: 'primary' },
        { action_id: 'watchkeeper-approve-and-remember', value: approval.approvalId },
        { action_id: 'watchkeeper-reject', value: approval.approvalId, style: 'danger' },
      ],
    });
  });

  test('of the longest content stays within the limits, keeps its buttons and says that it was cut', () => {
    const blocks = blocksOf(
      aMessage({ headline: 'h'.repeat(300), lines: Array.from({ length: 30 }, () => 'line '.repeat(300)), approval }),
    );
    withinLimits(blocks);
    expect(blocks.at(-1)?.type).toBe('actions');
    expect(JSON.stringify(blocks.at(-2))).toContain('There is more');
  });

  test('of any content stays within the limits', () => {
    const line = fc.string({ unit: 'binary', maxLength: 600 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.array(line, { maxLength: 30 }), (headline, lines) =>
        withinLimits(blocksOf(aMessage({ headline, lines, approval }))),
      ),
      { numRuns: 30 },
    );
  });

  test('cannot mention, link, format or reorder, whatever an alert says', () => {
    const hostile = '<!channel> <@U1> <https://evil.example|click> *bold* \u202e\u0000`x`';
    const blocks = blocksOf(aMessage({ headline: hostile, lines: [hostile] }));
    for (const block of blocks) expect(JSON.stringify(block)).not.toMatch(/mrkdwn|rich_text|\\u202e|\u202e|\\u0000/);
    expect(fallbackText(aMessage({ headline: hostile }))).toContain('&lt;!channel&gt; &lt;@U1&gt;');
  });
});

test('what Slack parses is escaped', () => {
  expect(escaped('a & b <!here>')).toBe('a &amp; b &lt;!here&gt;');
});

describe('people are told by name', () => {
  const withMentions = (mention: string[]) => JSON.stringify(blocksOf(aMessage({ mention })));
  test('by their ids, users and groups', () => {
    expect(withMentions(['U0123456789', 'S0123456789'])).toContain(
      '{"type":"user","user_id":"U0123456789"},{"type":"text","text":" "},{"type":"usergroup","usergroup_id":"S0123456789"}',
    );
  });
  test.each(['ana', '!channel', '<!here>', 'U1|x', 'u0123456789', 'UABC DEF'])('%s stays text', (id) => {
    expect(withMentions([id])).not.toMatch(/"type":"(?:user|usergroup|broadcast)"/);
  });
  test('and nobody where nobody was configured', () => {
    expect(withMentions([])).not.toContain('rich_text');
  });
});
