// DynamoDB on one machine: dynalite in this process, on disk or in memory, for the stores and for an AWS client. The connector defines the contents
// of the tables. Calls reach dynalite without a socket (in-process.ts), so no other program can read or write the tables.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import { Misconfigured } from '../../core/errors.ts';
import { closeIteratorsOnReturn } from './close-iterators.ts';
import { inProcess, type PlainCalls } from './in-process.ts';

/** How long closing waits for running requests. */
const drainMs = 2000;

export interface Tables {
  /** The stores' calls. */
  readonly calls: PlainCalls;
  /** The same tables for the SDK's commands. */
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

/**
 * Opens the store in `folder` (in memory without one) and creates missing tables. `onCall` is awaited before each call (`PutItem`, …); if it throws,
 * the call fails.
 */
export async function openTables(
  folder: string | undefined,
  definitions: readonly CreateTableCommandInput[],
  onCall?: (operation: string) => void | Promise<void>,
): Promise<Tables> {
  closeIteratorsOnReturn();
  const store = inProcess(folder, onCall);
  const client = new DynamoDBClient({
    endpoint: 'http://in-process',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: { sign: async (request) => request },
    requestHandler: store.handler,
  });
  const close = async () => {
    client.destroy();
    // The store under dynalite must not be closed during a call.
    await store.close(drainMs);
  };
  try {
    for (const definition of definitions) await createTable(client, definition);
  } catch (cause) {
    await close();
    throw new Misconfigured(`The tables in ${folder ?? 'memory'} could not be opened.`, { cause });
  }
  return { calls: store.calls, client, close };
}

/** Creates the table unless it exists, and waits until it is usable. */
export async function createTable(client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> {
  try {
    await client.send(new CreateTableCommand(definition));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: definition.TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await sleep(5);
  }
}
