// Keeping the page true to what happened, as far as the catalogue allows it for the environment: somebody has it once what they approved was
// done, it is over once verification said so, and those who only follow it hear what was found and how it ended. A page that cannot be
// reached is a line of the timeline, and never a failure.

import type { Action } from '../model/action.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { note } from '../record/timeline.ts';
import { environmentOf } from '../topology/placement.ts';

type PagePorts = Pick<Ports, 'catalog' | 'pager' | 'incidents' | 'clock'>;

const allowedBy = { acknowledged: 'acknowledge', resolved: 'resolve' } as const;
const words = { acknowledged: 'The page is acknowledged', resolved: 'The page is resolved' } as const;

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
  const place = environment === undefined ? undefined : catalog.environments[environment];
  if (place?.page[allowedBy[status]] !== true) return;
  const marked = await ports.pager.mark(incident.sourceId, status);
  const said =
    marked.kind === 'written'
      ? ({ kind: 'note', text: `${words[status]}, as the catalogue allows in ${environment}.` } as const)
      : ({ kind: 'gap', text: `The page could not be ${status}: ${marked.gap.reason}` } as const);
  await note(
    incident.id,
    { step: status === 'resolved' ? 'Learn' : 'Remediate', key: `page-${status}`, ...said },
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
  const step = when === 'found' ? 'Report' : 'Learn';
  const said =
    written.kind === 'written'
      ? ({ kind: 'note', text: `Those who follow the page were told: ${text}` } as const)
      : ({ kind: 'gap', text: `Those who follow the page could not be told: ${written.gap.reason}` } as const);
  await note(incident.id, { step, key: `status-${when}`, ...said }, ports);
}
