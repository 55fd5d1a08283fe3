// Retries requests to the outside world, and reads how long a server asks its clients to wait.
import { DelegateBackoff, handleWhenResult, retry } from 'cockatiel';

export interface Retries<Result> {
  /** The first attempt included. */
  readonly maxAttempts: number;
  /** The wait before the next attempt in milliseconds; undefined if a further attempt cannot help. `attempt` counts from 1. */
  readonly waitMs: (result: Result, attempt: number) => number | undefined;
  /** Milliseconds that the caller still has. A longer wait ends the attempts. */
  readonly leftMs?: () => number;
}

/** Resolves with the last attempt's result. What an attempt throws is thrown. */
export function withRetries<Result>(
  request: () => Promise<Result>,
  { maxAttempts, waitMs, leftMs = () => Number.POSITIVE_INFINITY }: Retries<Result>,
): Promise<Result> {
  let attempt = 0;
  let wait: number | undefined;
  const mayHelp = (result: unknown) => {
    attempt += 1;
    wait = waitMs(result as Result, attempt);
    return wait !== undefined && wait < leftMs();
  };
  const policy = retry(handleWhenResult(mayHelp), {
    maxAttempts: maxAttempts - 1,
    backoff: new DelegateBackoff(() => wait ?? 0),
  });
  return policy.execute(request);
}

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3: a number of seconds, or a date) and headers of the same form, in milliseconds from `now`.
 * @returns undefined if the header is absent or of another form.
 */
export function retryAfterMs(header: string | null | undefined, now = Date.now()): number | undefined {
  const text = header?.trim();
  if (!text) return undefined;
  const ms = /^\d{1,9}(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
