// Serves the part of EventBridge and Step Functions that the handlers use, over AWS's JSON protocol on loopback, so that the same SDK clients work
// on one machine. It only translates; bus.ts and executions.ts accept and answer.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { InvalidInput, WatchkeeperError } from '../../core/errors.ts';
import type { EmbeddedBus } from './bus.ts';
import type { Executions } from './executions.ts';

export interface AwsEndpoint {
  readonly url: string;
  /** New at every start; the endpoint refuses requests signed with another access key, so that no other program controls the bus. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  close(): Promise<void>;
}

interface Parts {
  readonly bus: Pick<EmbeddedBus, 'accept'>;
  readonly executions: Pick<Executions, 'answer' | 'start'>;
}

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue('is not JSON');
    return z.NEVER;
  }
});
const PutEvents = z.object({
  Entries: z
    .array(z.object({ Source: z.string(), DetailType: z.string(), Detail: json }))
    .min(1)
    .max(10),
});
const StartExecution = z.object({ stateMachineArn: z.string(), name: z.string().min(1).max(80), input: json });
const SendTaskSuccess = z.object({ taskToken: z.string().min(1), output: json });
const SendTaskFailure = z.object({
  taskToken: z.string().min(1),
  error: z.string().default(''),
  cause: z.string().default(''),
});

/** An error that the protocol names; the SDK creates an exception class from `type`. */
class ProtocolError extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

type Operation = (body: unknown, parts: Parts) => Promise<unknown>;

const operations: Readonly<Record<string, Operation>> = {
  'AWSEvents.PutEvents': async (body, { bus }) => {
    const Entries = [];
    for (const entry of PutEvents.parse(body).Entries) {
      const EventId = await bus.accept({ source: entry.Source, detailType: entry.DetailType, detail: entry.Detail });
      Entries.push({ EventId });
    }
    return { FailedEntryCount: 0, Entries };
  },
  'AWSStepFunctions.StartExecution': async (body, { executions }) => {
    const { stateMachineArn, name, input } = StartExecution.parse(body);
    if ((await executions.start(name, input)) === 'exists') {
      throw new ProtocolError('ExecutionAlreadyExists', `An execution ${name} exists.`);
    }
    return { executionArn: `${stateMachineArn}:${name}`, startDate: Date.now() / 1000 };
  },
  'AWSStepFunctions.SendTaskSuccess': async (body, { executions }) => {
    const { taskToken, output } = SendTaskSuccess.parse(body);
    return sent(await executions.answer(taskToken, { kind: 'success', output }));
  },
  /** A wait in this process needs no sign of life: what it waits for ends with it. */
  'AWSStepFunctions.SendTaskHeartbeat': async () => ({}),
  'AWSStepFunctions.SendTaskFailure': async (body, { executions }) => {
    const { taskToken, error, cause } = SendTaskFailure.parse(body);
    return sent(await executions.answer(taskToken, { kind: 'failure', error, cause }));
  },
};

function sent(outcome: 'answered' | 'gone'): object {
  if (outcome === 'gone') throw new ProtocolError('TaskDoesNotExist', 'No task waits for this token.');
  return {};
}

/** Listens on a free port of 127.0.0.1. */
export async function awsEndpoint(parts: Parts): Promise<AwsEndpoint> {
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(10).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const server = createServer((request, response) => {
    void handle(request, credentials.accessKeyId, parts).then(({ status, body, type }) =>
      reply(response, status, body, type),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    credentials,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answered {
  readonly status: number;
  readonly body: unknown;
  readonly type?: string;
}

async function handle(request: IncomingMessage, accessKeyId: string, parts: Parts): Promise<Answered> {
  try {
    if (!(request.headers.authorization ?? '').includes(`Credential=${accessKeyId}/`)) {
      throw new ProtocolError('UnrecognizedClientException', 'This endpoint serves the runtime that made it.');
    }
    const target = String(request.headers['x-amz-target']);
    const operation = operations[target];
    if (operation === undefined) throw new ProtocolError('UnknownOperationException', `${target} is not served here.`);
    return { status: 200, body: await operation(JSON.parse(await bodyOf(request)), parts) };
  } catch (error) {
    return toError(error);
  }
}

function toError(error: unknown): Answered {
  const failed = (status: number, type: string, message: string): Answered => ({
    status,
    type,
    body: { __type: type, message },
  });
  if (error instanceof ProtocolError) return failed(400, error.type, error.message);
  if (error instanceof z.ZodError) return failed(400, 'ValidationException', z.prettifyError(error));
  if (error instanceof InvalidInput || error instanceof SyntaxError) {
    return failed(400, 'ValidationException', error.message);
  }
  return failed(500, 'InternalFailure', error instanceof WatchkeeperError ? error.message : 'Something unexpected.');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, status: number, body: unknown, type?: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  });
  response.end(JSON.stringify(body));
}
