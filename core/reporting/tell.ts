// Says one thing to everybody who should hear it: the thread, and, for a page, a note on it. What cannot be reached is a value; whoever
// calls decides whether that is bad enough.
import type { Trigger } from '../model/incident.ts';
import type { Message } from '../model/message.ts';
import type { Ports } from '../ports/index.ts';
import { shorten } from '../text.ts';

/** PagerDuty cuts a note here. */
const noteLength = 2000;
/** What a message may hold (core/model/message.ts). */
const limits = { headline: 300, line: 1500, lines: 30 };

export interface Told {
  /** How many places there were, and which of them could not be told, in words. */
  readonly places: number;
  readonly failures: readonly { readonly place: 'thread' | 'page'; readonly text: string }[];
}

export async function tell(
  message: Omit<Message, 'headline' | 'lines'> & { readonly headline: string; readonly lines: readonly string[] },
  trigger: Trigger,
  { chat, pager }: Pick<Ports, 'chat' | 'pager'>,
): Promise<Told> {
  const headline = shorten(message.headline, limits.headline);
  const lines = message.lines.slice(0, limits.lines).map((line) => shorten(line, limits.line));
  const failures: Told['failures'][number][] = [];
  await chat
    .publish({ ...message, headline, lines })
    .catch(() => failures.push({ place: 'thread', text: 'The thread could not be told.' }));
  if (trigger.kind !== 'page') return { places: 1, failures };
  const note = await pager.note(trigger.sourceId, shorten([headline, ...lines].join('\n'), noteLength));
  if (note.kind === 'gap') failures.push({ place: 'page', text: `The page got no note: ${note.gap.reason}` });
  return { places: 2, failures };
}
