// The one way a function is wrapped: validate, call one core function, add its part to the travelling value, log one line.
// Which connectors a function gets is decided in compose.ts (AWS) or local/compose.ts (one machine); handlers cannot tell.
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context as LambdaContext } from 'aws-lambda';
import * as z from 'zod';
import { InvalidInput, StepTimeout, WatchkeeperError } from '../core/errors.ts';
import { redact } from '../core/redaction/redact.ts';

export type Invoke = (event: unknown, context: LambdaContext) => Promise<unknown>;

const logger = new Logger({ serviceName: 'watchkeeper' });

/** So long before its limit a function ends itself: its error has our code then, and its log says so. */
const timeoutEarlyInMillis = 500;

/** Parses `event` or throws `InvalidInput` that names the field. */
function parse<Schema extends z.ZodType>(schema: Schema, event: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(`The payload does not fit: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
}

/** A function that answers what `run` returns. */
export function answering<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  run: (input: z.infer<Schema>) => Promise<unknown>,
): Invoke {
  return middy<unknown, unknown, Error, LambdaContext>({
    timeoutEarlyInMillis,
    timeoutEarlyResponse: () => {
      throw new StepTimeout(`${name} did not end within its limit of time.`);
    },
  })
    .use(oneLine(name))
    .handler(async (event: unknown) => run(parse(schema, event))) as unknown as Invoke;
}

/** A state of the workflow: `run` returns its part, which is added to the whole value that came in. */
export function step<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  run: (input: z.infer<Schema>) => Promise<Readonly<Record<string, unknown>>>,
): Invoke {
  return answering(name, schema, async (input) => ({ ...input, ...(await run(input)) }));
}

/** Makes the handler at the first call, so that importing one composes nothing. */
export function onLambda(create: () => Invoke): Invoke {
  let made: Invoke | undefined;
  return (event, context) => {
    made ??= create();
    return made(event, context);
  };
}

/** One log line a call: name, duration and, where it failed, our code and sentence. Payloads are never logged. */
export function oneLine(name: string): middy.MiddlewareObj<unknown, unknown, Error, LambdaContext> {
  type Timed = { readonly internal: { startedAt?: number } };
  const took = (request: Timed) => Math.round(performance.now() - (request.internal.startedAt ?? performance.now()));
  return {
    before: (request) => {
      (request as Timed).internal.startedAt = performance.now();
    },
    after: (request) => {
      logger.info('done', { step: name, durationMs: took(request as Timed) });
    },
    onError: (request) => {
      const { error } = request;
      const code = error instanceof WatchkeeperError ? error.code : 'Unexpected';
      logger.error('failed', {
        step: name,
        durationMs: took(request as Timed),
        code,
        reason: redact(error?.message ?? ''),
      });
    },
  };
}
