// Defines the ways in which a cause reaches a page: it is about the page's own entity, the location where that runs, something that it calls, or
// something that calls it. Each route returns the symptoms that it explains, or the reason why it does not apply.

import type { Effects } from '../causes/cause.ts';
import { causes } from '../causes/causes.ts';
import { subjectsOf, symptomsIn } from '../context/page-facts.ts';
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { PageFacts, Relation, SeparateReason, SymptomKind } from '../model/storm.ts';
import { type Around, differs, isAbout, low, nameOf, placeKinds } from './about.ts';
import { atDirectCallers, isSharedByAll } from './effects.ts';
import { clustered, maybeSamePlace, placeOfCause, sameOutside, samePlace } from './place.ts';

/** The largest number of calls over which a cause still explains a page. */
const farthest = { always: 3, 'if-seen': 2 } as const;

export interface Given {
  readonly diagnosis: Diagnosis;
  readonly first: Hypothesis;
  readonly leader: PageFacts;
  readonly member: PageFacts;
  readonly effects: Effects;
  readonly around: Around;
}

/** How the cause reaches the page, or why this route does not apply. */
export type Route =
  | {
      readonly because: Relation;
      readonly explains: readonly SymptomKind[];
      /** True if the cause is about the page's own entity; the diagnosis has then already weighed its changes. */
      readonly isOwn: boolean;
    }
  | SeparateReason;

const placeReason = (match: 'other' | 'unknown'): SeparateReason =>
  match === 'other' ? 'other-place' : 'place-unknown';

/** The cause is about the same entity as the page. */
function own({ first: { entity, cause }, leader, member, effects }: Given): Route {
  if (!isAbout(member, entity)) return 'not-related';
  const place = samePlace(member, placeOfCause(entity, leader));
  if (place !== 'same') return placeReason(place);
  if (differs(member.namespace, entity.namespace)) return 'other-place';
  const explains = ownSymptoms(entity, effects);
  const same = sameAlert(leader, member);
  if (!fits(member, explains) && !(member.symptom === 'unknown' && same)) return 'symptom-does-not-fit';
  const because: Relation = same ?? { kind: 'same-thing', thing: entity.name };
  return { because, explains: cause === 'unknown' ? [] : explains, isOwn: true };
}

/** A failed run is a failed job, whatever made it fail. */
const ownSymptoms = ({ kind }: EntityRef, { own }: Effects): readonly SymptomKind[] =>
  kind === 'Job' || kind === 'CronJob' ? [...own, 'job-failed'] : own;

const sameAlert = (leader: PageFacts, member: PageFacts): Relation | undefined => {
  const service = subjectsOf(leader).find((name) => subjectsOf(member).includes(name));
  return member.alert !== undefined && member.alert === leader.alert && service !== undefined
    ? { kind: 'same-alert', alert: member.alert, service }
    : undefined;
};

/** The cause is a condition of the node, namespace, cluster or zone of the page. */
function inPlace(given: Given): Route {
  const { first, leader, member, effects } = given;
  const { entity } = first;
  const because = placeShared(given);
  if (typeof because === 'string') return because;
  const place = samePlace(member, placeOfCause(entity, leader));
  if (place !== 'same') return placeReason(place);
  if (!fits(member, effects.inside)) return 'symptom-does-not-fit';
  return { because, explains: effects.inside, isOwn: false };
}

function placeShared({ diagnosis, first: { entity, cause }, leader, member }: Given): Relation | SeparateReason {
  const name = low(entity.name);
  const cluster = entity.cluster ?? leader.cluster;
  const isIn = (value: string | undefined): Relation | SeparateReason =>
    value !== undefined && low(value) === name
      ? { kind: 'same-place', place: entity.kind.toLowerCase() as 'namespace' | 'cluster' | 'zone', name: entity.name }
      : value === undefined
        ? 'not-related'
        : 'cause-elsewhere';
  switch (entity.kind) {
    case 'Node': {
      const onNode: Relation = { kind: 'same-node', node: entity.name, ...(cluster && { cluster }) };
      if (member.node !== undefined) return low(member.node) === name ? onNode : 'cause-elsewhere';
      return runsThere(diagnosis, member) ? onNode : 'not-related';
    }
    case 'Namespace':
      return isIn(member.namespace);
    case 'Cluster':
      return isIn(member.cluster);
    case 'Zone':
      return isIn(member.zone);
    default: {
      const wide =
        isSharedByAll.test(nameOf(entity)) && (entity.namespace === undefined || infrastructure.test(entity.namespace));
      if (!wide || cluster === undefined || causes[cause].effects.inside.length === 0) return 'not-related';
      if (member.cluster === undefined) return 'place-unknown';
      return member.cluster === cluster ? { kind: 'same-place', place: 'cluster', name: cluster } : 'other-place';
    }
  }
}

