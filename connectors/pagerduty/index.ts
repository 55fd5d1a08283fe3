// PagerDuty's REST API v2, the part that is needed: an incident's alerts, notes and status updates on it, its status. What cannot be had is a gap, never an error:
// an investigation does not wait for its pager.
import * as z from 'zod';
import { flattenDetails } from '../../core/context/flatten-details.ts';
import type { Pager } from '../../core/ports/channels.ts';
import { clean, shorten } from '../../core/text.ts';

interface PagerDutyConfig {
  /** Absent: every call is a gap that says so. */
  readonly token?: (() => Promise<string>) | undefined;
  /** E-mail of the user that notes are written as. */
  readonly fromEmail?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** Pause before the one retry after 429 or 5xx. */
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

/** Status updates have no list of their own: what was said stands in the incident's log. */
const LogEntries = z.looseObject({
  log_entries: z.array(z.looseObject({ type: z.string(), message: z.string().nullish() })),
});

const noteLength = 2000;
/** A status update is read on a phone. */
const updateLength = 600;
/** How long PagerDuty may ask to be left alone, and still be asked again. */
const maxPatienceMs = 5000;
/** A page of an alert storm; nobody reads more, and nothing needs to. */
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
  /** Worth another try, and after how long. */
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
      const waitMs = status === 429 ? resetMs(response.headers) : undefined;
      return (waitMs ?? 0) > maxPatienceMs
        ? { kind: 'failed', why }
        : { kind: 'failed', why, againMs: Math.max(retryMs, waitMs ?? 0) };
    } catch {
      return { kind: 'failed', why: 'PagerDuty did not answer.', againMs: retryMs };
    }
  };
  const twice = async (attempt: () => Promise<Got>): Promise<Got> => {
    const first = await attempt();
    if (first.kind === 'body' || first.againMs === undefined) return first;
    await new Promise((resolve) => setTimeout(resolve, first.againMs));
    return attempt();
  };
  /** A step that runs twice, or a try whose answer was lost, writes once: what is there already is looked up before. */
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

/** PagerDuty says in seconds when it may be asked again (developer.pagerduty.com, REST API rate limits). */
function resetMs(headers: Headers): number | undefined {
  const seconds = Number(headers.get('ratelimit-reset') ?? headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Undefined for what is no JSON or too much; what is inside is the schema's business. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
