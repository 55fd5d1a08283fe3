// Renders a message as Slack's blocks, within Slack's limits. Text of telemetry, alerts and people is sent in forms that Slack does not parse:
// plain_text, text elements of rich text, or, for the named values in two columns, escaped and verbatim mrkdwn. So it mentions nobody, contains no
// links and reorders nothing. People, instants and buttons are blocks of their own.
import type {
  ActionsBlock,
  Button,
  ContextBlock,
  HeaderBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  RichTextBlock,
  RichTextSection,
  SectionBlock,
} from '@slack/types';
import { buttonId, textButtonPrefix } from '../../core/intake/slack.ts';
import { escaped } from '../../core/intake/slack-message.ts';
import type { Verdict } from '../../core/model/action.ts';
import type { Message } from '../../core/model/message.ts';
import { toneSigns, verdictButtons } from '../../core/record/labels.ts';
import { clean, shorten } from '../../core/text.ts';
import { clockTime, readableTimes } from '../../core/wording.ts';
import { isUser, mentionsOf, peopleOf } from './mentions.ts';

/**
 * https://docs.slack.dev/reference/block-kit: 50 blocks, header 150, section text 3,000 and fields 2,000, 10 fields, 10 elements of a
 * context; the whole message about 13,000 characters.
 */
const limits = { blocks: 48, header: 150, section: 2900, field: 400, total: 11_000, context: 2900 };

const styles: Partial<Record<Verdict, 'primary' | 'danger'>> = { approve: 'primary', reject: 'danger' };

type Element = RichTextSection['elements'][number];

export function blocksOf(message: Message): KnownBlock[] {
  const { approval, choices: offered, outcome } = message;
  const body = within([...bodyOf(message), ...excerptsOf(message), ...smallOf(message)], limits.blocks - 7);
  return [
    ...requestBlocks(message),
    headOf(message),
    ...mentionsOf(message.mention),
    ...body,
    ...(approval === undefined || outcome !== undefined ? [] : [expiry(approval.expiresAt)]),
    ...(approval === undefined ? [] : [buttons(approval)]),
    ...(outcome === undefined ? [] : [outcomeOf(outcome)]),
    ...(offered === undefined || offered.length === 0 ? [] : [choices(offered)]),
  ];
}

const visible = (text: string): string => readableTimes(clean(text));

/** A message about an incident begins with the facts; every other message begins with the sentence. */
const bodyOf = (message: Message): Sized[] =>
  message.kind === 'opened' ? [...factsOf(message), ...linesOf(message)] : [...linesOf(message), ...factsOf(message)];

/** The question that the message answers, if nobody else saw it. */
function requestBlocks({ asked }: Message): RichTextBlock[] {
  const text = asked?.unseen === true ? visible(asked.text) : '';
  if (asked === undefined || text === '') return [];
  return [rich([...peopleOf([asked.by]), { type: 'text', text: `: ${shorten(text, 300)}`, style: { italic: true } }])];
}

/** An answer is one line of a conversation; every other message gets a header, so that people find it in a channel. */
function headOf({ headline, tone, kind, lines, excerpts = [] }: Message): HeaderBlock | RichTextBlock | SectionBlock {
  const text = visible(headline) || 'Watchkeeper';
  if (kind === 'answer')
    return lines.length + excerpts.length === 0
      ? section(text)
      : rich([{ type: 'text', text: shorten(text, 300), style: { bold: true } }]);
  const sign = tone === undefined ? '' : `${toneSigns[tone]} `;
  return { type: 'header', text: { type: 'plain_text', text: shorten(`${sign}${text}`, limits.header), emoji: false } };
}

interface Sized {
  readonly block: KnownBlock;
  /** Characters that people read. */
  readonly size: number;
}

/** The longest prefix of the list within the limits of a message. */
function fitting<T>(all: readonly T[], sizeOf: (one: T) => number, most: number): T[] {
  let total = 0;
  const end = all.slice(0, most).findIndex((one) => {
    total += sizeOf(one);
    return total > limits.total;
  });
  return all.slice(0, end === -1 ? most : end);
}

/** As many blocks as fit, with a note if some do not. */
function within(all: readonly Sized[], most: number): KnownBlock[] {
  const some = fitting(all, ({ size }) => size, most);
  return [...some.map(({ block }) => block), ...(some.length < all.length ? [cut] : [])];
}

const section = (text: string): SectionBlock => ({
  type: 'section',
  text: { type: 'plain_text', text, emoji: false },
  expand: true,
});
const cut = section('There is more; it does not fit into a Slack message.');

function linesOf({ lines, kind, people = [] }: Message): Sized[] {
  if (kind === 'answer' && lines.length > 1 && lines.every((line) => !line.includes('\n'))) return listOf(lines);
  return lines.flatMap((line) => {
    const text = shorten(visible(line), limits.section);
    return text === '' ? [] : [{ block: withPeople(text, people) ?? section(text), size: text.length }];
  });
}

