// Whether a diagnosis answers another page. Typed values only: the hypotheses' entities, causes, confidences and onsets, the blast radius, and
// the facts of the two pages. In doubt a page is separate: that costs an investigation, and a wrong join an outage that nobody looks at.
import { ownerOf } from '../context/owner.ts';
import { causes } from '../model/causes.ts';
import { confidenceToAct, type Diagnosis, type Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Coverage, PageFacts, Relation, SeparateReason, SymptomKind } from '../model/storm.ts';
import type { Change } from '../model/telemetry.ts';
import {
  atDirectCallers,
  type Effects,
  effectsOf,
  everybodyUses,
  nodeGraceSeconds,
  toleranceSeconds,
} from './effects.ts';
import { beganAt, subjectsOf, symptomsIn } from './facts.ts';
import { clustered, placeOfCause, sameOutside, samePlace } from './place.ts';

/** What else is known when a page is judged. */
export interface Around {
  /** Changes of the page's own service in the half hour before it. */
  readonly changes?: readonly Pick<Change, 'id' | 'at' | 'service'>[];
  /** Other open pages; those about the same thing count. */
  readonly pages?: readonly PageFacts[];
}

/** The first hypothesis has to be this likely, by all causes of its entity together and without anybody's word. */
const sureEnough = 0.6;
/** A hypothesis about another entity may be this likely, as a share of the first. */
const rivalShare = 0.5;
/** A lesser one about the page's own thing already casts doubt. */
const rivalHere = 0.1;
const minuteMs = 60_000;
/** How long after its onset a cause still explains new pages. */
const lastsMinutes = 240;
/** Where a diagnosis has no onset: how long before its own page another may have begun. */
const withoutOnsetMinutes = 5;
const farthest = { always: 3, 'if-seen': 2 } as const;
/** How long before the page a change of its own service may be its cause. */
export const ownChangeMinutes = 30;

export function covers(diagnosis: Diagnosis, leader: PageFacts, member: PageFacts, around: Around = {}): Coverage {
  if (member.apart !== undefined) return separate(member.apart);
  const [first, ...rivals] = diagnosis.hypotheses;
  if (first === undefined || first.cause === 'unknown') return separate('cause-unknown');
  if (sureness(first, rivals) < sureEnough) return separate('cause-unknown');
  const others = rivals.filter((rival) => !sameEntity(rival.entity, first.entity));
  if (others.some(({ confidence }) => confidence > rivalShare * first.confidence)) return separate('cause-in-doubt');
  const untimely = outOfTime(first, leader, member);
  if (untimely) return separate(untimely);
  const given = { diagnosis, first, leader, member, effects: effectsOf(first.cause) };
  const routes = [own, inPlace, asCaller, asCallerOfAffected, asCallee].map((route) => route(given));
  const found = routes.find((route) => typeof route === 'object');
  if (found === undefined) return separate(mostTelling(routes.filter((route) => typeof route === 'string')));
  const { because, explains, isOwn } = found;
  if (!isOwn) {
    if (others.some((rival) => rival.confidence >= rivalHere && isAbout(member, rival.entity)))
      return separate('cause-in-doubt');
    if (hasOwnChange(first.entity, first.changeId, member, around)) return separate('own-change');
    if (hasOwnTrouble(explains, member, around)) return separate('own-trouble');
  }
  return { kind: 'covered', because, cause: first.entity };
}

const separate = (why: SeparateReason): Coverage => ({ kind: 'separate', why });

/** Several suspected causes of one thing are doubts about which, not about where. */
const sureness = (first: Hypothesis, rivals: readonly Hypothesis[]): number =>
  [first, ...rivals.filter((rival) => sameEntity(rival.entity, first.entity))].reduce(
    (sum, one) => sum + confidenceToAct(one),
    0,
  );

const low = (name: string): string => name.toLowerCase();
const nameOf = (entity: EntityRef): string => low(ownerOf(entity).name);
const sameEntity = (a: EntityRef, b: EntityRef): boolean =>
  nameOf(a) === nameOf(b) &&
  (a.cluster === undefined || b.cluster === undefined || a.cluster === b.cluster) &&
  (a.namespace === undefined || b.namespace === undefined || a.namespace === b.namespace);

function outOfTime(first: Hypothesis, leader: PageFacts, member: PageFacts): SeparateReason | undefined {
  const onset = first.onset === undefined ? beganAt(leader) - withoutOnsetMinutes * minuteMs : Date.parse(first.onset);
  const grace = causes[first.cause].group === 'node' ? nodeGraceSeconds : 0;
  const began = beganAt(member);
  if (began < onset - (toleranceSeconds[member.symptom] + grace) * 1000) return 'began-before-the-cause';
  if (began > Math.max(onset, beganAt(leader)) + lastsMinutes * minuteMs) return 'long-after-the-cause';
  return undefined;
}

interface Given {
  readonly diagnosis: Diagnosis;
  readonly first: Hypothesis;
  readonly leader: PageFacts;
  readonly member: PageFacts;
  readonly effects: Effects;
}

/** How the cause reaches the page, or why it does not that way. */
type Route =
  | {
      readonly because: Relation;
      readonly explains: readonly SymptomKind[];
      /** The cause is about the page's own thing, so that the diagnosis weighed its changes already. */
      readonly isOwn: boolean;
    }
  | SeparateReason;

const reasonsByWeight: readonly SeparateReason[] = [
  'other-place',
  'place-unknown',
  'symptom-does-not-fit',
  'cause-elsewhere',
];
const mostTelling = (reasons: readonly SeparateReason[]): SeparateReason =>
  reasonsByWeight.find((reason) => reasons.includes(reason)) ?? 'not-related';

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

