// Delivers one message to its audience: the thread and, for a page, a PagerDuty note. A failed delivery is a value; the caller decides whether it is
// serious.
import type { Trigger } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { MessageFailed } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';
import { readableTimes } from '../wording.ts';

/** PagerDuty cuts a note at this length, in characters. */
const noteLength = 2000;
/** Limits of a message (core/model/message.ts). */
const limits = { headline: 300, line: 1500, lines: 30, small: 1000, smalls: 8 };

export interface Delivery {
  /** The number of places, and the deliveries that failed. */
  readonly places: number;
  readonly failures: readonly MessageFailed[];
}

export async function deliver(
  message: Message,
  about: MessageFailed['about'],
  trigger: Trigger,
  { chat, pager }: Pick<Ports, 'chat' | 'pager'>,
): Promise<Delivery> {
  const fitting = fitted(message);
  const failures: MessageFailed[] = [];
  await chat.publish(fitting).catch(() => failures.push({ type: 'MessageFailed', place: 'thread', about }));
  if (trigger.kind !== 'page') return { places: 1, failures };
  const note = await pager.note(trigger.sourceId, noteOf(fitting));
  if (note.kind === 'gap') failures.push({ type: 'MessageFailed', place: 'page', about, reason: note.gap.reason });
  return { places: 2, failures };
}

/** Cuts a message to its limits. */
export function fitted(message: Message): Message {
  const { headline, lines, small } = message;
  return {
    ...message,
    headline: shorten(headline, limits.headline),
    lines: lines.slice(0, limits.lines).map((line) => shorten(line, limits.line)),
    ...(small === undefined ? {} : { small: small.slice(0, limits.smalls).map((line) => shorten(line, limits.small)) }),
  };
}

/** Renders a message as a PagerDuty note: text, most important first, because the end is cut. */
export function noteOf({ headline, lines, facts = [], small = [] }: Message): string {
  const named = facts.map(({ name, value }) => `${name}: ${value}`).join(' · ');
  const parts = [headline, ...lines, ...(named === '' ? [] : [named]), ...small];
  return shorten(readableTimes(parts.join('\n')), noteLength);
}
