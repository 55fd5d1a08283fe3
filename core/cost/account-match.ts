// Finds the accounts that a question about cost asks for: the accounts that it names, all accounts, or the account of the place where the person
// asks.

import type { Account } from '../ports/costs.ts';
import { clean, shorten } from '../text.ts';
import { capitalize } from '../wording.ts';
import type { Origin, Place } from './account-context.ts';
import { monthNames } from './parse-period.ts';

export type AccountMatch =
  | {
      readonly kind: 'found';
      readonly accounts: 'all' | readonly Account[];
      /** Why we chose this account, if the question does not name it. */
      readonly origin?: Origin | undefined;
    }
  /** `likely`: the accounts that the question could mean, best first. */
  | {
      readonly kind: 'unclear';
      readonly question: string;
      readonly likely: readonly Account[];
      readonly orAll: boolean;
    };

const longestName = 48;
/** The account with a cleaned name: account names are free text. */
export const tidy = (account: Account): Account => ({
  ...account,
  name: shorten(clean(account.name.slice(0, 500)).replace(/\s+/g, ' '), longestName) || account.id,
});

export const titleOf = ({ id, name, state }: Account): string => {
  const more = [...(name === id ? [] : [id]), ...(state === undefined ? [] : [state])];
  return more.length === 0 ? name : `${name} (${more.join(', ')})`;
};

const ownAccount = /\b(?:this|that|the|our|my) (?:aws )?account(?!s)\b/i;
const everything =
  /\b(?:all|every|whole|entire|each|per|by|across)\b(?: (?:of|the|our|my|aws|single|\d+))* (?:accounts?|organi[sz]ation|company|fleet)\b|\bwhich (?:aws )?accounts?\b|\b(?:in total|altogether|overall|our (?:aws )?bill)\b/i;
/** A request for a subset of the accounts, such as "all test accounts", by a qualifier that need not occur in any account name. */
const some = /\b(?:all|every|each)\b.{0,30}\baccounts?\b/i;
const idsIn = (text: string): string[] => [...text.matchAll(/(?<!\d)\d{12}(?!\d)/g)].map(([id]) => id);

/** The accounts that a text itself names; undefined if it names none. `loosely`: one word of an account's name can be enough. */
export function accountsNamedIn(
  text: string,
  accounts: readonly Account[],
  { named, loosely }: { readonly named: Place; readonly loosely: boolean },
): AccountMatch | 'here' | undefined {
  const ids = idsIn(text);
  const strange = ids.find((id) => !accounts.some((account) => account.id === id));
  if (strange !== undefined)
    return {
      kind: 'unclear',
      question: `The organisation has no account ${strange}. Which account do you mean?`,
      likely: likelyOf(text, accounts, named),
      orAll: true,
    };
  if (ids.length > 0) return { kind: 'found', accounts: accounts.filter(({ id }) => ids.includes(id)) };
  const byName = namedIn(text, accounts);
  const [first] = byName;
  if (first !== undefined) {
    const sameName = byName.filter(({ name }) => plain(name) === plain(first.name));
    return sameName.length > 1
      ? {
          kind: 'unclear',
          question: `${sameName.length} accounts are called ${first.name}. Which one?`,
          likely: sameName,
          orAll: false,
        }
      : { kind: 'found', accounts: byName };
  }
  const own = ownAccount.test(text);
  if (!own && everything.test(text)) return { kind: 'found', accounts: 'all' };
  if (named.accounts.length > 0) return accountOfPlace(named, accounts, text);
  const similar = loosely ? similarAccounts(text, accounts) : [];
  if (similar.length === 1) return { kind: 'found', accounts: similar };
  if (similar.length > 1)
    return {
      kind: 'unclear',
      question: `Which account do you mean${similar.length > maxLikely ? '' : `: ${listed(similar)}`}?`,
      likely: [...similar].sort((a, b) => a.name.localeCompare(b.name)),
      orAll: false,
    };
  const unknown = own || everything.test(text) ? undefined : unknownName(text);
  if (unknown !== undefined)
    return {
      kind: 'unclear',
      question: `The organisation has no account called ${unknown}. Which account do you mean?`,
      likely: likelyOf(text, accounts, named),
      orAll: true,
    };
  if (own) return 'here';
  return some.test(text)
    ? {
        kind: 'unclear',
        question: 'Which accounts do you mean? Answer with names, ids or "all accounts".',
        likely: likelyOf(text, accounts, named),
        orAll: true,
      }
    : undefined;
}

const beforeAccount = /\b(?:of|for|in|the) (?:the |our )?([\p{L}\p{N}][\p{L}\p{N}_-]{2,47}) (?:aws )?account(?!s)\b/iu;
const afterAccount = /\baccount (?:(?:called|named) ([\p{L}\p{N}_-]{2,48})|([\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+)+))/iu;
/** Words before "account" that are no name. */
const notNames: ReadonlySet<string> = new Set(
  'the this that our your their its aws amazon whole same other another main single each every any cloud entire expensive cheapest cheap biggest largest smallest greatest most top current own right first second payer management root linked member whose which what per one affected'.split(
    ' ',
  ),
);

