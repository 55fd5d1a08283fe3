// Renders people as mentions. Only ids of Slack's own form become mentions: those of a message's `mention`, which come from the configuration, and
// those of its `outcome`, which Slack itself sent with the answer. Everything else stays text.
import type { RichTextBlock, RichTextSection } from '@slack/types';
import { clean, shorten } from '../../core/text.ts';

const user = /^[UW][A-Z0-9]{2,20}$/;
const group = /^S[A-Z0-9]{5,20}$/;

export const isUser = (id: string): boolean => user.test(id);

type Element = RichTextSection['elements'][number];

const elementOf = (id: string): Element => {
  if (isUser(id)) return { type: 'user', user_id: id };
  if (group.test(id)) return { type: 'usergroup', usergroup_id: id };
  return { type: 'text', text: shorten(clean(id), 80) || 'somebody' };
};

export function mentionsOf(ids: readonly string[] | undefined): RichTextBlock[] {
  if (ids === undefined || ids.length === 0) return [];
  const elements = ids.slice(0, 20).flatMap((id): Element[] => [elementOf(id), { type: 'text', text: ' ' }]);
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }];
}

/** Several people as "ana and ben". */
export const peopleOf = (ids: readonly string[]): Element[] =>
  ids.flatMap((id, place): Element[] => [
    ...(place === 0 ? [] : [{ type: 'text', text: ' and ' } as const]),
    // Only a person answers, so an id in the form of a group stays text.
    group.test(id) ? { type: 'text', text: id } : elementOf(id),
  ]);
