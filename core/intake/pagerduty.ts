// Parses the fields that we need of PagerDuty's V3 webhook body, and translates an event into our terms. The schema accepts unknown fields and
// rejects wrong types.
import * as z from 'zod';
import { flattenDetails } from '../context/flatten-details.ts';
import type { BusEvent } from '../model/events.ts';
import type { Trigger } from '../model/incident.ts';
import { redact, redactUrl } from '../redaction/redact.ts';
import { clean, shorten } from '../text.ts';

/** Free text, cut to a readable length before any other code reads it. */
const text = (max: number) => z.string().transform((value) => shorten(clean(redact(value.slice(0, 4 * max))), max));

const IncidentData = z.looseObject({
  id: z.string().min(1).max(200),
  title: text(1000),
  html_url: z
    .url()
    .max(1000)
    .transform((url) => redactUrl(url)?.slice(0, 1000))
    .optional()
    .nullable(),
  urgency: z.string().optional().nullable(),
  priority: z.looseObject({ summary: z.string().optional().nullable() }).optional().nullable(),
  service: z
    .looseObject({
      summary: text(300).optional().nullable(),
      id: z
        .string()
        .regex(/^[A-Z0-9]{1,40}$/)
        .nullish()
        .catch(undefined),
    })
    .optional()
    .nullable(),
  body: z.looseObject({ details: z.unknown() }).optional().nullable(),
});

export const PagerDutyWebhook = z.looseObject({
  event: z.looseObject({
    id: z.string().min(1).max(200),
    event_type: z.string().min(1).max(100),
    resource_type: z.string().max(100).optional().nullable(),
    occurred_at: z.iso.datetime({ offset: true }),
    agent: z
      .looseObject({ summary: text(200).optional().nullable() })
      .optional()
      .nullable(),
    data: z.looseObject({}),
  }),
});
export type PagerDutyWebhook = z.infer<typeof PagerDutyWebhook>;

export type Meaning =
  | { readonly kind: 'publish'; readonly event: BusEvent }
  | { readonly kind: 'pong' }
  | { readonly kind: 'ignored'; readonly reason: string }
  | { readonly kind: 'malformed'; readonly reason: string };

const pageStatus = {
  'incident.acknowledged': 'acknowledged',
  'incident.unacknowledged': 'triggered',
  'incident.resolved': 'resolved',
} as const;

/** Translates an event into the work that it requires. Our own notes come back as `incident.annotated`; we ignore those, so that no loop arises. */
export function meaningOf({ event }: PagerDutyWebhook): Meaning {
  const at = new Date(event.occurred_at).toISOString();
  switch (event.event_type) {
    case 'pagey.ping':
      return { kind: 'pong' };
    case 'incident.triggered':
    case 'incident.reopened': {
      const data = IncidentData.safeParse(event.data);
      if (!data.success) return { kind: 'malformed', reason: z.prettifyError(data.error) };
      const trigger = triggerOf(event.id, at, data.data);
      return { kind: 'publish', event: { detailType: event.event_type, detail: { trigger } } };
    }
    case 'incident.acknowledged':
    case 'incident.unacknowledged':
    case 'incident.resolved': {
      const data = z.looseObject({ id: z.string().min(1).max(200) }).safeParse(event.data);
      if (!data.success) return { kind: 'malformed', reason: z.prettifyError(data.error) };
      const by = event.agent?.summary;
      return {
        kind: 'publish',
        event: {
          detailType: 'incident.updated',
          detail: {
            eventId: event.id,
            sourceId: data.data.id,
            status: pageStatus[event.event_type],
            at,
            ...(by ? { by } : {}),
          },
        },
      };
    }
    default:
      return { kind: 'ignored', reason: `${clean(event.event_type)} is nothing we act on` };
  }
}

function triggerOf(eventId: string, occurredAt: string, data: z.infer<typeof IncidentData>): Trigger {
  const urgency = data.urgency === 'high' || data.urgency === 'low' ? data.urgency : 'unknown';
  const p1 = /^p1\b|critical/i.test(data.priority?.summary ?? '');
  return {
    kind: 'page',
    eventId,
    sourceId: data.id,
    occurredAt,
    title: data.title,
    severity: p1 ? 'critical' : urgency,
    ...(data.service?.summary ? { sourceService: data.service.summary } : {}),
    ...(data.service?.id ? { sourceServiceId: data.service.id } : {}),
    ...(data.html_url ? { link: data.html_url } : {}),
    details: flattenDetails(data.body?.details),
  };
}
