// Parses requests to remember, show or forget a fact about a service: "remember that artist-api talks to session-cache in cluster b". Only the
// grammar reads them. If a fact cannot be kept, the result states the reason.
import { FactName, type FactStatement, longestNote } from '../model/fact.ts';
import { readsLikeInstructions } from '../reasoning/untrusted.ts';
import { redact } from '../redaction/redact.ts';
import { clean } from '../text.ts';
import { grammarOf } from './grammar/grammar.ts';
import { sentenceOf } from './grammar/sentence.ts';
import { factOrders, factStatements } from './intents/facts.ts';

export type FactUtterance =
  /** The message is about something else. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'remember'; readonly statement: FactStatement }
  | { readonly kind: 'recall'; readonly service: string }
  | { readonly kind: 'forget'; readonly statement: FactStatement }
  | { readonly kind: 'forget-all'; readonly service: string }
  /** "Forget that": the last thing that this person taught, if it was a fact. */
  | { readonly kind: 'forget-last' }
  | { readonly kind: 'cannot'; readonly why: string };

/** People paste longer texts rather than type them. */
const maxLength = 600;
const longestOwner = 80;

const readOrder = grammarOf(...factOrders);
const readStatement = grammarOf(...factStatements);

/** Pronouns name no entity. */
const pronouns =
  /^(?:it|this|that|these|those|they|we|i|you|he|she|everything|everyone|all|any|every|nothing|a|an|the|to|me|us|my|our|there|what|when|if|next|always|never|do|don|not|service|about|and|or|but|is|in|on|for|of|its|own)$/i;

export function parseFact(text: string): FactUtterance {
  const plain = plainOf(text);
  if (plain === '' || plain.length > maxLength) return { kind: 'nothing' };
  const found = readOrder(sentenceOf(plain));
  switch (found?.id) {
    case undefined:
      return { kind: 'nothing' };
    case 'forget-last':
      return { kind: 'forget-last' };
    case 'recall':
    case 'forget-all':
      return named(found.slots.service, found.id);
    case 'forget': {
      const statement = statementIn(found.slots.statement);
      return 'why' in statement ? { kind: 'nothing' } : { kind: 'forget', statement };
    }
    case 'mention': {
      const statement = statementIn(found.slots.statement);
      return 'why' in statement || statement.kind === 'note'
        ? { kind: 'nothing' }
        : kept(text, found.slots.statement, statement);
    }
    case 'remember':
      return /^(?:that|this)$/i.test(found.slots.statement ?? '')
        ? { kind: 'nothing' }
        : kept(text, found.slots.statement, statementIn(found.slots.statement));
  }
}

/** `whole`: the complete original message. */
function kept(
  whole: string,
  statement: string | undefined,
  parsed: FactStatement | { readonly why: string },
): FactUtterance {
  const unsafe = unsafeIn(whole, statement ?? '');
  if (unsafe !== undefined) return { kind: 'cannot', why: unsafe };
  return 'why' in parsed ? { kind: 'cannot', why: parsed.why } : { kind: 'remember', statement: parsed };
}

function named(raw: string | undefined, kind: 'recall' | 'forget-all'): FactUtterance {
  const service = nameIn(raw);
  return service === undefined ? { kind: 'nothing' } : { kind, service };
}

/** The reason why a text must not be kept, whatever it states. `whole`: the complete original message. */
function unsafeIn(whole: string, statement: string): string | undefined {
  if (redact(statement) !== statement)
    return 'That holds what looks like a secret or personal data; nothing of it is kept.';
  if (/<[!@#][^>]{1,80}>|(?<!\S)@(?:here|channel|everyone)\b/.test(whole.replace(/^\s*(?:<@[^>]{1,80}>\s*)+/, '')))
    return 'Mentions are not kept: name people and teams in words.';
  if (/[<>{}[\]|\\]|https?:/i.test(statement)) return 'Markup and links are not kept: say it in plain words.';
  if (readsLikeInstructions(statement))
    return 'That reads like an instruction. What is remembered of a service is what it is, never what to do.';
  return undefined;
}

/** The text without the marks that end a sentence. */
const bare = (text: string): string => text.replace(/[.!?\s]+$/, '').trim();

function statementIn(text = ''): FactStatement | { readonly why: string } {
  const statement = sentenceOf(bare(text));
  const [first = '', ...rest] = bare(text).split(/[,;] ?(?=(?:and|but)\b)/);
  if (rest.length > 0 && readStatement(sentenceOf(first))?.id === 'talks-to')
    return { why: 'One thing at a time: that says more than one.' };
  const found = readStatement(statement);
  if (found === undefined) return whichService;
  const service = nameIn(found.slots.service);
  switch (found.id) {
    case 'talks-to': {
      const { cluster: rawCluster } = found.slots;
      const [to, cluster] = [nameIn(found.slots.to), rawCluster === undefined ? undefined : nameIn(rawCluster)];
      if (service === undefined || to === undefined || (rawCluster !== undefined && cluster === undefined))
        return whichService;
      if (service === to) return { why: 'A service that talks to itself says nothing.' };
      return { kind: 'talks-to', service, to, ...(cluster === undefined ? {} : { cluster }) };
    }
    case 'runs-in': {
      const [place, what] = [nameIn(found.slots.place), found.slots.what];
      if (service === undefined || place === undefined || what === undefined) return whichService;
      return { kind: 'runs-in', service, what, place };
    }
    case 'owned-by': {
      const owner = bare(found.slots.owner ?? '');
      if (service === undefined || owner.length < 2 || owner.length > longestOwner || pronouns.test(owner))
        return whichService;
      return { kind: 'owned-by', service, owner };
    }
    case 'note-about':
    case 'note':
      return noteOn(service, found.slots.note ?? '');
  }
}

function noteOn(service: string | undefined, text: string): FactStatement | { readonly why: string } {
  if (service === undefined || text.length < 3) return whichService;
  if (text.length > longestNote)
    return { why: `A note has at most ${longestNote} characters; longer things belong in a runbook.` };
  return { kind: 'note', service, text };
}

const whichService = {
  why: 'Which service is that about? Say it like "remember that artist-api talks to session-cache", "… artist-api is owned by team-music", "… artist-api runs in cluster b", or "remember about artist-api: it is slow after a restart".',
};

function nameIn(raw: string | undefined): string | undefined {
  const lower = raw?.toLowerCase().replace(/[.:,]+$/, '') ?? '';
  return !pronouns.test(lower) && FactName.safeParse(lower).success ? lower : undefined;
}

/**
 * The text without quotations (forwarded lines and code blocks are other people's words) and without the mention at the front. Names keep their
 * marks.
 */
const plainOf = (text: string): string =>
  clean(text.slice(0, 4000))
    .replaceAll(/```[\s\S]*?(?:```|$)/g, ' ')
    .replaceAll(/^\s*(?:>|&gt;).*$/gm, ' ')
    .replace(/^\s*(?:<@[^>]{1,80}>\s*)+/, '')
    .replace(/^(?:(?:hey|hi|hello|please|ok|okay|watchkeeper|can you|could you)[,:!]? )+/i, '')
    .normalize('NFKC')
    .replaceAll('`', '')
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/\s+/g, ' ')
    .trim();
