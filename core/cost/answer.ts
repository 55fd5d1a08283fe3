// Answers a question about cost with a sentence, a breakdown, a comparison with the period before, and a chart.
import { barChart } from '../charts/bars.ts';
import { columnChart } from '../charts/columns.ts';
import { amount } from '../charts/units.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Account, Cost, CostQuery, Costs } from '../ports/costs.ts';
import type { Clock } from '../ports/world.ts';
import { clean, shorten } from '../text.ts';
import type { Place } from './account-context.ts';
import { originWords, tidy, titleOf } from './account-match.ts';
import { during, lengthInDays, type Period, periodBefore, yearBefore } from './parse-period.ts';
import { type CostChoice, type CostQuestion, readCostQuestion } from './parse-question.ts';

export type CostAnswer =
  | {
      readonly kind: 'answered';
      /** One sentence with the sum. */
      readonly text: string;
      /** More sentences, most important first. */
      readonly lines: readonly string[];
      /** SVG of the breakdown; absent if nothing was spent. */
      readonly chart?: string | undefined;
    }
  | { readonly kind: 'unclear'; readonly question: string; readonly choices: readonly CostChoice[] }
  /** The costs could not be read; the text says why. */
  | { readonly kind: 'gap'; readonly text: string }
  /** The text follows no question about cost. */
  | { readonly kind: 'nothing' };

/** `said`: the question, then the earlier questions that it follows, newest first. */
export async function answerCostQuestion(
  questions: readonly string[],
  { place, catalog }: { readonly place: Place; readonly catalog: Catalog | undefined },
  ports: { readonly costs: Costs; readonly clock: Clock },
): Promise<CostAnswer> {
  const known = await ports.costs.accounts();
  if (known.kind === 'gap') return { kind: 'gap', text: `The accounts are unknown: ${known.gap.reason}` };
  const accounts = known.accounts.map(tidy);
  const question = readCostQuestion(questions, { accounts, place, catalog, now: ports.clock.now() });
  return question.kind === 'asked' ? answer(question, accounts, ports.costs) : question;
}

type By = CostQuery['by'];
type ReadQuestion = Extract<CostQuestion, { kind: 'asked' }>;

/** The costs that a question needs. */
interface Bill {
  readonly question: ReadQuestion;
  /** `Media-prod (111111111111)`, `All 170 accounts`. */
  readonly subject: string;
  readonly now: readonly Cost[];
  /** Undefined if the costs of the period before could not be read. */
  readonly before: readonly Cost[] | undefined;
  readonly nameOf: (key: string) => string;
}

async function answer(question: ReadQuestion, known: readonly Account[], costs: Costs): Promise<CostAnswer> {
  const { period, accounts, origin, measure } = question;
  const several = accounts === 'all' || accounts.length > 1;
  const usual = several ? 'account' : 'service';
  const series = (question.by === 'day' || question.by === 'month') && measure !== 'moved';
  const by = series || measure !== 'moved' || isPart(question.by) ? (question.by ?? usual) : usual;
  const query = {
    accounts: accounts === 'all' ? [] : accounts.map(({ id }) => id),
    by,
    ...(question.tag === undefined ? {} : { tag: question.tag }),
  };
  const [now, before] = await Promise.all([
    costs.costs({ ...query, start: period.start, end: period.end }),
    costs.costs({ ...query, ...(question.comparedTo === undefined ? periodBefore(period) : yearBefore(period)) }),
  ]);
  if (now.kind === 'gap')
    return {
      kind: 'gap',
      text: isPart(question.by)
        ? `The cost of ${accounts === 'all' ? 'all accounts' : listed(accounts)} by ${question.by} is unknown: ${now.gap.reason}`
        : `The cost is unknown: ${now.gap.reason}`,
    };
  const names = new Map(known.map((account) => [account.id, account.state ? titleOf(account) : account.name]));
  const bill: Bill = {
    question,
    subject: accounts === 'all' ? `All ${known.length} accounts` : listed(accounts),
    now: finite(now.costs),
    before: before.kind === 'data' ? finite(before.costs) : undefined,
    nameOf: (key) =>
      by === 'account'
        ? (names.get(key) ?? key)
        : key === '' || key === 'NoRegion'
          ? `without ${by === 'tag' ? `the tag ${question.tag ?? ''}` : 'a region'}`
          : shorten(clean(key), 80),
  };
  const answerText = series ? seriesWords(bill, by) : measure === 'moved' ? movedWords(bill) : sumWords(bill, by);
  const [only] = accounts;
  return {
    kind: 'answered',
    text: answerText.text,
    lines: [
      ...(origin && typeof only === 'object' ? [originWords(origin, only)] : []),
      ...answerText.lines,
      ...(before.kind === 'gap' ? [`The cost of the period before is unknown: ${before.gap.reason}`] : []),
      ...(now.estimated
        ? ['The bill is not closed: these are estimates, and the last day or two are incomplete.']
        : []),
      'Unblended cost in US dollars, with tax, credits and refunds.',
    ],
    chart: answerText.chart,
  };
}

