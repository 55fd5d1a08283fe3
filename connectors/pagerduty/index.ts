// The part of PagerDuty's REST API v2 that we need: an incident's alerts, notes, status updates and status. A failed request is a gap, never an
// error, so that an investigation does not depend on its pager.
import * as z from 'zod';
import { flattenDetails } from '../../core/context/flatten-details.ts';
import type { Pager } from '../../core/ports/channels.ts';
import { clean, shorten } from '../../core/text.ts';
import { withRetries } from '../retry.ts';
import { type Got, type PagerDutyConfig, pagerDutyClient } from './client.ts';

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
export function pagerDuty(config: PagerDutyConfig): Pager {
  const { token, fromEmail, baseUrl = 'https://api.pagerduty.com' } = config;
  const gap = (reason: string) => ({ kind: 'gap' as const, gap: { source: 'pagerduty', reason } });
  const incident = (id: string) => `${baseUrl}/incidents/${encodeURIComponent(id)}`;

  const once = pagerDutyClient(config);
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
