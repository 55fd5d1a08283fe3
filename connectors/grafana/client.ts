// Asks Grafana's HTTP API. For an answer that is too large, too slow or of another form, the caller gets our own sentence.
import type * as z from 'zod';
import type { Authorize } from '../authorize.ts';
import { boundedText, parsedJson } from '../body.ts';
import { retryAfterMs, withRetries } from '../retry.ts';

export interface GrafanaAccess {
  readonly url: string;
  readonly authorize: Authorize;
  /** The cluster of alerts that name none. */
  readonly cluster?: string | undefined;
  /** For one question; absent, 8 s. */
  readonly timeoutMs?: number | undefined;
}

type Answer<T> =
  | { readonly kind: 'ok'; readonly data: T; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: string };
type Outcome =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string; readonly waitMs?: number | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

const maxBytes = 16 * 1024 * 1024;
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** `path` begins with `/api/`. Rejects if a secret cannot be read: a retry could help. */
export async function ask<Schema extends z.ZodType>(
  { url, authorize, timeoutMs = 8000 }: GrafanaAccess,
  path: string,
  parameters: readonly (readonly [string, string])[],
  schema: Schema,
): Promise<Answer<z.infer<Schema>>> {
  const until = performance.now() + timeoutMs;
  const leftMs = () => Math.ceil(until - performance.now());
  const address = new URL(`${url.replace(/\/+$/, '')}${path}`);
  address.search = new URLSearchParams(parameters.map(([name, value]): [string, string] => [name, value])).toString();

  const once = async (): Promise<Outcome> => {
    const request = await authorize({ method: 'GET', url: address, headers: { accept: 'application/json' } });
    try {
      const response = await fetch(request.url, {
        headers: request.headers,
        // Grafana redirects to its login page without a valid token.
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1, leftMs())),
      });
      const text = await boundedText(response, maxBytes);
      if (text === undefined) return { kind: 'failed', reason: `Grafana answered with more than ${maxBytes} bytes.` };
      return {
        kind: 'reply',
        status: response.status,
        text,
        waitMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      const reason = late
        ? `Grafana did not answer within ${timeoutMs} ms.`
        : `Grafana at ${address.host} could not be reached.`;
      return { kind: 'failed', reason };
    }
  };

  const outcome = await withRetries(once, {
    maxAttempts: 3,
    waitMs: (one, attempt) =>
      one.kind === 'reply' && passing.has(one.status) ? (one.waitMs ?? 250 * 2 ** attempt) : undefined,
    leftMs,
  });
  if (outcome.kind === 'failed') return outcome;
  const { status, text } = outcome;
  if (status === 401 || status === 403 || (status >= 300 && status < 400))
    return { kind: 'failed', reason: `Grafana refused the token (status ${status}).` };
  if (status !== 200) return { kind: 'failed', reason: `Grafana answered with status ${status}.` };
  const data = schema.safeParse(parsedJson(text));
  return data.success
    ? { kind: 'ok', data: data.data, bytes: text.length }
    : { kind: 'failed', reason: 'Grafana answered in a form that is not its API.' };
}
