// A message as Slack's blocks, within Slack's limits. Everything goes out as plain text, so that nothing a log line or an alert contains can
// mention, link or format.
import type { ActionsBlock, Button, HeaderBlock, KnownBlock, SectionBlock } from '@slack/types';
import { buttonId, sayId } from '../../core/incidents/slack.ts';
import type { Verdict } from '../../core/model/action.ts';
import type { Message } from '../../core/model/message.ts';
import { clean, shorten } from '../../core/text.ts';
import { mentionsOf } from './mentions.ts';

/** https://docs.slack.dev/reference/block-kit: 50 blocks, header 150, section text 3,000; the whole message about 13,000 characters. */
const limits = { blocks: 48, header: 150, section: 2900, total: 11_000 };

const labels: Record<Verdict, { readonly text: string; readonly style?: 'primary' | 'danger' }> = {
  approve: { text: 'Approve', style: 'primary' },
  'approve-and-remember': { text: "Approve and don't ask again" },
  reject: { text: 'Reject', style: 'danger' },
};

export function blocksOf(message: Message): KnownBlock[] {
  const header: HeaderBlock = {
    type: 'header',
    text: { type: 'plain_text', text: shorten(clean(message.headline) || 'Watchkeeper', limits.header), emoji: false },
  };
  const sections: SectionBlock[] = [];
  let total = message.headline.length;
  for (const line of message.lines) {
    const text = shorten(clean(line), limits.section);
    total += text.length;
    if (text === '' || total > limits.total || sections.length >= limits.blocks - 3) break;
    sections.push({ type: 'section', text: { type: 'plain_text', text, emoji: false } });
  }
  if (sections.length < message.lines.filter((line) => clean(line) !== '').length) {
    sections.push({
      type: 'section',
      text: { type: 'plain_text', text: 'There is more; it does not fit into a Slack message.', emoji: false },
    });
  }
  return [
    header,
    ...mentionsOf(message.mention),
    ...sections,
    ...(message.approval ? [buttons(message.approval)] : []),
    ...(message.choices && message.choices.length > 0 ? [choices(message.choices)] : []),
  ];
}

const buttons = ({ approvalId, rememberable = true }: NonNullable<Message['approval']>): ActionsBlock => ({
  type: 'actions',
  elements: Object.entries(labels)
    .filter(([verdict]) => rememberable || verdict !== 'approve-and-remember')
    .map(
      ([verdict, { text, style }]): Button => ({
        type: 'button',
        action_id: buttonId(verdict as Verdict),
        text: { type: 'plain_text', text, emoji: false },
        value: approvalId,
        ...(style === undefined ? {} : { style }),
      }),
    ),
});

/** Buttons that say their words for whoever presses them. */
const choices = (offered: NonNullable<Message['choices']>): ActionsBlock => ({
  type: 'actions',
  elements: offered.map(
    ({ label, says }, index): Button => ({
      type: 'button',
      action_id: `${sayId}${index}`,
      text: { type: 'plain_text', text: shorten(clean(label), 75), emoji: false },
      value: says,
    }),
  ),
});

/** The text for notifications. */
export const fallbackText = (message: Message): string => escaped(shorten(clean(message.headline), 1000));

/** Slack parses text outside of blocks; these three are special (https://docs.slack.dev/messaging/formatting-message-text). */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
