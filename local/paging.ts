// Sends a recorded page as PagerDuty does: signed over the exact bytes. `vary` turns it into the same error at another time: new event and incident,
// new pod names, the current time.
import { createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { InvalidInput, Unavailable } from '../core/errors.ts';

const Webhook = z.looseObject({
  event: z.looseObject({
    id: z.string(),
    occurred_at: z.string(),
    data: z.looseObject({ id: z.string(), title: z.string().optional() }),
  }),
});

/** PagerDuty's id of the incident in a webhook body. */
export function sourceIdOf(body: string): string {
  return parsePage(body).event.data.id;
}

/** `v1=` HMAC-SHA256 (hex) of the body, as in `X-PagerDuty-Signature`. */
const signature = (body: string, secret: string): string =>
  `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Headers of a signed webhook. */
export const signedHeaders = (body: string, secret: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-pagerduty-signature': signature(body, secret),
});

/** POSTs the page. Throws `Unavailable` if no server accepted it. */
export async function sendPage(url: string, body: string, secret: string): Promise<{ readonly sourceId: string }> {
  const sourceId = sourceIdOf(body);
  const response = await fetch(`${url}/pagerduty`, {
    method: 'POST',
    headers: signedHeaders(body, secret),
    body,
  }).catch((cause: unknown) => {
    throw new Unavailable(`Nobody listens at ${url}. Is Watchkeeper running there (npm start)?`, { cause });
  });
  if (!response.ok) throw new Unavailable(`${url} did not accept the page (HTTP ${response.status}).`);
  return { sourceId };
}

const refusals: Readonly<Record<number, string>> = {
  400: 'it does not understand the event',
  403: 'the secret is another one, or was changed less than five minutes ago',
  404: 'nothing is at this address',
  503: 'it has no webhook secret yet, or cannot reach what it needs',
};

/** Sends PagerDuty's `pagey.ping`, which starts nothing. Returns the duration in words. Throws `Unavailable` with the reason. */
export async function sendPing(url: string, secret: string, now: Date): Promise<string> {
  const body = JSON.stringify({
    event: {
      id: `ping-${now.getTime()}`,
      event_type: 'pagey.ping',
      resource_type: 'pagey',
      occurred_at: now.toISOString(),
      agent: null,
      client: null,
      data: { message: 'Hello from your friend Pagey!', type: 'ping' },
    },
  });
  const begun = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'error',
    headers: signedHeaders(body, secret),
    body,
    signal: AbortSignal.timeout(5000),
  }).catch((cause: unknown) => {
    throw new Unavailable(`${url} did not answer within PagerDuty's five seconds.`, { cause });
  });
  if (response.ok) return ` (HTTP ${response.status} after ${Math.round(performance.now() - begun)} ms)`;
  const why = refusals[response.status] ?? 'it did not accept the event';
  throw new Unavailable(`${url} answered HTTP ${response.status}: ${why}.`);
}

/** A recorded page with the current time, so that the recording's state after an action lies in the future. */
export const atPresent = (body: string, now: Date): string => JSON.stringify(movedTo(parsePage(body), now));

/** The same error again, as on another night. */
export function vary(body: string, now: Date, newId: () => string): string {
  const page = movedTo(parsePage(body), now);
  const { event } = page;
  return JSON.stringify(
    renamePods({ ...page, event: { ...event, id: newId(), data: { ...event.data, id: newId() } } }),
  );
}

function movedTo(page: z.infer<typeof Webhook>, now: Date): z.infer<typeof Webhook> {
  const at = now.toISOString();
  const { event } = page;
  const data = { ...event.data, ...('created_at' in event.data ? { created_at: at } : {}) };
  return { ...page, event: { ...event, occurred_at: at, data } };
}

/** A page of one's own: the same body as PagerDuty's, with what is known about the place as the alert's details. */
export function ownPage(
  {
    title,
    ...place
  }: { readonly title: string } & Readonly<Record<'service' | 'cluster' | 'namespace', string | undefined>>,
  now: Date,
  newId: () => string,
): string {
  const at = now.toISOString();
  const id = newId();
  return JSON.stringify({
    event: {
      id: newId(),
      event_type: 'incident.triggered',
      resource_type: 'incident',
      occurred_at: at,
      agent: null,
      client: null,
      data: {
        id,
        type: 'incident',
        number: 1,
        status: 'triggered',
        incident_key: id,
        created_at: at,
        title,
        ...(place.service === undefined ? {} : { service: { id, summary: place.service, type: 'service_reference' } }),
        urgency: 'high',
        body: { type: 'incident_body', details: place },
      },
    },
  });
}

/** The letters of names that Kubernetes generates (apimachinery, util/rand). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
/** Generated suffixes in the names of a CronJob's Job and pod, or of a Deployment's pod. */
const generated = new RegExp(`-(\\d{8}(?:-[${alphabet}]{5})?|[${alphabet}]{8,10}-[${alphabet}]{5})\\b`, 'g');

/** Replaces every generated part of a name, equal parts by equal ones. */
function renamePods(value: unknown): unknown {
  const renamed = new Map<string, string>();
  const rename = (part: string): string => {
    const known = renamed.get(part) ?? part.replaceAll(/./g, anotherOf);
    renamed.set(part, known);
    return known;
  };
  const renameAll = (_: string, parts: string) => `-${parts.split('-').map(rename).join('-')}`;
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return each.replaceAll(generated, renameAll);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each === 'object' && each !== null) {
      return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, walk(inner)]));
    }
    return each;
  };
  return walk(value);
}

function anotherOf(character: string): string {
  const from = /\d/.test(character) ? '2456789' : alphabet;
  return from[(randomBytes(1)[0] ?? 0) % from.length] ?? character;
}

function parsePage(body: string): z.infer<typeof Webhook> {
  try {
    return Webhook.parse(JSON.parse(body));
  } catch (cause) {
    throw new InvalidInput('The page is not a PagerDuty V3 webhook body.', { cause });
  }
}
