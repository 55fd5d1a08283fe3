// Connects to other MCP servers, over standard input and output or streamable HTTP, and offers their tools. It offers only tools that the
// configuration allows by name, and never one that its server declares as writing or destructive. A tool's answer is untrusted: the caller redacts,
// marks and cuts it.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import * as z from 'zod';
import { Misconfigured, Unavailable } from '../../core/errors.ts';
import type { Gap } from '../../core/model/report.ts';
import type { ForeignTool, ToolServers } from '../../core/ports/telemetry.ts';
import type { ToolServer, ToolServerAuth } from '../../core/specialists/tool-server.ts';
import { clean, shorten } from '../../core/text.ts';
import type { AwsAccess } from '../source-kind.ts';

interface Options {
  /** Timeout in milliseconds of connecting, of listing and of each call. */
  readonly patienceMs?: number;
  /** Milliseconds after which an unused connection is closed. */
  readonly idleMs?: number;
  /** Credentials for servers that check signatures. */
  readonly aws?: AwsAccess | undefined;
}

/** Limits in characters: of a schema that a model reads, and of an answer. */
const maxSchema = 4000;
const maxAnswer = 200_000;

export function mcpTools(
  servers: readonly ToolServer[],
  { patienceMs = 8000, idleMs = 3000, aws }: Options = {},
): ToolServers & { close(): Promise<void> } {
  const connections = new Map<string, { client: Promise<Client>; idle?: NodeJS.Timeout }>();

  async function close(name: string): Promise<void> {
    const connection = connections.get(name);
    connections.delete(name);
    clearTimeout(connection?.idle);
    await connection?.client.then((client) => client.close()).catch(() => undefined);
  }

  /** One connection per server; after a failure the next call opens a new one. */
  async function using<T>(server: ToolServer, use: (client: Client) => Promise<T>): Promise<T> {
    const known = connections.get(server.name) ?? { client: connect(server, { patienceMs, aws }) };
    connections.set(server.name, known);
    clearTimeout(known.idle);
    try {
      const answer = await use(await known.client);
      known.idle = setTimeout(() => void close(server.name), idleMs);
      return answer;
    } catch (cause) {
      await close(server.name);
      throw new Unavailable(`The MCP server ${server.name} did not answer as it should.`, { cause });
    }
  }

  return {
    async offered(specialist) {
      const offering = servers.filter((server) => server.specialists.some((one) => one === specialist));
      const answers = await Promise.all(
        offering.map((server) =>
          using(server, async (client) =>
            offers(server, (await client.listTools({}, { timeout: patienceMs })).tools),
          ).catch(
            (): Offered => ({
              tools: [],
              gaps: [gap(server, 'could not be asked which tools it has')],
            }),
          ),
        ),
      );
      return { tools: answers.flatMap(({ tools }) => tools), gaps: answers.flatMap(({ gaps }) => gaps) };
    },
    async call({ server: name, tool }, input) {
      const server = servers.find((one) => one.name === name);
      if (!server?.tools.includes(tool)) throw new Unavailable(`${name} has no tool ${tool} that is allowed.`);
      const parsed = z.record(z.string(), z.unknown()).parse(input);
      return using(server, async (client) =>
        textOf(await client.callTool({ name: tool, arguments: parsed }, undefined, { timeout: patienceMs })),
      );
    },
    async close() {
      await Promise.all([...connections.keys()].map(close));
    },
  };
}

type Offered = Awaited<ReturnType<ToolServers['offered']>>;
type Listed = Awaited<ReturnType<Client['listTools']>>['tools'][number];

const gap = ({ name }: ToolServer, why: string): Gap => ({
  source: `mcp:${name}`,
  reason: `The MCP server ${name} ${why}.`,
});

function offers(server: ToolServer, listed: readonly Listed[]): Offered {
  const checked = server.tools.map((name): ForeignTool | Gap => {
    const found = listed.find((one) => one.name === name);
    if (!found) return gap(server, `has no tool ${name}`);
    const { annotations = {}, inputSchema, description = '' } = found;
    if (annotations.readOnlyHint === false || annotations.destructiveHint === true)
      return gap(server, `says that its tool ${name} changes something: it is not offered`);
    if (JSON.stringify(inputSchema).length > maxSchema)
      return gap(server, `describes the input of ${name} in more than ${maxSchema} characters`);
    return {
      server: server.name,
      tool: name,
      description: shorten(clean(description), 500),
      input: inputSchema as Readonly<Record<string, unknown>>,
    };
  });
  return {
    tools: checked.filter((one): one is ForeignTool => 'tool' in one),
    gaps: checked.filter((one): one is Gap => 'reason' in one),
  };
}

async function connect(
  server: ToolServer,
  { patienceMs: timeout, aws }: { readonly patienceMs: number; readonly aws: AwsAccess | undefined },
): Promise<Client> {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const client = new Client({ name: 'watchkeeper', version: '0.1.0' });
  await client.connect((await transportOf(server, aws)) as Parameters<Client['connect']>[0], { timeout });
  return client;
}

async function transportOf(server: ToolServer, aws: AwsAccess | undefined) {
  if ('url' in server) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
    return new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: server.headers, redirect: 'error' },
      ...(server.auth === undefined ? {} : { fetch: await signing(server.auth, aws) }),
    });
  }
  const { StdioClientTransport } = await import('@modelcontextprotocol/sdk/client/stdio.js');
  const { PATH = '', HOME = '' } = process.env;
  const { command, args, env } = server;
  return new StdioClientTransport({ command, args, env: { PATH, HOME, ...env }, stderr: 'ignore' });
}

const Method = z.enum(['GET', 'POST', 'DELETE']);

/** Signs each request after the transport has set its headers. */
async function signing(auth: z.infer<typeof ToolServerAuth>, aws: AwsAccess | undefined) {
  const { authorizer } = await import('../authorize.ts');
  const authorize = authorizer(auth, { secret: undefined, aws });
  return async (address: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { body, method } = init;
    if (body !== undefined && body !== null && typeof body !== 'string')
      throw new Misconfigured('Only text can be signed.');
    const { url, headers } = await authorize({
      method: Method.parse(method ?? 'GET'),
      url: new URL(address),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: body ?? undefined,
    });
    return fetch(url, { ...init, headers });
  };
}

const Answer = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
});

/** The text parts of an answer; the other parts are only named. */
function textOf(answer: unknown): string {
  const { content, structuredContent, isError } = Answer.parse(answer);
  const parts = content.map(({ type, text }) => text ?? `[${clean(type).slice(0, 40)}]`);
  const all = parts.length > 0 ? parts.join('\n') : JSON.stringify(structuredContent ?? null);
  return `${isError ? 'The tool failed: ' : ''}${all}`.slice(0, maxAnswer);
}
