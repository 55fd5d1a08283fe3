// Parses the fields that we need of Slack's requests, and translates them into utterances.
import * as z from 'zod';
import { isForUs } from '../language/for-us.ts';
import { parseTeaching } from '../language/parse-teaching.ts';
import { readIntent } from '../language/read-intent.ts';
import { Verdict } from '../model/action.ts';
import type { SlackOrigin } from '../model/slack-origin.ts';
import type { Place, Utterance, Words } from '../model/utterance.ts';
import { clean } from '../text.ts';
import { chatMessage, SlackMessage, wordsOf } from './slack-message.ts';
import { Envelope, type Sender, senderOf } from './slack-origin.ts';

/** Seconds since the epoch with a serial number after the point. It also identifies a message in its channel. */
const SlackTime = z.string().regex(/^\d{1,11}\.\d{1,10}$/);

export const SlackEvents = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('url_verification'), challenge: z.string().max(500) }),
  z.looseObject({
    type: z.literal('event_callback'),
    event_id: z.string().min(1).max(100),
    api_app_id: z.string().max(50).optional(),
    authorizations: z.array(z.looseObject({ user_id: z.string().max(50).optional() })).nullish(),
    event: z.looseObject({
      type: z.string().max(100),
      channel: z.string().max(50).optional(),
      user: z.string().max(50).optional(),
      bot_id: z.string().nullish(),
      subtype: z.string().optional(),
      text: z.string().max(40_000).optional(),
      ts: SlackTime.optional(),
      thread_ts: SlackTime.optional(),
      event_ts: SlackTime.optional(),
      channel_type: z.string().max(50).optional(),
      app_id: z.string().max(50).nullish(),
      reaction: z.string().max(200).optional(),
      item: z
        .looseObject({ type: z.string(), channel: z.string().max(50).optional(), ts: SlackTime.optional() })
        .optional(),
    }),
  }),
]);
export type SlackEvents = z.infer<typeof SlackEvents>;

/** The utterance that an event contains; undefined if the event is not for us. We never answer bots, least of all ourselves. */
export function utteranceOf(request: SlackEvents, now: Date, origin: SlackOrigin): Utterance | undefined {
  if (request.type !== 'event_callback') return undefined;
  const { event, event_id: eventId, api_app_id: ourApp, authorizations } = request;
  const us = authorizations?.[0]?.user_id;
  const at = instantOf(event.ts ?? event.event_ts, now);
  if (event.type === 'reaction_added') {
    const verdict = verdictOf(event.reaction);
    const { item, user } = event;
    if (!verdict || !user || user === us || item?.type !== 'message' || !item.channel || !item.ts) return undefined;
    return { kind: 'reaction', eventId, at, by: user, verdict, place: { channel: item.channel }, ts: item.ts };
  }
  const { channel, ts } = event;
  if (!channel || !ts || (us !== undefined && event.user === us)) return undefined;
  if (event.bot_id || event.subtype === 'bot_message') {
    const own = !!event.app_id && event.app_id === ourApp;
    // Only the first message of a thread is an alert. We never answer replies of other apps, so that two bots cannot talk to each other.
    if (event.type !== 'message' || own || event.thread_ts !== undefined) return undefined;
    const message = SlackMessage.safeParse(event);
    if (!message.success) return undefined;
    return { kind: 'alert', eventId, at, place: { channel, threadTs: ts }, message: chatMessage(message.data, {}) };
  }
  // Edits, deletions, joins and the like carry a subtype. An edit does not change what a person said first.
  if (!event.user || event.subtype) return undefined;
  const sender = senderOf(event, Envelope.parse(request), origin);
  if (sender.kind === 'bot' || sender.kind === 'foreign') return undefined;
  const mentions = /<@[A-Z0-9]+(?:\|[^>]*)?>/g;
  const words = (how: Words['how'], threadTs: string): Utterance => ({
    kind: 'words',
    how,
    eventId,
    at,
    by: event.user ?? '',
    text: clean(wordsOf(event.text ?? '', us)).slice(0, 4000),
    place: { channel, threadTs },
    proven: sender.kind === 'ours',
    ts,
  });
  if (event.type === 'app_mention') return words('mention', event.thread_ts ?? ts);
  if (event.type !== 'message') return undefined;
  if (event.channel_type === 'im') return words('direct', event.thread_ts ?? ts);
  // Slack sends a mention as app_mention too. A thread message without a mention counts only if it can be meant for nobody else.
  if (event.thread_ts === undefined || mentions.test(event.text ?? '')) return undefined;
  const text = wordsOf(event.text ?? '', us);
  const isAddressed = isForUs({ text, intent: readIntent(text), teaching: parseTeaching(text) });
  return isAddressed ? words('thread', event.thread_ts) : undefined;
}

