// Keeping the page true to what happened, as far as the catalogue allows it for the environment: somebody has it once what they approved was
// done, and it is over once verification said so. A page that cannot be reached is a line of the timeline, and never a failure.
import { note } from '../incidents/timeline.ts';
import type { Action } from '../model/action.ts';
import type { Context, Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { environmentOf } from './guard.ts';

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
  ports: Pick<Ports, 'catalog' | 'pager' | 'incidents' | 'clock'>,
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
