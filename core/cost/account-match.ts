// Whose cost a question asks for: accounts that it names, all of them, or the one of the place in which it is asked.

import type { Account } from '../ports/costs.ts';
import { clean, shorten } from '../text.ts';
import { capitalize } from '../wording.ts';
import type { Origin, Place } from './account-context.ts';
import { monthNames } from './parse-period.ts';

export type Whose =
  | {
      readonly kind: 'found';
      readonly accounts: 'all' | readonly Account[];
      /** Why it is this one, where the question does not say. */
      readonly origin?: Origin | undefined;
    }
  /** `likely`: which could be meant, best first. */
  | { readonly kind: 'unclear'; readonly ask: string; readonly likely: readonly Account[]; readonly orAll: boolean };

const longestName = 48;
/** A name is whatever somebody typed once. */
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
/** Some of them, by a word that no name has to have. */
const some = /\b(?:all|every|each)\b.{0,30}\baccounts?\b/i;
const idsIn = (text: string): string[] => [...text.matchAll(/(?<!\d)\d{12}(?!\d)/g)].map(([id]) => id);

/** What a text itself says; undefined where it says nothing. `loosely`: one word of a name may be enough. */
export function whoseIn(
  text: string,
  accounts: readonly Account[],
  { named, loosely }: { readonly named: Place; readonly loosely: boolean },
): Whose | 'here' | undefined {
  const ids = idsIn(text);
  const strange = ids.find((id) => !accounts.some((account) => account.id === id));
  if (strange !== undefined)
    return {
      kind: 'unclear',
      ask: `There is no account ${strange} in the organisation. Which one is meant?`,
      likely: likelyOf(text, accounts, named),
      orAll: true,
    };
  if (ids.length > 0) return { kind: 'found', accounts: accounts.filter(({ id }) => ids.includes(id)) };
  const byName = namedIn(text, accounts);
  const [first] = byName;
  if (first !== undefined) {
    const alike = byName.filter(({ name }) => plain(name) === plain(first.name));
    return alike.length > 1
      ? {
          kind: 'unclear',
          ask: `${alike.length} accounts are called ${first.name}. Which one?`,
          likely: alike,
          orAll: false,
        }
      : { kind: 'found', accounts: byName };
  }
  const own = ownAccount.test(text);
  if (!own && everything.test(text)) return { kind: 'found', accounts: 'all' };
  if (named.accounts.length > 0) return whoseOf(named, accounts, text);
  const alike = loosely ? alikeIn(text, accounts) : [];
  if (alike.length === 1) return { kind: 'found', accounts: alike };
  if (alike.length > 1)
    return {
      kind: 'unclear',
      ask: `Which account is meant${alike.length > maxLikely ? '' : `: ${listed(alike)}`}?`,
      likely: [...alike].sort((a, b) => a.name.localeCompare(b.name)),
      orAll: false,
    };
  if (own) return 'here';
  return some.test(text)
    ? {
        kind: 'unclear',
        ask: 'Which accounts are meant? Their names or ids, or "all accounts".',
        likely: likelyOf(text, accounts, named),
        orAll: true,
      }
    : undefined;
}

/** That of a place. */
export function whoseOf(place: Place, accounts: readonly Account[], text: string): Whose {
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
      ask: `Which account is meant: ${known.map(({ found, origin }) => `${titleOf(found)}, as ${saysWho(origin)} says`).join(', or ')}?`,
      likely: known.map(({ found }) => found),
      orAll: false,
    };
  const [only] = accounts;
  if (only && accounts.length === 1) return { kind: 'found', accounts };
  const [strange] = place.accounts;
  const why = strange
    ? `${capitalize(saysWho(strange.origin))} says ${shorten(clean(strange.account), longestName)}, and the organisation has no such account. `
    : '';
  return {
    kind: 'unclear',
    ask: `${why}Which account is meant? Its name or its id, or "all accounts".`,
    likely: likelyOf(text, accounts, place),
    orAll: true,
  };
}

const saysWho = (origin: Origin): string =>
  origin.kind === 'catalogue' ? 'the catalogue' : `the alert (${origin.field})`;

/** As an answer says it: `backend-1 runs in billing-prod (111122223333), says the catalogue.` */
export const originWords = (origin: Origin, account: Account): string =>
  origin.kind === 'catalogue'
    ? `${origin.runs} runs in ${titleOf(account)}, says the catalogue; the sum is the whole account's.`
    : `This account is ${titleOf(account)}, says the alert (${origin.field}).`;

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
  `the a an of in for to on our my this that what which who why where was is were are did do does has have much how go went up down it its cost costs spend spent spending bill billing account accounts aws last this past previous month months year week day days daily monthly quarter yesterday today since from until between and or by per each every service services most show me about same now then trend ${monthNames.join(' ')} ${monthNames.map((name) => name.slice(0, 3)).join(' ')}`.split(
    ' ',
  ),
);
const telling = (text: string): string[] =>
  plain(text)
    .split(' ')
    .filter((word) => !common.has(word) && word.length > 1);

/** Accounts whose name shares the most telling words with the text. */
function alikeIn(text: string, accounts: readonly Account[]): Account[] {
  const words = new Set(telling(text));
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

/** Those in use, most like what is talked about first, then by name. What they spend is not known without asking. */
function likelyOf(text: string, accounts: readonly Account[], { about }: Place): Account[] {
  const hints = [...new Set(telling([text, ...about].join(' ')))];
  // "production" and "prod" are alike.
  const alike = (a: string, b: string) => Math.min(a.length, b.length) >= 3 && (a.startsWith(b) || b.startsWith(a));
  const scored = accounts
    .filter(({ state }) => state === undefined)
    .map((account) => ({
      account,
      score: telling(account.name).filter((word) => hints.some((hint) => alike(word, hint))).length,
    }));
  return scored
    .sort((a, b) => b.score - a.score || a.account.name.localeCompare(b.account.name))
    .map(({ account }) => account)
    .slice(0, maxLikely);
}

const listed = (accounts: readonly Account[]): string => accounts.map(({ name }) => name).join(', ');

/** An account called "may-campaign" speaks of no month. */
export function withoutNames(text: string, accounts: readonly Account[]): string {
  let low = ` ${text.toLowerCase()} `;
  for (const { name } of accounts) if (name.length > 2) low = low.replaceAll(name.toLowerCase(), ' ');
  return low.replace(/(?<!\d)\d{12}(?!\d)/g, ' ');
}

/** What a question calls it so that it is read back as this one. */
export const calledIn = (account: Account, accounts: readonly Account[]): string =>
  /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(account.name) &&
  !everything.test(account.name) &&
  !/\d{12}/.test(account.name) &&
  namedIn(account.name, accounts).length === 1
    ? account.name
    : account.id;
