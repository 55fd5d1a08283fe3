// The few table calls that the stores use. A failed condition is an answer (`false`); every other failure is `Unavailable`, so that the workflow
// retries it.
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { Impossible, Unavailable } from '../../core/errors.ts';
import type { Item, Page, TableCalls } from './calls.ts';

export type { Item };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}
export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

export class Table {
  readonly #calls: TableCalls;
  readonly #name: string;

  constructor(calls: TableCalls, name: string) {
    this.#calls = calls;
    this.#name = name;
  }

  get = (key: Key): Promise<Item | undefined> =>
    this.#asking(
      'read',
      async () => (await this.#calls.get({ TableName: this.#name, Key: key, ConsistentRead: true })).Item,
    );

  /** Writes the whole item; returns false if the condition does not hold. */
  put = (item: Key & Item, condition?: Condition): Promise<boolean> =>
    this.#asking('write', () =>
      conditional(() => this.#calls.put({ TableName: this.#name, Item: item, ...conditionInput(condition) })),
    );

  /** Applies an update expression; returns false if the condition does not hold. */
  update = async (key: Key, update: Condition, condition?: Condition): Promise<boolean> =>
    (await this.#update(key, update, condition, 'NONE')) !== undefined;

  /** Applies an update expression and returns the updated item, or undefined if the condition does not hold. */
  updated = async (key: Key, update: Condition, condition?: Condition): Promise<Item | undefined> =>
    (await this.#update(key, update, condition, 'ALL_NEW'))?.Attributes;

  #update = (key: Key, update: Condition, condition: Condition | undefined, ReturnValues: 'NONE' | 'ALL_NEW') =>
    this.#asking('write', () =>
      unlessRefused(() =>
        this.#calls.update({
          TableName: this.#name,
          Key: key,
          UpdateExpression: update.expression,
          ReturnValues,
          ...expressionAttributes(update, condition),
          ...(condition === undefined ? {} : { ConditionExpression: condition.expression }),
        }),
      ),
    );

  delete = (key: Key, condition?: Condition): Promise<boolean> =>
    this.#asking('write', () =>
      conditional(() => this.#calls.delete({ TableName: this.#name, Key: key, ...conditionInput(condition) })),
    );

  /** All items of a partition whose sort key begins with `prefix`, in sort order, over all pages. */
  query = (pk: string, prefix: string): Promise<Item[]> => this.#partition(pk, prefix, undefined);

  /** The last `limit` items of a partition whose sort key begins with `prefix`, last first. */
  last = (pk: string, prefix: string, limit: number): Promise<Item[]> => this.#partition(pk, prefix, limit);

  /** With `last`, that many of the last items, last first; without it, all items in sort order. */
  #partition(pk: string, prefix: string, last: number | undefined): Promise<Item[]> {
    return this.#asking('read', async () => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await this.#calls.query({
          TableName: this.#name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
          ...(last === undefined ? {} : { ScanIndexForward: false, Limit: last - items.length }),
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        });
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start && (last === undefined || items.length < last));
      return items;
    });
  }

  /** The first `limit` items of a partition whose sort key begins with `prefix`; with `after`, the first ones after that key. */
  first = (pk: string, prefix: string, limit: number, after?: Key): Promise<Item[]> =>
    this.#asking('read', async () => {
      const page = await this.#calls.query({
        TableName: this.#name,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
        Limit: limit,
        ...(after === undefined ? {} : { ExclusiveStartKey: after }),
      });
      return page.Items ?? [];
    });

  /** Counts the items of a partition between `prefix` and the sort key `sk`, up to `limit`. */
  countBefore = (pk: string, prefix: string, sk: string, limit: number): Promise<number> =>
    this.#asking('read', async () => {
      const page = await this.#calls.query({
        TableName: this.#name,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        // BETWEEN includes both ends, so the upper end is a key that sorts just before `sk`.
        ExpressionAttributeValues: { ':pk': pk, ':from': prefix, ':to': justBefore(sk) },
        Select: 'COUNT',
        Limit: limit,
      });
      return page.Count ?? 0;
    });

  /** The newest `limit` items of a kind, through the index; eventually consistent. A page holds 1 MB at most. */
  newest = (kind: string, limit: number): Promise<Item[]> => this.#ofKind(kind, limit, true);

  /** The oldest `limit` items of a kind, likewise. */
  oldest = (kind: string, limit: number): Promise<Item[]> => this.#ofKind(kind, limit, false);

  #ofKind = (kind: string, limit: number, newestFirst: boolean): Promise<Item[]> =>
    this.#asking('read', async () => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await this.#page('by-kind', 'kind', kind, { newestFirst, limit: limit - items.length, start });
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start && items.length < limit);
      return items;
    });

  /** All items of a day, through the index, oldest first; eventually consistent. */
  ofDay = (day: string): Promise<Item[]> =>
    this.#asking('read', async () => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await this.#page('by-day', 'day', day, { newestFirst: false, start });
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start);
      return items;
    });

  #page(
    index: string,
    field: string,
    value: string,
    how: { readonly newestFirst: boolean; readonly limit?: number; readonly start?: Item | undefined },
  ): Promise<Page> {
    return this.#calls.query({
      TableName: this.#name,
      IndexName: index,
      KeyConditionExpression: '#field = :value',
      ExpressionAttributeNames: { '#field': field },
      ExpressionAttributeValues: { ':value': value },
      ScanIndexForward: !how.newestFirst,
      ...(how.limit === undefined ? {} : { Limit: how.limit }),
      ...(how.start === undefined ? {} : { ExclusiveStartKey: how.start }),
    });
  }

  async #asking<T>(what: 'read' | 'write', call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw new Unavailable(`The table ${this.#name} could not be ${what === 'read' ? 'read' : 'written'}.`, { cause });
    }
  }
}

const justBefore = (sk: string): string =>
  `${sk.slice(0, -1)}${String.fromCharCode(sk.charCodeAt(sk.length - 1) - 1)}\uffff`;

/** Parses a stored item. @throws Impossible, naming the field, if the item has another shape, because nobody else writes to this table. */
export function stored<Schema extends z.ZodType>(schema: Schema, item: Item): z.infer<Schema> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  const problem = `The record ${item.pk} ${item.sk} does not fit: ${z.prettifyError(parsed.error)}`;
  throw new Impossible(problem, { cause: parsed.error });
}

/** The item is absent or expired. TTL deletion may come days late, so an expired item counts as absent. `now` in epoch seconds. */
export const absentOrExpired = (now: number): Condition => ({
  expression: 'attribute_not_exists(pk) OR expiresAt < :now',
  values: { ':now': now },
});
export const epochSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

const conditional = async (call: () => Promise<unknown>): Promise<boolean> =>
  (await unlessRefused(async () => ({ answer: await call() }))) !== undefined;

/** Returns undefined if the condition does not hold. */
async function unlessRefused<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}

const conditionInput = (condition: Condition | undefined) =>
  condition === undefined ? {} : { ConditionExpression: condition.expression, ...expressionAttributes(condition) };

/** Names and values of both expressions together; DynamoDB does not accept an empty map. */
function expressionAttributes(...conditions: readonly (Condition | undefined)[]) {
  const names = Object.assign({}, ...conditions.map((c) => c?.names));
  const values = Object.assign({}, ...conditions.map((c) => c?.values));
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}
