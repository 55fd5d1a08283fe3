// Serves the MCP server over streamable HTTP, on loopback, to callers with the token. Requests are independent: there is no session.
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { Misconfigured } from '../../core/errors.ts';
import { refusal } from '../server/guard.ts';

export interface ServedMcp {
  readonly url: string;
  close(): Promise<void>;
}

/** `make` is called for each request. Throws `Misconfigured` if the port is not available. */
export async function serveMcp(port: number, token: string, make: () => McpServer): Promise<ServedMcp> {
  const server = createServer((request, response) => {
    void answer(request, response, token, make).catch(() => {
      if (!response.headersSent) refuse(response, 500, 'Something unexpected happened.');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Misconfigured(`Port ${port} cannot be opened. Choose another one, or 0 for any.`, { cause })),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, token: string, make: () => McpServer) {
  if (request.url?.split('?')[0] !== '/mcp') return refuse(response, 404, 'There is nothing here but /mcp.');
  const refused = refusal(request.method ?? 'GET', request.headers);
  if (refused !== undefined) return refuse(response, 403, refused);
  if (!isToken(request.headers.authorization, token)) {
    response.setHeader('www-authenticate', 'Bearer');
    return refuse(response, 401, 'Send the token as Authorization: Bearer.');
  }
  if (request.method !== 'POST') return refuse(response, 405, 'POST it; no session is kept.');
  const server = make();
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true });
  response.on('close', () => void server.close());
  // The SDK's types allow undefined where exactOptionalPropertyTypes does not.
  await server.connect(transport as Parameters<McpServer['connect']>[0]);
  await transport.handleRequest(request, response);
}

const hash = (text: string) => createHash('sha256').update(text).digest();
const isToken = (header: string | undefined, token: string): boolean =>
  timingSafeEqual(hash(header ?? ''), hash(`Bearer ${token}`));

function refuse(response: ServerResponse, status: number, error: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32_000, message: error } }));
}
