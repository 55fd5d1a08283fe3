// Serves a handler over the HTTP contract of AgentCore Runtime: POST /invocations takes its event as JSON, GET /ping returns whether it is healthy
// and busy. The handler is the same one that Lambda runs.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Context as LambdaContext } from 'aws-lambda';
import { WatchkeeperError } from '../core/errors.ts';
import { maxBodyBytes } from './http.ts';

export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** The largest payload. */
  readonly maxBytes?: number;
  /** How much work goes on after its invocation was answered. */
  readonly background?: () => number;
}

/** Starts listening; port 0 selects a free one. On close, it first finishes the running invocations. */
export async function serveInvocations(
  invoke: (event: unknown, context: LambdaContext, session: string | undefined) => Promise<unknown>,
  { host, port, maxBytes = maxBodyBytes, background = () => 0 }: ServeOptions,
): Promise<Served> {
  let running = 0;
  let isBusy = false;
  /** Unix seconds of the last change between idle and busy. The service keeps a session while it is busy. */
  let changedAt = Math.floor(Date.now() / 1000);
  const look = (): void => {
    const busy = running + background() > 0;
    if (busy === isBusy) return;
    isBusy = busy;
    changedAt = Math.floor(Date.now() / 1000);
  };
  const count = (by: 1 | -1): void => {
    running += by;
    look();
  };
  const answer = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    if (path === '/ping' && request.method === 'GET') {
      look();
      return { status: 200, body: { status: isBusy ? 'HealthyBusy' : 'Healthy', time_of_last_update: changedAt } };
    }
    if (path !== '/invocations') return { status: 404, body: { error: 'There are POST /invocations and GET /ping.' } };
    if (request.method !== 'POST') return { status: 405, body: { error: 'Invocations are posted.' } };
    const event = await readJson(request, maxBytes);
    if (event.kind !== 'read') return { status: event.kind === 'too-large' ? 413 : 400, body: { error: event.why } };
    count(1);
    try {
      return { status: 200, body: (await invoke(event.value, {} as LambdaContext, sessionIn(request))) ?? null };
    } catch (error) {
      // The handler logs the error; the caller gets only our sentence.
      const known = error instanceof WatchkeeperError;
      return {
        status: known && error.audience === 'caller' ? 400 : 500,
        body: {
          error: known ? error.message : 'It failed; the log shows the error.',
          code: known ? error.code : 'Unexpected',
        },
      };
    } finally {
      count(-1);
    }
  };
  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) => send(response, status, body),
      () => send(response, 400, { error: 'The request broke off.' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

type ReadJson =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'too-large' | 'no-json'; readonly why: string };

/** The service names the session of each request (https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/runtime-sessions.html). */
function sessionIn({ headers }: IncomingMessage): string | undefined {
  const session = headers['x-amzn-bedrock-agentcore-runtime-session-id'];
  return typeof session === 'string' ? session : undefined;
}

async function readJson(request: IncomingMessage, maxBytes: number): Promise<ReadJson> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
  }
  if (size > maxBytes) return { kind: 'too-large', why: `A payload has at most ${maxBytes} bytes.` };
  try {
    return { kind: 'read', value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { kind: 'no-json', why: 'The payload is not JSON.' };
  }
}
