// Parses one sentence as an answer to an open question: yes, no, an order that names an action, the kill switch, or none of these. Pure and strict:
// a sentence is a yes or an order only if the grammar explains every word of it. open-question.ts decides whether the answer is about the open
// question, because only it knows the question.
import type { ActionId } from '../model/action.ts';
import { actions } from '../remediation/actions/index.ts';
import { courtesies, filler, halts, noes, requests, sureYes, yesWords } from './answer-phrases.ts';
import { type Doubt, doubtIn } from './doubts.ts';
import { type Phrase, phraseOf, slotOf, type Tokens, tokensOf } from './tokens.ts';

/** One interpretation of an order. `object`: the words for the target; empty if the sentence leaves it out. */
export interface Reading {
  readonly action: ActionId;
  /** The order asks for the inverse of this action. */
  readonly undo: boolean;
  readonly object: Tokens;
}

export type Answer =
  | { readonly kind: 'nothing' }
  /** The kill switch; `on` undefined asks for its state. `why`: the reason in the person's words, '' if there is none. */
  | { readonly kind: 'switch'; readonly on: boolean | undefined; readonly why: string }
  /** `sure`: the words answer only questions whether to do something. `object`: the words for what the person agrees to. */
  | { readonly kind: 'yes'; readonly sure: boolean; readonly remember: boolean; readonly object: Tokens }
  /** `readings`: the actions that the person refuses, if the sentence names any. `halts`: the person says stop to whatever is going on. */
  | {
      readonly kind: 'no';
      readonly sure: boolean;
      readonly halts: boolean;
      readonly readings: readonly Reading[];
      readonly object: Tokens;
    }
  | { readonly kind: 'order'; readonly readings: readonly [Reading, ...Reading[]] }
  /** The sentence mentions an action, an approval or a stop, but is no plain answer. `actions`: the actions that it mentions. */
  | { readonly kind: 'doubt'; readonly why: Doubt; readonly actions: readonly ActionId[] };

/** People paste longer texts rather than type them. */
const maxLength = 600;
/** The longest plain answer, in words. */
const maxTokens = 16;
const maxObject = 8;
const nothing: Answer = { kind: 'nothing' };

