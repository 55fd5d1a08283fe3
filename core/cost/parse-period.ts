// Parses the days that a question about cost names, by rules. If the period is missing or ambiguous, it does not guess.
import { capitalize } from '../wording.ts';

export interface Period {
  /** First day, and the day after the last: `YYYY-MM-DD`, UTC. */
  readonly start: string;
  readonly end: string;
  /** The name of the period, which the parser reads as the same days: `November 2026`, `the last 7 days`. */
  readonly name: string;
  /** The period is not over; it ends today. */
  readonly soFar: boolean;
}

export type ReadPeriod =
  | { readonly kind: 'found'; readonly period: Period }
  | { readonly kind: 'none' }
  /** The days do not exist, or the text names more than one period. */
  | { readonly kind: 'strange'; readonly question: string };

export const monthNames = 'january february march april may june july august september october november december'.split(
  ' ',
);
const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const firstOf = (year: number, month: number): string => dayOf(Date.UTC(year, month, 1));

const month = `(?:${monthNames.map((name) => `${name.slice(0, 3)}${name.length > 3 ? `(?:${name.slice(3)})?` : ''}`).join('|')}|sept)`;
const dayOfMonth = String.raw`(\d{1,2})(?:st|nd|rd|th)?`;
const year = String.raw`(?:,?\s+(?:of\s+)?(20\d{2}))?`;
const isoDay = /\b(20\d{2})-(\d{2})-(\d{2})\b/g;
const dayNamed = [
  new RegExp(String.raw`\b(${month})\b\.?\s+${dayOfMonth}\b(?!\s*days?\b)${year}`, 'g'),
  new RegExp(String.raw`\b${dayOfMonth}\s+(?:of\s+)?(${month})\b\.?${year}`, 'g'),
] as const;
const isoMonth = /\b(20\d{2})-(0[1-9]|1[0-2])\b(?!-\d)/g;
const monthNamed = new RegExp(String.raw`\b(${month})\b\.?${year}`, 'g');
/** Words that make a range from the first named time to the last. */
const spans = /\b(?:to|until|till|through)\b|\bbetween\b.*\band\b|–| - /;
const since = /\bsince\b/;
const openStart = new RegExp(String.raw`\b(?:until|till|before|up to)\s+(?:the\s+)?(?:\d{1,2}|${month})`);
/** "3 to 9 November" and "November 3 to 9" name the month only once. */
const once = [
  [
    new RegExp(
      String.raw`\b${dayOfMonth}\s*(to|until|till|through|and|–|-)\s*(${dayOfMonth}\s+(?:of\s+)?(${month})\b)`,
      'g',
    ),
    '$1 $5 $2 $3',
  ],
  [
    new RegExp(String.raw`\b(${month})\s+${dayOfMonth}\s*(to|until|till|through|and|–|-)\s*(\d{1,2})\b(?!\d)`, 'g'),
    '$1 $2 $3 $1 $4',
  ],
] as const;
const several = {
  kind: 'strange',
  question: 'The question names more than one period. Which one do you mean?',
} as const;

/** `text`: in lower case. */
export function readPeriod(text: string, now: Date): ReadPeriod {
  const spelt = once.reduce((current, [pattern, instead]) => current.replace(pattern, instead), text);
  return openStart.test(spelt) && !/\b(?:from|between)\b/.test(spelt) && monthsIn(spelt, 2000, 0).length <= 1
    ? { kind: 'strange', question: 'From when until then?' }
    : spanIn(spelt, now);
}

