// Runs the functions of lambdas/ in this process: each folder is a function, whose `create(ports)` is called at its first use. The same files run on
// AWS; a new folder needs no change here.
import { existsSync } from 'node:fs';
import type { Context as LambdaContext } from 'aws-lambda';
import { Impossible } from '../../core/errors.ts';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { Ports } from '../../core/ports/index.ts';
import { specialists } from '../../core/specialists/index.ts';
import { specialistId } from '../../core/specialists/specialist.ts';
import type { InvokeFunction } from './executions.ts';
import { timeLimitMs } from './time-limits.ts';

type Handler = (event: unknown, context: LambdaContext) => Promise<unknown>;

/** The arguments of the functions: the ports, and a pause that ends when the runtime closes. */
export type Parts = Ports & { readonly pause?: (ms: number) => Promise<unknown> };

/** For an unknown function it throws an error named `Lambda.ResourceNotFoundException`, as the service does. */
export function localFunctions(parts: Parts, limitMs: (name: string) => number = timeLimitMs): InvokeFunction {
  const made = new Map<string, Promise<Handler>>();
  const lanes = crowded.map(({ names, atOnce }) => ({ names: new Set(names), run: limitConcurrency(atOnce) }));
  return async (name, payload) => {
    let handler = made.get(name);
    if (handler === undefined) {
      handler = load(name, parts);
      made.set(name, handler);
    }
    const run = await handler;
    // As over the wire, input and output are copies. The function's time starts here.
    const call = async () => copy(await run(copy(payload), lambdaContext(name, limitMs(name))));
    const lane = lanes.find(({ names }) => names.has(name));
    return lane === undefined ? call() : lane.run(call);
  };
}

/**
 * Functions that every page of a storm calls, whether or not it has a slot. With a few at a time, each finishes soon; a thousand at once would share
 * this process until they time out. Functions that finish an incident have a lane of their own, apart from those that begin one.
 */
const crowded: readonly { readonly names: readonly string[]; readonly atOnce: number }[] = [
  { names: ['open-incident', 'assemble-context'], atOnce: 6 },
  { names: ['admit', 'tend-line'], atOnce: 6 },
];

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

/** The remaining time, from the same limit as on AWS. */
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
