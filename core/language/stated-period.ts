// Reads the period that a question states: "for the last 2 hours", "since 14:00", "between 9:00 and 10:30", "last night"; and the period that it
// compares with: "against yesterday". Times without a zone are UTC. Pure.
import { statedTime } from '../context/stated-time.ts';

export interface Period {
  /** Epoch milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  /** The period in words, to follow a clause: "over the last 2 hours". */
  readonly words: string;
}

export interface StatedPeriod {
  readonly period?: Period | undefined;
  /** How much earlier the period is that the question compares with, and its words. */
  readonly against?: { readonly backMs: number; readonly words: string } | undefined;
  /** The period starts at the latest deploy. */
  readonly sinceDeploy: boolean;
  /** The text without the words about time. */
  readonly rest: string;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const units: Readonly<Record<string, readonly [ms: number, word: string]>> = {
  s: [1000, 'second'],
  m: [minuteMs, 'minute'],
  h: [hourMs, 'hour'],
  d: [dayMs, 'day'],
  w: [7 * dayMs, 'week'],
};
const counts: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
  few: 3,
  couple: 2,
};
const count = String.raw`(?<count>\d{1,4}(?:\.\d)?|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|few|couple)`;
const unit = `(?<unit>seconds?|secs?|minutes?|mins?|min|hours?|hrs?|hr|days?|weeks?|wks?|[smhdw])`;
const last = new RegExp(
  String.raw`\b(?:(?:for|over|in|of|during|within|from) )?(?:the )?(?:last|past|previous|recent) (?:${count} ?(?:of )?)?${unit}\b(?! (?:night|week|month))`,
  'i',
);
const back = new RegExp(String.raw`\b(?:for|over|in|within) ${count} ?${unit}\b`, 'i');
const against =
  /\b(?:(?:as )?(?:against|vs\.?|versus|compared? (?:to|with)|relative to|than|as|like|from|and|with|to)) (?:(?:the )?same (?:time|period|hours?) )?(?:of |on )?(?<word>yesterday|(?:the )?day before|a day ago|last week|a week ago|(?:the )?week before|an hour (?:ago|before)|the hour before|last month|before|usual(?:ly)?|normal)\b/i;
const explicit =
  /\b(?:against|vs\.?|versus|compared? (?:to|with)|compare|relative to|than|same (?:as|like)|different (?:from|than|to)|differ|difference)\b/i;
const clockPair = new RegExp(
  String.raw`\b(?:between|from) (?<from>${'TIME'}) ?(?:and|to|until|till|-) ?(?<to>now|${'TIME'})(?!\S)`.replaceAll(
    'TIME',
    String.raw`(?:yesterday |today )?(?:at )?\d{1,2}(?::\d\d)?(?: ?[ap]m)?(?: utc)?(?: yesterday| today)?`,
  ),
  'i',
);
const sinceWords = /\bsince (?:the )?(?:(?:last|latest|previous) )?(?:deploy(?:ment)?|release|rollout)\b/i;

/** A period of at least a minute that ends now at the latest. */
export function statedPeriod(text: string, now: Date): StatedPeriod {
  const compared = readAgainst(text);
  const rest = compared === undefined ? text : compared.rest;
  if (sinceWords.test(rest)) return { sinceDeploy: true, against: compared?.against, rest: without(rest, sinceWords) };
  const found =
    durationIn(rest, now) ?? pairIn(rest, now) ?? sinceIn(rest, now) ?? dayIn(rest, now) ?? momentIn(rest, now);
  return {
    sinceDeploy: false,
    against: compared?.against,
    ...(found && found.period.endMs - found.period.startMs >= minuteMs ? { period: found.period } : {}),
    rest: found?.rest ?? rest,
  };
}

function readAgainst(text: string): { against: NonNullable<StatedPeriod['against']>; rest: string } | undefined {
  const match = explicit.test(text) ? against.exec(text) : null;
  const word = match?.groups?.word?.toLowerCase();
  if (match === null || word === undefined) return undefined;
  const rest = without(text, against);
  if (/week/.test(word)) return { against: { backMs: 7 * dayMs, words: 'a week before' }, rest };
  if (/month/.test(word)) return { against: { backMs: 28 * dayMs, words: 'four weeks before' }, rest };
  if (/hour/.test(word)) return { against: { backMs: hourMs, words: 'an hour before' }, rest };
  return { against: { backMs: dayMs, words: 'a day before' }, rest };
}

interface FoundPeriod {
  readonly period: Period;
  readonly rest: string;
}

function durationIn(text: string, now: Date): FoundPeriod | undefined {
  const pattern = last.test(text) ? last : back;
  const groups = pattern.exec(text)?.groups;
  const known = units[groups?.unit?.charAt(0).toLowerCase() ?? ''];
  if (groups === undefined || known === undefined) return undefined;
  // "Last week" is the week before this one; "the last 2 weeks" reach to now.
  if (groups.count === undefined && /^w/i.test(groups.unit ?? '')) return undefined;
  const said = groups.count?.toLowerCase() ?? 'a';
  const number = counts[said] ?? Number(said);
  const [ms, word] = known;
  if (!(number > 0)) return undefined;
  const words = number === 1 ? `over the last ${word}` : `over the last ${number} ${word}s`;
  return {
    period: { startMs: now.getTime() - number * ms, endMs: now.getTime(), words },
    rest: without(text, pattern),
  };
}

