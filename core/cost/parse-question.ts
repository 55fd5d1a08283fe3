// Parses a question about cost by the grammar's phrases: accounts, period and breakdown. If a follow-up leaves one of these out, the parser takes it
// from the earlier questions; otherwise it asks back and never guesses.

import { finderOf, grammarOf } from '../language/grammar/grammar.ts';
import { sentenceOf } from '../language/grammar/sentence.ts';
import { costPhrases, followUp } from '../language/intents/cost.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Account, CostQuery } from '../ports/costs.ts';
import { capitalize } from '../wording.ts';
import { nowhere, type Origin, type Place, placeNamed } from './account-context.ts';
import {
  type AccountMatch,
  accountOfPlace,
  accountsNamedIn,
  calledIn,
  maxLikely,
  titleOf,
  withoutNames,
} from './account-match.ts';
import { during, lengthInDays, type Period, readPeriod } from './parse-period.ts';

type By = CostQuery['by'];

/** A button: its label, and the complete question that it sends. */
export interface CostChoice {
  readonly label: string;
  readonly says: string;
}

export type CostQuestion =
  | {
      readonly kind: 'asked';
      readonly period: Period;
      readonly accounts: 'all' | readonly Account[];
      /** Why we chose this account, if the question does not name it. */
      readonly origin?: Origin | undefined;
      /** The breakdown that the question names; undefined if it names none. */
      readonly by: By | undefined;
      /** The key of the tag, for the breakdown by tag. */
      readonly tag?: string | undefined;
      /** `moved`: the changes since the period before. `most`: the item with the greatest cost. */
      readonly measure: 'sum' | 'moved' | 'most';
      /** Compared with the same days a year before; absent, with the period before. */
      readonly comparedTo?: 'last-year';
    }
  /** `choices`: complete questions that would remove the ambiguity. */
  | { readonly kind: 'unclear'; readonly question: string; readonly choices: readonly CostChoice[] }
  /** The text names no account, period or breakdown: it asks for nothing that this module answers. */
  | { readonly kind: 'nothing' };

/** "Compared with last year" names no period of its own. */
const lastYear =
  /\b(?:compared? (?:to|with)|versus|vs\.?|than|against|relative to)\s+(?:(?:the|that) same (?:month|time|period|days?|week)\s+(?:of\s+|in\s+)?|in\s+)?(?:last|the previous) year\b|\byear[- ](?:over|on)[- ]year\b|\byoy\b/i;

const find = finderOf(costPhrases, {});
const readFollowUp = grammarOf(followUp);
/** In order of precedence, if a question names several. */
const divisions = ['service', 'account', 'region', 'month', 'day'] as const satisfies readonly By[];
const divisionIn = (has: Has, text: string): By | undefined =>
  tagIn(text) === undefined ? divisions.find((by) => has(by)) : 'tag';