/** The name that the text gives an account, where no account has it. */
function unknownName(text: string): string | undefined {
  const [, called, dashed] = afterAccount.exec(text) ?? [];
  const name = called ?? dashed ?? beforeAccount.exec(text)?.[1];
  return name === undefined || notNames.has(name.toLowerCase()) ? undefined : name;
}

/** The account of a place. */
export function accountOfPlace(place: Place, accounts: readonly Account[], text: string): AccountMatch {
  const known = place.accounts.flatMap(({ account, origin }) => {
    const found = accounts.find(({ id, name }) => id === account || plain(name) === plain(account));
    return found ? [{ found, origin }] : [];
  });
  const [one] = known;
  const ids = new Set(known.map(({ found }) => found.id));
  if (one && ids.size === 1) return { kind: 'found', accounts: [one.found], origin: one.origin };
  if (ids.size > 1)
    return {
      kind: 'unclear',
      question: `Which account do you mean: ${known.map(({ found, origin }) => `${titleOf(found)}, as ${originName(origin)} says`).join(', or ')}?`,
      likely: known.map(({ found }) => found),
      orAll: false,
    };
  const [only] = accounts;
  if (only && accounts.length === 1) return { kind: 'found', accounts };
  const [strange] = place.accounts;
  const why = strange
    ? `${capitalize(originName(strange.origin))} says ${shorten(clean(strange.account), longestName)}, and the organisation has no such account. `
    : '';
  return {
    kind: 'unclear',
    question: `${why}Which account do you mean? Answer with a name, an id or "all accounts".`,
    likely: likelyOf(text, accounts, place),
    orAll: true,
  };
}

const originName = (origin: Origin): string =>
  origin.kind === 'catalogue' ? 'the catalogue' : `the alert (${origin.field})`;

/** The origin as a sentence of the answer: `backend-1 runs in billing-prod (111122223333), says the catalogue.` */
export const originWords = (origin: Origin, account: Account): string =>
  origin.kind === 'catalogue'
    ? `${origin.runs} runs in ${titleOf(account)}, says the catalogue; the sum is the whole account's.`
    : `This account is ${titleOf(account)}, says the alert (${origin.field}).`;

/** Accounts whose complete name is in the text. A name inside a longer account name that matches does not count. */
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
/** Words that are too common to distinguish accounts, such as the words that people use to ask. */
const common = new Set(
  `the a an of in for to on our my this that what which who why where was is were are did do does has have much how go went up down it its cost costs spend spent spending bill billing account accounts aws last this past previous month months year week day days daily monthly quarter yesterday today since from until between and or by per each every service services most show me about same now then trend ${monthNames.join(' ')} ${monthNames.map((name) => name.slice(0, 3)).join(' ')}`.split(
    ' ',
  ),
);
const distinctiveWords = (text: string): string[] =>
  plain(text)
    .split(' ')
    .filter((word) => !common.has(word) && word.length > 1);

/** Accounts whose name shares the most distinctive words with the text. */
function similarAccounts(text: string, accounts: readonly Account[]): Account[] {
  const words = new Set(distinctiveWords(text));
  const shared = accounts.map((account) => ({
    account,
    count: plain(account.name)
      .split(' ')
      .filter((word) => words.has(word)).length,
  }));
  const most = Math.max(0, ...shared.map(({ count }) => count));
  return most === 0 ? [] : shared.filter(({ count }) => count === most).map(({ account }) => account);
}

export const maxLikely = 4;

/** Active accounts: those most similar to the conversation first, then by name. Their spending is unknown without a query. */
function likelyOf(text: string, accounts: readonly Account[], { about }: Place): Account[] {
  const hints = [...new Set(distinctiveWords([text, ...about].join(' ')))];
  // Whether two words are alike, as "production" and "prod" are.
  const isSimilar = (a: string, b: string) => Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
  const scored = accounts
    .filter(({ state }) => state === undefined)
    .map((account) => ({
      account,
      score: distinctiveWords(account.name).filter((word) => hints.some((hint) => isSimilar(word, hint))).length,
    }));
  return scored
    .sort((a, b) => b.score - a.score || a.account.name.localeCompare(b.account.name))
    .map(({ account }) => account)
    .slice(0, maxLikely);
}

const listed = (accounts: readonly Account[]): string => accounts.map(({ name }) => name).join(', ');

/** The text without account names, so that an account called "may-campaign" names no month. */
export function withoutNames(text: string, accounts: readonly Account[]): string {
  let low = ` ${text.toLowerCase()} `;
  for (const { name } of accounts) if (name.length > 2) low = low.replaceAll(name.toLowerCase(), ' ');
  return low.replace(/(?<!\d)\d{12}(?!\d)/g, ' ');
}

/** The name of an account in a question, such that the parser finds this account again. */
export const calledIn = (account: Account, accounts: readonly Account[]): string =>
  /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(account.name) &&
  !everything.test(account.name) &&
  !/\d{12}/.test(account.name) &&
  namedIn(account.name, accounts).length === 1
    ? account.name
    : account.id;
