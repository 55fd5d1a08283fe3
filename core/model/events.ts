// Events on the bus. `detailType` selects the route (statemachines/bus-routes.json); each receiver validates `detail`.
import * as z from 'zod';
import { Instant } from './entity.ts';
import type { Trigger } from './incident.ts';
import type { Utterance } from './utterance.ts';

export const busSource = 'watchkeeper';

/** PagerDuty reports that someone else changed an incident. */
export const PageUpdate = z.object({
  eventId: z.string(),
  sourceId: z.string(),
  status: z.enum(['triggered', 'acknowledged', 'resolved']),
  at: Instant,
  by: z.string().optional(),
});
export type PageUpdate = z.infer<typeof PageUpdate>;

export type BusEvent =
  | {
      readonly detailType: 'incident.triggered' | 'incident.reopened' | 'incident.mentioned';
      readonly detail: { readonly trigger: z.infer<typeof Trigger> };
    }
  | { readonly detailType: 'incident.updated'; readonly detail: PageUpdate }
  | { readonly detailType: 'conversation.said'; readonly detail: z.infer<typeof Utterance> };
