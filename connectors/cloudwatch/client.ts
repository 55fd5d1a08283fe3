// Calls CloudWatch through the AWS SDK, within a time limit. The SDK retries throttled requests with backoff; a failure becomes a reason in our words,
// because the vendor's text may be hostile.
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type * as z from 'zod';
import type { Clock } from '../../core/ports/world.ts';
import type { AwsCredentials } from '../source-kind.ts';
import type { CloudWatchSettings } from './manifest.ts';

export interface CloudWatchParts {
  readonly settings: CloudWatchSettings;
  readonly clock: Clock;
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly metrics: Pick<CloudWatchClient, 'send'>;
  /** The time for one question in milliseconds, retries included. A specialist has 20 seconds. */
  readonly budgetMs: number;
}

/** `credentials`: of the account to read; absent, those of the process. */
export function partsOf(
  settings: CloudWatchSettings,
  clock: Clock,
  credentials?: AwsCredentials | undefined,
): CloudWatchParts {
  const options = {
    ...(settings.region === undefined ? {} : { region: settings.region }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 4,
    requestHandler: { requestTimeout: 8000, connectionTimeout: 3000 },
  };
  return {
    settings,
    clock,
    logs: new CloudWatchLogsClient(options),
    metrics: new CloudWatchClient(options),
    budgetMs: 14_000,
  };
}

/** The time that is left for a question. */
export interface Deadline {
  readonly signal: AbortSignal;
  leftMs(): number;
  /** Waits, but not beyond the deadline. Returns whether time is left. */
  wait(ms: number): Promise<boolean>;
}

export function deadlineIn(ms: number): Deadline {
  const end = performance.now() + ms;
  const leftMs = () => Math.max(0, end - performance.now());
  return {
    signal: AbortSignal.timeout(ms),
    leftMs,
    async wait(pause) {
      await sleep(Math.min(pause, leftMs()));
      return leftMs() > 0;
    },
  };
}

export type Answered<T> =
  | { readonly kind: 'ok'; readonly data: T }
  | { readonly kind: 'failed'; readonly error: string; readonly reason: string };

/** Calls an operation and validates its answer. */
export async function send<Schema extends z.ZodType>(
  operation: string,
  schema: Schema,
  call: () => Promise<unknown>,
): Promise<Answered<z.infer<Schema>>> {
  try {
    const read = schema.safeParse(await call());
    if (read.success) return { kind: 'ok', data: read.data };
    return { kind: 'failed', error: 'Form', reason: `${operation} answered in a form that is not its API` };
  } catch (error) {
    const name = error instanceof Error && /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : 'no answer';
    return { kind: 'failed', error: name, reason: reasonOf(operation, name) };
  }
}

function reasonOf(operation: string, name: string): string {
  if (/AccessDenied|UnauthorizedOperation|NotAuthorized/.test(name)) return `the right to ${operation} is missing`;
  if (/Throttl|LimitExceeded|TooManyRequests/.test(name)) return `${operation} was throttled (${name})`;
  if (/Abort|Timeout/.test(name)) return `${operation} did not answer in time`;
  return `${operation} failed (${name})`;
}

export const gap = (reason: string) =>
  ({ kind: 'gap', gap: { source: 'cloudwatch', reason: reason.slice(0, 300) } }) as const;

/** Names in words, of which only the first are listed. */
export const listed = (names: readonly string[], most = 3): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;

/** The window in epoch milliseconds. It ends now at the latest, and begins within what CloudWatch can keep (`keptDays`). */
export function boundsOf(
  window: { readonly start: string; readonly end: string },
  now: Date,
  keptDays: number,
): { readonly start: number; readonly end: number } {
  const end = Math.min(Date.parse(window.end), now.getTime());
  return { start: Math.min(end, Math.max(Date.parse(window.start), now.getTime() - keptDays * 86_400_000)), end };
}
