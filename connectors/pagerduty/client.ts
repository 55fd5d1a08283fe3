// One request to PagerDuty's REST API v2. A failed request is a value, never an error.
import { boundedText, parsedJson } from '../body.ts';
import { retryAfterMs } from '../retry.ts';

export interface PagerDutyConfig {
  /** Without a token, every call is a gap that says so. */
  readonly token?: (() => Promise<string>) | undefined;
  /** E-mail address of the user who is the author of the notes. */
  readonly fromEmail?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Pause in milliseconds before the one retry after 429 or 5xx. */
  readonly retryMs?: number | undefined;
}

/** The longest pause that PagerDuty may request before we give up the retry. */
const maxPatienceMs = 5000;
/** The size limit of an answer, in bytes: one page of an alert storm, of which nobody reads more. */
const maxBytes = 2 * 1024 * 1024;

const refusals: Readonly<Record<number, string>> = {
  401: 'PagerDuty does not accept the token.',
  402: 'The PagerDuty account does not include this.',
  403: 'The PagerDuty token may not do this.',
  404: 'PagerDuty does not know this incident.',
  429: 'PagerDuty asks to be asked less often.',
};

export interface Failed {
  readonly kind: 'failed';
  readonly why: string;
  /** Set if a retry may help: the pause before it, in milliseconds. */
  readonly againMs?: number;
  /** No answer came, so the request may have been carried out. */
  readonly unanswered?: true;
}
export type Got = { readonly kind: 'body'; readonly body: unknown } | Failed;

export function pagerDutyClient({
  token,
  fromEmail,
  timeoutMs = 4000,
  retryMs = 500,
}: PagerDutyConfig): (url: string, init?: RequestInit) => Promise<Got> {
  return async (url, init = {}) => {
    const authorization = `Token token=${await token?.()}`;
    try {
      const response = await fetch(url, {
        ...init,
        redirect: 'error',
        headers: {
          authorization,
          accept: 'application/vnd.pagerduty+json;version=2',
          'content-type': 'application/json',
          ...(fromEmail === undefined ? {} : { from: fromEmail }),
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.ok) return { kind: 'body', body: await readJson(response) };
      const { status } = response;
      const why = refusals[status] ?? `PagerDuty answered with status ${status}.`;
      if (status < 500 && status !== 429) return { kind: 'failed', why };
      const waitMs =
        status === 429
          ? retryAfterMs(response.headers.get('ratelimit-reset') ?? response.headers.get('retry-after'))
          : undefined;
      return (waitMs ?? 0) > maxPatienceMs
        ? { kind: 'failed', why }
        : { kind: 'failed', why, againMs: Math.max(retryMs, waitMs ?? 0) };
    } catch {
      return { kind: 'failed', why: 'PagerDuty did not answer.', againMs: retryMs, unanswered: true };
    }
  };
}

/** Returns undefined if the body is no JSON or too large; the schema checks its contents. */
async function readJson(response: Response): Promise<unknown> {
  const text = await boundedText(response, maxBytes);
  return text === undefined ? undefined : parsedJson(text);
}
