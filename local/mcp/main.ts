// `npm run mcp`: lets a person's assistant start an investigation and read incidents. Standard output belongs to the protocol; messages to people go
// to standard error.
import { randomBytes } from 'node:crypto';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { Misconfigured, WatchkeeperError } from '../../core/errors.ts';
import { parse } from '../command.ts';
import { defaultData } from '../options.ts';
import { desk } from './desk.ts';
import { serveMcp } from './http.ts';
import { mcpServer } from './server.ts';

const help = `Serves the Watchkeeper of this machine (npm start) over MCP. The server starts investigations and reads; it never decides or acts.

  npm run -s mcp                     uses standard input and output, for assistants that start the server
  npm run -s mcp -- --http 4748      uses streamable HTTP on 127.0.0.1 with a bearer token

  --data DIR    data folder of npm start (default ${defaultData})
  --url URL     address of Watchkeeper, instead of the address noted in the data folder
  --help        show this text

Requests run as the person who started the server: it reads that person's token from the data folder, or from WATCHKEEPER_TOKEN.
The server accepts and ignores --as NAME of earlier versions.

The bearer token of --http is WATCHKEEPER_MCP_TOKEN; without that variable the server generates a token and prints it.
`;

async function main(): Promise<void> {
  const values = read(process.argv.slice(2));
  if (values.help) return void process.stdout.write(help);
  if (values.url !== undefined && !URL.canParse(values.url)) throw new Misconfigured('--url takes an address.');
  const at = desk({ url: values.url, data: values.data ?? defaultData });
  if (values.as !== undefined)
    process.stderr.write('--as has no effect any more: the requester is the person who started Watchkeeper.\n');
  const make = () => mcpServer(at);
  if (values.http === undefined) return make().connect(new StdioServerTransport());
  const port = Number(values.http);
  if (!/^\d{1,5}$/.test(values.http) || port > 65_535) throw new Misconfigured('--http takes a port.');
  const given = process.env.WATCHKEEPER_MCP_TOKEN;
  if (given !== undefined && given.length < 16)
    throw new Misconfigured('WATCHKEEPER_MCP_TOKEN has fewer than 16 characters.');
  const token = given ?? randomBytes(24).toString('base64url');
  const served = await serveMcp(port, token, make);
  process.stderr.write(`${served.url}${given === undefined ? `\nAuthorization: Bearer ${token}` : ''}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void served.close());
}

const read = (args: readonly string[]) =>
  parse(
    args,
    {
      http: { type: 'string' },
      data: { type: 'string' },
      url: { type: 'string' },
      as: { type: 'string' },
      help: { type: 'boolean' },
    },
    'npm run mcp -- --help',
  );

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof WatchkeeperError ? error.message : String(error)}\n`);
  process.exitCode = error instanceof WatchkeeperError && error.audience !== 'us' ? 2 : 1;
});