/** "By tag team", "by the team tag", "per tag cost-center". */
const tagPatterns: readonly RegExp[] = [
  /\b(?:by|per|for each) (?:the )?(?:cost(?:[- ]allocation)? )?tag:? ["'“]?(?<key>[\w:./=+@-]{1,127}[\w])["'”]?/iu,
  /\b(?:by|per|for each) (?:the )?["'“]?(?<key>[\w:./=+@-]{1,127}[\w])["'”]? tag\b/iu,
];
const notTags: ReadonlySet<string> = new Set([
  'and',
  'or',
  'for',
  'in',
  'of',
  'the',
  'each',
  'every',
  'cost',
  'last',
  'this',
]);
function tagIn(text: string): string | undefined {
  const key = tagPatterns.map((pattern) => pattern.exec(text)?.groups?.key).find((one) => one !== undefined);
  return key === undefined || notTags.has(key.toLowerCase()) ? undefined : key;
}
type Has = ReturnType<typeof find>;
const hasIn = (text: string): Has => find(sentenceOf(text));
const opensIn = (text: string) => readFollowUp(sentenceOf(text))?.slots.opens;

/** The longest follow-up, in characters. People paste longer texts, or talk about something else. */
const longestFollowUp = 100;
/** The parser reads at most this many characters of a question. */
const longest = 2000;

/** Whether a text can be a question about costs only as a follow-up to an earlier one. */
export const mayFollow = (text: string): boolean => text.trim().length <= longestFollowUp;
/** Whether the text refers to earlier questions although it asks about cost itself. */
export const goesOn = (text: string): boolean => mayFollow(text) && opensIn(text) === 'leaves';
export function isAboutChanges(text: string): boolean {
  const has = hasIn(text);
  return has('moved') && has('direction');
}

/** "Why?" and no more. */
export const isBareWhy = (text: string): boolean =>
  /^\W*(?:(?:and|but|so)\s+)?why(?:\s+(?:so|that|is that))?\W*$/i.test(text);

export interface CostSetting {
  readonly accounts: readonly Account[];
  /** The place where the person asks. */
  readonly place: Place;
  /** Undefined if the catalogue cannot be read. */
  readonly catalog: Catalog | undefined;
  readonly now: Date;
}

/** `said`: the question, then the earlier questions that it follows, newest first. */
export function readCostQuestion(
  questions: readonly string[],
  { accounts, place, catalog, now }: CostSetting,
): CostQuestion {
  const texts = questions.map((text) => text.slice(0, longest));
  const own = texts.length === 1;
  const matches = texts.map((one, index) =>
    accountsNamedIn(one, accounts, {
      named: catalog === undefined ? nowhere : placeNamed(one, catalog),
      loosely: own || index === texts.length - 1 || opensIn(one) !== undefined,
    }),
  );
  const periods = texts.map((one) => readPeriod(withoutNames(one.replace(lastYear, ' '), accounts), now));
  const [has = () => false, ...before] = texts.map(hasIn);
  const by = [has, ...before].map((one, index) => divisionIn(one, texts[index] ?? ''));
  const tag = texts.map(tagIn).find((one) => one !== undefined);
  const why = has('moved') && (own || has('direction') || isBareWhy(texts[0] ?? ''));
  const comparedTo = texts.some((one) => lastYear.test(one)) ? ('last-year' as const) : undefined;
  if (
    !own &&
    !lastYear.test(texts[0] ?? '') &&
    matches[0] === undefined &&
    periods[0]?.kind === 'none' &&
    by[0] === undefined &&
    !why
  )
    return { kind: 'nothing' };

  const match = matches.find((one) => one !== undefined) ?? 'here';
  const found: AccountMatch = match === 'here' ? accountOfPlace(place, accounts, texts.join(' ')) : match;
  const period = periods.find(({ kind }) => kind !== 'none') ?? { kind: 'none' };
  const measure = why ? 'moved' : has('which') && has('most') ? 'most' : 'sum';
  const rest = { by: by.find((one) => one !== undefined), measure } as const;
  const known = period.kind === 'found' ? period.period : undefined;
  if (found.kind === 'unclear')
    return {
      kind: 'unclear',
      question: found.question,
      choices: [
        ...(found.orAll ? [{ label: 'All accounts', says: sentence('all accounts', known, rest) }] : []),
        ...found.likely.slice(0, found.orAll ? maxLikely : maxLikely + 1).map((account) => ({
          label: sameName(account, accounts) ? titleOf(account) : account.name,
          says: sentence(calledIn(account, accounts), known, rest),
        })),
      ],
    };
  const who =
    found.accounts === 'all' ? 'all accounts' : found.accounts.map((one) => calledIn(one, accounts)).join(' and ');
  const times = (...names: readonly string[]): CostChoice[] =>
    names.map((name) => ({ label: capitalize(name), says: sentence(who, { name }, rest) }));
  if (known === undefined)
    return {
      kind: 'unclear',
      question:
        period.kind === 'strange'
          ? period.question
          : 'For which time? A month, "last month", "yesterday" or "the last 7 days" will do.',
      choices: times('this month', 'last month', 'the last 7 days', 'yesterday'),
    };
  if (known.start >= known.end)
    return {
      kind: 'unclear',
      question: `${capitalize(known.name)} has not begun yet. For which time?`,
      choices: times('this month', 'last month'),
    };
  return {
    kind: 'asked',
    period: known,
    accounts: found.accounts,
    origin: found.origin,
    by: rest.by === 'day' && lengthInDays(known) > maxDays ? 'month' : rest.by,
    measure,
    ...(rest.by === 'tag' && tag !== undefined ? { tag } : {}),
    ...(comparedTo === undefined ? {} : { comparedTo }),
  };
}

/** The most days of a daily breakdown. A chart with more columns is unreadable, and more days need many pages of the bill. */
const maxDays = 100;

/** The complete question, in words that the parser reads as the same question. */
function sentence(
  who: string,
  period: Pick<Period, 'name'> | undefined,
  { by, measure }: Pick<Extract<CostQuestion, { kind: 'asked' }>, 'by' | 'measure'>,
): string {
  const when =
    period === undefined ? '' : ` ${/^(?:this|last) /.test(period.name) ? period.name : during(period as Period)}`;
  const how = by === undefined ? '' : ` by ${by}`;
  return measure === 'moved'
    ? `why did the cost of ${who} go up or down${when}${how}?`
    : `what did ${who} cost${when}${how}?`;
}

const sameName = ({ id, name }: Account, accounts: readonly Account[]): boolean =>
  accounts.some((other) => other.id !== id && other.name === name);
