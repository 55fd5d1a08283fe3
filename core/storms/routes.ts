// The ways by which a cause reaches a page: it is the page's own thing, the place where that runs, something that it calls, or something that
// calls it. Each way says which symptoms it explains, or why it is none.

import type { Effects } from '../causes/cause.ts';
import { causes } from '../causes/causes.ts';
import { subjectsOf, symptomsIn } from '../context/page-facts.ts';
import type { Diagnosis, Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { PageFacts, Relation, SeparateReason, SymptomKind } from '../model/storm.ts';
import { type Around, differs, isAbout, low, nameOf, placeKinds } from './about.ts';
import { atDirectCallers, isSharedByAll } from './effects.ts';
import { clustered, maybeSamePlace, placeOfCause, sameOutside, samePlace } from './place.ts';

/** How many calls away a cause still explains a page. */
const farthest = { always: 3, 'if-seen': 2 } as const;

export interface Given {
  readonly diagnosis: Diagnosis;
  readonly first: Hypothesis;
  readonly leader: PageFacts;
  readonly member: PageFacts;
  readonly effects: Effects;
  readonly around: Around;
}

/** How the cause reaches the page, or why it does not that way. */
export type Route =
  | {
      readonly because: Relation;
      readonly explains: readonly SymptomKind[];
      /** The cause is about the page's own thing, so that the diagnosis weighed its changes already. */
      readonly isOwn: boolean;
    }
  | SeparateReason;

const placeReason = (match: 'other' | 'unknown'): SeparateReason =>
  match === 'other' ? 'other-place' : 'place-unknown';

/** The cause is at what the page is about. */
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

/** A run that fails is a failed job, whatever made it fail. */
const ownSymptoms = ({ kind }: EntityRef, { own }: Effects): readonly SymptomKind[] =>
  kind === 'Job' || kind === 'CronJob' ? [...own, 'job-failed'] : own;

const sameAlert = (leader: PageFacts, member: PageFacts): Relation | undefined => {
  const service = subjectsOf(leader).find((name) => subjectsOf(member).includes(name));
  return member.alert !== undefined && member.alert === leader.alert && service !== undefined
    ? { kind: 'same-alert', alert: member.alert, service }
    : undefined;
};

/** The cause is a condition of the node, namespace, cluster or zone that the page is in. */
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

/** The investigation saw it fail with the node, or saw its pods there. */
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

/** The cause is at something that the page's service reaches by calls, and it makes callers fail. */
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

/** The cause is a node or a place, and the page's service calls what was seen to fail with it. */
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
 * What most services call explains everything a little too easily: it takes a cause that says why it fails, and not only that, or the page among
 * what was seen to fail, or a page about the callee itself.
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

/** The investigation saw it fail. */
const isNamed = ({ blastRadius }: Pick<Diagnosis, 'blastRadius'>, member: PageFacts): boolean => {
  const subjects = subjectsOf(member);
  return blastRadius.some((service) => subjects.includes(low(service)));
};

/** What lies more than one call away reaches the page through something that was seen to fail, or the page was seen itself. */
const leadsThere = (
  diagnosis: Diagnosis,
  member: PageFacts,
  distances: Readonly<Record<string, number>>,
  distance: number,
): boolean =>
  isNamed(diagnosis, member) ||
  diagnosis.blastRadius.some((service) => (distances[low(service)] ?? Number.POSITIVE_INFINITY) < distance);

/**
 * Call graphs know names, and one name may stand in many namespaces: copies of a stack. A call into another namespace has to be shown, by the
 * catalogue or by the diagnosis itself, which was found for a page that calls there from outside.
 */
function namespacesAgree({ first: { entity }, leader, member }: Given, callee: string): boolean {
  if (!differs(member.namespace, entity.namespace)) return true;
  const placed = member.placed[callee];
  if (placed !== undefined) return placed.includes(entity.namespace ?? '') && !placed.includes(member.namespace ?? '');
  return differs(leader.namespace, entity.namespace) && !isAbout(leader, entity);
}

const servingFails: ReadonlySet<SymptomKind> = new Set(['unavailable', 'errors', 'latency']);

/** Something shows that callers are not served: the page itself among what failed, a caller that was paged, or the thing's own answers. */
function wasSeenFailing({ blastRadius }: Diagnosis, entity: EntityRef, leader: PageFacts, member: PageFacts): boolean {
  if (isNamed({ blastRadius }, member)) return true;
  if (!servingFails.has(leader.symptom)) return false;
  return isAbout(leader, entity) ? leader.symptom !== 'unavailable' : leader.callees[nameOf(entity)] !== undefined;
}

/** The cause is at something that calls the page's service: less or more traffic arrives. */
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

/** Every kind of trouble that the page reports has to be explained. */
const fits = (member: PageFacts, explains: readonly SymptomKind[]): boolean =>
  symptomsIn(member).every((symptom) => explains.includes(symptom));

/** All ways; the first that is one counts. */
export const routes: readonly ((given: Given) => Route)[] = [own, inPlace, asCaller, asCallerOfAffected, asCallee];
