// Updates the PagerDuty incident, as far as the catalogue allows it for the environment. The page is acknowledged after an approved action was done,
// and resolved after verification confirmed the recovery. Subscribers get the diagnosis and the outcome. If the page cannot be reached, the timeline
// gets an entry; nothing fails.

import type { Action } from '../model/action.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { environmentOf } from '../topology/placement.ts';

type PagePorts = Pick<Ports, 'catalog' | 'pager' | 'incidents' | 'clock'>;

const allowedBy = { acknowledged: 'acknowledge', resolved: 'resolve' } as const;

export async function markPage(
  status: keyof typeof allowedBy,
  {
    incident,
    context,
    action,
  }: {
    readonly incident: Incident;
    readonly context: Context;
    readonly action: Pick<Action, 'target'>;
  },
  ports: PagePorts,
): Promise<void> {
  if (incident.trigger.kind !== 'page') return;
  const catalog = await ports.catalog.load();
  const environment = environmentOf(action.target, context, catalog);
  if (environment === undefined || catalog.environments[environment]?.page[allowedBy[status]] !== true) return;
  const marked = await ports.pager.mark(incident.sourceId, status);
  await record(
    incident.id,
    marked.kind === 'written'
      ? { type: 'PageMarked', status, environment }
      : { type: 'MessageFailed', place: 'page', about: status, reason: marked.gap.reason },
    { step: status === 'resolved' ? 'Learn' : 'Remediate', key: `page-${status}` },
    ports,
  );
}

/** Sends at most two updates per incident, because they ring where people sleep: one with the diagnosis and one at the end. */
export async function updateStatus(
  when: 'found' | 'ended',
  text: string,
  { incident, context }: { readonly incident: Incident; readonly context: Context },
  ports: PagePorts,
): Promise<void> {
  const environment = context.environment?.value;
  if (incident.trigger.kind !== 'page' || environment === undefined) return;
  // If the catalogue cannot be read, no update is allowed.
  const catalog = await ports.catalog.load().catch(() => undefined);
  if (catalog?.environments[environment]?.page.statusUpdates !== true) return;
  const written = await ports.pager.statusUpdate(incident.sourceId, text);
  await record(
    incident.id,
    written.kind === 'written'
      ? { type: 'FollowersInformed', when, text }
      : { type: 'MessageFailed', place: 'followers', about: 'status', reason: written.gap.reason },
    { step: when === 'found' ? 'Report' : 'Learn', key: `status-${when}` },
    ports,
  );
}
