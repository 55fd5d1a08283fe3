// A place to read: one account and one region. It loads an SDK client at its first use, so that a question about a queue does not load the client of databases.
import type * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { AwsResource, ResourceRef } from '../../core/model/aws-resources.ts';
import { type Answered, clientOptions, type Deadline, send } from '../aws-calls.ts';
import type { AwsCredentials } from '../source-kind.ts';

/** Calls of one place at the same time. */
const maxCalls = 8;

export interface Place {
  /** Absent: the account of the process. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly deadline: Deadline;
  /** The window in epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** The client of a class, made once. */
  client<C>(Client: new (options: ReturnType<typeof clientOptions>) => C): C;
  /** Calls an operation and validates its answer, a few at a time and within the deadline. */
  ask<Schema extends z.ZodType>(
    operation: string,
    schema: Schema,
    call: () => Promise<unknown>,
  ): Promise<Answered<z.infer<Schema>>>;
}

/** What reading one resource gave. */
export interface Read {
  /** Undefined if it does not exist or could not be read; `missing` says why. */
  readonly resource?: AwsResource | undefined;
  /** The account of its ARN. */
  readonly account?: string | undefined;
  /** Resources that belong to it: its dead letter queue, what invokes it, who reads it. */
  readonly related: readonly ResourceRef[];
  readonly missing: readonly string[];
  /** Values of its environment variables, which may be secret: only for comparing. */
  readonly variables?: readonly string[];
  /** The dimensions of its metrics, if its name alone does not give them. */
  readonly dimensions?: Readonly<Record<string, string>>;
  /** Names of metrics that are others than those of its type, by key. */
  readonly metricNames?: Readonly<Record<string, string>>;
}

export type ReadResource = (ref: ResourceRef, place: Place) => Promise<Read>;

export const notRead = (ref: ResourceRef, why: string): Read => ({ related: [], missing: [`${wordOf(ref)}: ${why}`] });
export const wordOf = ({ type, name }: Pick<ResourceRef, 'type' | 'name'>): string => `${type} ${name}`;

/** The account in an ARN. */
export const accountOfArn = (arn: string | undefined): string | undefined =>
  /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(arn ?? '')?.[1];

interface Options {
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly credentials: AwsCredentials | undefined;
  readonly deadline: Deadline;
  readonly from: number;
  readonly to: number;
}

export function placeAt({ account, region, credentials, deadline, from, to }: Options): Place {
  const limited = limitConcurrency(maxCalls);
  const clients = new Map<unknown, unknown>();
  const options = { ...clientOptions(region, credentials), maxAttempts: 3 };
  return {
    account,
    region,
    deadline,
    from,
    to,
    client<C>(Client: new (options: ReturnType<typeof clientOptions>) => C): C {
      const known = clients.get(Client);
      if (known instanceof Client) return known;
      const made = new Client(options);
      clients.set(Client, made);
      return made;
    },
    ask: (operation, schema, call) => limited(() => send(operation, schema, call)),
  };
}