/** 👍 and 👎 in every skin tone; other reactions mean nothing. */
function verdictOf(reaction: string | undefined): 'approve' | 'reject' | undefined {
  const name = reaction?.split('::')[0];
  if (name === '+1' || name === 'thumbsup') return 'approve';
  if (name === '-1' || name === 'thumbsdown') return 'reject';
  return undefined;
}

const instantOf = (ts: string | undefined, now: Date): string =>
  new Date(Math.min(Number(ts) * 1000 || now.getTime(), now.getTime())).toISOString();

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export const SlackCommand = z.looseObject({
  command: z.string().startsWith('/').max(100),
  text: z.string().max(4000).default(''),
  user_id: z.string().min(1).max(50),
  channel_id: z.string().min(1).max(50),
  trigger_id: z.string().min(1).max(150),
});

export const commandUtterance = (command: z.infer<typeof SlackCommand>, now: Date): Utterance => ({
  kind: 'words',
  how: 'command',
  eventId: `command-${command.trigger_id}`,
  at: now.toISOString(),
  by: command.user_id,
  text: clean(wordsOf(command.text, undefined)),
  proven: true,
  place: { channel: command.channel_id },
});

/** The utterance of a press of one of our buttons: a verdict, or the words that the button sends. Returns undefined for a foreign button. */
export function utteranceOfPress(interaction: SlackInteraction, sender: Sender, now: Date): Utterance | undefined {
  const { user, trigger_id: trigger, response_url: replyTo } = interaction;
  const action = interaction.actions?.[0];
  if (interaction.type !== 'block_actions' || !action?.value) return undefined;
  const verdict = Verdict.options.find((option) => buttonId(option) === action.action_id);
  const isTextButton = action.action_id.startsWith(textButtonPrefix);
  if (verdict === undefined && !isTextButton) return undefined;
  const place = placeOf(interaction);
  const header = {
    eventId: `press-${trigger ?? `${user.id}-${action.action_ts ?? interaction.message?.ts ?? action.value.slice(0, 100)}`}`,
    at: now.toISOString(),
    by: user.id,
  };
  if (sender.kind !== 'ours') return { kind: 'refused-press', ...header, place, replyTo };
  if (verdict !== undefined) {
    if (action.value.length > 300) return undefined;
    return { kind: 'press', ...header, place, replyTo, approvalId: action.value, verdict };
  }
  if (place === undefined) return undefined;
  return { kind: 'words', how: 'button', ...header, text: action.value.slice(0, 300), proven: true, place };
}

function placeOf({ channel, container, message }: SlackInteraction): Place | undefined {
  const id = channel?.id ?? container?.channel_id;
  const threadTs = message?.thread_ts ?? message?.ts;
  return id && threadTs ? { channel: id, threadTs } : undefined;
}

/** Prefix of the ids of buttons that send their value as words. */
export const textButtonPrefix = 'watchkeeper-say-';

/** Ids of our buttons; the value is the approval's id. */
export const buttonId = (verdict: Verdict): string => `watchkeeper-${verdict}`;

export const SlackInteraction = z.looseObject({
  type: z.string(),
  user: z.looseObject({ id: z.string().min(1).max(50), username: z.string().max(200).optional() }),
  response_url: z.url().max(500).optional(),
  trigger_id: z.string().max(150).optional(),
  channel: z.looseObject({ id: z.string().max(50) }).optional(),
  container: z.looseObject({ channel_id: z.string().max(50).optional() }).optional(),
  message: z.looseObject({ ts: SlackTime, thread_ts: SlackTime.optional() }).optional(),
  actions: z
    .array(
      z.looseObject({
        action_id: z.string().max(255),
        value: z.string().max(2000).optional(),
        action_ts: z.string().max(50).optional(),
      }),
    )
    .optional(),
});

export type SlackInteraction = z.infer<typeof SlackInteraction>;
