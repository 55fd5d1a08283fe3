// A person sets a proposal of prevention aside. The newest incident of the recurrence remembers it on its timeline, with who and when.
import { InvalidInput } from '../errors.ts';
import type { EventOf, TimelineEntry } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { entityText } from '../wording.ts';

/** Throws `InvalidInput` if the incident has no known cause, so that there is nothing to prevent. */
export async function dismissPrevention(
  { incidentId, by }: { readonly incidentId: string; readonly by: string },
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<EventOf<'PreventionDismissed'>> {
  const first = (await ports.incidents.diagnosis(incidentId))?.hypotheses[0];
  if (first === undefined || first.cause === 'unknown')
    throw new InvalidInput(`The cause of ${incidentId} is not known, so nothing is proposed for it.`);
  const event = { type: 'PreventionDismissed', by, cause: first.cause, entity: entityText(first.entity) } as const;
  await record(incidentId, event, { step: 'Week', key: first.cause }, ports);
  return event;
}

export interface Dismissal {
  readonly by: string;
  readonly at: string;
}

/** The latest dismissal for this cause at this entity; undefined if nobody dismissed it. */
export const dismissalOf = (
  { cause, entity }: Pick<EventOf<'PreventionDismissed'>, 'cause' | 'entity'>,
  timeline: readonly TimelineEntry[],
): Dismissal | undefined =>
  timeline
    .flatMap(({ at, event }) =>
      event.type === 'PreventionDismissed' && event.cause === cause && event.entity === entity
        ? [{ by: event.by, at }]
        : [],
    )
    .toSorted((a, b) => b.at.localeCompare(a.at))[0];
