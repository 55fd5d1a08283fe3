// Parses templates of sentences in the syntax of home-assistant/intents: words, `[optional]`, `(one|another)`, `{slot}`, `<rule>`. In addition, `,`
// stands for a mark between words, `..` for up to four arbitrary words, and `!(…)` for anything else than its content. A mistake in a template
// throws when the template is parsed, which the tests do. Pure.
import { Impossible } from '../../errors.ts';

/** The kinds of slots. */
export type Slot =
  /** One of these values, each with the templates that express it. */
  | { readonly kind: 'list'; readonly values: Readonly<Record<string, readonly string[]>> }
  /** One word that can be a name; `dashed`: one that is hardly anything else. */
  | { readonly kind: 'name'; readonly dashed?: true }
  /** Words in the person's own spelling. */
  | { readonly kind: 'text'; readonly maxWords: number }
  /** In digits or as a word up to twelve. */
  | { readonly kind: 'number' };
export type Slots = Readonly<Record<string, Slot>>;

export type Node =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'all'; readonly parts: readonly Node[] }
  | { readonly kind: 'any'; readonly options: readonly Node[] }
  | { readonly kind: 'slot'; readonly name: string; readonly slot: Slot; readonly options: readonly ListOption[] }
  | { readonly kind: 'not'; readonly part: Node }
  | { readonly kind: 'gap'; readonly maxWords: number }
  | { readonly kind: 'mark' };
export interface ListOption {
  readonly value: string;
  readonly node: Node;
}

const longestGap = 4;
const nothing: Node = { kind: 'all', parts: [] };
const pieces = /\s*(?:([[\](){}<>|,!])|(\.\.)|([^\s[\](){}<>|,!]+))/y;

interface Reader {
  readonly template: string;
  readonly parts: readonly string[];
  at: number;
  readonly slots: Slots;
  readonly rules: Readonly<Record<string, string>>;
  /** The rules in expansion, to detect circular references. */
  readonly within: readonly string[];
}

/** Throws `Impossible` for an invalid template. */
export function parseTemplate(
  template: string,
  slots: Slots,
  rules: Readonly<Record<string, string>>,
  within: readonly string[] = [],
): Node {
  const reader: Reader = { template, parts: partsOf(template), at: 0, slots, rules, within };
  const node = optionsIn(reader);
  if (reader.at < reader.parts.length) throw wrong(reader);
  return node;
}

function partsOf(template: string): readonly string[] {
  const parts: string[] = [];
  pieces.lastIndex = 0;
  for (let found = pieces.exec(template); found; found = pieces.exec(template)) parts.push(found[0].trim());
  return parts;
}

const wrong = ({ template, parts, at }: Reader): Impossible =>
  new Impossible(`The template "${template}" cannot be read at ${parts[at] ?? 'its end'}.`);

function optionsIn(reader: Reader): Node {
  const options = [partsIn(reader)];
  while (reader.parts[reader.at] === '|') {
    reader.at += 1;
    options.push(partsIn(reader));
  }
  const [only] = options;
  return options.length === 1 && only ? only : { kind: 'any', options };
}

function partsIn(reader: Reader): Node {
  const parts: Node[] = [];
  for (let next = nodeIn(reader); next !== undefined; next = nodeIn(reader)) parts.push(next);
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'all', parts };
}

function nodeIn(reader: Reader): Node | undefined {
  const part = reader.parts[reader.at];
  if (part === undefined || part === '|' || part === ')' || part === ']') return undefined;
  reader.at += 1;
  switch (part) {
    case '(':
      return closed(optionsIn(reader), ')', reader);
    case '[':
      return { kind: 'any', options: [closed(optionsIn(reader), ']', reader), nothing] };
    case '{':
      return slotNode(nameIn('}', reader), reader);
    case '<':
      return ruleNode(nameIn('>', reader), reader);
    case ',':
      return { kind: 'mark' };
    case '!': {
      const part = nodeIn(reader);
      if (part === undefined) throw wrong(reader);
      return { kind: 'not', part };
    }
    case '..':
      return { kind: 'gap', maxWords: longestGap };
    case '}':
    case '>':
      throw wrong(reader);
    default:
      return { kind: 'word', word: part };
  }
}

function closed(node: Node, end: string, reader: Reader): Node {
  if (reader.parts[reader.at] !== end) throw wrong(reader);
  reader.at += 1;
  return node;
}

function nameIn(end: string, reader: Reader): string {
  const name = reader.parts[reader.at];
  if (name === undefined || reader.parts[reader.at + 1] !== end) throw wrong(reader);
  reader.at += 2;
  return name;
}

function slotNode(name: string, reader: Reader): Node {
  const slot = reader.slots[name];
  if (slot === undefined) throw wrong(reader);
  const options =
    slot.kind === 'list'
      ? Object.entries(slot.values).flatMap(([value, phrases]) =>
          phrases.map((phrase) => ({ value, node: parseTemplate(phrase, {}, reader.rules, reader.within) })),
        )
      : [];
  return { kind: 'slot', name, slot, options };
}

function ruleNode(name: string, { rules, slots, within, ...reader }: Reader): Node {
  const rule = rules[name];
  if (rule === undefined || within.includes(name)) throw wrong({ ...reader, rules, slots, within });
  return parseTemplate(rule, slots, rules, [...within, name]);
}

/** All words that occur in a node. */
export function wordsIn(node: Node): readonly string[] {
  switch (node.kind) {
    case 'word':
      return [node.word];
    case 'all':
      return node.parts.flatMap(wordsIn);
    case 'any':
      return node.options.flatMap(wordsIn);
    case 'slot':
      return node.options.flatMap((option) => wordsIn(option.node));
    case 'not':
    case 'gap':
    case 'mark':
      return [];
  }
}

/** Sets of words: each sentence that matches the node holds at least one word of each set. The grammar uses them to skip most templates at once. */
export function neededBy(node: Node): readonly ReadonlySet<string>[] {
  switch (node.kind) {
    case 'word':
      return [new Set([node.word])];
    case 'all':
      return node.parts.flatMap(neededBy);
    case 'any':
      return together(node.options.map(neededBy));
    case 'slot':
      return node.options.length === 0 ? [] : together(node.options.map((option) => neededBy(option.node)));
    case 'not':
    case 'gap':
    case 'mark':
      return [];
  }
}

/** The union of the first set of each option; no set at all if one option needs no word. */
const together = (each: readonly (readonly ReadonlySet<string>[])[]): readonly ReadonlySet<string>[] =>
  each.some((sets) => sets.length === 0) ? [] : [new Set(each.flatMap(([first]) => [...(first ?? [])]))];
