// The part of PagerDuty's REST API v2 that we need: an incident's alerts, notes, status updates and status. A failed request is a gap, never an
// error, so that an investigation does not depend on its pager.
import * as z from 'zod';
import { flattenDetails } from '../../core/context/flatten-details.ts';
import type { Pager } from '../../core/ports/channels.ts';
import { clean, shorten } from '../../core/text.ts';
import { boundedText, parsedJson } from '../body.ts';
import { retryAfterMs, withRetries } from '../retry.ts';

interface PagerDutyConfig {
  /** Without a token, every call is a gap that says so. */
  readonly token?: (() => Promise<string>) | undefined;
  /** E-mail address of the user who is the author of the notes. */
  readonly fromEmail?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Pause in milliseconds before the one retry after 429 or 5xx. */
  readonly retryMs?: number | undefined;
}

const Alerts = z.looseObject({
  alerts: z.array(
    z.looseObject({
      summary: z.string().nullish(),
      severity: z.string().nullish(),
      body: z.looseObject({ details: z.unknown() }).nullish(),
    }),
  ),
});
const Page = z.looseObject({ incident: z.looseObject({ status: z.string() }) });
const Notes = z.looseObject({ notes: z.array(z.looseObject({ content: z.string() })) });

/** PagerDuty has no list of status updates, so we read them from the incident's log. */
const LogEntries = z.looseObject({
  log_entries: z.array(z.looseObject({ type: z.string(), message: z.string().nullish() })),
});

const noteLength = 2000;
/** The longest status update, in characters, because people read it on a phone. */
const updateLength = 600;
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

interface Failed {
  readonly kind: 'failed';
  readonly why: string;
  /** Set if a retry may help: the pause before it, in milliseconds. */
  readonly againMs?: number;
}
type Got = { readonly kind: 'body'; readonly body: unknown } | Failed;

export function pagerDuty(config: PagerDutyConfig): Pager {
  const { token, fromEmail, baseUrl = 'https://api.pagerduty.com', timeoutMs = 4000, retryMs = 500 } = config;
  const gap = (reason: string) => ({ kind: 'gap' as const, gap: { source: 'pagerduty', reason } });
  const incident = (id: string) => `${baseUrl}/incidents/${encodeURIComponent(id)}`;

  const once = async (url: string, init: RequestInit = {}): Promise<Got> => {
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
      return { kind: 'failed', why: 'PagerDuty did not answer.', againMs: retryMs };
    }
  };
  const twice = (attempt: () => Promise<Got>): Promise<Got> =>
    withRetries(attempt, { maxAttempts: 2, waitMs: (got) => (got.kind === 'failed' ? got.againMs : undefined) });
  /** Writes once, even if a step runs twice or the answer of an attempt was lost: it first looks for an existing entry. */
  const writeOnce = async (url: string, isThere: (body: unknown) => boolean, write: () => Promise<Got>) => {
    if (!token || !fromEmail) return gap('No PagerDuty token and sender are configured.');
    const got = await twice(async () => {
      const before = await once(url);
      return before.kind === 'body' && isThere(before.body) ? before : write();
    });
    return got.kind === 'failed' ? gap(got.why) : ({ kind: 'written' } as const);
  };

  return {
    async alerts(sourceId) {
      if (!token) return gap('No PagerDuty token is configured, so the alerts of the page were not read.');
      const got = await twice(() => once(`${incident(sourceId)}/alerts?limit=25`));
      if (got.kind === 'failed') return gap(got.why);
      const listed = Alerts.safeParse(got.body);
      if (!listed.success) return gap('PagerDuty answered with something that is no list of alerts.');
      const alerts = listed.data.alerts.map(({ summary, severity, body }) => ({
        summary: shorten(clean(summary ?? ''), 1000),
        ...(severity ? { severity } : {}),
        details: flattenDetails(body?.details),
      }));
      return { kind: 'data', alerts };
    },

    note(sourceId, text) {
      const url = `${incident(sourceId)}/notes`;
      const content = shorten(clean(text), noteLength);
      return writeOnce(
        url,
        (body) => Notes.safeParse(body).data?.notes.some((note) => note.content === content) ?? false,
        () => once(url, { method: 'POST', body: JSON.stringify({ note: { content } }) }),
      );
    },

    mark(sourceId, status) {
      const url = incident(sourceId);
      return writeOnce(
        url,
        (body) => [status, 'resolved'].includes(Page.safeParse(body).data?.incident.status ?? ''),
        () => once(url, { method: 'PUT', body: JSON.stringify({ incident: { type: 'incident_reference', status } }) }),
      );
    },

    statusUpdate(sourceId, text) {
      const message = shorten(clean(text), updateLength);
      return writeOnce(
        `${incident(sourceId)}/log_entries?limit=100`,
        (body) => LogEntries.safeParse(body).data?.log_entries.some((one) => one.message === message) ?? false,
        () => once(`${incident(sourceId)}/status_updates`, { method: 'POST', body: JSON.stringify({ message }) }),
      );
    },
  };
}

/** Returns undefined if the body is no JSON or too large; the schema checks its contents. */
async function readJson(response: Response): Promise<unknown> {
  const text = await boundedText(response, maxBytes);
  return text === undefined ? undefined : parsedJson(text);
}
