// People told by name. Only ids of Slack's own form become mentions; a message's `mention` comes from configuration, and anything else in
// it stays text.
import type { RichTextBlock, RichTextSection } from '@slack/types';

const user = /^[UW][A-Z0-9]{5,20}$/;
const group = /^S[A-Z0-9]{5,20}$/;

export function mentionsOf(ids: readonly string[] | undefined): RichTextBlock[] {
  if (ids === undefined || ids.length === 0) return [];
  const elements = ids
    .slice(0, 20)
    .flatMap((id): RichTextSection['elements'] => [
      ...(user.test(id) ? [{ type: 'user', user_id: id } as const] : []),
      ...(group.test(id) ? [{ type: 'usergroup', usergroup_id: id } as const] : []),
      ...(user.test(id) || group.test(id) ? [] : [{ type: 'text', text: id.slice(0, 80) } as const]),
      { type: 'text', text: ' ' },
    ]);
  return [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }];
}
