// The calls of VictoriaLogs' HTTP API that we need (docs.victoriametrics.com/victorialogs/querying). One session is one question: its time and its bytes
// are bounded together. Rows are validated one by one, and a failure is our own sentence.
import * as z from 'zod';
import { type Authorize, unauthorized } from '../authorize.ts';
import { parsedJson } from '../body.ts';
import { retryAfterMs, withRetries } from '../retry.ts';

export interface VictoriaLogsAccess {
  readonly url: string;
  /** Logs each request in; absent, none is. */
  readonly authorize?: Authorize | undefined;
  readonly tenant?: string | undefined;
  /** Time for the whole question. */
  readonly deadlineMs?: number | undefined;
  /** Bytes of all answers together. */
  readonly maxBytes?: number | undefined;
}

export const Row = z.record(z.string(), z.string());
export type Row = z.infer<typeof Row>;
const Values = z.object({ values: z.array(z.object({ value: z.string() })).nullish() });

export type Rows =
  | { readonly kind: 'rows'; readonly rows: readonly Row[] }
  | { readonly kind: 'failed'; readonly reason: string; readonly status?: number | undefined };

export interface Session {
  /** `share`: of the time that is left for the question. */
  query(logsql: string, window: Window, share?: number): Promise<Rows>;
  values(field: string | undefined, window: Window): Promise<Rows>;
  readonly bytes: number;
}
interface Window {
  readonly start: string;
  readonly end: string;
}

const maxRows = 50_000;
/** Statuses after which the same request may succeed: too many queries at once have 429. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const maxAttempts = 4;

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly waitMs: number | undefined;
}

export function openSession(access: VictoriaLogsAccess): Session {
  const { url, authorize = unauthorized, tenant, deadlineMs = 15_000, maxBytes = 50_000_000 } = access;
  const until = performance.now() + deadlineMs;
  let bytes = 0;

  async function post(path: string, parameters: Readonly<Record<string, string>>, share = 1): Promise<string | Failed> {
    const reply = await withRetries(() => once(path, parameters, share), {
      maxAttempts,
      waitMs: (result, attempt) =>
        'kind' in result || !passing.has(result.status) ? undefined : (result.waitMs ?? 250 * 2 ** attempt),
      leftMs: () => (until - performance.now()) * share,
    });
    if ('kind' in reply) return reply;
    return reply.status === 200 ? reply.text : refused(reply.status);
  }

  async function once(
    path: string,
    parameters: Readonly<Record<string, string>>,
    share: number,
  ): Promise<Reply | Failed> {
    const left = Math.floor((until - performance.now()) * share);
    if (left <= 0) return failed(`VictoriaLogs did not answer within the ${deadlineMs} ms of the whole question.`);
    const address = new URL(`${url.replace(/\/+$/, '')}/select/logsql/${path}`);
    // The server stops a query that nobody waits for.
    const body = new URLSearchParams({ ...parameters, timeout: `${left}ms` }).toString();
    const [account, project] = tenant?.split(':') ?? [];
    const request = await authorize({
      method: 'POST',
      url: address,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(account === undefined || project === undefined ? {} : { AccountID: account, ProjectID: project }),
      },
      body,
    });
    try {
      const response = await fetch(request.url, {
        method: 'POST',
        headers: request.headers,
        body,
        // A redirect to a login page is no answer.
        redirect: 'manual',
        signal: AbortSignal.timeout(left),
      });
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) {
        bytes += chunk.length;
        if (bytes > maxBytes) return failed(`VictoriaLogs answered with more than ${maxBytes} bytes.`);
        chunks.push(chunk);
      }
      return {
        status: response.status,
        text: Buffer.concat(chunks).toString('utf8'),
        waitMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return failed(
        late
          ? `VictoriaLogs did not answer within ${left} ms.`
          : `VictoriaLogs at ${address.host} could not be reached.`,
      );
    }
  }

  return {
    get bytes() {
      return bytes;
    },
    async query(query, { start, end }, share) {
      const text = await post('query', { query, start, end }, share);
      if (typeof text !== 'string') return text;
      const rows: Row[] = [];
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const row = Row.safeParse(parsedJson(line));
        if (!row.success || rows.length >= maxRows)
          return failed('VictoriaLogs answered in a form that is not its API.');
        rows.push(row.data);
      }
      return { kind: 'rows', rows };
    },
    async values(field, { start, end }) {
      const path = field === undefined ? 'field_names' : 'field_values';
      const text = await post(path, {
        query: '*',
        start,
        end,
        ...(field === undefined ? {} : { field, limit: '1000' }),
      });
      if (typeof text !== 'string') return text;
      const answer = Values.safeParse(parsedJson(text));
      if (!answer.success) return failed('VictoriaLogs answered in a form that is not its API.');
      return { kind: 'rows', rows: (answer.data.values ?? []).map(({ value }) => ({ value })) };
    },
  };
}

type Failed = Extract<Rows, { kind: 'failed' }>;
const failed = (reason: string, status?: number): Failed => ({ kind: 'failed', reason, status });

/** The server's own words are hostile text, so only the status is said. */
function refused(status: number): Failed {
  if (status === 401 || status === 403) return failed(`VictoriaLogs refused the login (status ${status}).`, status);
  if (status === 404) return failed('The address does not lead to the API of VictoriaLogs (status 404).', status);
  if (status === 429) return failed('VictoriaLogs throttled the question (status 429).', status);
  return failed(`VictoriaLogs answered with status ${status}.`, status);
}
