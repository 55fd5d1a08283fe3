// Other hands changed the page: acknowledged, let go of, or resolved. Our own work goes on; the timeline knows.
import type { PageUpdate } from '../model/events.ts';
import type { Ports } from '../ports/index.ts';
import { note } from './timeline.ts';

export type UpdateResult =
  | { readonly kind: 'updated'; readonly incidentId: string }
  | { readonly kind: 'ignored'; readonly reason: string };

const words: Record<PageUpdate['status'], string> = {
  acknowledged: 'acknowledged',
  triggered: 'let go of again',
  resolved: 'resolved',
};

/** Idempotent: the same event twice is one line. An event about a page that nobody here works on is ignored, and says so. */
export async function applyPageUpdate(
  update: PageUpdate,
  ports: Pick<Ports, 'incidents' | 'clock'>,
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
      text: `The page was ${words[update.status]}${by} at ${update.at}.`,
    },
    ports,
  );
  return { kind: 'updated', incidentId: incident.id };
}