function spanIn(text: string, now: Date): ReadPeriod {
  const [thisYear, thisMonth] = [now.getUTCFullYear(), now.getUTCMonth()];
  const today = dayOf(now.getTime());
  const ago = (days: number): string => dayOf(now.getTime() - days * dayMs);
  const upTo = (start: string, end: string, name: string): ReadPeriod => {
    const tomorrow = ago(-1);
    const soFar = end >= tomorrow;
    return { kind: 'found', period: { start, end: soFar ? tomorrow : end, name, soFar } };
  };
  const months = (from: number, count: number, name: string) =>
    upTo(firstOf(thisYear, from), firstOf(thisYear, from + count), name);
  const quarter = (index: number) => {
    const first = new Date(Date.UTC(thisYear, 3 * index, 1));
    return months(3 * index, 3, `Q${first.getUTCMonth() / 3 + 1} ${first.getUTCFullYear()}`);
  };

  const days = /\b(?:last|past|previous)\s+(\d{1,3})\s+days?\b/.exec(text)?.[1];
  if (days !== undefined && Number(days) > 0) return upTo(ago(Number(days)), today, `the last ${Number(days)} days`);
  const count = /\b(?:last|past|previous)\s+(\d{1,2})\s+months?\b/.exec(text)?.[1];
  if (count !== undefined && Number(count) > 0)
    return months(thisMonth - Number(count), Number(count), `the last ${Number(count)} months`);
  const relative = relatives.find(([pattern]) => pattern.test(text))?.[1];
  if (relative !== undefined && relative !== 'this month' && monthsIn(text, thisYear, thisMonth).length > 0)
    return several;
  switch (relative) {
    case 'yesterday':
      return upTo(ago(1), today, 'yesterday');
    case 'today':
      return upTo(today, ago(-1), 'today');
    case 'last week':
      return upTo(ago(7), today, 'the last 7 days');
    case 'last month':
      return months(thisMonth - 1, 1, nameOf(thisYear, thisMonth - 1));
    case 'last quarter':
      return quarter(Math.floor(thisMonth / 3) - 1);
    case 'this quarter':
      return quarter(Math.floor(thisMonth / 3));
    case 'last year':
      return upTo(firstOf(thisYear - 1, 0), firstOf(thisYear, 0), String(thisYear - 1));
    case 'this year':
      return upTo(firstOf(thisYear, 0), firstOf(thisYear + 1, 0), String(thisYear));
    case 'this month':
    case undefined:
      break;
  }

  const named = daysIn(text, now);
  if (named.kind === 'strange') return named;
  const [first, last] = [named.days[0], named.days.at(-1)];
  if (first !== undefined && last !== undefined) {
    const after = dayOf(Date.parse(last) + dayMs);
    if (named.days.length === 1)
      return since.test(text) ? upTo(first, ago(-1), `since ${dayName(first)}`) : upTo(first, after, dayName(first));
    return spans.test(text) && first < last && named.days.length === 2
      ? upTo(first, after, `from ${dayName(first)} to ${dayName(last)}`)
      : several;
  }
  const found = monthsIn(text, thisYear, thisMonth);
  const [from, to] = [found[0], found.at(-1)];
  if (from !== undefined && to !== undefined) {
    const [name, lastName] = [nameOf(2000, from), nameOf(2000, to)];
    if (found.length === 1)
      return since.test(text)
        ? upTo(firstOf(2000, from), ago(-1), `since ${name}`)
        : upTo(firstOf(2000, from), firstOf(2000, from + 1), name);
    return found.length === 2 && from < to && (spans.test(text) || to === from + 1)
      ? upTo(firstOf(2000, from), firstOf(2000, to + 1), `from ${name} to ${lastName}`)
      : several;
  }
  const inQuarter = /\bq([1-4])(?:\s+(?:of\s+)?(20\d{2}))?\b/.exec(text);
  if (inQuarter) {
    const at = Number(inQuarter[1]) - 1;
    const since = inQuarter[2] === undefined ? (3 * at > thisMonth ? -4 : 0) : 4 * (Number(inQuarter[2]) - thisYear);
    return quarter(at + since);
  }
  if (relative === 'this month') return months(thisMonth, 1, nameOf(thisYear, thisMonth));
  const whole = /\b(?:in|for|of|during)\s+(20\d{2})\b/.exec(text)?.[1];
  return whole === undefined ? { kind: 'none' } : upTo(firstOf(Number(whole), 0), firstOf(Number(whole) + 1, 0), whole);
}

const relatives = [
  [/\byesterday\b/, 'yesterday'],
  [/\btoday\b/, 'today'],
  [/\b(?:last|past|previous)\s+week\b/, 'last week'],
  [/\b(?:last|past|previous)\s+month\b/, 'last month'],
  [/\b(?:last|past|previous)\s+quarter\b/, 'last quarter'],
  [/\b(?:this|current)\s+quarter\b/, 'this quarter'],
  [/\b(?:last|past|previous)\s+year\b/, 'last year'],
  [/\b(?:this|current)\s+year\b/, 'this year'],
  [/\b(?:this|current)\s+month\b|\bso far\b/, 'this month'],
] as const;

/** A month without a year is the latest one that has begun. */
const yearOf = (index: number, month: string | undefined, thisYear: number, thisMonth: number): number =>
  month === undefined ? (index > thisMonth ? thisYear - 1 : thisYear) : Number(month);
const indexOf = (name: string): number => monthNames.findIndex((one) => one.startsWith(name.slice(0, 3)));

