// One intent as data: the sentences that express it, the contents of their slots, and examples that serve as its tests.
import type { Slot, Slots } from './template.ts';

type ValueOf<S extends Slot> = S extends { readonly kind: 'list'; readonly values: infer V }
  ? keyof V & string
  : S extends { readonly kind: 'number' }
    ? number
    : string;
/** The value of each slot; a slot that the sentence leaves out is absent. */
export type SlotValues<S extends Slots> = { readonly [Name in keyof S]?: ValueOf<S[Name]> };

export interface IntentDefinition<Id extends string = string, S extends Slots = Slots> {
  readonly id: Id;
  readonly slots: S;
  /** Parts of sentences by name, in addition to those that all intents share (rules.ts). */
  readonly rules?: Readonly<Record<string, string>>;
  /**
   * Templates of complete sentences: besides courtesies at both ends, the template must explain every word. `gives` fills slots that have no words
   * of their own.
   */
  readonly sentences: readonly (string | { readonly templates: readonly string[]; readonly gives: SlotValues<S> })[];
  /**
   * Phrases that express the intent anywhere in a message that is no complete sentence of any intent. All phrases of `all` must occur, in any order.
   * Only for intents that ask and change nothing.
   */
  readonly mentions?: readonly { readonly all: readonly string[]; readonly maxWords?: number }[];
  /** Phrases that exclude the intent if one of them occurs anywhere in the message. */
  readonly unless?: readonly string[];
  /** The parser corrects no typos. */
  readonly exact?: true;
  /** The intent states or orders something: a message with a question mark has another meaning. */
  readonly states?: true;
  readonly examples: readonly (readonly [text: string, slots: SlotValues<S>])[];
  readonly counterExamples: readonly string[];
}

export const defineIntent = <const Id extends string, const S extends Slots>(
  definition: IntentDefinition<Id, S>,
): IntentDefinition<Id, S> => definition;

/** The result of parsing: one of the grammar's intents, with its slots. */
export type Reading<D> =
  D extends IntentDefinition<infer Id, infer S> ? { readonly id: Id; readonly slots: SlotValues<S> } : never;

export const text = (maxWords: number) => ({ kind: 'text', maxWords }) as const;
export const name = { kind: 'name' } as const;
export const dashedName = { kind: 'name', dashed: true } as const;
export const number = { kind: 'number' } as const;
export const list = <const V extends Readonly<Record<string, readonly string[]>>>(values: V) =>
  ({ kind: 'list', values }) as const;
