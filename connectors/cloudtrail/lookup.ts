// Looks up events (LookupEvents): pages of 50 by one attribute, at most two requests a second for an account and region, within a time limit. Every
// lookup gets its first page before any gets its second, so that a service with many events does not hide the others.
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as z from 'zod';
import { type Deadline, isRepeated, repeats, send } from '../aws-calls.ts';

/** Only this is used of the SDK's client. */
export interface Trail {
  send(command: LookupEventsCommand, options: { readonly abortSignal: AbortSignal }): Promise<unknown>;
}

export interface Lookup {
  readonly by: 'EventSource' | 'ResourceName';
  readonly value: string;
}

const short = (max: number) => z.string().transform((text) => text.slice(0, max));
const Event = z.object({
  EventId: z.string().min(1).max(200),
  EventName: short(200),
  /** `true` or `false`, as text. */
  ReadOnly: z.string().nullish(),
  EventTime: z.date(),
  EventSource: short(200).nullish(),
  Username: short(200).nullish(),
  Resources: z
    .array(z.object({ ResourceType: short(100).nullish(), ResourceName: short(500).nullish() }))
    .nullish()
    .transform((all) => all?.slice(0, 50)),
  /** The whole event as JSON. */
  CloudTrailEvent: z.string().max(300_000).nullish().catch(undefined),
});
export type TrailEvent = z.infer<typeof Event>;
const Page = z.object({ Events: z.array(z.unknown()).nullish(), NextToken: z.string().max(10_000).nullish() });

export interface LookedUp {
  readonly events: readonly TrailEvent[];
  /** Each is a part of the question without an answer, in words. */
  readonly missing: readonly string[];
  readonly requests: number;
  readonly bytes: number;
}

/** The limit of two a second, with a margin. */
export const betweenMs = 550;
/** Pages of one lookup. */
const maxPages = 8;

export interface Pace {
  /** Waits until the next request may begin. Returns whether time is left. */
  turn(deadline: Deadline): Promise<boolean>;
}

/** One for each account and region, whatever asks. */
export function pace(everyMs = betweenMs): Pace {
  let next = 0;
  return {
    async turn(deadline) {
      const now = performance.now();
      const at = Math.max(now, next);
      if (at - now >= deadline.leftMs()) return false;
      next = at + everyMs;
      return at > now ? deadline.wait(at - now) : deadline.leftMs() > 0;
    },
  };
}

interface Open extends Lookup {
  readonly token?: string;
  readonly pages: number;
  /** Time of the oldest event until now. */
  readonly back?: Date;
}

export async function lookUp(
  trail: Trail,
  lookups: readonly Lookup[],
  { start, end, region, turns, deadline }: Bounds,
): Promise<LookedUp> {
  const queue: Open[] = lookups.map((one) => ({ ...one, pages: 0 }));
  const events = new Map<string, TrailEvent>();
  const missing: string[] = [];
  let requests = 0;
  let bytes = 0;
  let unreadable = 0;
  for (let open = queue.shift(); open !== undefined; open = queue.shift()) {
    if (open.pages >= maxPages || !(await turns.turn(deadline))) {
      missing.push(unread(open, region));
      continue;
    }
    const { by, value, token } = open;
    requests += 1;
    const answer = await send('cloudtrail:LookupEvents', Page, () =>
      trail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: by, AttributeValue: value }],
          StartTime: start,
          EndTime: end,
          MaxResults: 50,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
        { abortSignal: deadline.signal },
      ),
    );
    if (answer.kind === 'failed') {
      missing.push(`${value} in ${region}: ${answer.reason}`);
      // Without the right, no other lookup has an answer either.
      if (/right/.test(answer.reason)) return { events: [...events.values()], missing, requests, bytes };
      continue;
    }
    if (isRepeated(token, answer.data.NextToken)) {
      missing.push(`${unread(open, region)}: ${repeats('cloudtrail:LookupEvents')}`);
      continue;
    }
    const read = (answer.data.Events ?? []).slice(0, 50).flatMap((one) => {
      const event = Event.safeParse(one);
      if (!event.success) unreadable += 1;
      return event.success ? [event.data] : [];
    });
    for (const event of read) {
      bytes += event.CloudTrailEvent?.length ?? 0;
      if (event.EventTime >= start && event.EventTime <= end) events.set(event.EventId, event);
    }
    const { NextToken: next } = answer.data;
    const back = read.at(-1)?.EventTime ?? open.back;
    if (next) queue.push({ by, value, token: next, pages: open.pages + 1, ...(back === undefined ? {} : { back }) });
  }
  if (unreadable > 0) missing.push(`${unreadable} events in ${region}, which have a form that is not CloudTrail's`);
  return { events: [...events.values()], missing, requests, bytes };
}

interface Bounds {
  readonly start: Date;
  readonly end: Date;
  readonly region: string;
  readonly turns: Pace;
  readonly deadline: Deadline;
}

const unread = ({ value, back }: Open, region: string): string =>
  back === undefined
    ? `events of ${value} in ${region}`
    : `events of ${value} in ${region} before ${back.toISOString().slice(0, 16)}Z`;
