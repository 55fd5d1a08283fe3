// Runs dynalite without its server: it takes the path of a request after its body is parsed, without HTTP. It answers the SDK's client, and it
// answers the stores' calls directly, because they cause most of an incident's cost.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  type DynamoDBClientConfig,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb';
import { marshall, type marshallOptions, unmarshall } from '@aws-sdk/util-dynamodb';
import createTable from 'dynalite/actions/createTable.js';
import deleteItem from 'dynalite/actions/deleteItem.js';
import describeTable from 'dynalite/actions/describeTable.js';
import getItem from 'dynalite/actions/getItem.js';
import putItem from 'dynalite/actions/putItem.js';
import query from 'dynalite/actions/query.js';
import updateItem from 'dynalite/actions/updateItem.js';
import dynalite, { type Store } from 'dynalite/db/index.js';
import createTableRules from 'dynalite/validations/createTable.js';
import deleteItemRules from 'dynalite/validations/deleteItem.js';
import describeTableRules from 'dynalite/validations/describeTable.js';
import getItemRules from 'dynalite/validations/getItem.js';
import validations from 'dynalite/validations/index.js';
import putItemRules from 'dynalite/validations/putItem.js';
import queryRules from 'dynalite/validations/query.js';
import updateItemRules from 'dynalite/validations/updateItem.js';
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';

const operations = {
  CreateTable: { act: createTable, rules: createTableRules },
  DescribeTable: { act: describeTable, rules: describeTableRules },
  GetItem: { act: getItem, rules: getItemRules },
  PutItem: { act: putItem, rules: putItemRules },
  UpdateItem: { act: updateItem, rules: updateItemRules },
  DeleteItem: { act: deleteItem, rules: deleteItemRules },
  Query: { act: query, rules: queryRules },
} as const;
type Operation = keyof typeof operations;

type Handler = Extract<NonNullable<DynamoDBClientConfig['requestHandler']>, { handle: unknown }>;
type Sent = Parameters<Handler['handle']>[0];

type Item = Record<string, unknown>;

/** Items as plain values; undefined values are not written. A refusal by dynalite throws the SDK's error. */
export type PlainCalls = Readonly<
  Record<'get' | 'put' | 'update' | 'delete' | 'query', (input: PlainInput) => Promise<PlainAnswer>>
>;

export interface InProcess {
  /** The stores' calls. */
  readonly calls: PlainCalls;
  /** Answers an SDK client. */
  readonly handler: Handler;
  /** Accepts no more calls, and closes the store when no call is running, or after `patienceMs`. */
  close(patienceMs: number): Promise<void>;
}

/** The form of dynalite's refusals. */
const Refusal = z.object({
  statusCode: z.number(),
  body: z.object({ __type: z.string(), message: z.string().optional(), Message: z.string().optional() }),
});