export function parseAnswer(text: string): Answer {
  if (text.length > maxLength) return nothing;
  const switched = readSwitch(text);
  if (switched) return switched;
  const all = tokensOf(text);
  const doubt = doubtIn(text, all);
  const no = doubt === 'question' || doubt === 'quotation' ? undefined : readNo(text);
  if (no) return no;
  const plain = doubt === undefined && all.length <= maxTokens ? readPlain(all) : undefined;
  if (plain) return plain;
  const loose = tokensOf(text.replaceAll(/[^\p{L}\p{N}\s'-]+/gu, ' '));
  const actions = actionsIn(loose);
  return actions.size > 0 || isAboutAnswering(loose)
    ? { kind: 'doubt', why: doubt ?? 'more', actions: [...actions] }
    : nothing;
}

/** An order, or a yes, whose every word is explained. */
function readPlain(all: Tokens): Answer | undefined {
  const { rest, yes, thanks } = withoutFillers(all);
  // "Again" may be inside the order or end it; "go ahead" may begin the order or be all of it.
  const ways = [withoutWords(all, [...yesWords, ...courtesies.front], courtesies.back), rest];
  const [first, ...more] = ways
    .flatMap((tokens) => [...ordersIn(tokens), ...nounOrdersIn(tokens)])
    .filter(({ object }) => actionsIn(object).size === 0);
  // People mostly say "please approve" to the approvers.
  const requested = requestedApproval(all);
  if (requested) return { kind: 'yes', sure: false, remember: false, object: requested };
  if (first) return { kind: 'order', readings: [first, ...more] };
  for (const tokens of ways)
    for (const phrase of yesPhrases) {
      const found = slotOf(phrase, tokens);
      if (found && found.length <= maxObject) return { kind: 'yes', sure: true, ...remembering(found) };
    }
  if (rest.length > 0) return undefined;
  const sure = all.some((_, place) => sureLeads.some((lead) => startsWith(all.slice(place), lead)));
  if (sure) return { kind: 'yes', sure: true, remember: false, object: [] };
  return yes && !thanks ? { kind: 'yes', sure: false, remember: false, object: [] } : undefined;
}

/** The words for what the sentence asks somebody else to approve; undefined if it does not ask. */
function requestedApproval(all: Tokens): Tokens | undefined {
  const rest = withoutWords(all, [...yesWords, ...filler.front.filter((words) => words !== 'approve')], []);
  const front = ` ${all.slice(0, all.length - rest.length).join(' ')} `;
  if (rest[0] !== 'approve' || !requests.some((words) => front.includes(` ${words} `))) return undefined;
  return withoutWords(rest.slice(1), [], [...yesWords, ...filler.back]);
}

const sureLeads: readonly Tokens[] = [['approved'], ['approve'], ['go', 'ahead'], ['do', 'it']];

/** "… and do not ask again". */
const remembers = /^(.*?)(?:and |but )?do not ask (?:me |us )?(?:again|next time)(?: for this(?: exact)? error)?$/;

function remembering(object: Tokens): { remember: boolean; object: Tokens } {
  const found = remembers.exec(object.join(' '));
  return found
    ? { remember: true, object: (found[1] ?? '').split(' ').filter((word) => word !== '') }
    : { remember: false, object };
}

interface Called {
  readonly action: ActionId;
  readonly undo: boolean;
  readonly phrase: Phrase;
}
const yesPhrases = sureYes.map(phraseOf);
const called: readonly Called[] = actions.flatMap(({ id: action, verbs }) => [
  ...verbs.does.map((words) => ({ action, undo: false, phrase: phraseOf(words) })),
  ...verbs.undoes.map((words) => ({ action, undo: true, phrase: phraseOf(words) })),
]);
const nouns = actions.flatMap(({ id: action, verbs }) =>
  verbs.nouns.map((noun) => ({ action, undo: false, phrase: phraseOf(noun) })),
);

function ordersIn(tokens: Tokens): Reading[] {
  return called.flatMap(({ phrase, action, undo }) => {
    const object = slotOf(phrase, tokens);
    if (object === undefined || object.length > maxObject) return [];
    // "Raise the … memory": the article belongs to the phrase, not to the object.
    const inside = phrase.back.length > 0 && articles.has(object.at(-1) ?? '') ? object.slice(0, -1) : object;
    return [{ action, undo, object: inside }];
  });
}
const articles: ReadonlySet<string> = new Set(['the', 'its', 'our']);

const doers: readonly Tokens[] = [
  'approve',
  'approved',
  'i approve',
  'go ahead with',
  'proceed with',
  'go for',
  'do',
  'start',
  'trigger',
  'perform',
  'yes to',
  'ok to',
  'ok for',
  '',
].map((words) => words.split(' ').filter((word) => word !== ''));
const determiners: ReadonlySet<string> = new Set(['the', 'a', 'this', 'that', 'your', 'one']);
const links: ReadonlySet<string> = new Set(['of', 'for', 'on']);

/** Orders such as "approve the rollback of payments". */
function nounOrdersIn(tokens: Tokens): Reading[] {
  return doers.flatMap((doer) => {
    if (!startsWith(tokens, doer)) return [];
    const after = tokens.slice(doer.length);
    // "The rollback" alone is a topic, and no order.
    const named = doer.length > 0 && determiners.has(after[0] ?? '') ? after.slice(1) : after;
    return nounReadings(named);
  });
}

function nounReadings(named: Tokens): Reading[] {
  return nouns.flatMap(({ action, undo, phrase: { front } }) => {
    const object = named.slice(front.length);
    if (!startsWith(named, front) || object.length > maxObject) return [];
    if (object.length > 0 && !links.has(object[0] ?? '')) return [];
    return [{ action, undo, object: object.slice(1) }];
  });
}

/**
 * The rules for a no are laxer than those for a yes: a reason may follow in a clause of its own, as long as that clause orders nothing. A wrong no
 * does no harm, because the question can be asked again.
 */
function readNo(text: string): Answer | undefined {
  const clauses = text.split(/[,.;:!()\n]+|\s[-–—]+\s|\bbecause\b/i).filter((clause) => tokensOf(clause).length > 0);
  for (let end = 1; end <= clauses.length; end += 1) {
    const no = plainNo(tokensOf(clauses.slice(0, end).join(' ')), end === 1);
    const rest = tokensOf(clauses.slice(end).join(' '));
    if (no === undefined) continue;
    if (rest.length === 0) return no.answer;
    if (!no.weak && actionsIn(rest).size === 0 && !isAboutAnswering(rest)) return no.answer;
  }
  return undefined;
}

/** "No" alone, followed by other words, may answer any question. */
const weakNoes: ReadonlySet<string> = new Set(['no', 'no no', 'nope', 'nah', 'nay', 'n', 'never']);

/** A sentence that consists of words for no and the words for what it refuses. `oneClause`: no mark separates its words. */
function plainNo(all: Tokens, oneClause: boolean): { answer: Answer; weak: boolean } | undefined {
  let rest = withoutWords(all, courtesies.front, []);
  const phrases: string[] = [];
  for (let found: string | undefined = ''; found !== undefined && rest.length > 0; ) {
    found = allNoes.find((phrase) => startsWith(rest, phrase.split(' ')));
    if (found === undefined) break;
    // "Don't stop", "never cancel it": the second no cancels the first.
    if (takesVerb.has(phrases.at(-1) ?? '') && verbsOfNo.has(found.split(' ')[0] ?? '')) return undefined;
    phrases.push(found);
    rest = withoutWords(rest.slice(found.split(' ').length), [...courtesies.front, ...courtesies.back], []);
  }
  rest = withoutWords(rest, [], courtesies.back);
  const last = phrases.at(-1);
  if (last === undefined) return undefined;
  const weak = phrases.every((phrase) => weakNoes.has(phrase));
  const no = {
    kind: 'no',
    sure: true,
    halts: phrases.some((phrase) => halts.includes(phrase)),
    readings: [],
    object: [],
  } as const;
  if (rest.length === 0) return { answer: no, weak };
  const nouns = nounReadings(determiners.has(rest[0] ?? '') ? rest.slice(1) : rest);
  const readings = [...(takesVerb.has(last) ? ordersIn(rest) : []), ...(takesNoun.has(last) ? nouns : [])];
  if (readings.length > 0 && (oneClause || last !== 'no')) return { answer: { ...no, readings }, weak: false };
  const thing = takesNoun.has(last) && last !== 'no' && rest.length <= 4 && isThing(rest);
  return thing ? { answer: { ...no, object: rest }, weak: false } : undefined;
}

const allNoes = [...halts, ...noes].toSorted((a, b) => b.split(' ').length - a.split(' ').length);
/** Words for no that an action may follow: "do not restart it", "cancel the rerun". */
const takesVerb: ReadonlySet<string> = new Set([
  'do not',
  'please do not',
  'no do not',
  'never',
  'let us not',
  'we do not',
]);
const verbsOfNo: ReadonlySet<string> = new Set([
  ...[
    'stop',
    'wait',
    'hold',
    'hang',
    'halt',
    'cancel',
    'abort',
    'pause',
    'freeze',
    'scrap',
    'reject',
    'decline',
    'deny',
  ],
  ...['veto', 'skip', 'drop', 'leave'],
]);
const takesNoun: ReadonlySet<string> = new Set([
  ...['no', 'stop', 'cancel', 'abort', 'halt', 'reject', 'decline', 'skip', 'drop', 'hold off on', 'hold'],
]);

/** Words that refer to the question or its subject without naming anything else. */
const isThing = (object: Tokens): boolean =>
  object.every((word) => ['it', 'this', 'that', 'the', 'one', 'action', 'question', 'request'].includes(word)) ||
  (object.length === 1 && /^[a-z0-9]+(?:[-./][a-z0-9]+)+$/.test(object[0] ?? ''));

/** The actions whose words occur anywhere in the tokens. */
function actionsIn(tokens: Tokens): ReadonlySet<ActionId> {
  const text = ` ${tokens.join(' ')} `;
  return new Set([...called, ...nouns].filter(({ phrase }) => occursIn(phrase, text)).map(({ action }) => action));
}

function occursIn({ front, back }: Phrase, text: string): boolean {
  const begins = text.indexOf(` ${front.join(' ')} `);
  return (
    begins >= 0 && (back.length === 0 || text.indexOf(` ${back.join(' ')} `, begins + front.join(' ').length) >= 0)
  );
}

const answerWords: ReadonlySet<string> = new Set(['approve', 'approved', 'approving', 'reject', 'rejected', 'proceed']);
const isAboutAnswering = (tokens: Tokens): boolean =>
  tokens.some((word) => answerWords.has(word)) ||
  ['go ahead', 'do it', 'stop everything'].some((phrase) => ` ${tokens.join(' ')} `.includes(` ${phrase} `)) ||
  ['stop', 'cancel', 'abort', 'halt', 'wait'].includes(tokens[0] ?? '');

/** The tokens without the courtesies and words of assent at both ends, which add no meaning. */
function withoutFillers(tokens: Tokens): { rest: Tokens; yes: boolean; thanks: boolean } {
  const rest = withoutWords(tokens, [...yesWords, ...filler.front], [...yesWords, ...filler.back]);
  const at = tokens.join(' ').indexOf(rest.join(' '));
  const left = ` ${tokens.join(' ').slice(0, at)} ${tokens.join(' ').slice(at + rest.join(' ').length)} `;
  const has = (phrases: readonly string[]) => phrases.some((phrase) => left.includes(` ${phrase} `));
  return { rest, yes: has(yesWords), thanks: has(filler.thanks) };
}

function withoutWords(tokens: Tokens, front: readonly string[], back: readonly string[]): Tokens {
  let rest = tokens;
  const fronts = front.map((phrase) => phrase.split(' '));
  const backs = back.map((phrase) => phrase.split(' '));
  for (let found: Tokens | undefined = []; found !== undefined && rest.length > 0; ) {
    found = fronts.find((words) => startsWith(rest, words));
    if (found !== undefined) rest = rest.slice(found.length);
  }
  for (let found: Tokens | undefined = []; found !== undefined && rest.length > 0; ) {
    found = backs.find((words) => rest.length >= words.length && startsWith(rest.slice(-words.length), words));
    if (found !== undefined) rest = rest.slice(0, -found.length);
  }
  return rest;
}

const startsWith = (tokens: Tokens, words: Tokens): boolean => words.every((word, place) => tokens[place] === word);

const because = '(?:(?:[,:.!]| -| because) ?(?<why>.*))?[.! ]*$';
const urgent = '(?: (?:right )?now| immediately| please| asap)*';
const stops = new RegExp(
  `^(?:(?:stop|halt|freeze) (?:everything|all|all (?:the )?(?:actions|automation|acting)|acting|any action|all of it)|emergency stop|(?:(?:turn|switch|throw|put|flip|hit|pull|use|trip|engage|activate|enable) )?(?:on )?(?:the )?kill ?switch(?: on)?)${urgent}${because}`,
);
const resumes = new RegExp(
  `^(?:(?:resume|start) (?:acting|actions)(?: again)?|(?:(?:turn|switch|take|put) )?(?:off )?(?:the )?kill ?switch off|(?:turn|switch|take) off (?:the )?kill ?switch|(?:disable|release|reset) (?:the )?kill ?switch)${urgent}${because}`,
);
const switchQuestion = /\bkill ?switch\b.*\?[ ]*$/;
const courtesy = /^(?:(?:hey|hi|hello|please|pls|ok|okay|so|and|well|now|no|watchkeeper|everybody|everyone)[,:!.]? )+/;

/** Reads the kill switch in lower case, on one line, without mentions and courtesies at the front. */
function readSwitch(text: string): Answer | undefined {
  const answer = switchIn(text);
  if (answer?.kind !== 'switch' || answer.on === undefined) return answer;
  const tokens = tokensOf(answer.why);
  // To stop, the word alone is enough. To resume, the sentence must be addressed to us, and its reason must not contradict it.
  const doubt = doubtIn(answer.why, tokens);
  const [first = ''] = tokens;
  const takenBack = answer.on
    ? doubt === 'question' || doubt === 'quotation' || ['if', 'unless', 'or', 'not', 'said', 'says'].includes(first)
    : (doubt !== undefined && doubt !== 'report') ||
      tokens.some((word) => ['said', 'says', 'wrote', 'kidding', 'joke', 'wait'].includes(word)) ||
      /<@|[`"“”«»]/.test(text) ||
      /^\W*no\b(?!\s*[,.:;!])/i.test(text);
  return takenBack ? { kind: 'switch', on: undefined, why: '' } : answer;
}

function switchIn(text: string): Answer | undefined {
  const normalized = text
    .replace(/<[@!#][^>]{0,80}>/g, ' ')
    .toLowerCase()
    .replace(/\p{C}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(courtesy, '');
  if (switchQuestion.test(normalized)) return { kind: 'switch', on: undefined, why: '' };
  for (const [pattern, on] of [
    [resumes, false],
    [stops, true],
  ] as const) {
    const found = pattern.exec(normalized);
    if (found) return { kind: 'switch', on, why: found.groups?.why?.trim() ?? '' };
  }
  return undefined;
}
