// The calls of Prometheus' HTTP API v1 that we need. Answers are validated; for an answer that is too large, too slow or of another form, the caller
// gets our own sentence.
import * as z from 'zod';
import { type Authorize, unauthorized } from '../authorize.ts';
import { boundedText } from '../body.ts';
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
  readonly timeoutMs?: number | undefined;
  readonly maxBytes?: number | undefined;
}

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
export const Alerts = z.object({
  alerts: z.array(
    z.looseObject({
      labels: z.record(z.string(), z.string()),
      annotations: z.record(z.string(), z.string()).default({}),
      state: z.string(),
      activeAt: z.string().nullish(),
    }),
  ),
});

const Envelope = z.object({ status: z.literal('success'), data: z.unknown() });

const Refusal = z.object({ error: z.string() });
function wordsOf(text: string): string | undefined {
  try {
    return Refusal.safeParse(JSON.parse(text)).data?.error.slice(0, 1000);
  } catch {
    return undefined;
  }
}

export async function fetchJson<Schema extends z.ZodType>(
  config: PrometheusConfig,
  path: string,
  parameters: Readonly<Record<string, string>>,
  schema: Schema,
): Promise<Answer<z.infer<Schema>>> {
  const { url, authorize = unauthorized, timeoutMs = 8000, maxBytes = 64 * 1024 * 1024 } = config;
  const address = new URL(`${url.replace(/\/$/, '')}/api/v1/${path}`);
  address.search = new URLSearchParams(parameters).toString();
  try {
    const request = await authorize({ method: 'GET', url: address, headers: { accept: 'application/json' } });
    const response = await fetch(request.url, {
      headers: request.headers,
      // A redirect to a login page is no answer, and no other host gets the login.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await boundedText(response, maxBytes);
    if (text === undefined) return { kind: 'failed', reason: `Prometheus answered with more than ${maxBytes} bytes.` };
    if (!response.ok)
      return { kind: 'failed', reason: `Prometheus answered with status ${response.status}.`, said: wordsOf(text) };
    const envelope = Envelope.safeParse(JSON.parse(text));
    const data = schema.safeParse(envelope.data?.data);
    if (!envelope.success || !data.success)
      return { kind: 'failed', reason: 'Prometheus answered in a form that is not its API.' };
    return { kind: 'ok', data: data.data, bytes: text.length };
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError';
    const reason = late
      ? `Prometheus did not answer within ${timeoutMs} ms.`
      : error instanceof SyntaxError
        ? 'Prometheus answered in a form that is not its API.'
        : `Prometheus at ${address.host} could not be reached.`;
    return { kind: 'failed', reason };
  }
}
