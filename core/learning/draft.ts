// The draft of a postmortem in the knowledge base: written when an incident ends, and again when a person corrects it afterwards. What it is
// made of besides the record is kept as evidence, so that whoever writes it again needs no workflow.
import * as z from 'zod';
import { recurrenceTags } from '../analysis/knowledge/recurrence.ts';
import { note } from '../incidents/timeline.ts';
import { RemediationResult, Verification } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { Context, type Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import type { KnowledgeBase } from '../ports/telemetry.ts';
import { redactJson } from '../redact.ts';
import { postmortem } from './postmortem.ts';

const Material = z.object({
  context: Context,
  remediation: RemediationResult.optional(),
  verification: Verification.optional(),
});
type Material = z.infer<typeof Material>;

export type DraftPorts = Pick<Ports, 'incidents' | 'clock' | 'evidence'> & {
  readonly telemetry: { readonly knowledge: Pick<KnowledgeBase, 'add'> };
};

/** Returns the draft as Markdown. Throws what a port throws. */
export async function writeDraft(
  incident: Incident,
  diagnosis: Diagnosis,
  { context, remediation, verification }: Material,
  ports: DraftPorts,
): Promise<string> {
  const kept = await ports.evidence.put({
    incidentId: incident.id,
    source: 'watchkeeper',
    query: 'what the postmortem draft is made of',
    excerpt: 'Context, action and verification of the incident.',
    full: redactJson({ context, remediation, verification }),
  });
  const draft = await store(incident, diagnosis, { context, remediation, verification }, ports);
  await note(
    incident.id,
    {
      step: 'Learn',
      kind: 'learned',
      key: 'postmortem',
      text: `A postmortem draft is in the knowledge base: ${nameOf(incident)}`,
      evidenceIds: [kept.id],
    },
    ports,
  );
  return draft;
}

/** Writes it again with what was said since. `none`: there is no draft yet; it will have it when it is written. */
export async function writeDraftAgain(incidentId: string, ports: DraftPorts): Promise<'written' | 'none' | 'failed'> {
  try {
    const [incident, diagnosis, timeline] = await Promise.all([
      ports.incidents.get(incidentId),
      ports.incidents.diagnosis(incidentId),
      ports.incidents.timeline(incidentId),
    ]);
    const kept = timeline.find(({ step, evidenceIds }) => step === 'Learn' && evidenceIds.length > 0)?.evidenceIds[0];
    if (incident === undefined || diagnosis === undefined || kept === undefined) return 'none';
    await store(incident, diagnosis, Material.parse(await ports.evidence.full(incidentId, kept)), ports);
    return 'written';
  } catch {
    return 'failed';
  }
}

const nameOf = ({ id }: Incident): string => `postmortem-${id}.md`;

async function store(
  incident: Incident,
  diagnosis: Diagnosis,
  material: Material,
  ports: Pick<DraftPorts, 'incidents' | 'telemetry'>,
): Promise<string> {
  const timeline = await ports.incidents.timeline(incident.id);
  const markdown = postmortem({ incident, diagnosis, timeline, ...material });
  await ports.telemetry.knowledge.add({
    name: nameOf(incident),
    title: `Postmortem draft: ${incident.title}`.slice(0, 200),
    service: material.context.service?.value,
    tags: ['postmortem', 'draft', ...recurrenceTags(incident.trigger, material.context)],
    markdown,
  });
  return markdown;
}
