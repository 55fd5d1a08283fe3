// The functions of lambdas/, run in this process: a folder is a function, its `create(ports)` is called at the first use. The same files
// run on AWS; a new folder needs no change here.
import { existsSync } from 'node:fs';
import type { Context as LambdaContext } from 'aws-lambda';
import { Impossible } from '../../core/errors.ts';
import type { Ports } from '../../core/ports/index.ts';
import { specialists } from '../../core/specialists/index.ts';
import { specialistId } from '../../core/specialists/specialist.ts';
import type { InvokeFunction } from './executions.ts';
import { timeLimitMs } from './time-limits.ts';

type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** What functions are made of here: the ports, and a pause that ends when the runtime closes. */
export type Parts = Ports & { readonly pause?: (ms: number) => Promise<unknown> };

/** Throws `Lambda.ResourceNotFoundException` by name for a function that does not exist, as the service does. */
export function localFunctions(parts: Parts, limitMs: (name: string) => number = timeLimitMs): InvokeFunction {
  const made = new Map<string, Promise<Handler>>();
  const lanes = crowded.map(({ names, atOnce }) => ({ names: new Set(names), run: laneOf(atOnce) }));
  return async (name, payload) => {
    let handler = made.get(name);
    if (handler === undefined) {
      handler = load(name, parts);
      made.set(name, handler);
    }
    const run = await handler;
    // Like the wire: a function gets a copy and its answer is one. Its time counts from here.
    const call = async () => copy(await run(copy(payload), lambdaContext(name, limitMs(name))));
    const lane = lanes.find(({ names }) => names.has(name));
    return lane === undefined ? call() : lane.run(call);
  };
}

/**
 * What every page of a storm calls, whether or not it is its turn. A few at once each finish soon; a thousand at once would share this one
 * process until their time is over. What leads on to the end goes in a lane of its own, beside what only begins.
 */
const crowded: readonly { readonly names: readonly string[]; readonly atOnce: number }[] = [
  { names: ['open-incident', 'assemble-context'], atOnce: 6 },
  { names: ['admit', 'tend-line'], atOnce: 6 },
];

/** Runs so many at once, in the order in which they came. */
function laneOf(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

async function load(name: string, parts: Parts): Promise<Handler> {
  const specialist = specialists.find((one) => specialistId(one.name) === name)?.name;
  const folder = specialist === undefined ? name : 'specialist';
  const file = new URL(`../../lambdas/${folder}/handler.ts`, import.meta.url);
  if (!/^[a-z][a-z-]*$/.test(name) || !existsSync(file)) throw new NoSuchFunction(name);
  const module: { readonly create?: (parts: Parts, specialist?: string) => Handler } = await import(file.href);
  if (module.create === undefined) throw new Impossible(`lambdas/${folder}/handler.ts exports no create().`);
  return module.create(parts, specialist);
}

class NoSuchFunction extends Error {
  constructor(name: string) {
    super(`There is no function ${name} in lambdas/.`);
    this.name = 'Lambda.ResourceNotFoundException';
  }
}

const copy = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** As much as the function has on AWS. */
function remaining(limitMs: number): () => number {
  const endsAt = performance.now() + limitMs;
  return () => Math.max(0, endsAt - performance.now());
}

const lambdaContext = (name: string, limitMs: number): LambdaContext => ({
  functionName: name,
  functionVersion: 'local',
  invokedFunctionArn: name,
  memoryLimitInMB: '0',
  awsRequestId: crypto.randomUUID(),
  logGroupName: 'local',
  logStreamName: 'local',
  callbackWaitsForEmptyEventLoop: false,
  getRemainingTimeInMillis: remaining(limitMs),
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});
