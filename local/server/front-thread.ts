// Accepts pages in a thread of its own, so that an investigation in progress delays none. It does the work of the webhook's function (verify the
// page and write the event to disk), notifies the main thread, and forwards every other request to it.
import { createHash } from 'node:crypto';
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { busSource } from '../../core/model/events.ts';
import type { Bus } from '../../core/ports/channels.ts';
import { create } from '../../lambdas/pagerduty-webhook/handler.ts';
import { folderDisk } from '../runtime/files.ts';
import { type FrontMessage, FrontOrders } from './front-messages.ts';
import { fromGatewayResult, toGatewayEvent } from './gateway.ts';

const maxBodyBytes = 1024 * 1024;
const webhooks: ReadonlySet<string> = new Set(['/pagerduty', '/pagerduty/webhook']);
/** The number of remembered event ids; an older event is recognised by its execution. */
const maxRemembered = 20_000;

const orders = FrontOrders.parse(workerData);
const disk = folderDisk(orders.data);
const post = (message: FrontMessage) => parentPort?.postMessage(message);

/** The file's name derives from the event, so that a redelivered event starts nothing, even after a restart. */
const bus: Bus = {
  async publish({ detailType, detail }) {
    const event = 'trigger' in detail ? detail.trigger.eventId : detail.eventId;
    const id = `pd-${createHash('sha256').update(`${detailType}\n${event}`).digest('hex').slice(0, 40)}`;
    await disk.write(`bus/${id}.json`, JSON.stringify({ id, source: busSource, detailType, detail }));
    post({ kind: 'accepted', id });
  },
};
const remembered = new Set<string>();
const handle = create({
  bus,
  seen: {
    has: async (id) => remembered.has(id),
    async claim(id) {
      if (remembered.size >= maxRemembered) remembered.delete(remembered.values().next().value ?? '');
      return remembered.size !== remembered.add(id).size;
    },
  },
  secrets: { pagerDutyWebhook: async () => orders.secrets, slackSigning: async () => [] },
});

/** The time that PagerDuty waits for an answer. */
const context = { getRemainingTimeInMillis: () => 5000 } as Context;

const server = createServer((request, response) => {
  const url = URL.canParse(request.url ?? '/', 'http://localhost')
    ? new URL(request.url ?? '/', 'http://localhost')
    : undefined;
  if (request.method === 'POST' && url !== undefined && webhooks.has(url.pathname)) void accept(request, url, response);
  else pass(request, response);
});

async function accept(request: IncomingMessage, url: URL, response: ServerResponse): Promise<void> {
  const answer = (status: number, body: string, headers: Readonly<Record<string, string>> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBodyBytes)
        return answer(413, JSON.stringify({ error: `The body is larger than ${maxBodyBytes} bytes.` }), {
          connection: 'close',
        });
      chunks.push(chunk as Buffer);
    }
    const event = toGatewayEvent(
      {
        method: 'POST',
        path: url.pathname,
        query: url.search.slice(1),
        headers: request.headers,
        body: Buffer.concat(chunks),
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
      },
      new Date(),
    );
    const { status, headers, body } = fromGatewayResult(await handle(event, context));
    answer(status, body, headers);
  } catch {
    answer(503, JSON.stringify({ error: 'Not accepted; send it again.' }));
  }
}

/** Forwards the request unchanged, because the guard of the inner server checks the sender's own headers. */
function pass(request: IncomingMessage, response: ServerResponse): void {
  const { method, url: path, headers } = request;
  const passed = ask({ host: '127.0.0.1', port: orders.inner, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    // If the inner server cuts a connection, such as the stream of a revoked person, this cuts it too.
    answer.once('error', () => response.destroy());
    answer.pipe(response);
  });
  passed.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(503).end();
  });
  response.on('close', () => passed.destroy());
  request.pipe(passed);
}

server.once('error', (error: NodeJS.ErrnoException) => post({ kind: 'cannot-listen', code: error.code ?? 'unknown' }));
server.listen(orders.port, '127.0.0.1', () => post({ kind: 'listens', port: (server.address() as AddressInfo).port }));
