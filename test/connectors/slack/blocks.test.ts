import type { KnownBlock } from '@slack/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blocksOf, fallbackText } from '../../../connectors/slack/blocks.ts';
import { escaped } from '../../../core/intake/slack-message.ts';
import type { Message } from '../../../core/model/message.ts';
import { expectHarmless, mentionedIn, nodesIn } from '../../harmless.ts';

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
    if (block.type === 'section' && block.text) {
      expect(block.text.type).toBe('plain_text');
      expect(block.text.text.length).toBeGreaterThan(0);
      expect(block.text.text.length).toBeLessThanOrEqual(3000);
    }
    if (block.type === 'section' && block.fields) {
      expect(block.fields.length).toBeLessThanOrEqual(10);
      for (const { text } of block.fields) expect(text.length).toBeLessThanOrEqual(2000);
    }
    if (block.type === 'context') expect(block.elements.length).toBeLessThanOrEqual(10);
    if (block.type === 'actions') expect(block.elements.length).toBeLessThanOrEqual(25);
  }
  for (const { text } of nodesIn(blocks)) {
    if (typeof text !== 'string') continue;
    expect(text).not.toBe('');
    characters += text.length;
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
      {
        type: 'section',
        text: { type: 'plain_text', text: 'ledger-api reset the connection.', emoji: false },
        expand: true,
      },
      {
        type: 'section',
        text: { type: 'plain_text', text: 'No model took part; this is the analysis alone.', emoji: false },
        expand: true,
      },
    ]);
  });

  test('shows how things stand before its first word, named values in columns, and fine print last', () => {
    const blocks = blocksOf(
      aMessage({
        tone: 'good',
        lines: ['It succeeded at 2026-11-20T03:01:44.120Z.'],
        facts: [
          { name: 'Service', value: 'billing & co' },
          { name: 'Change', value: 'feature_flag_on' },
        ],
        small: ['Decided by walk-safe-actions.'],
      }),
    );
    expect(blocks).toMatchObject([
      { type: 'header', text: { text: '✅ Job failed: CronJob nightly-invoices (very likely)' } },
      { type: 'section', text: { text: 'It succeeded at 2026-11-20 03:01 UTC.' } },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*Service*\nbilling &amp; co', verbatim: true },
          // Underscores would format, so it is text.
          { type: 'plain_text', text: 'Change\nfeature_flag_on' },
        ],
      },
      { type: 'context', elements: [{ type: 'plain_text', text: 'Decided by walk-safe-actions.' }] },
    ]);
  });

  test('of an incident has what it is about before what was found', () => {
    const blocks = blocksOf(aMessage({ kind: 'opened', facts: [{ name: 'Service', value: 'billing' }] }));
    expect(blocks.map((block) => (block.type === 'section' && block.fields ? 'facts' : block.type))).toEqual([
      'header',
      'facts',
      'section',
      'section',
    ]);
  });

  test('that answers is no headline, lists what belongs together, and quotes letter by letter', () => {
    const excerpts = [{ title: '[2] logs: nightly-invoices', text: 'FATAL *run* aborted\n  at <main>' }];
    const blocks = blocksOf(
      aMessage({ kind: 'answer', headline: '1 of 3 pieces.', lines: ['One.', 'Two.'], excerpts }),
    );
    expect(blocks).toMatchObject([
      { type: 'rich_text', elements: [{ elements: [{ text: '1 of 3 pieces.', style: { bold: true } }] }] },
      { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements: [{}, {}] }] },
      {
        type: 'rich_text',
        elements: [
          { type: 'rich_text_section', elements: [{ text: '[2] logs: nightly-invoices' }] },
          { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'FATAL *run* aborted\n  at <main>' }] },
        ],
      },
    ]);
    expect(blocksOf(aMessage({ kind: 'answer', headline: 'Thank you.', lines: [] }))).toMatchObject([
      { type: 'section', text: { type: 'plain_text', text: 'Thank you.' } },
    ]);
  });

  test('of an answered question has no buttons, and says who and when in their own time', () => {
    const outcome = { says: 'Approved', by: ['U0123456789', 'ana', 'S0123456789'], at: '2026-11-20T03:01:00.000Z' };
    expect(blocksOf(aMessage({ kind: 'question', outcome })).at(-1)).toEqual({
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Approved', style: { bold: true } },
            { type: 'text', text: ' by ' },
            { type: 'user', user_id: 'U0123456789' },
            { type: 'text', text: ' and ' },
            { type: 'text', text: 'ana' },
            { type: 'text', text: ' and ' },
            { type: 'text', text: 'S0123456789' },
            { type: 'text', text: ' · ' },
            {
              type: 'date',
              timestamp: Date.parse('2026-11-20T03:01:00.000Z') / 1000,
              format: '{date_short_pretty} {time}',
              fallback: '03:01 UTC',
            },
          ],
        },
      ],
    });
  });

  test('names as people those that our own words name, and nobody else', () => {
    const lines = ['Done, approved by U0123456789 at 03:01 UTC.', 'A log line says <@U0999999999> and U0999999999.'];
    const blocks = blocksOf(aMessage({ lines, people: ['U0123456789', 'nobody'] }));
    expect(mentionedIn(blocks)).toEqual(['U0123456789']);
    expectHarmless(blocks, ['U0123456789']);
  });

  test('with a question ends in three buttons that carry the approval', () => {
    const [expiry, last] = blocksOf(aMessage({ kind: 'question', approval })).slice(-2);
    expect(expiry).toMatchObject({
      elements: [{ elements: [{ text: 'Can be answered until ' }, { type: 'date', fallback: '03:18 UTC' }, {}] }],
    });
    expect(last).toMatchObject({
      type: 'actions',
      elements: [
        { action_id: 'watchkeeper-approve', value: approval.approvalId, style: 'primary' },
        { action_id: 'watchkeeper-approve-and-remember', value: approval.approvalId },
        { action_id: 'watchkeeper-reject', value: approval.approvalId, style: 'danger' },
      ],
    });
  });

  test('with a question about a half-done plan ends in its own buttons', () => {
    const buttons = [
      { verdict: 'approve', label: 'Go on' },
      { verdict: 'take-back', label: 'Take it back' },
      { verdict: 'reject', label: 'Leave it as it is' },
    ] as const;
    const approval = { approvalId: 'ap-1', expiresAt: '2026-11-20T03:20:00.000Z', buttons: [...buttons] };
    const last = blocksOf(aMessage({ approval })).at(-1);
    expect(last).toMatchObject({
      type: 'actions',
      elements: buttons.map(({ verdict, label }) => ({
        action_id: `watchkeeper-${verdict}`,
        text: { text: label },
        value: 'ap-1',
      })),
    });
  });
  test('of the longest content stays within the limits, keeps its buttons and says that it was cut', () => {
    const blocks = blocksOf(
      aMessage({ headline: 'h'.repeat(300), lines: Array.from({ length: 30 }, () => 'line '.repeat(300)), approval }),
    );
    withinLimits(blocks);
    expect(blocks.at(-1)?.type).toBe('actions');
    expect(JSON.stringify(blocks.at(-3))).toContain('There is more');
  });

  test('of any content stays within the limits', () => {
    const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength });
    const messages = fc.record({
      kind: fc.constantFrom<Message['kind'][]>('opened', 'diagnosis', 'question', 'answer'),
      headline: text(300),
      facts: fc.array(fc.record({ name: text(60), value: text(400) }), { maxLength: 8 }),
      lines: fc.array(text(1500), { maxLength: 30 }),
      excerpts: fc.array(fc.record({ title: text(300), text: text(2048) }), { maxLength: 5 }),
      small: fc.array(text(1000), { maxLength: 8 }),
      choices: fc.array(fc.record({ label: text(75), says: fc.constant('why?') }), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(messages, (over) => {
        const blocks = blocksOf(aMessage({ ...over, approval }));
        withinLimits(blocks);
        expectHarmless(blocks);
      }),
      { numRuns: 60 },
    );
  });

  test('cannot mention, link, format or reorder, whatever an alert says', () => {
    const hostile = '<!channel> <@U1> <https://evil.example|click> *bold* \u202e\u0000`x`';
    const blocks = blocksOf(
      aMessage({
        headline: hostile,
        lines: [hostile],
        facts: [{ name: hostile, value: hostile }],
        excerpts: [{ title: hostile, text: hostile }],
        small: [hostile],
        outcome: { says: hostile, by: [hostile], at: '2026-11-20T03:01:00.000Z' },
      }),
    );
    for (const block of blocks) expect(JSON.stringify(block)).not.toMatch(/\\u202e|\u202e|\\u0000/);
    expectHarmless(blocks);
    // What formats stays text, too.
    expect(nodesIn(blocks).filter(({ type }) => type === 'mrkdwn')).toEqual([]);
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