const runKinds: ReadonlySet<string> = new Set(['CronJob', 'Job']);
const wholeService: ReadonlySet<string> = new Set([
  'Service',
  'App',
  'Function',
  'Database',
  'Cdn',
  'Queue',
  'Topic',
  'Bucket',
]);
const placeKinds: ReadonlySet<string> = new Set(['Node', 'Namespace', 'Cluster', 'Zone', 'Region', 'Account']);

/** Whether the page is about the entity. Where it names a workload that is another than the entity's, sharing the service is not enough. */
function isAbout(page: PageFacts, entity: EntityRef): boolean {
  const name = nameOf(entity);
  if (entity.kind === 'Node') return page.workload?.kind === 'Node' && low(page.workload.name) === name;
  if (placeKinds.has(entity.kind)) return false;
  const workload = page.workload === undefined || page.workload.kind === 'Node' ? undefined : ownerOf(page.workload);
  if (workload !== undefined) {
    if (low(workload.name) === name) return runKinds.has(workload.kind) === runKinds.has(entity.kind);
    return (
      wholeService.has(entity.kind) &&
      page.service !== undefined &&
      low(page.service) === name &&
      !runKinds.has(workload.kind)
    );
  }
  return page.service !== undefined && low(page.service) === name;
}

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
        everybodyUses.test(nameOf(entity)) && (entity.namespace === undefined || infrastructure.test(entity.namespace));
      if (!wide || cluster === undefined || effectsOf(cause).inside.length === 0) return 'not-related';
      if (member.cluster === undefined) return 'place-unknown';
      return member.cluster === cluster ? { kind: 'same-place', place: 'cluster', name: cluster } : 'other-place';
    }
  }
}

const infrastructure = /^kube-system$|-system$/;

/** The investigation saw it fail with the node, or saw its pods there. */
const runsThere = ({ blastRadius, affected = [] }: Diagnosis, member: PageFacts): boolean => {
  const subjects = subjectsOf(member);
  return (
    blastRadius.some((service) => subjects.includes(low(service))) ||
    affected.some(
      (entity) =>
        subjects.includes(nameOf(entity)) &&
        !differs(member.namespace, entity.namespace) &&
        !differs(member.cluster, entity.cluster),
    )
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
  const seen = wasSeenFailing(diagnosis, entity, leader, member);
  const reaches = effects.reaches === 'always' || seen ? 'always' : 'if-seen';
  if (distance > farthest[reaches] || (effects.reaches === 'if-seen' && !seen)) return 'cause-elsewhere';
  const explains =
    distance === 1 && effects.reaches === 'always' ? [...effects.callers, ...atDirectCallers] : effects.callers;
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

const servingFails: ReadonlySet<SymptomKind> = new Set(['unavailable', 'errors', 'latency']);

/** Something shows that callers are not served: the page itself among what failed, a caller that was paged, or the thing's own answers. */
function wasSeenFailing({ blastRadius }: Diagnosis, entity: EntityRef, leader: PageFacts, member: PageFacts): boolean {
  const subjects = subjectsOf(member);
  if (blastRadius.some((service) => subjects.includes(low(service)))) return true;
  if (!servingFails.has(leader.symptom)) return false;
  return isAbout(leader, entity) ? leader.symptom !== 'unavailable' : leader.callees[nameOf(entity)] !== undefined;
}

/** The cause is at something that calls the page's service: less or more traffic arrives. */
function asCallee({ first: { entity }, leader, member, effects }: Given): Route {
  if (placeKinds.has(entity.kind) || effects.callees.length === 0) return 'not-related';
  const names = [nameOf(entity), ...(isAbout(leader, entity) ? subjectsOf(leader) : [])];
  const caller = names.find((name) => member.callers[name] !== undefined);
  if (caller === undefined || (member.callers[caller] ?? 0) > 2) return 'not-related';
  const place = samePlace(member, placeOfCause(entity, leader));
  if (place !== 'same') return placeReason(place);
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

const differs = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && low(a) !== low(b);

/** Whether the page's own service changed just before it, by another change than the one that is blamed. */
export function hasOwnChange(
  cause: EntityRef,
  changeId: string | undefined,
  member: PageFacts,
  { changes = [] }: Around,
): boolean {
  const subjects = subjectsOf(member);
  // Its own changes were weighed where it was found to be the cause.
  if (isAbout(member, cause)) return false;
  const began = beganAt(member);
  return changes.some(({ id, at, service }) => {
    const before = began - Date.parse(at);
    return (
      id !== changeId &&
      service !== undefined &&
      subjects.includes(low(service)) &&
      before >= -minuteMs &&
      before <= ownChangeMinutes * minuteMs
    );
  });
}

/** Kinds of trouble of a thing itself that no other's failing brings about. */
const ofItself: ReadonlySet<SymptomKind> = new Set(['crash', 'storage', 'certificate', 'saturation', 'node-down']);

function hasOwnTrouble(explains: readonly SymptomKind[], member: PageFacts, { pages = [] }: Around): boolean {
  const subjects = subjectsOf(member);
  return pages.some(
    (page) =>
      page.incidentId !== member.incidentId &&
      subjectsOf(page).some((name) => subjects.includes(name)) &&
      samePlace(page, member) === 'same' &&
      !differs(page.namespace, member.namespace) &&
      Math.abs(beganAt(page) - beganAt(member)) <= ownChangeMinutes * minuteMs &&
      symptomsIn(page).some((symptom) => ofItself.has(symptom) && !explains.includes(symptom)),
  );
}
