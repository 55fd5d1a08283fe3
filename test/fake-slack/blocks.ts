// Block Kit's published limits as schemas (https://docs.slack.dev/reference/block-kit), for the blocks that a message may have. What does
// not fit is answered as Slack does: `invalid_blocks` with a pointer to the place.
import type { KnownBlock } from '@slack/types';
import * as z from 'zod';
import type { Wire } from './published.ts';

const plain = (max: number) =>
  z.strictObject({ type: z.literal('plain_text'), text: z.string().min(1).max(max), emoji: z.boolean().optional() });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal('mrkdwn'), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });
const text = (max: number) => z.union([plain(max), mrkdwn(max)]);
const id = z.string().min(1).max(255);
const block = { block_id: id.optional() };

const confirm = z.strictObject({
  title: plain(100),
  text: text(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(['primary', 'danger']).optional(),
});
const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  action_id: id,
  url: z.url().max(3000).optional(),
  value: z.string().max(2000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
});
const option = z.strictObject({
  text: plain(75),
  value: z.string().min(1).max(150),
  description: plain(75).optional(),
});
const select = z.strictObject({
  type: z.literal('static_select'),
  action_id: id,
  options: z.array(option).min(1).max(100),
  placeholder: plain(150).optional(),
  initial_option: option.optional(),
  confirm: confirm.optional(),
});
const imageFields = {
  type: z.literal('image'),
  alt_text: z.string().min(1).max(2000),
  image_url: z.url().max(3000).optional(),
  slack_file: z.union([z.strictObject({ id: z.string() }), z.strictObject({ url: z.url() })]).optional(),
};
/** An image has one source: an address, or a file of Slack. */
function withOneSource<Given extends z.infer<z.ZodObject<typeof imageFields>>>(given: Given, context: z.RefinementCtx) {
  const { image_url, slack_file, ...rest } = given;
  if (image_url !== undefined && slack_file === undefined) return { ...rest, image_url, slack_file };
  if (image_url === undefined && slack_file !== undefined) return { ...rest, image_url, slack_file };
  context.addIssue('has one source');
  return z.NEVER;
}
const image = z.strictObject(imageFields).transform(withOneSource);
const element = z.discriminatedUnion('type', [button, select]);

const name = z.string().min(1);
const marked = z.boolean().optional();
const style = z
  .strictObject({ bold: marked, italic: marked, strike: marked, underline: marked, code: marked })
  .optional();
const textPart = z.strictObject({ type: z.literal('text'), text: z.string().min(1), style });
const linkPart = z.strictObject({
  type: z.literal('link'),
  url: name,
  text: z.string().optional(),
  unsafe: z.boolean().optional(),
  style,
});
const part = z.discriminatedUnion('type', [
  textPart,
  linkPart,
  z.strictObject({
    type: z.literal('emoji'),
    name,
    unicode: name.optional(),
    skin_tone: z.int().optional(),
    url: z.url().optional(),
    style,
  }),
  z.strictObject({ type: z.literal('user'), user_id: name, style }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: name, style }),
  z.strictObject({ type: z.literal('channel'), channel_id: name, style }),
  z.strictObject({ type: z.literal('team'), team_id: name, style }),
  z.strictObject({ type: z.literal('broadcast'), range: z.enum(['here', 'channel', 'everyone']), style }),
  z.strictObject({ type: z.literal('color'), value: name, style }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.int(),
    format: name,
    url: z.url().optional(),
    fallback: z.string().optional(),
    style,
  }),
]);
const border = z.union([z.literal(0), z.literal(1)]).optional();
const section = z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(part) });
const richText = z.discriminatedUnion('type', [
  section,
  z.strictObject({
    type: z.literal('rich_text_list'),
    style: z.enum(['bullet', 'ordered']),
    elements: z.array(section),
    indent: z.int().min(0).optional(),
    offset: z.int().min(0).optional(),
    border,
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(part), border }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(z.discriminatedUnion('type', [textPart, linkPart])),
    border,
  }),
]);

const Block = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), text: plain(150), ...block }),
  z.strictObject({ type: z.literal('divider'), ...block }),
  z
    .strictObject({
      type: z.literal('section'),
      text: text(3000).optional(),
      fields: z.array(text(2000)).min(1).max(10).optional(),
      accessory: z.union([button, select, image]).optional(),
      expand: z.boolean().optional(),
      ...block,
    })
    .refine((section) => section.text !== undefined || section.fields !== undefined, 'needs text or fields'),
  z.strictObject({
    type: z.literal('context'),
    elements: z
      .array(z.union([text(3000), image]))
      .min(1)
      .max(10),
    ...block,
  }),
  z
    .strictObject({ type: z.literal('actions'), elements: z.array(element).min(1).max(25), ...block })
    .refine(
      ({ elements }) => new Set(elements.map(({ action_id }) => action_id)).size === elements.length,
      'action_id is not unique',
    ),
  z.strictObject({ ...imageFields, title: plain(2000).optional(), ...block }).transform(withOneSource),
  z.strictObject({ type: z.literal('markdown'), text: z.string().min(1).max(12_000), ...block }),
  z.strictObject({ type: z.literal('rich_text'), elements: z.array(richText).min(1), ...block }),
]) satisfies z.ZodType<Wire<KnownBlock>>;
export type Block = z.infer<typeof Block>;

export type Checked =
  | { readonly ok: true; readonly blocks: readonly Block[] }
  | { readonly ok: false; readonly error: string; readonly messages: readonly string[] };

const refused = (error: string, ...messages: readonly string[]): Checked => ({ ok: false, error, messages });

/** `given` is the argument as it came: JSON text. */
export function checkBlocks(given: string | undefined): Checked {
  if (given === undefined || given === '') return { ok: true, blocks: [] };
  const parsed = json(given);
  if (!Array.isArray(parsed)) return refused('invalid_blocks_format', '[ERROR] blocks is no array');
  if (parsed.length > 50) return refused('invalid_blocks', '[ERROR] no more than 50 items allowed [json-pointer:/]');
  const blocks = z.array(Block).safeParse(parsed);
  if (!blocks.success) {
    const lines = blocks.error.issues.map(
      ({ message, path }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`,
    );
    return refused('invalid_blocks', ...lines);
  }
  const ids = blocks.data.flatMap(({ block_id }) => block_id ?? []);
  if (new Set(ids).size < ids.length) return refused('invalid_blocks', '[ERROR] block_id is not unique');
  if (textOf(blocks.data).length > 13_200) return refused('msg_blocks_too_long');
  const markdown = blocks.data.flatMap((one) => (one.type === 'markdown' ? one.text : [])).join('');
  if (markdown.length > 12_000) return refused('invalid_blocks', '[ERROR] markdown blocks exceed 12000 characters');
  return { ok: true, blocks: blocks.data };
}

/** Every text a person would see. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .map(([key, inner]) => (key === 'text' && typeof inner === 'string' ? inner : textOf(inner)))
    .join('');
}

export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
