// Worlds of rows: a handler of its own, or a double that is a server.
import type { TestServer } from '../../server.ts';
import { forwarded, type Handler } from './faults.ts';
import type { World } from './row.ts';

export const alone = (handler: Handler): World => ({ handler, [Symbol.asyncDispose]: async () => undefined });

export async function behind(server: Promise<TestServer>): Promise<World> {
  const double = await server;
  return { handler: forwarded(double.url), [Symbol.asyncDispose]: () => double[Symbol.asyncDispose]() };
}
