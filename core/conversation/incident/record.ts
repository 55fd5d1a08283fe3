// What the record holds about one incident, as the answers of this folder read it.
import type { Approval } from '../../model/action.ts';
import type { Diagnosis, Hypothesis } from '../../model/diagnosis.ts';
import type { Incident } from '../../model/incident.ts';
import type { Evidence } from '../../model/report.ts';
import type { EventOf, EventType, TimelineEntry } from '../../model/timeline.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Ports } from '../../ports/index.ts';
import type { MemberName } from '../../ports/records.ts';
import type { Words } from '../words.ts';

export type IncidentPorts = Pick<
  Ports,
  'incidents' | 'approvals' | 'evidence' | 'catalog' | 'clock' | 'memory' | 'preferences'
> &
  Partial<Pick<Ports, 'onCall'>>;

export interface Asked {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly diagnosis: Diagnosis | undefined;
  readonly approvals: readonly Approval[];
  readonly members: readonly MemberName[];
  /** Undefined if it cannot be read. */
  readonly catalog: Catalog | undefined;
  readonly now: string;
  /** The question in the person's words. */
  readonly text: string;
}

/** An answer with the next questions that fit it. */
export interface IncidentAnswer extends Words {
  readonly choices?: readonly string[];
}

export async function askedOf(incident: Incident, text: string, ports: IncidentPorts): Promise<Asked> {
  const [timeline, diagnosis, approvals, members, catalog] = await Promise.all([
    ports.incidents.timeline(incident.id),
    ports.incidents.diagnosis(incident.id),
    ports.approvals.ofIncident(incident.id),
    ports.incidents.memberNames(incident.id).catch(() => []),
    ports.catalog.load().catch(() => undefined),
  ]);
  return { incident, timeline, diagnosis, approvals, members, catalog, now: ports.clock.now().toISOString(), text };
}

/** The first hypothesis, unless the cause is unknown. */
export function causeIn({ diagnosis }: Pick<Asked, 'diagnosis'>): Hypothesis | undefined {
  const first = diagnosis?.hypotheses[0];
  return first === undefined || first.cause === 'unknown' || first.ruledOut !== undefined ? undefined : first;
}

export const pendingIn = ({ approvals }: Pick<Asked, 'approvals'>): readonly Approval[] =>
  approvals.filter(({ state }) => state === 'pending');

/** The latest event of a type. */
export function latest<Type extends EventType>(
  { timeline }: Pick<Asked, 'timeline'>,
  type: Type,
): EventOf<Type> | undefined {
  const found = timeline.findLast(({ event }) => event.type === type)?.event;
  return found?.type === type ? (found as EventOf<Type>) : undefined;
}

/** The service that the incident is about. */
export const serviceOf = ({ incident, diagnosis }: Pick<Asked, 'incident' | 'diagnosis'>): string | undefined =>
  incident.place?.service ?? diagnosis?.hypotheses[0]?.entity.name;

/** All evidence of the incident that can still be read, that of the diagnosis first. */
export async function evidenceOf({ incident, timeline, diagnosis }: Asked, ports: IncidentPorts): Promise<Evidence[]> {
  const ids = new Set([
    ...(diagnosis?.hypotheses.flatMap(({ evidenceIds }) => evidenceIds) ?? []),
    ...timeline.flatMap(({ evidenceIds }) => evidenceIds),
  ]);
  const found = await Promise.all([...ids].map((id) => ports.evidence.get(incident.id, id).catch(() => undefined)));
  return found.filter((one) => one !== undefined);
}
