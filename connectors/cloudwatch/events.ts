// Reads the events of one log group by FilterLogEvents, which costs nothing per gigabyte. It is slow over large groups, so it reads the end of a window.
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import * as z from 'zod';
import { type Deadline, isRepeated, repeats, send } from '../aws-calls.ts';
import type { CloudWatchParts } from './client.ts';

/** Characters of one message that are kept. */
export const maxMessage = 16_384;
/** Characters of all messages of one reading. */
export const maxCharacters = 32 * 1024 * 1024;
const maxPages = 40;
const maxEvents = 10_000;

export interface LogEvent {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
  /** The log group, perhaps with its account before it (`111122223333:/aws/lambda/web`). */
  readonly group?: string | undefined;
}

export interface LogReading {
  readonly events: readonly LogEvent[];
  readonly missing: readonly string[];
  /** Present if nothing was read. */
  readonly failed?: string | undefined;
  /** Older or newer lines exist that were not read. */
  readonly cut: boolean;
}

const Page = z.object({
  events: z.array(z.object({ timestamp: z.number().optional(), message: z.string().optional() })).max(10_000),
  nextToken: z.string().min(1).optional(),
});

/** Times are epoch milliseconds. A page without events is not the end: only the absence of `nextToken` is. */
export async function readByFilter(
  { logs }: CloudWatchParts,
  { group, start, end }: { readonly group: string; readonly start: number; readonly end: number },
  deadline: Deadline,
): Promise<LogReading> {
  const events: LogEvent[] = [];
  let characters = 0;
  let nextToken: string | undefined;
  const stopped = (why: string): LogReading =>
    events.length === 0
      ? { events, missing: [], failed: why, cut: true }
      : { events, missing: [`newer lines of ${group} than the first ${events.length}, because ${why}`], cut: true };
  for (let pages = 0; pages < maxPages; pages += 1) {
    const answer = await send('logs:FilterLogEvents', Page, () =>
      logs.send(new FilterLogEventsCommand({ logGroupIdentifier: group, startTime: start, endTime: end, nextToken }), {
        abortSignal: deadline.signal,
      }),
    );
    if (answer.kind === 'failed') return stopped(answer.reason);
    if (isRepeated(nextToken, answer.data.nextToken)) return stopped(repeats('logs:FilterLogEvents'));
    for (const { timestamp, message } of answer.data.events) {
      if (timestamp === undefined || message === undefined || timestamp < start || timestamp > end) continue;
      if (events.length >= maxEvents || characters > maxCharacters) return stopped('the limit of lines was reached');
      characters += Math.min(message.length, maxMessage);
      events.push({ at: timestamp, message: message.slice(0, maxMessage), group });
    }
    nextToken = answer.data.nextToken;
    if (nextToken === undefined) return { events, missing: [], cut: false };
  }
  return stopped(`it has more than ${maxPages} pages`);
}
