// Asks an HTTP API for JSON. One session is one question: its time and its bytes are bounded together, throttled requests are repeated, answers are
// validated, and a failure is our own sentence.
import type * as z from 'zod';
import { type Authorize, unauthorized } from './authorize.ts';
import { parsedJson } from './body.ts';
import { retryAfterMs, withRetries } from './retry.ts';

export interface HttpAccess {
  /** The system's name in sentences. */
  readonly title: string;
  readonly url: string;
  /** Logs each request in; absent, none is. */
  readonly authorize?: Authorize | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Time for the whole question; absent, 12 s. */
  readonly deadlineMs?: number | undefined;
  /** Time for one request; absent, 6 s. */
  readonly timeoutMs?: number | undefined;
  /** Bytes of all answers together; absent, 50 MB. */
  readonly maxBytes?: number | undefined;
}

export type Failed = { readonly kind: 'failed'; readonly reason: string; readonly status?: number };
export type Answer<T> = { readonly kind: 'ok'; readonly data: T } | Failed;

export interface HttpSession {
  /** `path` follows the address. Rejects if a secret cannot be read: a retry could help. */
  get<Schema extends z.ZodType>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    schema: Schema,
  ): Promise<Answer<z.infer<Schema>>>;
  /** Bytes of answers until now. */
  readonly bytes: number;
  readonly requests: number;
}

const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const maxAttempts = 4;

export function httpSession(access: HttpAccess): HttpSession {
  const { title, url, authorize = unauthorized, headers = {} } = access;
  const { deadlineMs = 12_000, timeoutMs = 6000, maxBytes = 50_000_000 } = access;
  const until = performance.now() + deadlineMs;
  const left = () => Math.floor(until - performance.now());
  let bytes = 0;
  let requests = 0;

  async function once(address: URL): Promise<{ status: number; text: string; waitMs?: number | undefined } | Failed> {
    const patience = Math.min(timeoutMs, left());
    if (patience <= 0) return failed(`${title} did not answer within the ${deadlineMs} ms of the whole question.`);
    const request = await authorize({
      method: 'GET',
      url: address,
      headers: { accept: 'application/json', ...headers },
    });
    requests += 1;
    try {
      const response = await fetch(request.url, {
        headers: request.headers,
        // A redirect to a login page is no answer, and no other host gets the login.
        redirect: 'manual',
        signal: AbortSignal.timeout(patience),
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > maxBytes) return failed(`${title} answered with more than ${maxBytes} bytes.`);
        chunks.push(chunk);
      }
      const text = Buffer.concat(chunks).toString('utf8');
      return { status: response.status, text, waitMs: retryAfterMs(response.headers.get('retry-after')) };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return failed(
        late ? `${title} did not answer within ${patience} ms.` : `${title} at ${address.host} could not be reached.`,
      );
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    get requests() {
      return requests;
    },
    async get(path, parameters, schema) {
      const address = new URL(`${url.replace(/\/+$/, '')}/${path}`);
      address.search = new URLSearchParams(parameters).toString();
      const reply = await withRetries(() => once(address), {
        maxAttempts,
        waitMs: (result, attempt) =>
          'kind' in result || !passing.has(result.status) ? undefined : (result.waitMs ?? 250 * 2 ** attempt),
        leftMs: left,
      });
      if ('kind' in reply) return reply;
      if (reply.status !== 200) return refused(title, reply.status);
      const data = schema.safeParse(parsedJson(reply.text));
      return data.success
        ? { kind: 'ok', data: data.data }
        : failed(`${title} answered in a form that is not its API.`);
    },
  };
}

const failed = (reason: string, status?: number): Failed => ({
  kind: 'failed',
  reason,
  ...(status === undefined ? {} : { status }),
});

/** The server's own words are hostile text, so only the status is said. */
function refused(title: string, status: number): Failed {
  if (status === 401 || status === 403 || (status >= 300 && status < 400))
    return failed(`${title} refused the login (status ${status}).`, status);
  if (status === 404) return failed(`${title} has nothing at this address (status 404).`, status);
  if (status === 429) return failed(`${title} throttled the question (status 429).`, status);
  return failed(`${title} answered with status ${status}.`, status);
}

/** What to do about a failure, for the check of a source. */
export function fixOf(status: number | undefined): string {
  if (status === 401 || status === 403) return 'check auth and tenant';
  if (status === 404) return 'check url: it is the address before the paths of the API';
  return 'check url, and that this machine (in a stage: the functions, see network) reaches it';
}
