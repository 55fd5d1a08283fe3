// Keeping the page true to what happened, as far as the catalogue allows it for the environment: somebody has it once what they approved was
// done, it is over once verification said so, and those who only follow it hear what was found and how it ended. A page that cannot be
// reached is a line of the timeline, and never a failure.

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

/** Twice an incident at most, because it rings where people sleep: once what was found is known, and at the end. */
export async function updateStatus(
  when: 'found' | 'ended',
  text: string,
  { incident, context }: { readonly incident: Incident; readonly context: Context },
  ports: PagePorts,
): Promise<void> {
  const environment = context.environment?.value;
  if (incident.trigger.kind !== 'page' || environment === undefined) return;
  // A catalogue that cannot be read allows nothing.
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
