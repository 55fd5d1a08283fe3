// What a question about cost asks for, by rules: whose, and when. What it does not say is asked back, never guessed.
import type { Account } from '../ports/costs.ts';

export interface Period {
  /** First day, and the day after the last: `YYYY-MM-DD`, UTC. */
  readonly start: string;
  readonly end: string;
  /** In words: `November 2026`, `the last 7 days`. */
  readonly name: string;
  /** It is not over: its end is today. */
  readonly soFar: boolean;
}

export type CostQuestion =
  | { readonly kind: 'asked'; readonly period: Period; readonly accounts: 'all' | readonly Account[] }
  /** `choices`: what would make it clear, where there are a few. */
  | { readonly kind: 'unclear'; readonly ask: string; readonly choices: readonly string[] };

const monthNames = 'january february march april may june july august september october november december'.split(' ');
const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const firstOf = (year: number, month: number): string => dayOf(Date.UTC(year, month, 1));

/** Whether a text asks what something cost. */
export const asksForCost = (text: string): boolean =>
  /\b(?:costs?|spend(?:ing)?|spent|bills?|billing|expens(?:e|es|ive))\b|\bhow much (?:did|do|does|was|is|are|were|have)\b|\bmoney\b/i.test(
    text,
  );

/** `here` is the account that "this account" means, as far as the conversation has one. */
export function readCostQuestion(
  text: string,
  {
    accounts,
    here,
    now,
  }: { readonly accounts: readonly Account[]; readonly here: Account | undefined; readonly now: Date },
): CostQuestion {
  const whose = accountsIn(text, accounts, here);
  if (whose.kind === 'unclear') return whose;
  const period = periodIn(withoutNames(text, accounts), now);
  if (!period)
    return {
      kind: 'unclear',
      ask: 'For which time? A month, "last month", "yesterday" or "the last 7 days" will do.',
      choices: ['this month', 'last month'],
    };
  if (period.start >= period.end)
    return {
      kind: 'unclear',
      ask: `${capital(period.name)} has not begun yet. For which time?`,
      choices: ['last month'],
    };
  return { kind: 'asked', period, accounts: whose.accounts };
}

type Whose =
  | { readonly kind: 'found'; readonly accounts: 'all' | readonly Account[] }
  | Extract<CostQuestion, { kind: 'unclear' }>;
const maxChoices = 5;

function accountsIn(text: string, accounts: readonly Account[], here: Account | undefined): Whose {
  const ids = [...text.matchAll(/(?<!\d)\d{12}(?!\d)/g)].map(([id]) => id);
  const strange = ids.find((id) => !accounts.some((account) => account.id === id));
  if (strange !== undefined)
    return {
      kind: 'unclear',
      ask: `There is no account ${strange} in the organisation. Which one is meant?`,
      choices: [],
    };
  if (ids.length > 0) return { kind: 'found', accounts: accounts.filter(({ id }) => ids.includes(id)) };
  const named = namedIn(text, accounts);
  if (named.length > 0) return { kind: 'found', accounts: named };
  if (
    /\b(?:all|every|whole|entire|each)\b.{0,30}\b(?:accounts?|organi[sz]ation|company|fleet)\b|\b(?:in total|altogether|overall|our (?:aws )?bill)\b/i.test(
      text,
    )
  )
    return { kind: 'found', accounts: 'all' };
  const alike = alikeIn(text, accounts);
  const [only] = alike;
  if (alike.length === 1 && only) return { kind: 'found', accounts: [only] };
  if (alike.length > 1)
    return {
      kind: 'unclear',
      ask: `Which account is meant: ${alike
        .slice(0, maxChoices)
        .map(({ name }) => name)
        .join(', ')}${alike.length > maxChoices ? ' or another' : ''}?`,
      choices: alike.slice(0, maxChoices).map(({ name }) => name),
    };
  if (here) return { kind: 'found', accounts: [here] };
  if (accounts.length === 1) return { kind: 'found', accounts };
  return {
    kind: 'unclear',
    ask: 'Which account is meant? Its name or its id, or "all accounts".',
    choices: ['all accounts'],
  };
}

