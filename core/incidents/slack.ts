// Slack's requests, as far as we read them, and what they mean for us.
import * as z from 'zod';
import { Verdict } from '../model/action.ts';
import type { Trigger } from '../model/incident.ts';
import { redact } from '../redact.ts';
import type { Answer } from '../remediation/answer.ts';
import { clean, shorten } from '../text.ts';

/** Seconds since the epoch, with a serial number behind the point: also a message's identity in its channel. */
const SlackTime = z.string().regex(/^\d{1,11}\.\d{1,10}$/);

export const SlackEvents = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('url_verification'), challenge: z.string().max(500) }),
  z.looseObject({
    type: z.literal('event_callback'),
    event_id: z.string().min(1).max(100),
    event: z.looseObject({
      type: z.string().max(100),
      channel: z.string().max(50).optional(),
      user: z.string().max(50).optional(),
      bot_id: z.string().optional(),
      subtype: z.string().optional(),
      text: z.string().max(40_000).optional(),
      ts: SlackTime.optional(),
      thread_ts: SlackTime.optional(),
    }),
  }),
]);
export type SlackEvents = z.infer<typeof SlackEvents>;

/** A mention in a thread starts an investigation of that thread; anything else is not ours (yet), and bots are never answered. */
export function mentionTrigger(request: SlackEvents, now: Date): Trigger | undefined {
  if (request.type !== 'event_callback') return undefined;
  const { event } = request;
  if (event.type !== 'app_mention' || event.bot_id || event.subtype || !event.channel || !event.ts) return undefined;
  const threadTs = event.thread_ts ?? event.ts;
  const question = (event.text ?? '').replace(/<@[A-Z0-9]+>/g, '').trim();
  const occurredAt = new Date(Math.min(Number(event.ts) * 1000 || now.getTime(), now.getTime())).toISOString();
  return {
    kind: 'mention',
    eventId: request.event_id,
    sourceId: `slack-${event.channel}-${threadTs}`,
    occurredAt,
    title: shorten(clean(redact(question.slice(0, 4000))), 1000) || 'A mention without words',
    severity: 'unknown',
    details: {},
    slack: { channel: event.channel, threadTs, ...(event.user === undefined ? {} : { user: event.user }) },
  };
}

/** Ids of our buttons; the value is the approval's id. */
export const buttonId = (verdict: Verdict): string => `watchkeeper-${verdict}`;

export const SlackInteraction = z.looseObject({
  type: z.string(),
  user: z.looseObject({ id: z.string().min(1).max(50), username: z.string().max(200).optional() }),
  response_url: z.url().max(500).optional(),
  actions: z
    .array(z.looseObject({ action_id: z.string().max(255), value: z.string().max(2000).optional() }))
    .optional(),
});

export type SlackInteraction = z.infer<typeof SlackInteraction>;

/** The verdict that was pressed, or undefined for a button that is not one of ours. */
export function pressed(
  interaction: SlackInteraction,
): { approvalId: string; verdict: Verdict; by: string } | undefined {
  const action = interaction.actions?.[0];
  const verdict = Verdict.options.find((option) => buttonId(option) === action?.action_id);
  if (interaction.type !== 'block_actions' || !verdict || !action?.value) return undefined;
  return { approvalId: action.value, verdict, by: interaction.user.id };
}

/** What the person who pressed is told, and whether the question, now settled, makes room for it. */
export function replyTo(answer: Answer): { text: string; replace: boolean } {
  switch (answer.kind) {
    case 'decided':
    case 'already':
      return { text: `${answer.approval.question} ${answer.text}`, replace: true };
    case 'expired':
      return { text: answer.text, replace: true };
    case 'counted':
    case 'not-allowed':
    case 'not-found':
      return { text: answer.text, replace: false };
  }
}
