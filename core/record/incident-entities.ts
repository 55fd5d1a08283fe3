// Lists the entities on record for an incident: from its hypotheses, specialists' reports, the call graph, and taught facts about its services.
// Utterances in its thread add no entity.

import type { Diagnosis } from '../model/diagnosis.ts';
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import { servicesOf } from '../model/fact.ts';
import type { Incident } from '../model/incident.ts';
import type { TimelineEntry, TimelineEvent } from '../model/timeline.ts';

/** The stored records of an incident. */
export interface IncidentEntities {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis | undefined;
  readonly timeline: readonly TimelineEntry[];
}

const maxEntities = 200;
/** Kinds of workloads. People use these kinds interchangeably for the same entity. */
const workloads = ['Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];
export const isWorkload = ({ kind }: Pick<EntityRef, 'kind'>): boolean => workloads.includes(kind);

/** The entities, best known first, each once. */
export function incidentEntitiesIn({ incident, diagnosis, timeline }: IncidentEntities): readonly EntityRef[] {
  const all = [
    ...(diagnosis?.hypotheses.map(({ entity }) => entity) ?? []),
    ...(incident.error?.target ? [incident.error.target] : []),
    ...timeline.flatMap(({ event }) => entitiesIn(event)),
    ...(diagnosis?.affected ?? []),
    ...[
      ...(diagnosis?.blastRadius ?? []),
      ...(diagnosis?.firstFailing === undefined ? [] : [diagnosis.firstFailing]),
    ].map(service),
    ...timeline.flatMap(({ event }) => namesIn(event)).map(service),
  ];
  const found: EntityRef[] = [];
  for (const one of all) {
    if (one.name === '') continue;
    const place = found.findIndex((other) => isSame(other, one));
    const known = found[place];
    if (known === undefined && found.length < maxEntities) found.push(one);
    else if (known?.kind === one.kind && detail(one) > detail(known)) found[place] = one;
  }
  return found;
}

function entitiesIn(event: TimelineEvent): readonly EntityRef[] {
  switch (event.type) {
    case 'SpecialistReported':
      return event.entities;
    case 'DiagnosisMade':
      return event.hypotheses.map(({ entity }) => entity);
    case 'ContextAssembled':
      return event.workload === undefined ? [] : [event.workload];
    default:
      return [];
  }
}

/** Names of services known only by name. */
function namesIn(event: TimelineEvent): readonly string[] {
  if (event.type !== 'ContextAssembled') return [];
  const { service: paged, callees, callers, facts } = event;
  return [
    ...(paged === undefined ? [] : [paged.value]),
    ...callees,
    ...callers,
    ...facts.flatMap(({ statement }) => servicesOf(statement)),
  ];
}

/** How much of the place is known. Reports arrive in any order; the entity with the more precise place is kept. */
const detail = ({ namespace, cluster }: EntityRef): number =>
  Number(namespace !== undefined) + Number(cluster !== undefined);

const service = (name: string): EntityRef => ({ kind: 'Service', name: name.trim().slice(0, 253) });

const isSame = (a: EntityRef, b: EntityRef): boolean =>
  sameWorkload(a, b) &&
  (a.kind === b.kind || (isWorkload(a) && isWorkload(b)) || (b.kind === 'Service' && a.kind !== 'Namespace'));
