// An AWS client's calls to an HTTP server of this process, without a socket: the server's own listener answers a request that was never on
// the wire. It carries one body each way; what the two say to each other is theirs.
import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { Impossible, Unavailable } from '../../core/errors.ts';

type Handler = Extract<NonNullable<DynamoDBClientConfig['requestHandler']>, { handle: unknown }>;
type Sent = Parameters<Handler['handle']>[0];
type Handled = Awaited<ReturnType<Handler['handle']>>;

export interface InProcess {
  readonly handler: Handler;
  /** Takes no more calls; resolves when none is being answered, or after `patienceMs`. */
  drained(patienceMs: number): Promise<void>;
}

/** @throws Impossible where nobody listens for the server's requests. */
export function inProcess(server: Server): InProcess {
  const [listener] = server.listeners('request');
  if (listener === undefined) throw new Impossible('The server has no listener for requests.');
  let open = 0;
  let closed = false;
  const handle = (sent: Sent): Promise<Handled> => {
    // What a step that is cut off still asks comes after the end, and the server must not be asked then.
    if (closed) return Promise.reject(new Unavailable('The store is closed.'));
    open += 1;
    return new Promise<Handled>((resolve, reject) => {
      const request = Object.assign(new EventEmitter(), {
        method: sent.method,
        url: sent.path,
        headers: lowerCase(sent.headers),
      });
      const response = {
        statusCode: 200,
        headers: {} as Record<string, string>,
        setHeader(name: string, value: string | number) {
          this.headers[name.toLowerCase()] = String(value);
        },
        end(body = '') {
          const { statusCode, headers } = this;
          resolve({ response: { statusCode, headers, body: Buffer.from(body) } });
        },
      };
      try {
        listener.call(server, request, response);
        request.emit('data', bytesOf(sent.body));
        request.emit('end');
      } catch (error) {
        reject(error);
      }
    }).finally(() => {
      open -= 1;
    });
  };
  return {
    handler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle,
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
    async drained(patienceMs) {
      closed = true;
      const until = Date.now() + patienceMs;
      while (open > 0 && Date.now() < until) await sleep(5);
    },
  };
}

const bytesOf = (body: unknown): Buffer =>
  body instanceof Uint8Array
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(String(body ?? ''));

const lowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
