// The things that an incident has on record: what its hypotheses are about, what specialists reported, who calls whom, what people taught about
// its services. What people said in its thread is no source of them.

import type { Diagnosis } from '../model/diagnosis.ts';
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import { servicesOf } from '../model/fact.ts';
import type { Incident } from '../model/incident.ts';
import type { TimelineEntry, TimelineEvent } from '../model/timeline.ts';

/** What is kept of an incident. */
export interface IncidentEntities {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis | undefined;
  readonly timeline: readonly TimelineEntry[];
}

const maxEntities = 200;
/** What people say in its place, and what it is said of, is mostly the same thing. */
const workloads = ['Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];
export const isWorkload = ({ kind }: Pick<EntityRef, 'kind'>): boolean => workloads.includes(kind);

/** What is known best first; one entry a thing. */
export function incidentEntitiesIn({ incident, diagnosis, timeline }: IncidentEntities): readonly EntityRef[] {
  const all = [
    ...(diagnosis?.hypotheses.map(({ entity }) => entity) ?? []),
    ...(incident.error?.target ? [incident.error.target] : []),
    ...timeline.flatMap(({ event }) => thingsIn(event)),
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

function thingsIn(event: TimelineEvent): readonly EntityRef[] {
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

/** Of services, where only a name is known. */
function namesIn(event: TimelineEvent): readonly string[] {
  if (event.type !== 'ContextAssembled') return [];
  const { service: paged, callees, callers, facts } = event;
  return [
    ...(paged === undefined ? [] : [paged.value]),
    ...callees,
    ...callers,
    ...facts.flatMap(({ says }) => servicesOf(says)),
  ];
}

/** Reports come in any order: what says more of its place is kept. */
const detail = ({ namespace, cluster }: EntityRef): number =>
  Number(namespace !== undefined) + Number(cluster !== undefined);

const service = (name: string): EntityRef => ({ kind: 'Service', name: name.trim().slice(0, 253) });

const isSame = (a: EntityRef, b: EntityRef): boolean =>
  sameWorkload(a, b) &&
  (a.kind === b.kind || (isWorkload(a) && isWorkload(b)) || (b.kind === 'Service' && a.kind !== 'Namespace'));
