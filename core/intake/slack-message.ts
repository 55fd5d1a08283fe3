// Reads a Slack message of any author into one text: its text, attachments (which most alerting apps still use) and blocks, with their fields and
// links. Pure. Every part is optional and untrusted.

import * as z from 'zod';
import { somebody } from '../language/tokens.ts';
import type { ChatMessage } from '../model/utterance.ts';
import { redact, redactUrl } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

const words = z.string().max(40_000).nullish().catch(undefined);
const Attachment = z.looseObject({
  title: words,
  title_link: words,
  text: words,
  pretext: words,
  fallback: words,
  footer: words,
  fields: z
    .array(z.looseObject({ title: words, value: words }))
    .max(100)
    .nullish()
    .catch(undefined),
  blocks: z.unknown().optional(),
});

export const SlackMessage = z.looseObject({
  ts: z.string().max(50),
  user: z.string().max(50).optional(),
  bot_id: z.string().max(50).nullish(),
  app_id: z.string().max(50).nullish(),
  username: z.string().max(200).nullish(),
  bot_profile: z.looseObject({ name: z.string().max(200).nullish() }).nullish(),
  text: words,
  attachments: z.array(Attachment).max(100).nullish().catch(undefined),
  blocks: z.unknown().optional(),
  metadata: z.looseObject({ event_type: z.string(), event_payload: z.unknown() }).nullish().catch(undefined),
});
export type SlackMessage = z.infer<typeof SlackMessage>;

/** Our own ids in a workspace. */
export interface Ourselves {
  readonly userId?: string | undefined;
  readonly botId?: string | undefined;
}

export const metadataType = 'watchkeeper_message';
const Metadata = z.looseObject({ key: z.string().max(300), incident: z.string().max(64) });

const maxText = 12_000;
const maxDepth = 8;

export function chatMessage(message: SlackMessage, us: Ourselves): ChatMessage {
  const isOwn =
    (message.bot_id != null && message.bot_id === us.botId) || (message.user != null && message.user === us.userId);
  const byApp = message.bot_id != null;
  // We trust only our own metadata: anybody can write it.
  const metadata =
    isOwn && message.metadata?.event_type === metadataType
      ? Metadata.safeParse(message.metadata.event_payload)
      : undefined;
  const parts = partsOf(message);
  const title = message.attachments?.find((one) => one.title)?.title ?? headerIn(message.blocks);
  return {
    ts: message.ts,
    from: isOwn ? 'us' : byApp ? 'app' : 'person',
    by:
      shorten(clean((byApp ? (message.bot_profile?.name ?? message.username) : message.user) ?? 'unknown'), 200) ||
      'unknown',
    text: shorten(
      clean(
        redact(
          parts
            .map(plain)
            .join('\n')
            .slice(0, 2 * maxText),
        ),
      ),
      maxText,
    ),
    ...(title ? { title: shorten(clean(redact(plain(title))), 1000) } : {}),
    fields: fieldsOf(message),
    links: [
      ...new Set([
        ...parts.flatMap(linksIn),
        ...(message.attachments ?? []).flatMap(({ title_link }) => title_link ?? []),
      ]),
    ]
      .filter((link) => link.length <= 1000 && URL.canParse(link))
      .flatMap((link) => redactUrl(link) ?? [])
      .slice(0, 20),
    ...(metadata?.success ? { key: metadata.data.key, incidentId: metadata.data.incident } : {}),
  };
}

function partsOf({ text, attachments, blocks }: SlackMessage): string[] {
  const ofBlocks = textsIn(blocks);
  const ofAttachments = (attachments ?? []).flatMap((one) => {
    const inner = textsIn(one.blocks);
    const own = [one.pretext, one.title, one.text, one.footer].filter(
      (part) => typeof part === 'string' && part !== '',
    ) as string[];
    return own.length + inner.length > 0 ? [...own, ...inner] : [one.fallback ?? ''];
  });
  // If a message has blocks, its `text` only repeats them for notifications.
  return [...(ofBlocks.length > 0 ? ofBlocks : [text ?? '']), ...ofAttachments].filter((part) => part !== '');
}

