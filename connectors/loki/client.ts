// The calls of Loki's HTTP API that we need. One session is one question: its time, its bytes and Loki's own work are bounded together. Answers are
// validated, and a failure is our own sentence.
import * as z from 'zod';
import { type Authorize, unauthorized } from '../authorize.ts';
import { retryAfterMs, withRetries } from '../retry.ts';

export interface LokiAccess {
  readonly url: string;
  /** Logs each request in; absent, none is. */
  readonly authorize?: Authorize | undefined;
  readonly tenant?: string | undefined;
  /** Time for the whole question. */
  readonly deadlineMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Bytes of all answers together. */
  readonly maxBytes?: number | undefined;
}

export type Answer<T> =
  | { readonly kind: 'ok'; readonly data: T }
  | { readonly kind: 'failed'; readonly reason: string; readonly status?: number };

export const Names = z.object({ status: z.literal('success'), data: z.array(z.string()).nullish() });
export const IndexStats = z.object({ bytes: z.number().nonnegative(), entries: z.number().nonnegative() });
const Work = z
  .object({ summary: z.object({ totalBytesProcessed: z.number().nonnegative().catch(0) }).nullish() })
  .nullish()
  .catch(undefined);
export const Lines = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('streams'),
    result: z
      .array(
        z.object({
          stream: z.record(z.string(), z.string()),
          // Structured metadata may follow the line.
          values: z.array(z.tuple([z.string().regex(/^\d{1,19}$/), z.string()], z.unknown())),
        }),
      )
      .nullish(),
    stats: Work,
  }),
});
export const Counts = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('vector'),
    result: z
      .array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }))
      .nullish(),
    stats: Work,
  }),
});

export interface Session {
  query<Schema extends z.ZodType>(
    path: string,
    parameters: Readonly<Record<string, string>>,
    schema: Schema,
  ): Promise<Answer<z.infer<Schema>>>;
  /** Bytes of answers until now. */
  readonly bytes: number;
}

/** Statuses after which the same request may succeed. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const maxAttempts = 4;

export function openSession(access: LokiAccess): Session {
  const { url, authorize = unauthorized, timeoutMs = 8000, deadlineMs = 15_000, maxBytes = 50_000_000 } = access;
  const until = performance.now() + deadlineMs;
  const left = () => Math.floor(until - performance.now());
  let bytes = 0;

  async function once(address: URL): Promise<{ status: number; text: string; waitMs?: number } | Failed> {
    const patience = Math.min(timeoutMs, left());
    if (patience <= 0) return failed(`Loki did not answer within the ${deadlineMs} ms of the whole question.`);
    // A secret that cannot be read throws: a retry could help.
    const request = await authorize({ method: 'GET', url: address, headers: headersOf(access) });
    try {
      const response = await fetch(request.url, {
        headers: request.headers,
        // A redirect to a login page is no answer, and no other host gets the tenant.
        redirect: 'manual',
        signal: AbortSignal.timeout(patience),
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > maxBytes) return failed(`Loki answered with more than ${maxBytes} bytes.`);
        chunks.push(chunk);
      }
      const waitMs = retryAfterMs(response.headers.get('retry-after'));
      const text = Buffer.concat(chunks).toString('utf8');
      return { status: response.status, text, ...(waitMs === undefined ? {} : { waitMs }) };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return failed(
        late ? `Loki did not answer within ${patience} ms.` : `Loki at ${address.host} could not be reached.`,
      );
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    async query(path, parameters, schema) {
      const address = new URL(`${url.replace(/\/+$/, '')}/loki/api/v1/${path}`);
      address.search = new URLSearchParams(parameters).toString();
      let attempts = 0;
      const reply = await withRetries(
        () => {
          attempts += 1;
          return once(address);
        },
        {
          maxAttempts,
          waitMs: (result, attempt) =>
            'kind' in result || !passing.has(result.status) ? undefined : (result.waitMs ?? 250 * 2 ** attempt),
          leftMs: left,
        },
      );
      if ('kind' in reply) return reply;
      return reply.status === 200 ? read(reply.text, schema) : refused(reply.status, attempts);
    },
  };
}

type Failed = Extract<Answer<never>, { kind: 'failed' }>;
const failed = (reason: string, status?: number): Failed => ({
  kind: 'failed',
  reason,
  ...(status === undefined ? {} : { status }),
});

/** Loki's own words are hostile text, so only the status is said. */
function refused(status: number, attempts: number): Failed {
  const tried = attempts === 1 ? '' : ` after ${attempts} attempts`;
  if (status === 401 || status === 403) return failed(`Loki refused the token or tenant (status ${status}).`, status);
  if (status === 404) return failed('The address does not lead to the API of Loki (status 404).', status);
  if (status === 429) return failed(`Loki throttled the question${tried} (status 429).`, status);
  return failed(`Loki answered with status ${status}${tried}.`, status);
}

function read<Schema extends z.ZodType>(text: string, schema: Schema): Answer<z.infer<Schema>> {
  try {
    const data = schema.safeParse(JSON.parse(text));
    if (data.success) return { kind: 'ok', data: data.data };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return failed('Loki answered in a form that is not its API.');
}

const headersOf = ({ tenant }: LokiAccess): Record<string, string> => ({
  accept: 'application/json',
  ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
});
