// Block Kit's published limits as a table: how to make a block of a given size, and the size that Slack still takes.
// https://docs.slack.dev/reference/block-kit

export interface Limit {
  readonly of: string;
  readonly most: number;
  /** Blocks of the size `n`; the last one that is within the limit is `most`. */
  readonly blocks: (n: number) => readonly object[];
  /** Whether slack_sdk checks it, too; some limits it leaves to Slack. */
  readonly alsoInSdk: boolean;
}

const x = (n: number): string => 'x'.repeat(n);
const many = <One>(n: number, make: (index: number) => One): One[] =>
  Array.from({ length: n }, (_, index) => make(index));
const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const header = (text: string, more: object = {}) => ({ type: 'header', text: plain(text), ...more });
const section = (more: object) => ({ type: 'section', ...more });
const context = (...elements: object[]) => ({ type: 'context', elements });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const button = (more: object = {}) => ({ type: 'button', text: plain('Yes'), action_id: 'a', ...more });
const confirm = (more: object) =>
  button({
    confirm: { title: plain('t'), text: mrkdwn('t'), confirm: plain('y'), deny: plain('n'), ...more },
  });
const option = (n: number, more: object = {}) => ({ text: plain(`${n}`), value: `${n}`, ...more });
const select = (more: object) => ({ type: 'static_select', action_id: 's', options: [option(1)], ...more });
const url = (n: number) => `https://x.example/${x(n - 18)}`;
const image = (more: object) => ({ type: 'image', alt_text: 'a', image_url: url(30), ...more });

const limit = (of: string, most: number, blocks: Limit['blocks']): Limit => ({ of, most, blocks, alsoInSdk: true });
const onlySlack = (of: string, most: number, blocks: Limit['blocks']): Limit => ({
  of,
  most,
  blocks,
  alsoInSdk: false,
});

export const limits: readonly Limit[] = [
  limit('characters of a header', 150, (n) => [header(x(n))]),
  limit('characters of a block_id', 255, (n) => [header('h', { block_id: x(n) })]),
  limit('characters of a section', 3000, (n) => [section({ text: mrkdwn(x(n)) })]),
  limit('fields of a section', 10, (n) => [section({ fields: many(n, () => plain('f')) })]),
  onlySlack('characters of a field', 2000, (n) => [section({ fields: [plain(x(n))] })]),
  limit('elements of a context', 10, (n) => [context(...many(n, () => plain('c')))]),
  limit('buttons', 25, (n) => [actions(...many(n, (index) => button({ action_id: `a${index}` })))]),
  limit('characters of an action_id', 255, (n) => [actions(button({ action_id: x(n) }))]),
  limit('characters on a button', 75, (n) => [actions(button({ text: plain(x(n)) }))]),
  limit("characters of a button's value", 2000, (n) => [actions(button({ value: x(n) }))]),
  limit("characters of a button's address", 3000, (n) => [actions(button({ url: url(n) }))]),
  limit("characters of a button's label", 75, (n) => [actions(button({ accessibility_label: x(n) }))]),
  limit("characters of a dialog's title", 100, (n) => [actions(confirm({ title: plain(x(n)) }))]),
  limit("characters of a dialog's text", 300, (n) => [actions(confirm({ text: mrkdwn(x(n)) }))]),
  limit("characters of a dialog's yes", 30, (n) => [actions(confirm({ confirm: plain(x(n)) }))]),
  limit("characters of a dialog's no", 30, (n) => [actions(confirm({ deny: plain(x(n)) }))]),
  limit('options of a select', 100, (n) => [actions(select({ options: many(n, (index) => option(index)) }))]),
  limit('characters of an option', 75, (n) => [actions(select({ options: [option(1, { text: plain(x(n)) })] }))]),
  limit("characters of an option's value", 150, (n) => [actions(select({ options: [option(1, { value: x(n) })] }))]),
  limit('characters of a placeholder', 150, (n) => [actions(select({ placeholder: plain(x(n)) }))]),
  limit('characters that describe an image', 2000, (n) => [image({ alt_text: x(n) })]),
  limit("characters of an image's address", 3000, (n) => [image({ image_url: url(n) })]),
  limit("characters of an image's title", 2000, (n) => [image({ title: plain(x(n)) })]),
  limit('characters that describe an image in a context', 2000, (n) => [context(image({ alt_text: x(n) }))]),
  limit('characters of markdown', 12_000, (n) => [{ type: 'markdown', text: x(n) }]),
  onlySlack('blocks', 50, (n) => many(n, () => ({ type: 'divider' }))),
  onlySlack('buttons with one action_id', 1, (n) => [actions(...many(n, () => button()))]),
  onlySlack('blocks with one block_id', 1, (n) => many(n, () => header('h', { block_id: 'b' }))),
];

const richText = (...elements: object[]) => ({ type: 'rich_text', elements });
const line = (...elements: object[]) => ({ type: 'rich_text_section', elements });
const word = { type: 'text', text: 'word' };

/** Every kind of rich text, as Slack takes it. */
export const richTexts: readonly object[] = [
  richText(
    line(
      { ...word, style: { bold: true, italic: true, strike: true, code: true } },
      { type: 'link', url: 'https://x.example', text: 'there' },
      { type: 'emoji', name: 'fire' },
      { type: 'user', user_id: 'U0ANA' },
      { type: 'usergroup', usergroup_id: 'S0OPS' },
      { type: 'channel', channel_id: 'C0OPS' },
      { type: 'team', team_id: 'T0FAKE' },
      { type: 'broadcast', range: 'here' },
      { type: 'color', value: '#1d3557' },
      {
        type: 'date',
        timestamp: 1_763_606_820,
        format: '{date_num} {time}',
        fallback: 'then',
        url: 'https://x.example',
      },
    ),
    { type: 'rich_text_list', style: 'bullet', indent: 1, offset: 2, border: 1, elements: [line(word), line()] },
    { type: 'rich_text_preformatted', border: 0, elements: [word] },
    { type: 'rich_text_quote', elements: [word, { type: 'user', user_id: 'U0ANA' }] },
  ),
];

/** What is no rich text, and why. */
export const notRichTexts: readonly (readonly [string, object])[] = [
  ['nothing in it', richText()],
  ['text outside of a section', richText(word)],
  ['text without text', richText(line({ type: 'text' }))],
  ['an unknown element', richText(line({ type: 'mention', user_id: 'U0ANA' }))],
  ['a field too many', richText(line({ ...word, emoji: false }))],
  ['an unknown style', richText(line({ ...word, style: { blink: true } }))],
  ['a style that is no object', richText(line({ ...word, style: 'bold' }))],
  ['a user without an id', richText(line({ type: 'user' }))],
  ['a broadcast to nobody known', richText(line({ type: 'broadcast', range: 'all' }))],
  ['a date without a format', richText(line({ type: 'date', timestamp: 1_763_606_820 }))],
  ['a date that is no number', richText(line({ type: 'date', timestamp: 'now', format: '{time}' }))],
  ['a list without a style', richText({ type: 'rich_text_list', elements: [line(word)] })],
  ['a list of text', richText({ type: 'rich_text_list', style: 'bullet', elements: [word] })],
  ['a mention in code', richText({ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U0ANA' }] })],
];