const infrastructure = /^kube-system$|-system$/;

/** Whether the investigation found that the page's entity failed with the node or has pods there. */
const runsThere = (diagnosis: Diagnosis, member: PageFacts): boolean => {
  const { affected } = diagnosis;
  if (affected === undefined) return isNamed(diagnosis, member);
  const subjects = subjectsOf(member);
  return affected.some(
    (entity) =>
      subjects.includes(nameOf(entity)) &&
      !differs(member.namespace, entity.namespace) &&
      !differs(member.cluster, entity.cluster),
  );
};

/** The cause is at a component that the page's service calls, directly or through others, and it makes callers fail. */
function asCaller(given: Given): Route {
  const { diagnosis, first, leader, member, effects } = given;
  const { entity } = first;
  if (placeKinds.has(entity.kind) || effects.callers.length === 0) return 'not-related';
  const names = [nameOf(entity), ...(isAbout(leader, entity) ? subjectsOf(leader) : [])];
  const [callee] = names.filter((name) => member.callees[name] !== undefined);
  const distance = callee === undefined ? undefined : member.callees[callee];
  if (callee === undefined || distance === undefined) return 'not-related';
  const cause = placeOfCause(entity, leader);
  const crosses =
    cause.cluster !== undefined &&
    member.environment !== undefined &&
    member.environment === leader.environment &&
    (member.crossing[callee] ?? []).includes(cause.cluster);
  if (!crosses) {
    if (member.crossing[callee] !== undefined) return 'other-place';
    const place = clustered(entity) ? samePlace(member, cause) : sameOutside(member, cause);
    if (place !== 'same') return placeReason(place);
  }
  if (!crosses && !namespacesAgree(given, callee)) return 'place-unknown';
  if (member.common.includes(callee) && !isProven(given, callee)) return 'cause-elsewhere';
  const seen = wasSeenFailing(diagnosis, entity, leader, member);
  const reaches = effects.reaches === 'always' || seen ? 'always' : 'if-seen';
  if (distance > farthest[reaches] || (effects.reaches === 'if-seen' && !seen)) return 'cause-elsewhere';
  if (distance > 1 && !leadsThere(diagnosis, member, member.callees, distance)) return 'cause-elsewhere';
  const direct = distance === 1 && (effects.reaches === 'always' || isNamed(diagnosis, member));
  const explains = direct ? [...effects.callers, ...atDirectCallers] : effects.callers;
  if (!fits(member, explains)) return 'symptom-does-not-fit';
  return { because: { kind: 'calls', caller: subjectsOf(member)[0] ?? 'it', callee }, explains, isOwn: false };
}

/** The cause is a node or another location, and the page's service calls a service that failed with it. */
function asCallerOfAffected({ diagnosis, first: { entity }, leader, member, effects }: Given): Route {
  if (!placeKinds.has(entity.kind) || effects.callers.length === 0) return 'not-related';
  const callee = diagnosis.blastRadius
    .map(low)
    .find((service) => (member.callees[service] ?? Infinity) <= farthest['if-seen']);
  if (callee === undefined) return 'not-related';
  if (member.crossing[callee] !== undefined) return 'other-place';
  const place = samePlace(member, placeOfCause(entity, leader));
  if (place !== 'same') return placeReason(place);
  if (!fits(member, effects.callers)) return 'symptom-does-not-fit';
  const because: Relation = { kind: 'calls', caller: subjectsOf(member)[0] ?? 'it', callee };
  return { because, explains: effects.callers, isOwn: false };
}