interface AnswerText {
  readonly text: string;
  readonly lines: readonly string[];
  readonly chart: string | undefined;
}

/** Renders the sum and its breakdown. */
const isPart = (by: By | undefined): boolean => by !== undefined && by !== 'day' && by !== 'month';

function sumWords(bill: Bill, by: By): AnswerText {
  const { question, subject, now, nameOf } = bill;
  const total = sum(now);
  const [first] = now;
  const greatest = now.slice(0, 3).map((cost) => `${nameOf(cost.key)} ${usd(cost.usd)}${share(cost.usd, total)}`);
  const text = `${subject} cost ${usd(total)} ${whenOf(question.period)}.`;
  return {
    text:
      question.measure === 'most' && first && first.usd > 0
        ? `${nameOf(first.key)} cost the most ${whenOf(question.period)}: ${usd(first.usd)}${share(first.usd, total)}.`
        : text,
    lines: [
      ...(question.measure === 'most' ? [text] : []),
      ...(greatest.length > 0
        ? [`Most of it${by === 'region' || by === 'tag' ? `, by ${by}` : ''}: ${greatest.join(', ')}.`]
        : []),
      ...(by === 'tag' && now.length > 0 && now.every(({ key }) => key === '')
        ? [
            `No cost carries the tag ${question.tag ?? ''}: it may not be activated as a cost allocation tag, or nothing has it.`,
          ]
        : []),
      ...comparisonOf(bill),
      ...biggestMoves(bill),
    ],
    chart: barChart({
      title: `${titleFor(bill)}${by === 'service' && question.accounts === 'all' ? ', by service' : ''}`,
      unit: 'USD',
      bars: drawn(now).map((cost) => ({ name: nameOf(cost.key), value: cost.usd })),
    }),
  };
}

/** Renders the sum and its course over the days or months. */
function seriesWords(bill: Bill, by: By): AnswerText {
  const { question, subject, now } = bill;
  const total = sum(now);
  const most = now.reduce<Cost | undefined>((best, one) => (best && best.usd >= one.usd ? best : one), undefined);
  const least = now.reduce<Cost | undefined>((best, one) => (best && best.usd <= one.usd ? best : one), undefined);
  const unit = by === 'month' ? 'month' : 'day';
  const span = now.length > 1 && most && least && most.usd - least.usd >= 0.005;
  return {
    text: `${subject} cost ${usd(total)} ${whenOf(question.period)}${now.length > 1 ? `, ${usd(total / now.length)} a ${unit} on average` : ''}.`,
    lines: [
      ...(span
        ? [`Most ${onOrIn(most.key, unit)}: ${usd(most.usd)}. Least ${onOrIn(least.key, unit)}: ${usd(least.usd)}.`]
        : []),
      ...comparisonOf(bill),
    ],
    chart: columnChart({
      title: `${titleFor(bill)}, by ${unit}`,
      unit: 'USD',
      columns: drawn(now).length === 0 ? [] : now.map((cost) => ({ name: shortDay(cost.key, unit), value: cost.usd })),
    }),
  };
}

const monthDay = (day: string, options: Intl.DateTimeFormatOptions): string =>
  Number.isFinite(Date.parse(day))
    ? new Date(day).toLocaleDateString('en-GB', { ...options, timeZone: 'UTC' })
    : shorten(clean(day), 20);
const onOrIn = (key: string, unit: 'day' | 'month'): string =>
  unit === 'day'
    ? `on ${monthDay(key, { day: 'numeric', month: 'long' })}`
    : `in ${monthDay(key, { month: 'long', year: 'numeric' })}`;
const shortDay = (key: string, unit: 'day' | 'month'): string =>
  monthDay(key, unit === 'day' ? { day: 'numeric', month: 'short' } : { month: 'short', year: 'numeric' });

const maxMoved = 4;

