import { describe, expect, test } from 'vitest';
import { chatMessage, SlackMessage, wordsOf } from '../../../core/intake/slack-message.ts';
import { parseAnswer } from '../../../core/language/parse-answer.ts';

// What people and apps write, read as text. Rich text is how Slack keeps every message that a person types.

const read = (message: object) =>
  chatMessage(SlackMessage.parse({ ts: '1700000000.000100', user: 'U1', ...message }), {});
const typed = (...elements: object[]) =>
  read({
    text: 'for notifications',
    blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }],
  });

describe('what a person typed', () => {
  test('is one line, however it is formatted', () => {
    const message = typed(
      { type: 'text', text: 'the ' },
      { type: 'text', text: 'billing', style: { code: true } },
      { type: 'text', text: ' job on ' },
      { type: 'text', text: 'backend-1', style: { bold: true } },
      { type: 'text', text: ' fails ' },
      { type: 'emoji', name: 'fire' },
    );
    expect(message.text).toBe('the billing job on backend-1 fails :fire:');
  });
  test('is read letter by letter: nothing in it is a link, a mention or an entity of Slack', () => {
    const message = typed({ type: 'text', text: 'a &amp; <https://evil.example|here> <!channel>' });
    expect(message.text).toBe('a &amp; <https://evil.example|here> <!channel>');
  });
  test('keeps its links', () => {
    const link = { type: 'link', url: 'https://acme.pagerduty.com/incidents/Q0123456', text: 'the page' };
    const message = typed({ type: 'text', text: 'see ' }, link);
    expect(message).toMatchObject({ text: 'see the page', links: [link.url] });
  });
  test('in a list is a line each', () => {
    const item = (text: string) => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] });
    const list = { type: 'rich_text_list', style: 'bullet', elements: [item('service: cart'), item('cluster: b-1')] };
    expect(read({ blocks: [{ type: 'rich_text', elements: [list] }] }).text).toBe('service: cart\ncluster: b-1');
  });
  test.each([
    [null],
    ['x'],
    [{ elements: 'x' }],
    [{ type: 'rich_text_section', elements: [null, 3, { type: 'text' }] }],
  ])('of a shape that Slack does not send is no text: %j', (odd) => {
    expect(read({ text: '', blocks: [{ type: 'rich_text', elements: [odd] }] }).text).toBe('');
  });
});

describe('what a person said', () => {
  test.each([
    ['<@UBOT> approve', 'approve'],
    ['<@UBOT> <@UANA> please approve this', '@somebody  please approve this'],
    ['<!here> go ahead', '@somebody  go ahead'],
    ['~approve~', '\u223Capprove\u223C'],
    ['<https://ci.example.com/4|rerun it>', 'rerun it (https://ci.example.com/4)'],
    ['restart <http://checkout.example.com|checkout.example.com>', 'restart checkout.example.com'],
    ['*roll it back*', 'roll it back'],
    ['&gt; approve', '> approve'],
  ])('%s', (text, words) => {
    expect(wordsOf(text, 'UBOT')).toBe(words);
  });
  test.each(['<@UBOT> <@UANA> approve', '~approve~', '&gt; approve'])(
    'is no answer where it was said to somebody else, struck through, linked or quoted: %s',
    (text) => {
      expect(['nothing', 'doubt']).toContain(parseAnswer(wordsOf(text, 'UBOT')).kind);
    },
  );
});