/**
 * A callee that most services share would explain too many pages. It counts only if the cause is more than an effect, if the page's service is in
 * the blast radius, or if a page is about the callee itself.
 */
const isProven = ({ diagnosis, first, leader, member, around }: Given, callee: string): boolean =>
  causes[first.cause].depth !== 'effect' ||
  isNamed(diagnosis, member) ||
  [leader, ...(around.pages ?? [])].some(
    (page) =>
      subjectsOf(page).includes(callee) &&
      maybeSamePlace(page, leader) &&
      symptomsIn(page).some((one) => servingFails.has(one)),
  );

/** Whether the page's service is in the blast radius. */
const isNamed = ({ blastRadius }: Pick<Diagnosis, 'blastRadius'>, member: PageFacts): boolean => {
  const subjects = subjectsOf(member);
  return blastRadius.some((service) => subjects.includes(low(service)));
};

/** A cause more than one call away reaches the page only through a service of the blast radius, or if the page's own service is in it. */
const leadsThere = (
  diagnosis: Diagnosis,
  member: PageFacts,
  distances: Readonly<Record<string, number>>,
  distance: number,
): boolean =>
  isNamed(diagnosis, member) ||
  diagnosis.blastRadius.some((service) => (distances[low(service)] ?? Number.POSITIVE_INFINITY) < distance);

/**
 * Call graphs know names only, and copies of a stack repeat a name in many namespaces. A call into another namespace needs proof: the catalogue,
 * or a diagnosis that was found for a page whose service calls there from outside.
 */
function namespacesAgree({ first: { entity }, leader, member }: Given, callee: string): boolean {
  if (!differs(member.namespace, entity.namespace)) return true;
  const placed = member.placed[callee];
  if (placed !== undefined) return placed.includes(entity.namespace ?? '') && !placed.includes(member.namespace ?? '');
  return differs(leader.namespace, entity.namespace) && !isAbout(leader, entity);
}

const servingFails: ReadonlySet<SymptomKind> = new Set(['unavailable', 'errors', 'latency']);

/**
 * Whether callers of the entity fail: the page's service is in the blast radius, a caller was paged, or the entity's own page reports its
 * answers.
 */
function wasSeenFailing({ blastRadius }: Diagnosis, entity: EntityRef, leader: PageFacts, member: PageFacts): boolean {
  if (isNamed({ blastRadius }, member)) return true;
  if (!servingFails.has(leader.symptom)) return false;
  return isAbout(leader, entity) ? leader.symptom !== 'unavailable' : leader.callees[nameOf(entity)] !== undefined;
}

/** The cause is at a component that calls the page's service, so that less or more traffic arrives. */
function asCallee(given: Given): Route {
  const { diagnosis, first, leader, member, effects } = given;
  const { entity } = first;
  if (placeKinds.has(entity.kind) || effects.callees.length === 0) return 'not-related';
  const names = [nameOf(entity), ...(isAbout(leader, entity) ? subjectsOf(leader) : [])];
  const caller = names.find((name) => member.callers[name] !== undefined);
  const distance = caller === undefined ? undefined : member.callers[caller];
  if (caller === undefined || distance === undefined || distance > 2) return 'not-related';
  const place = samePlace(member, placeOfCause(entity, leader));
  if (place !== 'same') return placeReason(place);
  if (differs(member.namespace, entity.namespace) && !isNamed(diagnosis, member)) return 'place-unknown';
  if (distance > 1 && !leadsThere(diagnosis, member, member.callers, distance)) return 'cause-elsewhere';
  if (!fits(member, effects.callees)) return 'symptom-does-not-fit';
  return {
    because: { kind: 'calls', caller, callee: subjectsOf(member)[0] ?? 'it' },
    explains: effects.callees,
    isOwn: false,
  };
}

/** Whether the route explains every symptom of the page. */
const fits = (member: PageFacts, explains: readonly SymptomKind[]): boolean =>
  symptomsIn(member).every((symptom) => explains.includes(symptom));

/** All routes; the first that applies counts. */
export const routes: readonly ((given: Given) => Route)[] = [own, inPlace, asCaller, asCallerOfAffected, asCallee];
