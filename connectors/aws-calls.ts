// Calls APIs of AWS through the SDK, within a time limit. The SDK retries throttled requests with backoff; a failure becomes a reason in our words,
// because the vendor's text may be hostile.
import { setTimeout as sleep } from 'node:timers/promises';
import type * as z from 'zod';
import { Misconfigured } from '../core/errors.ts';
import type { AwsAccess, AwsCredentials } from './source-kind.ts';

/** Options of a client. Absent, the region and the credentials are those of the process. */
export const clientOptions = (region: string | undefined, credentials: AwsCredentials | undefined) => ({
  ...(region === undefined ? {} : { region }),
  ...(credentials === undefined ? {} : { credentials }),
  maxAttempts: 4,
  // Without throwOnRequestTimeout the SDK only warns.
  requestHandler: { requestTimeout: 8000, throwOnRequestTimeout: true, connectionTimeout: 3000 },
});

/** Credentials of the account that the settings name; undefined for those of the process. @throws Misconfigured */
export function credentialsFor(account: string | undefined, aws: AwsAccess | undefined): AwsCredentials | undefined {
  if (account === undefined) return undefined;
  if (aws === undefined) throw new Misconfigured(`The account ${account} needs credentials of AWS.`);
  return aws.credentials(account);
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

/** Whether a service answers with the token that it was given, so that its pages would have no end. */
export const isRepeated = (given: string | undefined, next: string | null | undefined): boolean =>
  given !== undefined && next === given;
export const repeats = (operation: string): string => `the pages of ${operation} repeat`;

/** Names in words, of which only the first are listed. */
export const listed = (names: readonly string[], most = 3): string =>
  names.length <= most ? names.join(', ') : `${names.slice(0, most).join(', ')} and ${names.length - most} more`;