/** Renders the changes since the period before, increases and decreases separately. */
function movedWords(bill: Bill): AnswerText {
  const { question, subject, now, before, nameOf } = bill;
  const text = `${subject} cost ${usd(sum(now))} ${whenOf(question.period)}`;
  if (before === undefined) return { text: `${text}.`, lines: [], chart: undefined };
  const moves = movesOf(now, before).filter(({ change }) => Math.abs(change) >= 0.005);
  const movesText = (up: boolean) =>
    moves
      .filter(({ change }) => change > 0 === up)
      .slice(0, maxMoved)
      .map(
        ({ key, was, is }) =>
          `${nameOf(key)} ${signed(is - was)} (${was === 0 ? 'new' : `${usd(was)} to ${usd(is)}${is === 0 ? ', gone' : ''}`})`,
      )
      .join(', ');
  const [more, less] = [movesText(true), movesText(false)];
  const [comparison = ''] = comparisonOf(bill);
  return {
    text: `${text}. ${comparison}`.trim(),
    lines: [
      ...(more === '' ? [] : [`More: ${more}.`]),
      ...(less === '' ? [] : [`Less: ${less}.`]),
      ...(moves.length === 0 ? ['No part of the cost has changed.'] : []),
    ],
    chart: barChart({
      title: `${titleFor(bill)}: change to ${spanOf(question)}`,
      unit: 'USD',
      bars: moves.map(({ key, change }) => ({ name: nameOf(key), value: change })),
      signed: true,
    }),
  };
}

/** The changes, greatest first. */
function movesOf(now: readonly Cost[], before: readonly Cost[]) {
  const [is, was] = [now, before].map((costs) => new Map(costs.map((cost) => [cost.key, cost.usd])));
  return [...new Set([...now, ...before].map(({ key }) => key))]
    .map((key) => ({ key, is: is?.get(key) ?? 0, was: was?.get(key) ?? 0 }))
    .map((one) => ({ ...one, change: one.is - one.was }))
    .sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || a.key.localeCompare(b.key));
}

function biggestMoves({ now, before, nameOf }: Bill): string[] {
  const [most] = before ? movesOf(now, before) : [];
  return most && before && Math.abs(most.change) >= 0.01 * Math.abs(sum(before)) && Math.abs(most.change) >= 0.005
    ? [`${nameOf(most.key)} moved the most: ${signed(most.change)}.`]
    : [];
}

function comparisonOf({ question, now, before }: Bill): string[] {
  if (before === undefined) return [];
  const [total, was] = [sum(now), sum(before)];
  const span = spanOf(question);
  if (Math.abs(was) < 0.005) return [`Nothing was spent in ${span}.`];
  if (was < 0) return [`In ${span} credits and refunds were more than what was spent (${usd(was)}).`];
  const change = (100 * (total - was)) / was;
  const how =
    Math.abs(change) < 0.5 ? 'As much as' : `${Math.abs(change).toFixed(0)} % ${change > 0 ? 'more' : 'less'} than`;
  return [`${how} in ${span} (${usd(was)}).`];
}

const spanOf = ({ period, comparedTo }: ReadQuestion): string =>
  comparedTo !== undefined
    ? 'the same days of the year before'
    : period.soFar && lengthInDays(period) > 1
      ? 'the same days of the time before'
      : 'the time before';
const whenOf = (period: Period): string => `${during(period)}${period.soFar ? ' so far' : ''}`;
const titleFor = ({ question: { accounts, period }, subject }: Bill): string =>
  `${accounts === 'all' ? 'All accounts' : shorten(subject, 60)}, ${period.name}${period.soFar ? ' so far' : ''}`;

const maxListed = 5;
const listed = (accounts: readonly Account[]): string =>
  [
    ...accounts.slice(0, maxListed).map(titleOf),
    ...(accounts.length > maxListed ? [`${accounts.length - maxListed} more`] : []),
  ].join(', ');

const finite = (costs: readonly Cost[]): Cost[] => costs.filter(({ usd }) => Number.isFinite(usd));
const drawn = (costs: readonly Cost[]): Cost[] => costs.filter(({ usd }) => Math.abs(usd) >= 0.005);
const usd = (value: number): string => amount(value, 'USD');
const signed = (value: number): string => `${value > 0 ? '+' : '−'}${usd(Math.abs(value))}`;
const sum = (costs: readonly Cost[]): number => costs.reduce((total, cost) => total + cost.usd, 0);
const share = (part: number, total: number): string =>
  total > 0 && part > 0 && part <= total ? ` (${Math.round((100 * part) / total)} %)` : '';
