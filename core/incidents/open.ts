// Opens an incident, or joins the open one that this alert belongs to. Same event, same incident and same error are three different
// notions: the first is told by the event id at the door, the second here by the alert's identity, the third by the fingerprint.
import type { Incident } from '../model/incident.ts';
import type { OpenIncidentInput, Opening } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { note } from './timeline.ts';

export async function openIncident(
  { trigger, execution }: OpenIncidentInput,
  ports: Pick<Ports, 'incidents' | 'clock' | 'ids' | 'chat'>,
): Promise<{ opening: Opening; incident: Incident }> {
  const result = await ports.incidents.open({
    id: `inc-${ports.ids.next()}`,
    sourceId: trigger.sourceId,
    title: trigger.title,
    trigger,
    openedAt: ports.clock.now().toISOString(),
    status: 'investigating',
    pageStatus: 'triggered',
    execution,
  });
  const { incident } = result;
  if (result.kind === 'joined') {
    const why = `Another event for the same alert (${trigger.eventId}); the investigation that is under way goes on.`;
    await note(incident.id, { step: 'OpenIncident', kind: 'note', key: trigger.eventId, text: why }, ports);
    return { opening: { kind: 'joined', incidentId: incident.id, why }, incident };
  }
  await note(incident.id, { step: 'OpenIncident', kind: 'opened', text: `${incident.title}. Looking into it.` }, ports);
  await ports.chat
    .publish({
      key: `opened-${incident.id}`,
      incidentId: incident.id,
      kind: 'opened',
      headline: `Looking into: ${incident.title}`.slice(0, 300),
      lines: [],
      ...(trigger.slack === undefined
        ? {}
        : { slack: { channel: trigger.slack.channel, threadTs: trigger.slack.threadTs } }),
    })
    .catch(() =>
      note(
        incident.id,
        { step: 'OpenIncident', kind: 'gap', text: 'The thread could not be told that work has begun.' },
        ports,
      ),
    );
  return { opening: { kind: 'opened' }, incident };
}
