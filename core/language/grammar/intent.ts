// One thing that people say, as data: the sentences that say it, what stands in their slots, and examples that are its tests.
import type { Slot, Slots } from './template.ts';

type ValueOf<S extends Slot> = S extends { readonly kind: 'list'; readonly values: infer V }
  ? keyof V & string
  : S extends { readonly kind: 'number' }
    ? number
    : string;
/** What was said in each slot; those that were left out are absent. */
export type SlotValues<S extends Slots> = { readonly [Name in keyof S]?: ValueOf<S[Name]> };

export interface IntentDefinition<Id extends string = string, S extends Slots = Slots> {
  readonly id: Id;
  readonly slots: S;
  /** Parts of sentences by name, besides those that all intents share (rules.ts). */
  readonly rules?: Readonly<Record<string, string>>;
  /** Templates of whole sentences: no word may be left over but courtesies at both ends. `gives` fills slots that have no words of their own. */
  readonly sentences: readonly (string | { readonly say: readonly string[]; readonly gives: SlotValues<S> })[];
  /**
   * Read anywhere in a message that is no whole sentence of any intent: `all` of the phrases have to stand in it, in any order. Only for what asks
   * and changes nothing.
   */
  readonly mentions?: readonly { readonly all: readonly string[]; readonly maxWords?: number }[];
  /** A message that has one of these anywhere means something else. */
  readonly unless?: readonly string[];
  /** No slip of the pen is forgiven. */
  readonly exact?: true;
  /** It tells or orders: a message with a question mark means something else. */
  readonly states?: true;
  readonly examples: readonly (readonly [text: string, slots: SlotValues<S>])[];
  readonly counterExamples: readonly string[];
}

export const defineIntent = <const Id extends string, const S extends Slots>(
  definition: IntentDefinition<Id, S>,
): IntentDefinition<Id, S> => definition;

/** What was read: one of the intents that a grammar has, with its slots. */
export type Reading<D> =
  D extends IntentDefinition<infer Id, infer S> ? { readonly id: Id; readonly slots: SlotValues<S> } : never;

export const text = (maxWords: number) => ({ kind: 'text', maxWords }) as const;
export const name = { kind: 'name' } as const;
export const dashedName = { kind: 'name', dashed: true } as const;
export const number = { kind: 'number' } as const;
export const list = <const V extends Readonly<Record<string, readonly string[]>>>(values: V) =>
  ({ kind: 'list', values }) as const;
