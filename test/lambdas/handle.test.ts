import type { Context as LambdaContext } from 'aws-lambda';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { StepTimeout } from '../../core/errors.ts';
import { handling } from '../../lambdas/handle.ts';

const slow = handling('slow-step', z.object({}), () => new Promise(() => undefined));
const withLeft = (ms: number) => ({ getRemainingTimeInMillis: () => ms }) as LambdaContext;

test('a function that reaches its limit ends before it, with an error that the state machine knows by name', async () => {
  const failed = await slow({}, withLeft(510)).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(StepTimeout);
  // What Step Functions matches on.
  expect(failed).toMatchObject({ name: 'StepTimeout', message: 'slow-step did not end within its limit of time.' });
});

test('a function that has less left than it takes to say so ends at once', async () => {
  await expect(slow({}, withLeft(3))).rejects.toThrow(StepTimeout);
});

test('a function in time answers', async () => {
  const quick = handling('quick-step', z.object({}), async () => ({ done: true }));
  expect(await quick({}, withLeft(20_000))).toEqual({ done: true });
});
