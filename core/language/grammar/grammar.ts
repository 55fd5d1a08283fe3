// Parses a sentence by a set of intents: first as a complete sentence of one intent, in the order of the intents, then by its mentions. Pure; the
// first call parses the templates.
import type { IntentDefinition, Reading } from './intent.ts';
import { type Found, matches, type Readable } from './match.ts';
import { courtesies, rules } from './rules.ts';
import { isQuestion, type Sentence } from './sentence.ts';
import { type Node, neededBy, parseTemplate, wordsIn } from './template.ts';
import { guessOf } from './typos.ts';

interface Template {
  readonly node: Node;
  readonly needs: readonly ReadonlySet<string>[];
  readonly gives: Found;
}
interface Compiled {
  readonly definition: IntentDefinition;
  readonly sentences: readonly Template[];
  readonly mentions: readonly { readonly all: readonly Template[]; readonly maxWords: number }[];
  readonly unless: readonly Template[];
}

export type Grammar<D extends IntentDefinition> = (sentence: Sentence) => Reading<D> | undefined;

/** People paste longer texts rather than type them. */
const maxWords = 120;

export function grammarOf<const D extends readonly IntentDefinition[]>(...definitions: D): Grammar<D[number]> {
  let made: { readonly intents: readonly Compiled[]; readonly vocabulary: ReadonlySet<string> } | undefined;
  return (parsed) => {
    made ??= compile(definitions);
    if (parsed.words.length === 0 || parsed.words.length > maxWords) return undefined;
    const { intents, vocabulary } = made;
    const sentence: Readable = { ...parsed, guesses: parsed.words.map(({ word }) => guessOf(word, vocabulary)) };
    const has = new Set([...sentence.words.map(({ word }) => word), ...sentence.guesses]);
    const spans = spansOf(sentence);
    for (const read of [wholeOf, mentionedIn])
      for (const intent of intents) {
        const found = read(intent, sentence, has, spans);
        // This cast is safe: the grammar consists of these definitions alone, and a slot holds the values of its kind.
        if (found && !isExcluded(intent, sentence, has))
          return { id: intent.definition.id, slots: found } as Reading<D[number]>;
      }
    return undefined;
  };
}

type Words = ReadonlySet<string | undefined>;
type Span = readonly [from: number, to: number];

function wholeOf(
  { definition, sentences }: Compiled,
  sentence: Readable,
  has: Words,
  spans: readonly Span[],
): Found | undefined {
  for (const { node, gives } of sentences.filter((one) => isPossible(one, has)))
    for (const [from, to] of spans) {
      const found = matches(node, sentence, { from, to, tolerant: definition.exact !== true });
      if (found) return { ...gives, ...found };
    }
  return undefined;
}

function mentionedIn({ definition, mentions }: Compiled, sentence: Readable, has: Words): Found | undefined {
  for (const { all, maxWords: most } of mentions) {
    if (sentence.words.length > most || !all.every((one) => isPossible(one, has))) continue;
    const found = all.map((one) => anywhere(one, sentence, definition.exact !== true));
    if (found.every((one) => one !== undefined)) return Object.assign({}, ...found);
  }
  return undefined;
}

function anywhere({ node }: Template, sentence: Readable, tolerant: boolean): Found | undefined {
  for (let from = 0; from < sentence.words.length; from += 1) {
    const found = matches(node, sentence, { from, tolerant });
    if (found) return found;
  }
  return undefined;
}

const isPossible = ({ needs }: Template, has: Words): boolean =>
  needs.every((words) => {
    for (const word of words) if (has.has(word)) return true;
    return false;
  });

const isExcluded = ({ definition, unless }: Compiled, sentence: Readable, has: Words): boolean =>
  (definition.states === true && isQuestion(sentence)) ||
  unless.some((one) => isPossible(one, has) && anywhere(one, sentence, false) !== undefined);

const split = (phrases: readonly string[]) => phrases.map((phrase) => phrase.split(' '));
const fronts = split(courtesies.front);
const backs = split(courtesies.back);

const opensQuotation = /["“”„«»>]/;

/** The complete sentence, and its parts without courtesies. A sentence that begins with a quotation has none. */
function spansOf({ words }: Sentence): readonly Span[] {
  if (opensQuotation.test(words[0]?.front ?? '')) return [];
  const tokens = words.map(({ word }) => word);
  const from = [0];
  const to = [tokens.length];
  const at = (phrase: readonly string[], place: number) =>
    phrase.every((word, index) => tokens[place + index] === word);
  for (let next: number | undefined = 0; next !== undefined; ) {
    const here: number = next;
    const found = fronts.filter((phrase) => at(phrase, here)).sort((a, b) => b.length - a.length)[0];
    next = found && here + found.length < tokens.length ? here + found.length : undefined;
    if (next !== undefined) from.push(next);
  }
  for (let next: number | undefined = tokens.length; next !== undefined; ) {
    const here: number = next;
    const found = backs.filter((phrase) => at(phrase, here - phrase.length)).sort((a, b) => b.length - a.length)[0];
    next = found && here - found.length > 0 ? here - found.length : undefined;
    if (next !== undefined) to.push(next);
  }
  return from.flatMap((first) => to.flatMap((last) => (first < last ? [[first, last] as const] : [])));
}

function compile(definitions: readonly IntentDefinition[]) {
  const intents = definitions.map(compileIntent);
  const vocabulary = new Set(
    intents.flatMap(({ sentences, mentions }) =>
      [...sentences, ...mentions.flatMap(({ all }) => all)].flatMap(({ node }) => wordsIn(node)),
    ),
  );
  return { intents, vocabulary };
}

function compileIntent(definition: IntentDefinition): Compiled {
  const all = { ...rules, ...definition.rules };
  const template = (words: string, gives: Found = {}): Template => {
    const node = parseTemplate(words, definition.slots, all);
    return { node, needs: neededBy(node), gives };
  };
  return {
    definition,
    sentences: definition.sentences.flatMap((one) =>
      typeof one === 'string' ? [template(one)] : one.templates.map((say) => template(say, given(one.gives))),
    ),
    mentions: (definition.mentions ?? []).map((one) => ({
      all: one.all.map((words) => template(words)),
      maxWords: one.maxWords ?? maxWords,
    })),
    unless: (definition.unless ?? []).map((words) => template(words)),
  };
}

const given = (
  values: IntentDefinition['sentences'][number] extends infer T ? (T extends { gives: infer G } ? G : never) : never,
): Found =>
  Object.fromEntries(Object.entries(values).flatMap(([slot, value]) => (value === undefined ? [] : [[slot, value]])));

/** Finds which of the named phrases occur anywhere in a sentence, in exactly these words. */
export function finderOf<const P extends Readonly<Record<string, readonly string[]>>>(
  phrases: P,
  own: Readonly<Record<string, string>>,
): (sentence: Sentence) => (phrase: keyof P) => boolean {
  let made: ReadonlyMap<keyof P, readonly Template[]> | undefined;
  return (parsed) => {
    made ??= new Map<keyof P, readonly Template[]>(
      Object.entries(phrases).map(([phrase, templates]) => [
        phrase,
        templates.map((words) => {
          const node = parseTemplate(words, { word: { kind: 'name' } }, { ...rules, ...own });
          return { node, needs: neededBy(node), gives: {} };
        }),
      ]),
    );
    const sentence: Readable = { ...parsed, guesses: [] };
    const has: Words = new Set(parsed.words.map(({ word }) => word));
    return (phrase) =>
      made?.get(phrase)?.some((one) => isPossible(one, has) && anywhere(one, sentence, false) !== undefined) ?? false;
  };
}
