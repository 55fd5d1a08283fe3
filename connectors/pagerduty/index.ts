// PagerDuty's REST API v2, the part that is needed: an incident's alerts, and notes on it. What cannot be had is a gap, never an error:
// an investigation does not wait for its pager.
import * as z from 'zod';
import { flattenDetails } from '../../core/incidents/details.ts';
import type { Pager } from '../../core/ports/channels.ts';

interface PagerDutyConfig {
  /** Absent: every call is a gap that says so. */
  readonly token?: string | undefined;
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

const noteLength = 2000;

export function pagerDuty(config: PagerDutyConfig): Pager {
  const { token, fromEmail, baseUrl = 'https://api.pagerduty.com', timeoutMs = 4000, retryMs = 500 } = config;
  const gap = (reason: string) => ({ kind: 'gap' as const, gap: { source: 'pagerduty', reason } });

  const call = async (path: string, init: RequestInit, triesLeft = 1): Promise<Response | string> => {
    const response = await fetch(`${baseUrl}${path}`, {
      ...init,
      headers: {
        authorization: `Token token=${token}`,
        accept: 'application/vnd.pagerduty+json;version=2',
        'content-type': 'application/json',
        ...(fromEmail === undefined ? {} : { from: fromEmail }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => undefined);
    if (response?.ok) return response;
    const again = response === undefined || response.status === 429 || response.status >= 500;
    if (again && triesLeft > 0) {
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      return call(path, init, triesLeft - 1);
    }
    return response === undefined ? 'PagerDuty did not answer.' : `PagerDuty answered with status ${response.status}.`;
  };

  return {
    async alerts(sourceId) {
      if (!token) return gap('No PagerDuty token is configured, so the alerts of the page were not read.');
      const response = await call(`/incidents/${encodeURIComponent(sourceId)}/alerts?limit=25`, {});
      if (typeof response === 'string') return gap(response);
      const body = Alerts.safeParse(await response.json().catch(() => undefined));
      if (!body.success) return gap('PagerDuty answered with something that is no list of alerts.');
      return {
        kind: 'data',
        alerts: body.data.alerts.map((alert) => ({
          summary: (alert.summary ?? '').slice(0, 1000),
          ...(alert.severity ? { severity: alert.severity } : {}),
          details: flattenDetails(alert.body?.details),
        })),
      };
    },

    async note(sourceId, text) {
      if (!token || !fromEmail) return gap('No PagerDuty token and sender are configured, so the page got no note.');
      const response = await call(`/incidents/${encodeURIComponent(sourceId)}/notes`, {
        method: 'POST',
        body: JSON.stringify({ note: { content: text.slice(0, noteLength) } }),
      });
      return typeof response === 'string' ? gap(response) : { kind: 'written' };
    },
  };
}
