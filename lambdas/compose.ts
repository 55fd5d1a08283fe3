// The composition root on AWS: one factory a port, made at the first call and kept for the life of the function. A function bundles
// only the connectors of the factories that it imports. Names of tables, buckets and secrets come from the environment (lib/functions.ts
// sets them); their values never do.
import { Logger } from '@aws-lambda-powertools/logger';
import * as z from 'zod';
import { agentCoreMemory } from '../connectors/agentcore/index.ts';
import { eventBridgeBus } from '../connectors/eventbridge/index.ts';
import { s3Evidence } from '../connectors/s3/index.ts';
import { stepFunctionsWorkflow } from '../connectors/stepfunctions/index.ts';
import { systemClock, ulids } from '../connectors/system/index.ts';
import { Misconfigured } from '../core/errors.ts';
import type { Ports } from '../core/ports/index.ts';

const logger = new Logger({ serviceName: 'watchkeeper' });

/** What the stack tells a function about its stage. Everything is optional here: a function has only what its ports need. */
const Environment = z.object({
  BUS_NAME: z.string().min(1).optional(),
  EVIDENCE_BUCKET: z.string().min(1).optional(),
  MEMORY_ID: z.string().min(1).optional(),
});
type Environment = z.infer<typeof Environment>;

const environment = once((): Environment => {
  const parsed = Environment.safeParse(process.env);
  if (parsed.success) return parsed.data;
  throw new Misconfigured(`The function's environment does not fit: ${z.prettifyError(parsed.error)}`);
});

/** The value of a variable that a port cannot do without. */
function setting<Name extends keyof Environment>(name: Name): NonNullable<Environment[Name]> {
  const value = environment()[name];
  if (value === undefined) throw new Misconfigured(`The function's environment lacks ${name}.`);
  return value;
}

export const clock = once(() => systemClock());
export const ids = once(() => ulids());
export const bus = once(() => eventBridgeBus({ busName: setting('BUS_NAME') }));
export const workflow = once(() => stepFunctionsWorkflow());
export const evidence = once(() => s3Evidence({ bucket: setting('EVIDENCE_BUCKET') }));
export const memory = once(() =>
  agentCoreMemory({
    memoryId: setting('MEMORY_ID'),
    onFailure: (failure) => logger.warn('memory failed', { code: failure.code, reason: failure.message }),
  }),
);

export const incidents = awaited('incidents');
export const seen = awaited('seen');
export const approvals = awaited('approvals');
export const ledger = awaited('ledger');
export const preferences = awaited('preferences');
export const pager = awaited('pager');
export const chat = awaited('chat');
export const policies = awaited('policies');
export const reasoner = awaited('reasoner');
export const telemetry = awaited('telemetry');
export const executor = awaited('executor');
export const catalog = awaited('catalog');

/** A port whose connector has not landed. */
function awaited<Name extends keyof Ports>(name: Name): () => Ports[Name] {
  return () => {
    throw new Misconfigured(`The port ${name} has no connector here yet.`);
  };
}

/** Calls `make` at the first use and keeps what it gave. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