/** The named days, in the order of the text. */
function daysIn(
  text: string,
  now: Date,
): { readonly kind: 'days'; readonly days: readonly string[] } | Extract<ReadPeriod, { kind: 'strange' }> {
  const [thisYear, thisMonth] = [now.getUTCFullYear(), now.getUTCMonth()];
  const [monthFirst, dayFirst] = dayNamed;
  const parts = [
    ...[...text.matchAll(isoDay)].map(({ index, 0: match, 1: y, 2: m, 3: d }) => ({
      index,
      matched: match,
      day: [Number(y), Number(m) - 1, Number(d)] as const,
    })),
    ...[...text.matchAll(dayFirst)].map(({ index, 0: match, 1: d, 2: m = '', 3: y }) => ({
      index,
      matched: match,
      day: [yearOf(indexOf(m), y, thisYear, thisMonth), indexOf(m), Number(d)] as const,
    })),
  ];
  // "3 november 2026" does not start with a month; "november 3 2026" does not start with a day.
  const monthFirstDates = [...text.matchAll(monthFirst)].filter(
    ({ index }) => !parts.some((one) => index >= one.index && index < one.index + one.matched.length),
  );
  const all = [
    ...parts,
    ...monthFirstDates.map(({ index, 0: match, 1: m = '', 2: d, 3: y }) => ({
      index,
      matched: match,
      day: [yearOf(indexOf(m), y, thisYear, thisMonth), indexOf(m), Number(d)] as const,
    })),
  ].sort((a, b) => a.index - b.index);
  const impossible = all.find(({ day: [y, m, d] }) => new Date(Date.UTC(y, m, d)).getUTCMonth() !== m || d === 0);
  if (impossible) return { kind: 'strange', question: `There is no day ${impossible.matched.trim()}. For which time?` };
  return { kind: 'days', days: [...new Set(all.map(({ day: [y, m, d] }) => dayOf(Date.UTC(y, m, d))))] };
}

/** The named months, counted from January 2000, in the order of the text. */
function monthsIn(text: string, thisYear: number, thisMonth: number): number[] {
  const numbered = [...text.matchAll(isoMonth)].map(({ 1: y, 2: m }) => 12 * (Number(y) - 2000) + Number(m) - 1);
  const named = [...text.matchAll(monthNamed)].flatMap(({ 1: name = '', 2: year }) => {
    const index = indexOf(name);
    // "may" is also a verb.
    if (
      index === 4 &&
      year === undefined &&
      !new RegExp(`\\b(?:in|for|of|during|since|last|this|from|to|and|until|between|about)\\s+${name}\\b`).test(text)
    )
      return [];
    return [{ index, year }];
  });
  // "from October to November 2025" names the year only once.
  const lastYear = named.at(-1)?.year;
  return [
    ...new Set([
      ...numbered,
      ...named.map(({ index, year }) => 12 * (yearOf(index, year ?? lastYear, thisYear, thisMonth) - 2000) + index),
    ]),
  ];
}

function nameOf(inYear: number, inMonth: number): string {
  const at = new Date(Date.UTC(inYear, inMonth, 1));
  return `${capitalize(monthNames[at.getUTCMonth()] ?? '')} ${at.getUTCFullYear()}`;
}
const dayName = (day: string): string =>
  `${Number(day.slice(8))} ${capitalize(monthNames[Number(day.slice(5, 7)) - 1] ?? '')} ${day.slice(0, 4)}`;

/** The period inside a sentence: `in November 2026`, `on 3 November 2026`, `yesterday`. */
export const during = ({ name }: Period): string =>
  /^(?:the |from |since |yesterday$|today$)/.test(name) ? name : /^\d{1,2} /.test(name) ? `on ${name}` : `in ${name}`;

export const lengthInDays = ({ start, end }: Period): number => (Date.parse(end) - Date.parse(start)) / dayMs;

/** The same days a year before. */
export function yearBefore({ start, end }: Pick<Period, 'start' | 'end'>): {
  readonly start: string;
  readonly end: string;
} {
  const back = (day: string) => {
    const at = new Date(`${day}T00:00:00Z`);
    return dayOf(Date.UTC(at.getUTCFullYear() - 1, at.getUTCMonth(), at.getUTCDate()));
  };
  return { start: back(start), end: back(end) };
}

/** The same number of days right before the period, so that two unequal months are not compared; for a complete month, the month before. */
export function periodBefore({ start, end, soFar }: Period): { readonly start: string; readonly end: string } {
  const [from, to] = [new Date(`${start}T00:00:00Z`), new Date(`${end}T00:00:00Z`)];
  const isMonths = from.getUTCDate() === 1 && (soFar || to.getUTCDate() === 1);
  if (!isMonths) return { start: dayOf(2 * from.getTime() - to.getTime()), end: start };
  const spanned =
    (to.getUTCFullYear() - from.getUTCFullYear()) * 12 +
    (to.getUTCMonth() - from.getUTCMonth()) +
    (to.getUTCDate() > 1 ? 1 : 0);
  if (!soFar) return { start: firstOf(from.getUTCFullYear(), from.getUTCMonth() - spanned), end: start };
  // A year so far is compared with the same part of the year before.
  const back = from.getUTCMonth() === 0 && spanned > 3 ? 12 * Math.ceil(spanned / 12) : spanned;
  const begin = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() - back, 1);
  return { start: dayOf(begin), end: dayOf(Math.min(begin + (to.getTime() - from.getTime()), from.getTime())) };
}
