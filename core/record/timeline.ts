// One way to write a line of the timeline, redacted. The id is made of incident, step and key, so a repeated step writes no second line.
import type { TimelineEntry } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { redact } from '../redaction/redact.ts';

export async function note(
  incidentId: string,
  entry: Pick<TimelineEntry, 'step' | 'kind' | 'text'> &
    Partial<Pick<TimelineEntry, 'actor' | 'evidenceIds' | 'durationMs' | 'tone'>> & { readonly key?: string },
  ports: Pick<Ports, 'incidents' | 'clock'>,
): Promise<void> {
  const { key, ...rest } = entry;
  await ports.incidents.append({
    actor: 'watchkeeper',
    evidenceIds: [],
    ...rest,
    text: redact(rest.text).slice(0, 4000),
    id: [incidentId, entry.step, entry.kind, key].filter(Boolean).join(':'),
    incidentId,
    at: ports.clock.now().toISOString(),
  });
}