function pairIn(text: string, now: Date): FoundPeriod | undefined {
  const groups = clockPair.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const day = /\b(?:yesterday|today|last night|on \w+day|\d{4}-\d\d-\d\d)\b/i.exec(text)?.[0] ?? '';
  const at = (words: string) => statedTime(`at ${wholeHour(words)} ${day}`, now.toISOString())?.atMs;
  const [from, to] = [at(groups.from ?? ''), /^now\b/i.test(groups.to ?? '') ? now.getTime() : at(groups.to ?? '')];
  if (from === undefined || to === undefined || to <= from) return undefined;
  return { period: between(from, to), rest: without(without(text, clockPair), days) };
}

const days =
  /\b(?:(?:in|of|over|during|from|on) )?(?:the )?(?<day>yesterday|today|tonight|last night|overnight|(?:this|the) morning|this afternoon|this week|last week|(?:(?:over|at|on) the |last )weekend|the night)\b/i;

function dayIn(text: string, now: Date): FoundPeriod | undefined {
  const day = days
    .exec(text)
    ?.groups?.day?.toLowerCase()
    .replace(/^(?:over|at|on) /, '');
  if (day === undefined || clock.test(text)) return undefined;
  const nowMs = now.getTime();
  const midnight = nowMs - (nowMs % dayMs);
  const monday = midnight - ((now.getUTCDay() + 6) % 7) * dayMs;
  const rest = without(text, days);
  const of = (startMs: number, endMs: number, words: string): FoundPeriod => ({
    period: { startMs, endMs: Math.min(endMs, nowMs), words },
    rest,
  });
  switch (day) {
    case 'yesterday':
      return of(midnight - dayMs, midnight, 'yesterday');
    case 'last night':
    case 'overnight':
    case 'the night':
      return of(midnight - 4 * hourMs, midnight + 8 * hourMs, 'last night (20:00 to 08:00 UTC)');
    case 'this week':
      return of(monday, nowMs, 'this week');
    case 'last week':
      return of(monday - 7 * dayMs, monday, 'last week');
    case 'the weekend':
    case 'last weekend':
      return of(monday - 2 * dayMs, monday, 'at the weekend');
    default:
      return of(midnight, nowMs, 'today');
  }
}
const clock = /\b\d{1,2}:\d\d\b|\b\d{1,2} ?[ap]m\b/i;
const since = /\b(?:since|from|after) (?<time>(?:[^?!]{1,40}))/i;
const atTime =
  /\b(?:(?:at|around|about|near) )?(?:(?:today|yesterday|last night),? (?:at |around )?)?\d{1,2}(?::\d\d|(?: ?[ap]m))(?: (?:utc|gmt|[a-z]{3,4}t))?(?:,? (?:today|yesterday|last night))?\b/i;

/** "Since 14:00" reaches to now. */
function sinceIn(text: string, now: Date): FoundPeriod | undefined {
  const said = since.exec(text)?.groups?.time;
  if (said === undefined) return undefined;
  const startMs = statedTime(`at ${wholeHour(said)}`, now.toISOString())?.atMs ?? dayIn(said, now)?.period.startMs;
  if (startMs === undefined) return undefined;
  return {
    period: { startMs, endMs: now.getTime(), words: `since ${moment(startMs)}` },
    rest: without(text, sinceTime),
  };
}

/** "14" and "14 o'clock" are 14:00. */
const wholeHour = (words: string): string =>
  words.replace(
    /^(?:at )?([01]?\d|2[0-3])(?: ?h| o'?clock)?(?=\s|$)(?! (?:minutes?|hours?|days?|weeks?|mins?|hrs?)\b)/,
    (_, hour: string) => `${hour.padStart(2, '0')}:00`,
  );

/** "At 14:00" is half an hour on either side. */
function momentIn(text: string, now: Date): FoundPeriod | undefined {
  const stated = statedTime(text, now.toISOString());
  if (stated === undefined) return undefined;
  const endMs = Math.min(stated.atMs + 30 * minuteMs, now.getTime());
  return {
    period: { startMs: stated.atMs - 30 * minuteMs, endMs, words: `around ${moment(stated.atMs)}` },
    rest: without(text, atTime),
  };
}
const sinceTime =
  /\b(?:since|from|after) (?:about |around )?(?:(?:today|yesterday|last night|this morning|monday|tuesday|wednesday|thursday|friday|saturday|sunday|[\d:]+(?: ?[ap]m)?|utc|gmt|at|o'?clock|on|ago|\d+ \w+|hours?|minutes?|days?|an|a)(?:[ ,]+|$))+/i;

const without = (text: string, pattern: RegExp): string => text.replace(pattern, ' ').replace(/\s+/g, ' ').trim();
const between = (startMs: number, endMs: number): Period => ({
  startMs,
  endMs,
  words: `between ${moment(startMs)} and ${moment(endMs)}`,
});

/** `2026-11-17 14:00 UTC`. */
export const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