/** Opens the store in `folder`, or in memory without one. `onCall` is awaited before each call of the stores; if it throws, the call fails. */
export function inProcess(
  folder: string | undefined,
  onCall?: ((operation: string) => void | Promise<void>) | undefined,
): InProcess {
  const store = dynalite.create({ createTableMs: 0, ...(folder === undefined ? {} : { path: folder }) });
  rememberTables(store);
  readAtOnce(store);
  let open = 0;
  let closed = false;

  async function call(operation: Operation, input: object): Promise<object> {
    // An interrupted step may still make calls after the close, and they must not reach the store.
    if (closed) throw new Unavailable('The store is closed.');
    open += 1;
    try {
      const { act, rules } = operations[operation];
      const data = validations.checkTypes(input, rules.types);
      validations.checkValidations(data, rules.types, rules.custom, store);
      return await new Promise((resolve, reject) =>
        act(store, data, (error, answer) => (error ? reject(error) : resolve(answer ?? {}))),
      );
    } finally {
      open -= 1;
    }
  }

  const stores = (operation: Operation) => async (input: PlainInput) => {
    if (onCall !== undefined) await onCall(operation);
    return plain(call(operation, wired(input)));
  };

  return {
    calls: {
      get: stores('GetItem'),
      put: stores('PutItem'),
      update: stores('UpdateItem'),
      delete: stores('DeleteItem'),
      query: stores('Query'),
    },
    handler: {
      metadata: { handlerProtocol: 'http/1.1' },
      async handle({ headers, body }: Sent) {
        const operation = headers['x-amz-target']?.split('.').at(-1) ?? '';
        const { statusCode, ...answer } = await answered(operation, body);
        return {
          response: {
            statusCode,
            headers: { 'content-type': 'application/x-amz-json-1.0' },
            body: Buffer.from(JSON.stringify(answer.body)),
          },
        };
      },
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
    async close(patienceMs) {
      closed = true;
      const until = Date.now() + patienceMs;
      while (open > 0 && Date.now() < until) await sleep(5);
      await new Promise<void>((resolve, reject) => store.db.close((error) => (error ? reject(error) : resolve())));
    },
  };

  async function answered(operation: string, body: unknown): Promise<{ statusCode: number; body: object }> {
    try {
      if (!isOperation(operation)) throw new Unavailable(`The store answers no ${operation}.`);
      return { statusCode: 200, body: await call(operation, JSON.parse(textOf(body))) };
    } catch (error) {
      const refusal = Refusal.safeParse(error);
      if (!refusal.success) throw error;
      return refusal.data;
    }
  }
}

const isOperation = (name: string): name is Operation => Object.hasOwn(operations, name);
const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString() : String(body);

/** Table definitions never change here, and dynalite reads one for each call, so this caches them. */
function rememberTables(store: Store): void {
  const known = new Map<string, object>();
  const look = store.getTable;
  store.getTable = (name, ...rest) => {
    const [answered] = rest;
    if (typeof answered === 'boolean') return look(name, ...rest);
    const table = known.get(name);
    if (table !== undefined) return answered(null, table);
    look(name, (error, found) => {
      if (!error && found && 'TableStatus' in found && found.TableStatus === 'ACTIVE') known.set(name, found);
      answered(error, found);
    });
  };
}

/** LevelDB reads a record in a few microseconds; passing the read to another thread takes many times that, so this reads synchronously. */
function readAtOnce({ db }: Store): void {
  const read = db.get.bind(db);
  db.get = (key, answered) => {
    // Before the store is open, abstract-level repeats the call without a callback and expects a promise.
    if (db.status !== 'open' || typeof answered !== 'function') return read(key, answered);
    let value: unknown;
    try {
      value = db.getSync(key);
    } catch (error) {
      return answered(error);
    }
    answered(null, value);
  };
}

const options: marshallOptions = { removeUndefinedValues: true };
const items = ['Item', 'Key', 'ExclusiveStartKey', 'ExpressionAttributeValues'] as const;

type PlainInput = { readonly [field in (typeof items)[number]]?: Item | undefined };
interface PlainAnswer {
  readonly Item?: Item | undefined;
  readonly Attributes?: Item | undefined;
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
  readonly Count?: number | undefined;
}

/** A call of the stores in the wire format. */
function wired(input: PlainInput): object {
  const wire: Record<string, unknown> = { ...input };
  for (const field of items) if (input[field] !== undefined) wire[field] = marshall(input[field], options);
  return wire;
}

type Wire = Parameters<typeof unmarshall>[0];
interface Answer {
  readonly Item?: Wire;
  readonly Attributes?: Wire;
  readonly Items?: readonly Wire[];
  readonly LastEvaluatedKey?: Wire;
  readonly Count?: number;
}

async function plain(answer: Promise<Answer>): Promise<PlainAnswer> {
  try {
    const { Item: item, Attributes, Items, LastEvaluatedKey, Count } = await answer;
    return {
      Item: item && unmarshall(item),
      Attributes: Attributes && unmarshall(Attributes),
      Items: Items?.map((one) => unmarshall(one)),
      LastEvaluatedKey: LastEvaluatedKey && unmarshall(LastEvaluatedKey),
      Count,
    };
  } catch (error) {
    throw asSdkError(error);
  }
}

function asSdkError(error: unknown): unknown {
  const refusal = Refusal.safeParse(error);
  if (!refusal.success) return error;
  const { __type, message = refusal.data.body.Message ?? __type } = refusal.data.body;
  const name = __type.split('#').at(-1) ?? __type;
  const $metadata = { httpStatusCode: refusal.data.statusCode };
  if (name === 'ConditionalCheckFailedException') return new ConditionalCheckFailedException({ message, $metadata });
  return new DynamoDBServiceException({ name, message, $fault: 'client', $metadata });
}
