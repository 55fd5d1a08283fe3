// Other hands changed the page: acknowledged or resolved. Our own work goes on; the timeline knows.
import type { PageUpdate } from '../model/events.ts';
import type { Ports } from '../ports/index.ts';
import { note } from './timeline.ts';

export type UpdateResult =
  | { readonly kind: 'updated'; readonly incidentId: string }
  | { readonly kind: 'ignored'; readonly reason: string };

export async function applyPageUpdate(
  update: PageUpdate,
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'seen'>,
): Promise<UpdateResult> {
  const incident = await ports.incidents.findBySource(update.sourceId);
  if (!incident) return { kind: 'ignored', reason: `No incident here belongs to ${update.sourceId}.` };
  // A late "acknowledged" does not undo "resolved".
  if (incident.pageStatus !== 'resolved' || update.status === 'resolved') {
    await ports.incidents.update(incident.id, { pageStatus: update.status });
  }
  const by = update.by ? ` by ${update.by}` : '';
  await note(
    incident.id,
    {
      step: 'PageUpdate',
      kind: 'note',
      actor: update.by ?? 'pagerduty',
      key: update.eventId,
      text: `The page was ${update.status}${by} at ${update.at}.`,
    },
    ports,
  );
  return { kind: 'updated', incidentId: incident.id };
}
