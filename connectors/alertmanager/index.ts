// Silences in Alertmanager by its API v2 (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml): GET /api/v2/alerts with filters,
// POST /api/v2/silences. A silence is posted once; without an answer it is not known whether it was made.
import * as z from 'zod';
import type { Matcher } from '../../core/model/page-request.ts';
import type { PageRequests } from '../../core/ports/channels.ts';
import { shorten } from '../../core/text.ts';
import { boundedText, parsedJson } from '../body.ts';

export interface AlertmanagerConfig {
  /** Absent, nothing can be silenced. */
  readonly url?: string | undefined;
  /** A bearer token. */
  readonly token?: (() => Promise<string>) | undefined;
  readonly timeoutMs?: number | undefined;
  readonly now?: () => number;
}

const maxBytes = 8 * 1024 * 1024;
const Alerts = z.array(
  z.looseObject({
    labels: z.record(z.string(), z.string()),
    status: z.looseObject({ state: z.string() }).nullish(),
  }),
);
const Made = z.looseObject({ silenceID: z.string().min(1).max(100) });

type Part = Pick<PageRequests, 'can' | 'covered' | 'carryOut'>;

export function alertmanager({ url, token, timeoutMs = 5000, now = Date.now }: AlertmanagerConfig): Part {
  const base = url?.replace(/\/+$/, '');
  const gap = (reason: string) => ({ kind: 'gap' as const, gap: { source: 'alertmanager', reason } });
  const send = async (path: string, init: RequestInit = {}) => {
    try {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${(await token()).trim()}` };
      const response = await fetch(`${base}/api/v2${path}`, {
        ...init,
        redirect: 'error',
        headers: { accept: 'application/json', 'content-type': 'application/json', ...authorization },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok)
        return { why: `Alertmanager answered with status ${response.status}.`, unanswered: response.status >= 500 };
      const text = await boundedText(response, maxBytes);
      return { body: text === undefined ? undefined : parsedJson(text) };
    } catch {
      return { why: 'Alertmanager did not answer.', unanswered: true };
    }
  };
  return {
    can: new Set(base === undefined ? [] : ['silence' as const]),
    async covered(matchers) {
      if (base === undefined) return gap('No Alertmanager is configured.');
      const query = new URLSearchParams([['silenced', 'false'], ['inhibited', 'false'], ...matchers.map(filterOf)]);
      const got = await send(`/alerts?${query}`);
      if ('why' in got) return gap(got.why);
      const read = Alerts.safeParse(got.body);
      return read.success
        ? { kind: 'data', alerts: read.data.length }
        : gap('Alertmanager answered with something that is no list of alerts.');
    },
    async carryOut(request, { by, comment }) {
      if (base === undefined || request.kind !== 'silence')
        return { kind: 'failed', why: 'No Alertmanager is configured.' };
      if (request.matchers.length === 0) return { kind: 'failed', why: 'A silence needs labels.' };
      const got = await send('/silences', {
        method: 'POST',
        body: JSON.stringify({
          matchers: request.matchers.map(({ name, value }) => ({ name, value, isRegex: false, isEqual: true })),
          startsAt: new Date(now()).toISOString(),
          endsAt: new Date(now() + request.seconds * 1000).toISOString(),
          createdBy: shorten(by, 100),
          comment: shorten(comment, 500),
        }),
      });
      if ('why' in got) return { kind: got.unanswered ? 'unknown' : 'failed', why: got.why ?? '' };
      const made = Made.safeParse(got.body);
      return made.success
        ? {
            kind: 'done',
            detail: `The silence is ${made.data.silenceID}; expire it in Alertmanager to end it earlier.`,
          }
        : { kind: 'unknown', why: 'Alertmanager accepted the request, but its answer names no silence.' };
    },
  };
}

/** `alertname="X"`, with the value quoted as in Alertmanager's own matchers. */
const filterOf = ({ name, value }: Matcher): [string, string] => [
  'filter',
  `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
];
