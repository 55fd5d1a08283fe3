// The calls of Prometheus' HTTP API v1 that we need. Answers are validated; for an answer that is too large, too slow or of another form, the caller
// gets our own sentence.
import * as z from 'zod';
import { type Authorize, unauthorized } from '../authorize.ts';
import { boundedText, parsedJson } from '../body.ts';
import { retryAfterMs, withRetries } from '../retry.ts';
import type { Queries } from './manifest.ts';

export interface PrometheusConfig {
  readonly url: string;
  /** Logs each request in; absent, none is. */
  readonly authorize?: Authorize | undefined;
  /** The cluster of the server's series, if they have no cluster label. */
  readonly cluster?: string | undefined;
  /** The label that holds a series' cluster; absent, `cluster`. */
  readonly clusterLabel?: string | undefined;
  /** The user's own queries by signal. */
  readonly queries?: Queries | undefined;
  /** For one request, its repetitions included; absent, 8 s. */
  readonly timeoutMs?: number | undefined;
  /** When the question ends, by `performance.now()`; absent, only requests have a limit. */
  readonly until?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** The configuration for one question, which ends in time for the specialist that asked it. */
export const forQuestion = (config: PrometheusConfig): PrometheusConfig => ({
  ...config,
  until: performance.now() + questionMs,
});
const questionMs = 14_000;

export type Answer<T> =
  | { readonly kind: 'ok'; readonly data: T; readonly bytes: number }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** The server's own words about the query, untrusted. */
      readonly said?: string | undefined;
    };

export const Matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
  ),
});
export const Names = z.array(z.string());
/** A label of an alert is a name, and an annotation a sentence. */
const short = z.string().transform((text) => text.slice(0, 500));
export const Alerts = z.object({
  alerts: z.array(
    z.looseObject({
      labels: z.record(z.string(), short),
      annotations: z.record(z.string(), short).default({}),
      state: z.string(),
      activeAt: z.string().nullish(),
    }),
  ),
});

const Envelope = z.object({ status: z.literal('success'), data: z.unknown() });

const Refusal = z.object({ error: z.string() });
const wordsOf = (text: string): string | undefined => Refusal.safeParse(parsedJson(text)).data?.error.slice(0, 1000);

type Outcome =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string; readonly waitMs: number | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

const maxAttempts = 4;
const failed = (reason: string) => ({ kind: 'failed', reason }) as const;

export async function fetchJson<Schema extends z.ZodType>(
  config: PrometheusConfig,
  path: string,
  parameters: Readonly<Record<string, string>>,
  schema: Schema,
): Promise<Answer<z.infer<Schema>>> {
  const { url, authorize = unauthorized, timeoutMs = 8000, maxBytes = 64 * 1024 * 1024 } = config;
  const { until = Number.POSITIVE_INFINITY } = config;
  const address = new URL(`${url.replace(/\/$/, '')}/api/v1/${path}`);
  address.search = new URLSearchParams(parameters).toString();
  const end = Math.min(until, performance.now() + timeoutMs);
  const leftMs = () => Math.ceil(end - performance.now());
  const late =
    end === until
      ? `Prometheus did not answer within the ${questionMs} ms of the whole question.`
      : `Prometheus did not answer within ${timeoutMs} ms.`;

  const once = async (): Promise<Outcome> => {
    if (leftMs() <= 0) return failed(late);
    try {
      const request = await authorize({ method: 'GET', url: address, headers: { accept: 'application/json' } });
      const response = await fetch(request.url, {
        headers: request.headers,
        // A redirect to a login page is no answer, and no other host gets the login.
        redirect: 'manual',
        signal: AbortSignal.timeout(Math.max(1, leftMs())),
      });
      const text = await boundedText(response, maxBytes);
      if (text === undefined) return failed(`Prometheus answered with more than ${maxBytes} bytes.`);
      return {
        kind: 'reply',
        status: response.status,
        text,
        waitMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError';
      return failed(isLate ? late : `Prometheus at ${address.host} could not be reached.`);
    }
  };

  const outcome = await withRetries(once, {
    maxAttempts,
    // A query that ran out of time has status 503 and would run out of it again, so only a server that names a wait is asked again.
    waitMs: (one, attempt) =>
      one.kind === 'failed' ? undefined : one.status === 429 ? (one.waitMs ?? 250 * 2 ** attempt) : waitNamed(one),
    leftMs,
  });
  if (outcome.kind === 'failed') return outcome;
  const { status, text } = outcome;
  if (status !== 200) return { ...failed(refused(status)), said: wordsOf(text) };
  const envelope = Envelope.safeParse(parsedJson(text));
  const data = schema.safeParse(envelope.data?.data);
  return envelope.success && data.success
    ? { kind: 'ok', data: data.data, bytes: text.length }
    : failed('Prometheus answered in a form that is not its API.');
}

const waitNamed = ({ status, waitMs }: Extract<Outcome, { kind: 'reply' }>): number | undefined =>
  status === 503 || status === 502 || status === 504 ? waitMs : undefined;

/** The server's own words are hostile text, so the reason has only the status. */
function refused(status: number): string {
  if (status === 401 || status === 403) return `Prometheus refused the login (status ${status}).`;
  if (status === 429) return 'Prometheus throttled the question (status 429).';
  return `Prometheus answered with status ${status}.`;
}
