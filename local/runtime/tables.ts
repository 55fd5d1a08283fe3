// DynamoDB on one machine: dynalite in this process, on disk or in memory, behind the AWS client. What is in the tables is the
// connector's business. Calls reach dynalite without a socket (in-process.ts): no other program can read or write the tables.
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { Misconfigured } from '../../core/errors.ts';
import { closeIteratorsOnReturn } from './close-iterators.ts';
import { inProcess } from './in-process.ts';

/** How long closing waits for requests that are being worked on. */
const drainMs = 2000;

export interface Tables {
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

/** Opens the store in `folder` (in memory without one) and makes the tables that it lacks. */
export async function openTables(
  folder: string | undefined,
  definitions: readonly CreateTableCommandInput[],
): Promise<Tables> {
  closeIteratorsOnReturn();
  const server = dynalite({ createTableMs: 0, ...(folder === undefined ? {} : { path: folder }) });
  const calls = inProcess(server);
  const client = new DynamoDBClient({
    endpoint: 'http://in-process',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    signer: { sign: async (request) => ({ ...request, headers: { ...request.headers, ...unchecked } }) },
    requestHandler: calls.handler,
  });
  const close = async () => {
    // The store under dynalite must not be closed in the middle of a call.
    await calls.drained(drainMs);
    client.destroy();
    await closeStore(server);
  };
  try {
    for (const definition of definitions) await createTable(client, definition);
  } catch (cause) {
    await close();
    throw new Misconfigured(`The tables in ${folder ?? 'memory'} could not be opened.`, { cause });
  }
  return { client, close };
}

/** dynalite wants a signature of the right form and checks none. */
const unchecked = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
  'x-amz-date': '20000101T000000Z',
};

/** dynalite closes its store only after a server that listened, so it listens for that moment. */
const closeStore = (server: Server): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => server.close((error) => (error ? reject(error) : resolve())));
  });

/** Makes it unless it is there, and waits until it can be used. */
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
