// Reads the time that a page's title states, as people write it: "yesterday at 14:30", "on 2 August 2025 at about 13:45 UTC", "3 hours ago". Times
// without a zone are UTC. Pure: the page's own time is the reference.

/** `since` reaches to the page; `at` is one moment. */
export interface StatedTime {
  readonly kind: 'at' | 'since';
  /** Epoch milliseconds. */
  readonly atMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const zones: Readonly<Record<string, number>> = {
  utc: 0,
  gmt: 0,
  z: 0,
  bst: 1,
  wet: 0,
  west: 1,
  cet: 1,
  cest: 2,
  eet: 2,
  eest: 3,
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  ist: 5.5,
  jst: 9,
};

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const dates = {
  iso: /\b(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)(?=\D|$)/,
  dayFirst: new RegExp(
    String.raw`\b(?<day>\d{1,2})(?:st|nd|rd|th)?\.? (?:of )?(?<name>${month})\b\.?,?(?: (?<year>\d{4}))?`,
    'i',
  ),
  monthFirst: new RegExp(
    String.raw`\b(?<name>${month})\b\.? (?<day>\d{1,2})(?:st|nd|rd|th)?\b,?(?: (?<year>\d{4}))?`,
    'i',
  ),
};
const clock =
  /(?<![\d:.-])(?<hour>[01]?\d|2[0-3]):(?<minute>[0-5]\d)(?::[0-5]\d)?(?:\.\d+)?(?: ?(?<half>[ap])\.?m\b\.?)?(?: ?(?<zone>UTC|GMT|Z|BST|WES?T|CES?T|EES?T|[ECMP][SD]T|IST|JST)\b| ?(?<sign>[+-])(?<offset>\d\d):?(?<offsetMinute>\d\d))?/i;
const hourOnly =
  /\b(?:at|around|about) (?:about |around )?(?<hour>1[0-2]|\d) ?(?<half>[ap])\.?m\b\.?(?: (?<zone>UTC|GMT))?/i;
const ago =
  /\b(?:about |around |some )?(?<count>\d{1,3}|an?|one|two|three|four|five|six) (?<unit>minutes?|mins?|hours?|hrs?|days?|weeks?) ago\b/i;
const since = /\b(?:since|from|starting|started|began|after)\b[^.?!]{0,20}$/i;
const numbers: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6 };

/** Undefined if the text states no time, or one that is not before `pagedAt` (UTC). */
export function statedTime(text: string, pagedAt: string): StatedTime | undefined {
  const paged = Date.parse(pagedAt);
  const found = timeAgo(text, paged) ?? clockTimeIn(text, paged);
  if (found === undefined || found.atMs > paged || found.atMs < paged - 400 * dayMs) return undefined;
  return { kind: since.test(text.slice(0, found.place)) ? 'since' : 'at', atMs: found.atMs };
}

interface Found {
  readonly atMs: number;
  /** Where the words begin. */
  readonly place: number;
}

function timeAgo(text: string, paged: number): Found | undefined {
  const match = ago.exec(text);
  if (!match?.groups) return undefined;
  const { count = '', unit = '' } = match.groups;
  const each = { m: minuteMs, h: hourMs, d: dayMs, w: 7 * dayMs }[unit.charAt(0).toLowerCase()] ?? minuteMs;
  return { atMs: paged - (numbers[count.toLowerCase()] ?? Number(count)) * each, place: match.index };
}

function clockTimeIn(text: string, paged: number): Found | undefined {
  const day = dayIn(text, paged);
  const rest = day ? `${text.slice(0, day.place)}${' '.repeat(day.length)}${text.slice(day.place + day.length)}` : text;
  // In an ISO instant, the time follows the date without a space.
  const match = clock.exec(rest.replace(/(?<= )T(?=\d\d:)/, ' ')) ?? hourOnly.exec(rest);
  if (!match?.groups) return undefined;
  const { hour = '0', minute = '0', half, zone, sign, offset, offsetMinute } = match.groups;
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const zoneHours =
    sign === undefined
      ? (zones[zone?.toLowerCase() ?? 'utc'] ?? 0)
      : (sign === '-' ? -1 : 1) * (Number(offset) + Number(offsetMinute) / 60);
  const timeOfDay = hours * hourMs + Number(minute) * minuteMs - zoneHours * hourMs;
  const place = Math.min(match.index, day?.place ?? match.index);
  if (day) return { atMs: day.startMs + timeOfDay, place };
  const today = paged - (paged % dayMs) + timeOfDay;
  return { atMs: today > paged ? today - dayMs : today, place };
}

/** The day that the text names; `startMs` is its midnight, UTC. */
function dayIn(text: string, paged: number): { startMs: number; place: number; length: number } | undefined {
  for (const pattern of [dates.iso, dates.dayFirst, dates.monthFirst]) {
    const match = pattern.exec(text);
    if (!match?.groups) continue;
    const { year, month: number, day, name } = match.groups;
    const at = name === undefined ? Number(number) - 1 : months.indexOf(name.slice(0, 3).toLowerCase());
    const startMs = Date.UTC(year === undefined ? new Date(paged).getUTCFullYear() : Number(year), at, Number(day));
    // A date without a year is the latest one that is past.
    const past =
      year === undefined && startMs > paged ? Date.UTC(new Date(paged).getUTCFullYear() - 1, at, Number(day)) : startMs;
    return { startMs: past, place: match.index, length: match[0].length };
  }
  const midnight = paged - (paged % dayMs);
  const relative =
    /\b(?:(?<yesterday>yesterday|last night)|(?<today>today|tonight|this (?:morning|afternoon|evening))|(?:on |last )(?<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b/i.exec(
      text,
    );
  if (!relative?.groups) return undefined;
  const { yesterday, weekday } = relative.groups;
  const back =
    weekday === undefined
      ? Number(yesterday !== undefined)
      : (new Date(paged).getUTCDay() - weekdays.indexOf(weekday.slice(0, 3).toLowerCase()) + 7) % 7;
  return { startMs: midnight - back * dayMs, place: relative.index, length: relative[0].length };
}