/** Accounts whose whole name is in the text; a name that is part of a longer one that is meant does not count. */
function namedIn(text: string, accounts: readonly Account[]): Account[] {
  const low = ` ${plain(text)} `;
  const found = accounts.filter(({ name }) => plain(name) !== '' && low.includes(` ${plain(name)} `));
  return found.filter(
    ({ name }) =>
      !found.some(
        (other) => plain(other.name) !== plain(name) && ` ${plain(other.name)} `.includes(` ${plain(name)} `),
      ),
  );
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
/** Words that tell accounts apart no more than people's way of asking does. */
const common = new Set(
  `the a an of in for to on our this that what was is were are did do does have has much how cost costs spend spent bill account accounts aws last month year week day days and or ${monthNames.join(' ')}`.split(
    ' ',
  ),
);

/** Accounts whose name shares the most telling words with the text. */
function alikeIn(text: string, accounts: readonly Account[]): Account[] {
  const words = new Set(
    plain(text)
      .split(' ')
      .filter((word) => !common.has(word) && word.length > 1),
  );
  const shared = accounts.map((account) => ({
    account,
    count: plain(account.name)
      .split(' ')
      .filter((word) => words.has(word)).length,
  }));
  const most = Math.max(0, ...shared.map(({ count }) => count));
  return most === 0 ? [] : shared.filter(({ count }) => count === most).map(({ account }) => account);
}

/** An account called "may-campaign" speaks of no month. */
function withoutNames(text: string, accounts: readonly Account[]): string {
  let low = ` ${text.toLowerCase()} `;
  for (const { name } of accounts) if (name.length > 2) low = low.replaceAll(name.toLowerCase(), ' ');
  return low.replace(/(?<!\d)\d{12}(?!\d)/g, ' ');
}

function periodIn(text: string, now: Date): Period | undefined {
  const today = dayOf(now.getTime());
  const tomorrow = dayOf(now.getTime() + dayMs);
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  const ended = (start: string, end: string, name: string): Period =>
    end > tomorrow ? { start, end: tomorrow, name, soFar: true } : { start, end, name, soFar: end === tomorrow };
  const months = (from: number, count: number, name: string) =>
    ended(firstOf(year, from), firstOf(year, from + count), name);

  const days = /\b(?:last|past)\s+(\d{1,3})\s+days?\b/.exec(text)?.[1];
  if (days !== undefined && Number(days) > 0)
    return {
      start: dayOf(now.getTime() - Number(days) * dayMs),
      end: today,
      name: `the last ${days} days`,
      soFar: false,
    };
  if (/\byesterday\b/.test(text))
    return { start: dayOf(now.getTime() - dayMs), end: today, name: 'yesterday', soFar: false };
  if (/\btoday\b/.test(text)) return { start: today, end: tomorrow, name: 'today', soFar: true };
  if (/\b(?:last|past)\s+week\b/.test(text))
    return { start: dayOf(now.getTime() - 7 * dayMs), end: today, name: 'the last 7 days', soFar: false };
  if (/\b(?:last|previous)\s+month\b/.test(text)) return months(month - 1, 1, nameOf(year, month - 1));
  if (/\b(?:this|current)\s+month\b|\bso far\b/.test(text)) return months(month, 1, nameOf(year, month));
  if (/\b(?:last|previous)\s+year\b/.test(text)) return ended(firstOf(year - 1, 0), firstOf(year, 0), String(year - 1));
  if (/\bthis\s+year\b/.test(text)) return ended(firstOf(year, 0), firstOf(year + 1, 0), String(year));

  const numbered = /\b(20\d{2})-(0[1-9]|1[0-2])\b(?!-\d)/.exec(text);
  if (numbered) return monthOf(Number(numbered[1]), Number(numbered[2]) - 1, ended);
  const named = new RegExp(
    `\\b(?:${monthNames.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?`).join('|')})\\b\\.?,?(?:\\s+(?:of\\s+)?(20\\d{2}))?`,
    'g',
  );
  for (const match of text.matchAll(named)) {
    const index = monthNames.findIndex((name) => name.startsWith(match[0].trim().slice(0, 3)));
    // "may" is a word, too.
    if (index === 4 && match[1] === undefined && !/\b(?:in|for|of|during|since|last|this)\s+may\b/.test(text)) continue;
    const inYear = match[1] === undefined ? (index > month ? year - 1 : year) : Number(match[1]);
    return monthOf(inYear, index, ended);
  }
  const wholeYear = /\b(?:in|for|of|during)\s+(20\d{2})\b/.exec(text)?.[1];
  if (wholeYear !== undefined)
    return ended(firstOf(Number(wholeYear), 0), firstOf(Number(wholeYear) + 1, 0), wholeYear);
  return undefined;
}

const monthOf = (year: number, month: number, ended: (start: string, end: string, name: string) => Period): Period =>
  ended(firstOf(year, month), firstOf(year, month + 1), nameOf(year, month));

function nameOf(year: number, month: number): string {
  const first = new Date(Date.UTC(year, month, 1));
  return `${capital(monthNames[first.getUTCMonth()] ?? '')} ${first.getUTCFullYear()}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** As many days right before it, so that two unequal months are not compared; for a month that is over, the month before. */
export function periodBefore({ start, end, soFar }: Period): { readonly start: string; readonly end: string } {
  const [from, to] = [new Date(`${start}T00:00:00Z`), new Date(`${end}T00:00:00Z`)];
  const isMonths = from.getUTCDate() === 1 && (soFar || to.getUTCDate() === 1);
  if (!isMonths) return { start: dayOf(2 * from.getTime() - to.getTime()), end: start };
  if (!soFar) {
    const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
    return { start: firstOf(from.getUTCFullYear(), from.getUTCMonth() - months), end: start };
  }
  const begin = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() - 1, 1);
  return { start: dayOf(begin), end: dayOf(Math.min(begin + (to.getTime() - from.getTime()), from.getTime())) };
}
