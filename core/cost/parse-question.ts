// What a question about cost asks for, by the grammar's phrases: whose, when, and divided by what. What it does not say is taken from the questions before it,
// where it follows them, and else asked back, never guessed.

import { finderOf, grammarOf } from '../language/grammar/grammar.ts';
import { sentenceOf } from '../language/grammar/sentence.ts';
import { costPhrases, followUp } from '../language/intents/cost.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Account, CostQuery } from '../ports/costs.ts';
import { capitalize } from '../wording.ts';
import { nowhere, type Origin, type Place, placeNamed } from './account-context.ts';
import { calledIn, maxLikely, titleOf, type Whose, whoseIn, whoseOf, withoutNames } from './account-match.ts';
import { during, lengthInDays, type Period, readPeriod } from './parse-period.ts';

type By = CostQuery['by'];

/** A button: what is on it, and the whole question that it asks. */
export interface CostChoice {
  readonly label: string;
  readonly says: string;
}

export type CostQuestion =
  | {
      readonly kind: 'asked';
      readonly period: Period;
      readonly accounts: 'all' | readonly Account[];
      /** Why it is this account, where the question does not say. */
      readonly origin?: Origin | undefined;
      /** As it was asked for; undefined where it was not. */
      readonly by: By | undefined;
      /** `moved`: what changed since the time before. `most`: which of them is the greatest. */
      readonly wants: 'sum' | 'moved' | 'most';
    }
  /** `choices`: what would make it clear. */
  | { readonly kind: 'unclear'; readonly ask: string; readonly choices: readonly CostChoice[] }
  /** It speaks of no account, time or division: it asks for nothing that is answered here. */
  | { readonly kind: 'nothing' };

const find = finderOf(costPhrases, {});
const readFollowUp = grammarOf(followUp);
/** In the order in which they count where a question names several. */
const divisions = ['service', 'account', 'month', 'day'] as const satisfies readonly By[];
const divisionIn = (has: Has): By | undefined => divisions.find((by) => has(by));
type Has = ReturnType<typeof find>;
const hasIn = (text: string): Has => find(sentenceOf(text));
const opensIn = (text: string) => readFollowUp(sentenceOf(text))?.slots.opens;

/** A follow-up is short: longer texts are pasted, or about something else. */
const longestFollowUp = 100;
/** More is not read of a question. */
const longest = 2000;

/** Whether a text can be about costs only because costs were asked for before it. */
export const mayFollow = (text: string): boolean => text.trim().length <= longestFollowUp;
/** Whether it leaves out what was said before, although it asks for cost itself. */
export const goesOn = (text: string): boolean => mayFollow(text) && opensIn(text) === 'leaves';
export function asksWhatMoved(text: string): boolean {
  const has = hasIn(text);
  return has('moved') && has('direction');
}

export interface CostSetting {
  readonly accounts: readonly Account[];
  /** Where it is asked. */
  readonly place: Place;
  /** Undefined where it cannot be read. */
  readonly catalog: Catalog | undefined;
  readonly now: Date;
}

/** `said`: the question, after it those before it that it follows, newest first. */
export function readCostQuestion(
  said: readonly string[],
  { accounts, place, catalog, now }: CostSetting,
): CostQuestion {
  const texts = said.map((text) => text.slice(0, longest));
  const own = texts.length === 1;
  const whose = texts.map((one, index) =>
    whoseIn(one, accounts, {
      named: catalog === undefined ? nowhere : placeNamed(one, catalog),
      loosely: own || index === texts.length - 1 || opensIn(one) !== undefined,
    }),
  );
  const periods = texts.map((one) => readPeriod(withoutNames(one, accounts), now));
  const [has = () => false, ...before] = texts.map(hasIn);
  const by = [has, ...before].map(divisionIn);
  const why = has('moved') && (own || has('direction'));
  if (!own && whose[0] === undefined && periods[0]?.kind === 'none' && by[0] === undefined && !why)
    return { kind: 'nothing' };

  const meant = whose.find((one) => one !== undefined) ?? 'here';
  const found: Whose = meant === 'here' ? whoseOf(place, accounts, texts.join(' ')) : meant;
  const period = periods.find(({ kind }) => kind !== 'none') ?? { kind: 'none' };
  const wants = why ? 'moved' : has('which') && has('most') ? 'most' : 'sum';
  const rest = { by: by.find((one) => one !== undefined), wants } as const;
  const known = period.kind === 'found' ? period.period : undefined;
  if (found.kind === 'unclear')
    return {
      kind: 'unclear',
      ask: found.ask,
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
      ask:
        period.kind === 'strange'
          ? period.ask
          : 'For which time? A month, "last month", "yesterday" or "the last 7 days" will do.',
      choices: times('this month', 'last month', 'the last 7 days', 'yesterday'),
    };
  if (known.start >= known.end)
    return {
      kind: 'unclear',
      ask: `${capitalize(known.name)} has not begun yet. For which time?`,
      choices: times('this month', 'last month'),
    };
  return {
    kind: 'asked',
    period: known,
    accounts: found.accounts,
    origin: found.origin,
    by: rest.by === 'day' && lengthInDays(known) > maxDays ? 'month' : rest.by,
    wants,
  };
}

/** More columns than that are not told apart, and more days than that are many pages of the bill. */
const maxDays = 100;

/** The question in full, in words that are read back as the same. */
function sentence(
  who: string,
  period: Pick<Period, 'name'> | undefined,
  { by, wants }: Pick<Extract<CostQuestion, { kind: 'asked' }>, 'by' | 'wants'>,
): string {
  const when =
    period === undefined ? '' : ` ${/^(?:this|last) /.test(period.name) ? period.name : during(period as Period)}`;
  const how = by === undefined ? '' : ` by ${by}`;
  return wants === 'moved'
    ? `why did the cost of ${who} go up or down${when}${how}?`
    : `what did ${who} cost${when}${how}?`;
}

const sameName = ({ id, name }: Account, accounts: readonly Account[]): boolean =>
  accounts.some((other) => other.id !== id && other.name === name);
