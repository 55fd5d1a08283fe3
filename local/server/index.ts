// The HTTP server of the embedded runtime, on loopback: webhooks for the handlers, the console's files, its API and its event stream. It authorises
// requests and renders errors; other modules do the work.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Misconfigured, WatchkeeperError } from '../../core/errors.ts';
import { auditFormats, exportAudit } from '../../core/record/audit/export.ts';
import { redact } from '../../core/redaction/redact.ts';
import type { Feed, FeedEvent } from '../feed.ts';
import type { People } from '../people.ts';
import type { InvokeFunction } from '../runtime/executions.ts';
import { type ApiParts, answerApi, auditOf, FileAnswer, Forbidden, NotFound } from './api.ts';
import { enter, entryPath, leaving, notSignedIn, personOf, sessionIn, signInPage } from './entry.ts';
import { fromGatewayResult, type HttpReply, toGatewayEvent } from './gateway.ts';
import { refusal } from './guard.ts';
import { consoleFile, pageHeaders } from './static.ts';

export interface ServerParts {
  readonly invoke: InvokeFunction;
  readonly feed: Feed;
  readonly api: Omit<ApiParts, 'linkOf'>;
  readonly people: People;
  readonly onTrouble: (sentence: string) => void;
  /** The port that people use, if this server listens at another one. */
  readonly shownPort?: (() => number | undefined) | undefined;
}

export interface RunningServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const maxBodyBytes = 1024 * 1024;
const heartbeatMs = 15_000;
/** The same paths as on AWS (lib/). */
const functionOf: Readonly<Record<string, string>> = {
  '/pagerduty': 'pagerduty-webhook',
  '/pagerduty/webhook': 'pagerduty-webhook',
  '/slack/events': 'slack',
  '/slack/interactivity': 'slack',
  '/slack/commands': 'slack',
};

/** Port 0 selects any free one. Throws `Misconfigured` if the port is not available. */
export async function startServer(port: number, parts: ServerParts): Promise<RunningServer> {
  const streams: Streams = new Map();
  parts.people.onRevoked((name) => {
    for (const [response, watcher] of streams) if (watcher === name) response.destroy();
  });
  const server = createServer((request, response) => {
    void serve(request, response, parts, streams).catch((error: unknown) => send(response, toReply(error, parts)));
  });
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: urlOf(bound),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(port, cause.code, cause)));
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** Open event streams with the person of each, so that a revocation can end them. */
type Streams = Map<ServerResponse, string>;

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;
export const linkTo = (url: string, token: string): string => `${url}${entryPath}?token=${token}`;

export const cannotListen = (port: number, code: string | undefined, cause?: Error): Misconfigured =>
  new Misconfigured(
    code === 'EADDRINUSE'
      ? `Port ${port} is in use. Choose another one with --port, or any free one with --port 0.`
      : `Port ${port} cannot be opened (${code}). Choose another one with --port.`,
    { cause },
  );

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  parts: ServerParts,
  streams: Streams,
): Promise<void> {
  const method = request.method ?? 'GET';
  if (!URL.canParse(request.url ?? '/', 'http://localhost')) throw new Refused(400, 'That is no address.');
  const url = new URL(request.url ?? '/', 'http://localhost');
  const path = url.pathname;
  const called = functionOf[path];
  if (called !== undefined) return send(response, await webhook(called, request, parts));
  const entry = path === entryPath;
  const refused = refusal(method, request.headers, entry);
  if (refused !== undefined) return send(response, json(403, { error: refused }));
  const port = parts.shownPort?.() ?? request.socket.localPort ?? 0;
  const { people } = parts;
  if (entry) {
    if (method !== 'GET') return send(response, json(405, { error: 'GET it.' }));
    return send(response, await enter(url, request.headers, port, people));
  }
  const person = personOf(request.headers, port, people);
  if (!path.startsWith('/api/')) {
    // Styles and scripts contain no information, so they need no session; pages tell a visitor how to sign in.
    const isPage = path === '/' || path.endsWith('.html');
    return isPage && person === undefined ? send(response, signInPage()) : file(path, response);
  }
  if (person === undefined) return send(response, json(401, { error: notSignedIn }));
  if (path === '/api/events' && method === 'GET') return stream(response, parts.feed, streams, person.name);
  const query = Object.fromEntries(url.searchParams);
  if (path === '/api/audit/export' && method === 'GET') return send(response, await download(query, parts));
  const body = method === 'POST' ? parse(await bodyOf(request)) : undefined;
  if (path === '/api/leave' && method === 'POST') {
    await people.leave(sessionIn(request.headers, port) ?? '');
    const left = json(200, { kind: 'left' });
    return send(response, { ...left, headers: { ...left.headers, 'set-cookie': leaving(port) } });
  }
  const api = { ...parts.api, linkOf: (token: string) => linkTo(urlOf(port), token) };
  const answer = await answerApi(method, path, body, api, person, query);
  return send(response, answer instanceof FileAnswer ? fileReply(answer) : json(200, answer));
}

