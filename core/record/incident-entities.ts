// The things that an incident has on record, by name: what its hypotheses are about, what its sentences name, who calls whom. What people
// said in its thread is no source of them, and neither is a log line, but for the addresses in it.

import type { Diagnosis } from '../model/diagnosis.ts';
import { type EntityRef, sameWorkload } from '../model/entity.ts';
import type { Incident, TimelineEntry } from '../model/incident.ts';

/** What is kept of an incident. */
export interface IncidentEntities {
  readonly incident: Incident;
  readonly diagnosis: Diagnosis | undefined;
  readonly timeline: readonly TimelineEntry[];
}

const kinds = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'CronJob',
  'Job',
  'Pod',
  'Node',
  'Namespace',
  'Service',
  'Ingress',
  'NetworkPolicy',
  'ResourceQuota',
  'VirtualService',
  'PersistentVolumeClaim',
  'Database',
  'Vendor',
  'Execution',
];
const name = '[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?';
const named = new RegExp(`\\b(${kinds.join('|')}) (?:(${name})/)?(${name})(?![\\w/])`, 'g');
/** Sentences of ours in which a name stands without its kind. */
const bare = [
  new RegExp(`\\b(?:of|at) (${name}) (?:rose|fell|grew|changed|since)\\b`, 'g'),
  new RegExp(`\\bservice (${name}) \\(from\\b`, 'g'),
  new RegExp(`\\b(${name}) (?:calls it|talks to)\\b`, 'g'),
  new RegExp(`\\btalks to (${name})\\b`, 'g'),
];
const neighbours = /\b(?:It calls|It is called by) ([\w., -]{1,2000}?)\.(?= |$)/g;
/** `ledger-api:8443`, `session-service.identity:8080`; an IP address names nothing. */
const address =
  /(?<![\w.:/-])([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?))?(?:\.svc[a-z.]{0,20})?:\d{2,5}\b/g;
const quoted = /"[^"]*"/g;
const maxEntities = 200;
/** Words of a correction itself, and what follows a kind in our sentences without being a name. */
const noNames =
  /^(?:it|is|was|were|the|a|an|no|not|yes|that|this|and|of|on|in|at|to|cause|reason|problem|wrong|account|logs|events|metrics|failed|ready|anti-affinity|selectors?|ports?|protocol)$/;
/** What people say in its place, and what it is said of, is mostly the same thing. */
const workloads = ['Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];
export const isWorkload = ({ kind }: Pick<EntityRef, 'kind'>): boolean => workloads.includes(kind);

/** What is known best first; one entry a thing. */
export function incidentEntitiesIn({ incident, diagnosis, timeline }: IncidentEntities): readonly EntityRef[] {
  const first = [
    ...(diagnosis?.hypotheses.map(({ entity }) => entity) ?? []),
    ...(incident.error?.target ? [incident.error.target] : []),
  ];
  const told = [
    ...(diagnosis
      ? [
          diagnosis.text,
          ...diagnosis.symptoms,
          ...diagnosis.hypotheses.flatMap((one) => [one.summary, ...one.why, ...one.against]),
        ]
      : []),
    ...timeline.filter(({ kind }) => ['context', 'finding', 'gap', 'diagnosis'].includes(kind)).map(({ text }) => text),
  ];
  const ours = told.map((text) => text.replace(quoted, '""'));
  const withKind = ours.flatMap((text) =>
    [...text.matchAll(named)].map(([, kind = '', namespace, called = '']) => entity(kind, called, namespace)),
  );
  const names = [
    ...(diagnosis?.blastRadius ?? []),
    ...(diagnosis?.firstFailing === undefined ? [] : [diagnosis.firstFailing]),
    ...ours.flatMap((text) => bare.flatMap((pattern) => [...text.matchAll(pattern)].map(([, called = '']) => called))),
    ...ours.flatMap((text) =>
      [...text.matchAll(neighbours)].flatMap(([, list = '']) => list.split(/, | and \d+ more/)),
    ),
  ].map((called) => entity('Service', called));
  const addresses = told.flatMap((text) =>
    [...text.matchAll(address)].map(([, called = '', namespace]) => entity('Service', called, namespace)),
  );
  const seen: EntityRef[] = [];
  for (const one of [...first, ...withKind, ...names, ...addresses]) {
    if (seen.length >= maxEntities) break;
    if (one.name === '' || noNames.test(one.name.toLowerCase()) || seen.some((other) => isSame(other, one))) continue;
    seen.push(one);
  }
  return seen;
}

const entity = (kind: string, called: string, namespace?: string): EntityRef => ({
  kind,
  name: called.trim().slice(0, 253),
  ...(namespace === undefined ? {} : { namespace: namespace.slice(0, 253) }),
});

const isSame = (a: EntityRef, b: EntityRef): boolean =>
  sameWorkload(a, b) &&
  (a.kind === b.kind || (isWorkload(a) && isWorkload(b)) || (b.kind === 'Service' && a.kind !== 'Namespace'));
