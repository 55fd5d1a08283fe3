// Says one thing to everybody who should hear it: the thread, and, for a page, a note on it. What cannot be reached is a value; whoever
// calls decides whether that is bad enough.
import type { Trigger } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { MessageFailed } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';
import { readableTimes } from '../wording.ts';

/** PagerDuty cuts a note here. */
const noteLength = 2000;
/** What a message may hold (core/model/message.ts). */
const limits = { headline: 300, line: 1500, lines: 30, small: 1000, smalls: 8 };

export interface Delivery {
  /** How many places there were, and which of them could not be told. */
  readonly places: number;
  readonly failures: readonly MessageFailed[];
}

export async function tell(
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

/** Cut to what a message may hold. */
export function fitted(message: Message): Message {
  const { headline, lines, small } = message;
  return {
    ...message,
    headline: shorten(headline, limits.headline),
    lines: lines.slice(0, limits.lines).map((line) => shorten(line, limits.line)),
    ...(small === undefined ? {} : { small: small.slice(0, limits.smalls).map((line) => shorten(line, limits.small)) }),
  };
}

/** A message as the pager shows it: text, most important first, because its end is cut. */
export function noteOf({ headline, lines, facts = [], small = [] }: Message): string {
  const named = facts.map(({ name, value }) => `${name}: ${value}`).join(' · ');
  const said = [headline, ...lines, ...(named === '' ? [] : [named]), ...small];
  return shorten(readableTimes(said.join('\n')), noteLength);
}
