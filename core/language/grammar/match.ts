// Decides whether a sentence, or a part of it, matches a template, and returns the contents of the slots. The template must explain every word. The
// work is bounded: a sentence that needs too many steps does not match. Pure.
import { numberOf } from '../numbers.ts';
import { clauseOf, lettersOf, type Sentence } from './sentence.ts';
import type { ListOption, Node, Slot } from './template.ts';

/** The contents of the slots, by name. */
export type Found = Readonly<Record<string, string | number>>;

export interface Readable extends Sentence {
  /** For each word, the word of the grammar that it may be a typo of; undefined if there is none. */
  readonly guesses: readonly (string | undefined)[];
}

interface Try {
  readonly sentence: Readable;
  readonly tolerant: boolean;
  readonly end: number;
  readonly slots: (readonly [string, string | number])[];
  steps: number;
}

const maxSteps = 4000;
const isName = /^[\p{L}\p{N}_](?:[\w.-]{0,61}[\p{L}\p{N}_])?$/u;

/** `from` and `to`: the range of words that must match; without `to`, the match may end anywhere. */
export function matches(
  node: Node,
  sentence: Readable,
  { from, to, tolerant }: { readonly from: number; readonly to?: number; readonly tolerant: boolean },
): Found | undefined {
  const end = to ?? sentence.words.length;
  const one: Try = { sentence, tolerant, end, slots: [], steps: 0 };
  const found = walk(node, from, one, (at) => to === undefined || at === end);
  return found ? Object.fromEntries(one.slots) : undefined;
}

type Next = (at: number) => boolean;

function walk(node: Node, at: number, one: Try, next: Next): boolean {
  one.steps += 1;
  if (one.steps > maxSteps) return false;
  switch (node.kind) {
    case 'word':
      return at < one.end && isWord(node.word, at, one) && next(at + 1);
    case 'all':
      return walkAll(node.parts, 0, at, one, next);
    case 'any':
      return node.options.some((option) => walk(option, at, one, next));
    case 'not':
      return !walk(node.part, at, { ...one, slots: [] }, () => true) && next(at);
    case 'mark':
      return (at === 0 || one.sentence.words[at - 1]?.mark !== '') && next(at);
    case 'gap': {
      for (let to = at; to <= Math.min(one.end, at + node.maxWords); to += 1) if (next(to)) return true;
      return false;
    }
    case 'slot':
      return node.slot.kind === 'list'
        ? walkList(node.name, node.options, at, one, next)
        : walkSlot(node.name, node.slot, at, one, next);
  }
}

const walkAll = (parts: readonly Node[], index: number, at: number, one: Try, next: Next): boolean => {
  const part = parts[index];
  return part === undefined ? next(at) : walk(part, at, one, (to) => walkAll(parts, index + 1, to, one, next));
};

const isWord = (word: string, at: number, { sentence, tolerant }: Try): boolean =>
  sentence.words[at]?.word === word || (tolerant && sentence.guesses[at] === word);

const walkList = (name: string, options: readonly ListOption[], at: number, one: Try, next: Next): boolean =>
  options.some(({ value, node }) => walk(node, at, one, (to) => hold(name, value, one, () => next(to))));

/** A slot holds one value, even if the template fills it several times. */
function hold(name: string, value: string | number, one: Try, next: () => boolean): boolean {
  if (one.slots.some(([other, current]) => other === name && current !== value)) return false;
  one.slots.push([name, value]);
  if (next()) return true;
  one.slots.pop();
  return false;
}

function walkSlot(name: string, slot: Exclude<Slot, { kind: 'list' }>, at: number, one: Try, next: Next): boolean {
  const word = at < one.end ? one.sentence.words[at]?.word : undefined;
  if (word === undefined) return false;
  if (slot.kind === 'number') {
    const value = numberOf(word);
    return value !== undefined && hold(name, value, one, () => next(at + 1));
  }
  if (slot.kind === 'name')
    return (
      isName.test(word) &&
      (slot.dashed !== true || word.includes('-')) &&
      !/[([<]/.test(one.sentence.words[at]?.front ?? '') &&
      hold(name, lettersOf(one.sentence, at, at + 1), one, () => next(at + 1))
    );
  // The fewest words first, so that the words after the slot match the template where they can.
  for (let to = at + 1; to <= Math.min(one.end, at + slot.maxWords); to += 1)
    if (hold(name, clauseOf(one.sentence, at, to), one, () => next(to))) return true;
  return false;
}
