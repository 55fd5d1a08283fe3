// Decides whether a diagnosis covers another page. It uses typed values only: the hypotheses' entities, causes, confidences and onsets, the blast
// radius, and the facts of the two pages. In doubt the page stays separate: that costs one investigation, while a wrong join hides an outage.
import { causes } from '../causes/causes.ts';
import { beganAt, subjectsOf, symptomsIn } from '../context/page-facts.ts';
import { confidenceToAct, type Diagnosis, type Hypothesis } from '../model/diagnosis.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Coverage, PageFacts, SeparateReason, SymptomKind } from '../model/storm.ts';
import { type Around, differs, isAbout, low, sameEntity } from './about.ts';
import { lateSignalSeconds, toleranceSeconds } from './effects.ts';
import { samePlace } from './place.ts';
import { routes } from './routes.ts';

/** The least confidence of the first hypothesis' entity, summed over all its causes and without anybody's confirmation. */
const sureEnough = 0.6;
/** The largest confidence of a hypothesis about another entity, as a share of the first one's. */
const rivalShare = 0.5;
/** At this confidence, a rival hypothesis about the page's own entity already casts doubt. */
const rivalHere = 0.1;
const minuteMs = 60_000;
/** Minutes after its onset for which a cause still explains new pages. */
const lastsMinutes = 240;
/** For a diagnosis without an onset: minutes before the leader's page at which another page may have begun. */
const withoutOnsetMinutes = 5;
/** Minutes before the page within which a change of its own service may be its cause. */
export const ownChangeMinutes = 30;

export function explainsPage(
  diagnosis: Diagnosis,
  leader: PageFacts,
  member: PageFacts,
  around: Around = {},
): Coverage {
  if (member.apart !== undefined) return separate(member.apart);
  const [first, ...rivals] = diagnosis.hypotheses;
  // Pages join a cause that the analysis holds; a model's hypothesis alone explains no other page.
  if (first === undefined || first.cause === 'unknown' || first.proposal !== undefined)
    return separate('cause-unknown');
  if (sureness(first, rivals) < sureEnough) return separate('cause-unknown');
  const otherRivals = rivals.filter((rival) => !sameEntity(rival.entity, first.entity));
  if (otherRivals.some(({ confidence }) => confidence > rivalShare * first.confidence))
    return separate('cause-in-doubt');
  const untimely = outOfTime(first, leader, member);
  if (untimely) return separate(untimely);
  const given = { diagnosis, first, leader, member, around, effects: causes[first.cause].effects };
  const ways = routes.map((route) => route(given));
  const found = ways.find((way) => typeof way === 'object');
  if (found === undefined) return separate(strongestReason(ways.filter((way) => typeof way === 'string')));
  const { because, explains, isOwn } = found;
  if (!isOwn) {
    if (otherRivals.some((rival) => rival.confidence >= rivalHere && isAbout(member, rival.entity)))
      return separate('cause-in-doubt');
    if (hasOwnChange(first.entity, first.changeId, member, around)) return separate('own-change');
    if (hasOwnTrouble(explains, member, around)) return separate('own-trouble');
  }
  return { kind: 'covered', because, cause: first.entity };
}

const separate = (why: SeparateReason): Coverage => ({ kind: 'separate', why });

/** Adds up the hypotheses about one entity: several causes leave the kind of cause in doubt, not its location. */
const sureness = (first: Hypothesis, rivals: readonly Hypothesis[]): number =>
  [first, ...rivals.filter((rival) => sameEntity(rival.entity, first.entity))].reduce(
    (sum, one) => sum + confidenceToAct(one),
    0,
  );

function outOfTime(first: Hypothesis, leader: PageFacts, member: PageFacts): SeparateReason | undefined {
  const onset = first.onset === undefined ? beganAt(leader) - withoutOnsetMinutes * minuteMs : Date.parse(first.onset);
  const grace = causes[first.cause].onset === 'late' ? lateSignalSeconds : 0;
  const began = beganAt(member);
  if (began < onset - (toleranceSeconds[member.symptom] + grace) * 1000) return 'began-before-the-cause';
  if (began > Math.max(onset, beganAt(leader)) + lastsMinutes * minuteMs) return 'long-after-the-cause';
  return undefined;
}

const reasonsByWeight: readonly SeparateReason[] = [
  'other-place',
  'place-unknown',
  'symptom-does-not-fit',
  'cause-elsewhere',
];
const strongestReason = (reasons: readonly SeparateReason[]): SeparateReason =>
  reasonsByWeight.find((reason) => reasons.includes(reason)) ?? 'not-related';

/** Whether the page's own service changed just before the page, by another change than the blamed one. */
export function hasOwnChange(
  cause: EntityRef,
  changeId: string | undefined,
  member: PageFacts,
  { changes = [] }: Around,
): boolean {
  const subjects = subjectsOf(member);
  // The diagnosis has already weighed the changes of the entity that it blames.
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

/** Symptoms that the failure of another component does not bring about. */
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
