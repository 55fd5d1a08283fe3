// Wraps every function in the same way: validate the input, call one core function, add its result to the workflow's value, log one line. compose.ts
// (AWS) or local/compose.ts (one machine) decides which connectors a function gets; handlers do not know.
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { Context as LambdaContext } from 'aws-lambda';
import * as z from 'zod';
import { InvalidInput, StepTimeout, WatchkeeperError } from '../core/errors.ts';
import { redact } from '../core/redaction/redact.ts';

export type Invoke = (event: unknown, context: LambdaContext) => Promise<unknown>;

const logger = new Logger({ serviceName: 'watchkeeper' });

/** A function ends itself this long before its limit, so that its error has our code and its log says so. */
const timeoutEarlyInMillis = 500;

/** Parses `event`; throws `InvalidInput` naming the field. */
function parse<Schema extends z.ZodType>(schema: Schema, event: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(`The payload does not fit: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
}

/** A function that returns the result of `run`. */
export function handling<Schema extends z.ZodType>(
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

/** A state of the workflow: `run` returns one part, which is added to the complete input. */
export function step<Schema extends z.ZodObject>(
  name: string,
  schema: Schema,
  run: (input: z.infer<Schema>) => Promise<Readonly<Record<string, unknown>>>,
): Invoke {
  return handling(name, schema, async (input) => ({ ...input, ...(await run(input)) }));
}

/** Creates the handler at the first call, so that an import composes nothing. */
export function onLambda(create: () => Invoke): Invoke {
  let made: Invoke | undefined;
  return (event, context) => {
    made ??= create();
    return made(event, context);
  };
}

/** Logs one line per call: name, duration and, after a failure, our code and sentence. It never logs payloads. */
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
