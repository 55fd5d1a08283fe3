// DynamoDB on one machine: dynalite in this process, on disk or in memory, behind the AWS client. What is in the tables is the
// connector's business.
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  const server = dynalite({ createTableMs: 0, ...(folder === undefined ? {} : { path: folder }) });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const answered = counted(server);
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const close = async () => {
    await answered();
    client.destroy();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  try {
    for (const definition of definitions) await createTable(client, definition);
  } catch (cause) {
    await close();
    throw new Misconfigured(`The tables in ${folder ?? 'memory'} could not be opened.`, { cause });
  }
  return { client, close };
}

/** A call to wait until no request is being worked on: the store under dynalite must not be closed in the middle of one. */
function counted(server: Server): () => Promise<void> {
  const open = new Set<ServerResponse>();
  server.prependListener('request', (_request, response: ServerResponse) => {
    open.add(response);
    response.once('finish', () => open.delete(response));
  });
  return async () => {
    const until = Date.now() + drainMs;
    while (open.size > 0 && Date.now() < until) await sleep(5);
  };
}

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