/** One block for lines that belong together. */
function listOf(lines: readonly string[]): Sized[] {
  const texts = lines.map((line) => shorten(visible(line), limits.section)).filter((text) => text !== '');
  const some = fitting(texts, (text) => text.length, texts.length);
  if (some.length === 0) return [];
  const elements = some.map(
    (text): RichTextSection => ({ type: 'rich_text_section', elements: [{ type: 'text', text }] }),
  );
  const list: RichTextBlock = { type: 'rich_text', elements: [{ type: 'rich_text_list', style: 'bullet', elements }] };
  return [
    { block: list, size: some.join('').length },
    ...(some.length < texts.length ? [{ block: cut, size: 0 }] : []),
  ];
}

/** Two columns; the names are our own text and bold. If Slack would format a value, the pair is plain text without a bold name. */
function factsOf({ facts = [] }: Message): Sized[] {
  const fields = facts.flatMap(({ name, value }): (PlainTextElement | MrkdwnElement)[] => {
    const text = shorten(visible(value), limits.field);
    if (text === '') return [];
    return formats.test(text)
      ? [{ type: 'plain_text', text: `${visible(name)}\n${text}`, emoji: false }]
      : [{ type: 'mrkdwn', text: `*${escaped(visible(name))}*\n${escaped(text)}`, verbatim: true }];
  });
  if (fields.length === 0) return [];
  return [{ block: { type: 'section', fields }, size: fields.reduce((size, { text }) => size + text.length, 0) }];
}

const formats = /[*_~`]|:[\w+-]+:/;

function excerptsOf({ excerpts = [] }: Message): Sized[] {
  return excerpts.flatMap(({ title, text }) => {
    const [name, content] = [visible(title), clean(text)];
    if (content === '') return [];
    const block: RichTextBlock = {
      type: 'rich_text',
      elements: [
        { type: 'rich_text_section', elements: [{ type: 'text', text: name || 'Seen', style: { bold: true } }] },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: content }] },
      ],
    };
    return [{ block, size: name.length + content.length }];
  });
}

function smallOf({ small = [] }: Message): Sized[] {
  const elements = small.flatMap((line) => {
    const text = shorten(visible(line), limits.context);
    return text === '' ? [] : [text];
  });
  return elements.map((text) => {
    const block: ContextBlock = { type: 'context', elements: [{ type: 'plain_text', text, emoji: false }] };
    return { block, size: text.length };
  });
}

/** The line with the people in it as mentions; undefined if it names none of them. */
function withPeople(text: string, people: readonly string[]): RichTextBlock | undefined {
  const named = people.filter((id) => isUser(id) && text.includes(id));
  if (named.length === 0) return undefined;
  const parts = text.split(new RegExp(`\\b(${named.join('|')})\\b`));
  return rich(
    parts.flatMap((part): Element[] => {
      if (part === '') return [];
      return named.includes(part) ? [{ type: 'user', user_id: part }] : [{ type: 'text', text: part }];
    }),
  );
}

const rich = (elements: Element[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});

/** An instant in the reader's time zone. */
const instant = (at: string): Element => ({
  type: 'date',
  timestamp: Math.floor(Date.parse(at) / 1000),
  format: '{date_short_pretty} {time}',
  fallback: clockTime(at),
});

const expiry = (expiresAt: string): RichTextBlock =>
  rich([
    { type: 'text', text: 'Can be answered until ' },
    instant(expiresAt),
    { type: 'text', text: '; 👍 and 👎 count, too.' },
  ]);

/** The outcome replaces the buttons and names the people who decided. */
const outcomeOf = ({ says, by, at }: NonNullable<Message['outcome']>): RichTextBlock =>
  rich([
    { type: 'text', text: visible(says) || 'Answered', style: { bold: true } },
    { type: 'text', text: ' by ' },
    ...peopleOf(by),
    { type: 'text', text: ' · ' },
    instant(at),
  ]);

const buttons = ({
  approvalId,
  rememberable = true,
  buttons: own,
}: NonNullable<Message['approval']>): ActionsBlock => ({
  type: 'actions',
  elements: (own ?? verdictButtons(rememberable)).map(({ verdict, label }): Button => {
    const style = styles[verdict];
    return {
      type: 'button',
      action_id: buttonId(verdict),
      text: { type: 'plain_text', text: shorten(label, 75), emoji: false },
      value: approvalId,
      ...(style === undefined ? {} : { style }),
    };
  }),
});

/** Buttons that send their words in the name of the person who presses them. */
const choices = (offered: NonNullable<Message['choices']>): ActionsBlock => ({
  type: 'actions',
  elements: offered.map(
    ({ label, says }, index): Button => ({
      type: 'button',
      action_id: `${textButtonPrefix}${index}`,
      text: { type: 'plain_text', text: shorten(clean(label), 75) || '…', emoji: false },
      value: says,
    }),
  ),
});

/** The text for notifications. */
export const fallbackText = (message: Message): string => escaped(shorten(visible(message.headline), 1000));
