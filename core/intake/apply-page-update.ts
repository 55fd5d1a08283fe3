// Applies an update that someone else made to the PagerDuty incident: acknowledged, unacknowledged or resolved. Our own work goes on. The update
// goes to the timeline, the thread, the open approval requests and, if there is one, the postmortem draft.

import type { PageUpdate } from '../model/events.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { type DraftPorts, writeDraftAgain } from '../postmortem/draft.ts';
import { threadOf } from '../record/thread.ts';
import { record } from '../record/timeline.ts';
import { questionMessage } from '../remediation/question.ts';
import { publishProgress } from '../reporting/progress.ts';
import { clockTime } from '../wording.ts';

export type UpdateResult =
  | { readonly kind: 'updated'; readonly incidentId: string }
  | { readonly kind: 'ignored'; readonly reason: string };

/**
 * Idempotent: the same event twice makes one timeline entry. An event about a page without an incident of ours is ignored, and the result says so.
 */
export async function applyPageUpdate(
  update: PageUpdate,
  ports: DraftPorts & Pick<Ports, 'chat'>,
): Promise<UpdateResult> {
  const incident = await ports.incidents.findBySource(update.sourceId);
  if (!incident) return { kind: 'ignored', reason: `No incident here belongs to ${update.sourceId}.` };
  // A late "acknowledged" does not undo "resolved".
  if (incident.pageStatus !== 'resolved' || update.status === 'resolved') {
    const holder =
      update.status === 'acknowledged' && update.by !== undefined ? { by: update.by, as: 'page' as const } : undefined;
    await ports.incidents.update(incident.id, {
      pageStatus: update.status,
      ...(holder === undefined ? {} : { heldBy: holder }),
    });
  }
  const { eventId, status, at, by } = update;
  await record(
    incident.id,
    { type: 'PageChanged', eventId, status, at, ...(by === undefined ? {} : { by }) },
    { step: 'PageUpdate', key: eventId },
    ports,
  );
  if ((await writeDraftAgain(incident.id, ports)) === 'failed') {
    const event = { type: 'RecordFailed', what: 'postmortem-update' } as const;
    await record(incident.id, event, { step: 'PageUpdate', key: eventId }, ports);
  }
  await publishProgress(incident.id, ports);
  if (update.status === 'resolved') await showWaiting(incident, update, ports);
  return { kind: 'updated', incidentId: incident.id };
}

/** People with an open approval request must learn that the incident may be over. If the thread cannot be reached, nothing else fails. */
async function showWaiting(
  { id, trigger }: Incident,
  { at, by }: PageUpdate,
  { approvals, chat }: DraftPorts & Pick<Ports, 'chat'>,
): Promise<void> {
  const since = `The page was resolved${by === undefined ? '' : ` by ${by}`} at ${clockTime(at)}, after this was asked. The action may no longer be necessary.`;
  for (const approval of await approvals.ofIncident(id))
    if (approval.state === 'pending')
      await chat.publish({ ...questionMessage(approval, since), ...threadOf(trigger) }).catch(() => undefined);
}
