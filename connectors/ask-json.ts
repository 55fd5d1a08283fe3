// Asks a JSON API over HTTP within a time and a size limit. Every failure is a sentence of our own, because the server's text may be hostile.
import type * as z from 'zod';
import { boundedText, parsedJson } from './body.ts';
import { retryAfterMs, withRetries } from './retry.ts';

export type JsonAnswer<T> =
  | { readonly kind: 'ok'; readonly data: T; readonly bytes: number }
  | { readonly kind: 'failed'; readonly status: number; readonly reason: string };

export interface JsonRequest {
  /** The server's name in sentences. */
  readonly name: string;
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** Milliseconds that the caller still has, retries included. */
  readonly leftMs: () => number;
}

type Outcome =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string; readonly waitMs?: number | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Sends GET, follows no redirect, and repeats a throttled request after the server's own pause. Status 0: there was no answer. */
export async function askJson<Schema extends z.ZodType>(
  { name, url, headers = {}, maxBytes, leftMs }: JsonRequest,
  schema: Schema,
): Promise<JsonAnswer<z.infer<Schema>>> {
  const once = async (): Promise<Outcome> => {
    const left = Math.ceil(leftMs());
    if (left <= 0) return { kind: 'failed', reason: `${name} did not answer in time` };
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json', 'user-agent': 'watchkeeper', ...headers },
        redirect: 'manual',
        signal: AbortSignal.timeout(left),
      });
      const text = await boundedText(response, maxBytes);
      if (text === undefined)
        return { kind: 'failed', reason: `${name} answered with more than ${Math.round(maxBytes / 1_048_576)} MB` };
      return {
        kind: 'reply',
        status: response.status,
        text,
        waitMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch {
      const reason = leftMs() <= 0 ? `${name} did not answer in time` : `${name} cannot be reached`;
      return { kind: 'failed', reason };
    }
  };
  const outcome = await withRetries(once, {
    maxAttempts: 3,
    waitMs: (one, attempt) =>
      one.kind === 'reply' && passing.has(one.status) ? (one.waitMs ?? 300 * 2 ** attempt) : undefined,
    leftMs,
  });
  if (outcome.kind === 'failed') return { kind: 'failed', status: 0, reason: outcome.reason };
  const { status, text } = outcome;
  if (status !== 200) return { kind: 'failed', status, reason: reasonOf(name, status) };
  const read = schema.safeParse(parsedJson(text));
  if (!read.success) return { kind: 'failed', status, reason: `${name} answered in a form that is not its API` };
  return { kind: 'ok', data: read.data, bytes: text.length };
}

function reasonOf(name: string, status: number): string {
  if (status === 401) return `${name} does not accept the token (status 401)`;
  if (status === 403) return `${name} refuses the request: a right is missing (status 403)`;
  if (status === 404) return `${name} does not know this address (status 404)`;
  if (status === 429) return `${name} throttles the requests (status 429)`;
  return status >= 300 && status < 400
    ? `${name} redirects elsewhere (status ${status})`
    : `${name} answered with status ${status}`;
}