/** If a function throws, the reply is a 5xx, so that the sender tries again. */
async function webhook(name: string, request: IncomingMessage, { invoke, onTrouble }: ServerParts): Promise<HttpReply> {
  if (request.method !== 'POST') return json(405, { error: 'POST it.' });
  const url = new URL(request.url ?? '/', 'http://localhost');
  const event = toGatewayEvent(
    {
      method: 'POST',
      path: url.pathname,
      query: url.search.slice(1),
      headers: request.headers,
      body: await bodyOf(request),
      sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    },
    new Date(),
  );
  try {
    return fromGatewayResult(await invoke(name, event));
  } catch (error) {
    onTrouble(redact(`${event.rawPath}: ${error instanceof WatchkeeperError ? error.message : String(error)}`));
    return json(503, { error: 'Not accepted; send it again.' });
  }
}

const formats = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

/** Sends the audit as a file. */
async function download(
  query: Readonly<Record<string, string>>,
  { api }: Pick<ServerParts, 'api'>,
): Promise<HttpReply> {
  const { format: requestedFormat = 'jsonl', ...span } = query;
  const format = auditFormats.find((one) => one === requestedFormat);
  if (format === undefined) throw new Refused(400, `The format is one of: ${auditFormats.join(', ')}.`);
  const body = exportAudit(await auditOf(span, api.ports), format);
  return fileReply(new FileAnswer(`watchkeeper-audit.${format}`, formats[format], body));
}

/** The name holds our own characters only. */
const fileReply = ({ name, type, body }: FileAnswer): HttpReply => ({
  status: 200,
  headers: {
    'content-type': type,
    'content-disposition': `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  },
  body,
});

async function file(path: string, response: ServerResponse): Promise<void> {
  const found = await consoleFile(path);
  if (found === undefined) return send(response, json(404, { error: `There is nothing at ${path}.` }));
  response.writeHead(200, { ...pageHeaders, 'content-type': found.type });
  response.end(found.content);
}

/** Server-sent events. A client that reconnects reads the missed events from the API. */
function stream(response: ServerResponse, feed: Feed, streams: Streams, name: string): void {
  streams.set(response, name);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  const unwatch = feed.watch((event) =>
    response.write(`event: ${event.kind}\ndata: ${JSON.stringify(dataOf(event))}\n\n`),
  );
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs);
  response.on('close', () => {
    streams.delete(response);
    unwatch();
    clearInterval(heartbeat);
  });
}

function dataOf(event: FeedEvent): unknown {
  switch (event.kind) {
    case 'timeline':
      return event.entry;
    case 'incident':
      return event.incident;
    case 'message':
      return event.message;
    case 'approval':
      return event.approval;
    case 'preference':
      return event.preference;
    case 'level':
      return event.row;
  }
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxBodyBytes) throw new Refused(413, `The body is larger than ${maxBodyBytes} bytes.`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Refused(400, 'The body is not JSON.');
  }
}

function toReply(error: unknown, { onTrouble }: ServerParts): HttpReply {
  if (error instanceof Refused) return json(error.status, { error: error.message });
  if (error instanceof Forbidden) return json(403, { error: error.message });
  if (error instanceof NotFound) return json(404, { error: error.message });
  if (error instanceof WatchkeeperError) return json(statusOf(error), { error: error.message });
  onTrouble(`The console's API failed unexpectedly: ${String(error)}`);
  return json(500, { error: 'An unexpected error occurred; the terminal shows the details.' });
}

function statusOf(error: WatchkeeperError): number {
  switch (error.audience) {
    case 'caller':
      return 400;
    case 'operator':
      return 503;
    case 'us':
      return 500;
  }
}

const json = (status: number, body: unknown): HttpReply => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
  body: JSON.stringify(body),
});

function send(response: ServerResponse, { status, headers, body }: HttpReply): void {
  if (response.headersSent) return void response.destroy();
  // If a body was not read completely (413), its rest would block the connection's next request.
  response.writeHead(status, status === 413 ? { ...headers, connection: 'close' } : headers);
  response.end(body);
}