function fieldsOf({ attachments }: SlackMessage): Record<string, string> {
  const fields = (attachments ?? []).flatMap((one) => one.fields ?? []);
  return Object.fromEntries(
    fields
      .filter(({ title, value }) => title && value)
      .slice(0, 60)
      .map(({ title, value }) => [
        shorten(clean(plain(title ?? '')), 200) || 'field',
        shorten(clean(redact(plain(value ?? ''))), 1000),
      ]),
  );
}

/** Texts of all blocks at any depth: sections, fields, context, rich text. */
function textsIn(value: unknown, depth = 0): string[] {
  if (depth > maxDepth || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.slice(0, 200).flatMap((one) => textsIn(one, depth + 1));
  const { type, text, url, ...rest } = value as Record<string, unknown>;
  if (type === 'button') return [];
  if (typeof type === 'string' && inlines.has(type)) return [inlineText(rest.elements)];
  const own = typeof text === 'string' ? [text] : textsIn(text, depth + 1);
  const link = typeof url === 'string' && type === 'link' ? [`<${url}>`] : [];
  return [...own, ...link, ...Object.values(rest).flatMap((inner) => textsIn(inner, depth + 1))];
}

/** The elements of these blocks are parts of one line, not lines of their own. */
const inlines: ReadonlySet<string> = new Set(['rich_text_section', 'rich_text_quote', 'rich_text_preformatted']);

/** Escapes the three special characters, so that Slack shows a text outside blocks literally (docs.slack.dev/messaging/formatting-message-text). */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function inlineText(elements: unknown): string {
  if (!Array.isArray(elements)) return '';
  return elements
    .slice(0, 500)
    .map((one) => {
      const { type, text, url, name } = (one ?? {}) as Record<string, unknown>;
      if (type === 'link' && typeof url === 'string')
        return typeof text === 'string' && text !== '' ? `<${url}|${escaped(text).replaceAll('|', ' ')}>` : `<${url}>`;
      if (type === 'emoji' && typeof name === 'string') return `:${name}:`;
      return typeof text === 'string' ? escaped(text) : '';
    })
    .join('');
}

function headerIn(blocks: unknown): string | undefined {
  if (!Array.isArray(blocks)) return undefined;
  const header = blocks.find((one) => (one as { type?: unknown } | null)?.type === 'header');
  return textsIn(header)[0];
}

const linksIn = (text: string): string[] =>
  [...text.matchAll(/<(https?:[^|>\s]+)(?:\|[^>]*)?>|(https?:\/\/[^\s<>|)]+)/g)].map(
    ([, inner, bare]) => inner ?? bare ?? '',
  );

/**
 * The words of a person, ready for parsing. Struck-through text keeps its marks, a link whose label is no part of its URL keeps both, so that the
 * label is not read as the person's words, and mentions of other people stay.
 */
export const wordsOf = (text: string, us: string | undefined): string =>
  plain(
    text
      .replaceAll(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id: string) =>
        us === undefined || id === us ? ' ' : ` ${somebody} `,
      )
      .replaceAll(/<![^>]*>/g, ` ${somebody} `)
      .replaceAll(/<#[^>]*>/g, ' #channel ')
      .replaceAll(/<(https?:[^|>\s]+)\|([^>]*)>/g, (_, url: string, label: string) =>
        url.includes(label) ? label : `${label} (${url})`,
      )
      .replaceAll('~', '\u223C'),
  );

/** mrkdwn without its markup: links and mentions become their words, and entities are decoded. */
export const plain = (text: string): string =>
  text
    .replaceAll(/<(https?:[^|>\s]+)\|([^>]*)>/g, '$2')
    .replaceAll(/<(https?:[^|>\s]+)>/g, '$1')
    .replaceAll(/<[@#!][^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<[@#!][^>]*>/g, '')
    .replaceAll(/(^|[\s(])[*_~]([^*_~\n]+)[*_~](?=$|[\s:.,;)])/g, '$1$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
