// Writes the postmortem draft to the knowledge base when an incident ends, and again when people later correct it or change its page. The
// material that is not in the records is kept as evidence, so that a later rewrite needs no workflow.
import * as z from 'zod';
import { recurrenceTags } from '../analysis/knowledge/recurrence.ts';
import { RemediationResult } from '../model/action.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import type { Evidence } from '../model/report.ts';
import { Change } from '../model/telemetry.ts';
import type { TimelineEntry } from '../model/timeline.ts';
import type { Concluded } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import type { KnowledgeBase } from '../ports/telemetry.ts';
import { record } from '../record/timeline.ts';
import { redactJson } from '../redaction/redact.ts';
import { postmortem } from './document.ts';
import { knowledgeIds } from './facts.ts';
import { movedIn } from './moved.ts';
import { Material, type PostmortemRecord } from './record.ts';
import { isAboutDraft } from './timeline.ts';

export type DraftPorts = Pick<Ports, 'incidents' | 'clock' | 'evidence' | 'approvals'> & {
  readonly telemetry: { readonly knowledge: Pick<KnowledgeBase, 'add'> };
};

/** Returns the draft as Markdown. Throws the errors of the ports. */
export async function writeDraft(input: Concluded, ports: DraftPorts): Promise<string> {
  const { id } = input.incident;
  const material = materialOf(input);
  const kept = await ports.evidence.put({
    incidentId: id,
    source: 'watchkeeper',
    query: 'what the postmortem draft is made of',
    excerpt: 'Context, action and verification of the incident.',
    full: redactJson(material),
  });
  const drawNow = async () =>
    recordOf(
      { incident: (await ports.incidents.get(id)) ?? input.incident, diagnosis: input.diagnosis },
      material,
      ports,
    );
  const drawn = await drawNow();
  const markdown = await store(drawn, ports);
  await record(
    id,
    { type: 'PostmortemDrafted', name: nameOf(input.incident) },
    { step: 'Learn', key: 'postmortem', evidenceIds: [kept.id] },
    ports,
  );
  // A change during the first writing found no draft to rewrite, so write again if there are new entries.
  const now = await ports.incidents.timeline(id);
  return entriesIn(now) > entriesIn(drawn.timeline) ? store(await drawNow(), ports) : markdown;
}

const entriesIn = (timeline: readonly TimelineEntry[]): number =>
  timeline.filter((entry) => !isAboutDraft(entry)).length;

/** Rewrites the draft with all later entries. `none`: there is no draft yet; the first one will contain the entries. */
export async function writeDraftAgain(incidentId: string, ports: DraftPorts): Promise<'written' | 'none' | 'failed'> {
  try {
    const drawn = await draw(incidentId, ports);
    if (drawn === undefined) return 'none';
    await store(drawn, ports);
    return 'written';
  } catch {
    return 'failed';
  }
}

/** The draft as it is now, as Markdown, without storing it; undefined if the incident has none. Throws the errors of the ports. */
export async function currentDraft(
  incidentId: string,
  ports: Omit<DraftPorts, 'telemetry'>,
): Promise<string | undefined> {
  const drawn = await draw(incidentId, ports);
  return drawn && postmortem(drawn);
}

/** Undefined until a first draft was written. */
async function draw(incidentId: string, ports: Omit<DraftPorts, 'telemetry'>): Promise<PostmortemRecord | undefined> {
  const [incident, diagnosis, timeline] = await Promise.all([
    ports.incidents.get(incidentId),
    ports.incidents.diagnosis(incidentId),
    ports.incidents.timeline(incidentId),
  ]);
  const kept = timeline.find(
    ({ step, kind, evidenceIds }) => step === 'Learn' && kind === 'learned' && evidenceIds.length > 0,
  )?.evidenceIds[0];
  if (incident === undefined || diagnosis === undefined || kept === undefined) return undefined;
  const material = Material.parse(await ports.evidence.full(incidentId, kept));
  return recordOf({ incident, diagnosis }, material, ports);
}

function materialOf(input: Concluded): Material {
  const { context, remediation, verification, takingBack, diagnosis } = input;
  const changeId = diagnosis.hypotheses[0]?.changeId;
  const changeEvidenceId = [...input.priorReports, ...input.reports]
    .flatMap(({ findings }) => findings)
    .find((finding) => changeId !== undefined && finding.role === 'change' && finding.changeId === changeId)
    ?.evidenceIds[0];
  return {
    context,
    // What became of a plan is in the timeline, step by step.
    ...(input.planRun === undefined ? { remediation: RemediationResult.safeParse(remediation).data } : {}),
    verification,
    tookBack: takingBack !== undefined,
    moved: movedIn(input),
    changeEvidenceId,
  };
}

const nameOf = ({ id }: Incident): string => `postmortem-${id}.md`;

async function recordOf(
  known: { readonly incident: Incident; readonly diagnosis: Diagnosis },
  material: Material,
  ports: Omit<DraftPorts, 'telemetry'>,
): Promise<PostmortemRecord> {
  const { id } = known.incident;
  const [timeline, approvals, members] = await Promise.all([
    ports.incidents.timeline(id),
    ports.approvals.ofIncident(id),
    ports.incidents.memberNames(id),
  ]);
  const cited = [...(known.diagnosis.hypotheses[0]?.evidenceIds ?? []), ...knowledgeIds({ timeline })];
  const [evidence, change] = await Promise.all([
    evidenceOf(id, cited, ports),
    changeOf(id, material.changeEvidenceId, ports),
  ]);
  return { ...known, timeline, approvals, material, evidence, change, members };
}

/** Reads the cited evidence. Unreadable evidence is missing in the draft and does not prevent it. */
async function evidenceOf(
  incidentId: string,
  ids: readonly string[],
  { evidence }: Pick<DraftPorts, 'evidence'>,
): Promise<Map<string, Evidence>> {
  const found = await Promise.all([...new Set(ids)].map((id) => evidence.get(incidentId, id).catch(() => undefined)));
  return new Map(found.flatMap((one) => (one === undefined ? [] : [[one.id, one]])));
}

const ChangeEvidence = z.object({ kind: z.literal('change'), change: Change });

async function changeOf(
  incidentId: string,
  id: string | undefined,
  { evidence }: Pick<DraftPorts, 'evidence'>,
): Promise<Change | undefined> {
  if (id === undefined) return undefined;
  const full = await evidence.full(incidentId, id).catch(() => undefined);
  return ChangeEvidence.safeParse(full).data?.change;
}

async function store(record: PostmortemRecord, ports: Pick<DraftPorts, 'telemetry'>): Promise<string> {
  const { incident, material } = record;
  const markdown = postmortem(record);
  await ports.telemetry.knowledge.add({
    name: nameOf(incident),
    title: `Postmortem draft: ${incident.title}`.slice(0, 200),
    service: material.context.service?.value,
    tags: ['postmortem', 'draft', ...recurrenceTags(incident.trigger, material.context)],
    markdown,
  });
  return markdown;
}
