// Signs from the call graph. A failing callee explains its callers (MonitorRank, 2013; MicroRCA, 2020). A candidate far from the page explains it
// less. Problems that a candidate cannot reach stay unexplained.

import { causes, isChange } from '../../causes/causes.ts';
import type { Finding } from '../../model/report.ts';
import type { Candidate } from '../candidates.ts';
import { isLongStanding } from '../long-standing.ts';
import { isOwnFault } from '../own-fault.ts';
import { sameError } from '../same-error.ts';
import {
  earliestOf,
  isInferred,
  isRun,
  minute,
  observed,
  type ScoringContext,
  type Sign,
  slackOf,
  templatesOf,
} from '../scene.ts';
import { loadOf } from './load.ts';

/**
 * If a callee fails earlier and at least as much, the failure is attributed to the callee, unless the candidate is a cause that stands on its own.
 */
export function signsOfCallees(candidate: Candidate, scene: ScoringContext): Sign[] {
  const { service } = candidate;
  const { graph, candidates } = scene;
  const standsAlone = causes[candidate.cause].depth === 'root' && !isChange(candidate.cause);
  if (service === undefined || standsAlone || isRun(candidate)) return [];
  const callees = graph.calleesOf(service);
  const loaded = loadOf(candidate, scene).subjects;
  const below = candidates.filter(
    (other) =>
      !loaded.has(other.subject) &&
      other.service !== undefined &&
      callees.has(other.service) &&
      !isChange(other.cause) &&
      other.subject !== candidate.subject,
  );
  const failures = observed([...candidate.symptoms, ...(isChange(candidate.cause) ? [] : candidate.findings)]);
  const byItself = below.find(
    (other) => causes[other.cause].depth !== 'effect' && lag(other.findings, failures) <= 2 * minute,
  );
  if (byItself) return [{ weight: -1.2, text: `${byItself.entity.name}, which it calls, fails by itself` }];
  const worse = below.find(
    (other) =>
      isWorse(other.findings, failures) ||
      (lag(other.findings, failures) <= -minute && !isWorse(failures, other.findings)),
  );
  return worse
    ? [{ weight: -1.2, text: `${worse.entity.name}, which it calls, fails as well, earlier or more often` }]
    : [];
}

/** A callee with few errors cannot cause many more errors at its caller. This weighs against signs that name the callee as the reason. */
export function signsOfMeasure(candidate: Candidate, { graph, findings, subjects }: ScoringContext): Sign[] {
  if (candidate.service === undefined || causes[candidate.cause].depth !== 'effect') return [];
  const callers = graph.callersOf(candidate.service);
  const above = observed(findings).filter(({ entity }) => callers.has(subjects.serviceOf(entity) ?? ''));
  return isWorse(above, candidate.findings)
    ? [{ weight: -1.8, text: 'its errors are too few to explain those of its callers' }]
    : [];
}

/** Onset of the first minus onset of the second, in milliseconds; 0 if either is unknown. */
function lag(these: readonly Finding[], those: readonly Finding[]): number {
  const [a, b] = [earliestOf(these), earliestOf(those)];
  return a === undefined || b === undefined ? 0 : a - b;
}

/** Whether the first has a clearly larger share of errors than the second, if both are known. */
const isWorse = (these: readonly Finding[], those: readonly Finding[]): boolean =>
  errorShare(those) > 0 && errorShare(these) > 2 * errorShare(those);

const errorShare = (findings: readonly Finding[]): number =>
  Math.max(
    0,
    ...findings.flatMap(({ signal }) =>
      signal && /error|5xx|fail/i.test(signal.name) && signal.during <= 1 ? [signal.during] : [],
    ),
  );

/** Another namespace, where the calls are not known: less likely than the page's own, and no reason to be ruled out. */
const ofUnknownLink = -1.4;

export function signsOfCloseness(
  { service, entity }: Candidate,
  { paged, graph, isElsewhere, isLinkUnknown, areCallsKnown, isInOtherCluster }: ScoringContext,
): Sign[] {
  if (isElsewhere(entity))
    return [
      { weight: -4, text: `it is in namespace ${entity.namespace}, and the paged service does not call into it` },
    ];
  if (isLinkUnknown(entity))
    return [
      {
        weight: ofUnknownLink,
        text: `it is in namespace ${entity.namespace}, and it is not known whether ${paged ?? 'the paged service'} calls into it`,
      },
    ];
  if (paged === undefined || service === undefined) return [];
  if (service === paged)
    return isInOtherCluster(entity)
      ? [{ weight: -1.2, text: `it is a namesake in cluster ${entity.cluster}, and the page names another cluster` }]
      : [{ weight: 0.8, text: 'the page names it' }];
  const distance = graph.calleesOf(paged).get(service);
  if (distance === 1) return [{ weight: 0.5, text: `${paged} calls it` }];
  if (distance !== undefined) return [{ weight: 0.2, text: `${paged} calls it over ${distance} steps` }];
  if (graph.callersOf(paged).has(service)) return [{ weight: -0.5, text: `it calls ${paged}, and not the reverse` }];
  return graph.size > 0 ? [{ weight: areCallsKnown ? -0.6 : -0.25, text: `no call from ${paged} to it is known` }] : [];
}

/** The one fault that is known, where the paged service has none and its calls are not known: an entry passes on what fails behind it. */
export function signsOfOnlyFault(
  { subject, entity, findings: own }: Candidate,
  { findings, isLinkUnknown, isElsewhere, subjects, since }: ScoringContext,
): Sign[] {
  const isRecent = ({ onset }: Finding) => onset !== undefined && !isLongStanding(onset, since);
  if (!isLinkUnknown(entity) || !own.some((finding) => isOwnFault(finding) && isRecent(finding))) return [];
  const isAlone = findings.every(
    (finding) => subjects.keyOf(finding.entity) === subject || !isOwnFault(finding) || isElsewhere(finding.entity),
  );
  return isAlone ? [{ weight: 0.6, text: 'no other fault is known that could be behind the page' }] : [];
}

/**
 * More traffic at a callee follows from more traffic at its caller. The capacity that does not suffice is still the callee's where metrics place the
 * failure there and not at the caller.
 */
export function signsOfOrigin(candidate: Candidate, scene: ScoringContext): Sign[] {
  const { graph, candidates } = scene;
  if (candidate.cause === 'retry-storm') {
    const change = candidates.find(
      (other) => isChange(other.cause) && loadOf(other, scene).subjects.has(candidate.subject),
    );
    return change ? [{ weight: -2, text: `a change of ${change.entity.name}, which calls it, explains it` }] : [];
  }
  if (candidate.cause !== 'traffic-surge' || candidate.service === undefined) return [];
  const callers = graph.callersOf(candidate.service);
  const above = candidates.find(
    (other) =>
      other.cause === 'traffic-surge' &&
      other.service !== undefined &&
      callers.has(other.service) &&
      lag(other.findings, candidate.findings) <= minute,
  );
  if (above === undefined || (isPlacedAt(candidate, candidates) && !isPlacedAt(above, candidates))) return [];
  return [{ weight: -1.2, text: `${above.entity.name}, which calls it, got more traffic, too` }];
}

/** Whether metrics place a grave failure at the candidate's subject itself, beyond what its callees account for. */
const isPlacedAt = ({ subject }: Candidate, candidates: readonly Candidate[]): boolean =>
  candidates.some(
    (other) =>
      other.subject === subject &&
      isInferred({ ...other, findings: other.findings.filter(({ specialist }) => specialist === 'metrics') }) &&
      other.findings.some(
        ({ specialist, role, severity }) => specialist === 'metrics' && role === 'cause' && severity === 'critical',
      ),
  );

/** Other failing entities that depend on the candidate, by the call graph or by their own findings. */
export function signsOfReach(candidate: Candidate, { graph, findings, subjects }: ScoringContext): Sign[] {
  const callers = candidate.service === undefined ? undefined : graph.callersOf(candidate.service);
  const reached = observed(findings).filter(({ entity, dependency }) => {
    if (subjects.keyOf(entity) === candidate.subject) return false;
    const service = subjects.serviceOf(entity);
    const isNamed = dependency !== undefined && subjects.keyOf(dependency) === candidate.subject;
    return isNamed || (service !== undefined && callers?.has(service));
  });
  const names = [...new Set(reached.map(({ entity }) => entity.name))];
  if (names.length === 0) return [];
  const most = isChange(candidate.cause) ? 0.5 : 1.5;
  return [
    {
      weight: Math.min(most, 0.5 * names.length),
      text: `it explains the problems at ${names.slice(0, 3).join(', ')}`,
    },
  ];
}

/** Share of the observed problems that the candidate leaves unexplained: the likelihood of symptoms that it does not cause. */
export function signsOfCoverage(candidate: Candidate, scene: ScoringContext): Sign[] {
  const open = leftOpen(candidate, scene);
  if (open.names.length === 0) return [];
  const places = open.names.join(', ');
  const text = open.isSure
    ? `it does not explain the problems at ${places}`
    : `it is not known whether the problems at ${places} come from it`;
  return [{ weight: Math.log(0.15 + 0.85 * (1 - open.share)), text }];
}

const nothingOpen = { share: 0, names: [], isSure: true } as const;

/**
 * The share of the places with grave problems that the candidate leaves unexplained, the names of three of them, and whether it is sure that it does
 * not explain them.
 */
export function leftOpen(
  candidate: Candidate,
  scene: ScoringContext,
): { readonly share: number; readonly names: readonly string[]; readonly isSure: boolean } {
  const { findings, graph, subjects, isElsewhere, brokenSubjects } = scene;
  // A failed run stays failed regardless of its surroundings, and one place does not show a cause that affects many places.
  const inOnePlace = subjects.familyOf(candidate.entity) === 'workload' && !causes[candidate.cause].strikesMany;
  if (!inOnePlace || isRun(candidate)) return nothingOpen;
  const grave = observed(findings).filter(
    ({ severity, entity }) =>
      (severity === 'critical' || severity === 'major') && subjects.serviceOf(entity) && !isElsewhere(entity),
  );
  // Errors in the logs of services that serve are no part of a failure that the cluster shows.
  const isNoise = (subject: string) =>
    brokenSubjects.isOnlyWeaklySuspected(subject) && brokenSubjects.brokenBeside(subject) !== undefined;
  const counted = grave.filter(({ entity }) => !isNoise(subjects.keyOf(entity)));
  const places = Map.groupBy(counted, ({ entity }) => subjects.keyOf(entity));
  if (places.size < 2) return nothingOpen;
  const callers = candidate.service === undefined ? undefined : graph.callersOf(candidate.service);
  const templates = templatesOf([...candidate.findings, ...candidate.symptoms]);
  const loaded = loadOf(candidate, scene).subjects;
  const left = [...places].filter(
    ([subject, there]) =>
      !loaded.has(subject) &&
      subject !== candidate.subject &&
      !there.some(({ entity }) => callers?.has(subjects.serviceOf(entity) ?? '')) &&
      !there.some(({ dependency }) => dependency && subjects.keyOf(dependency) === candidate.subject) &&
      !sameError(templatesOf(there), templates),
  );
  const mayBeReached = reachOfFault(candidate, scene);
  const certain = left.filter(([, there]) => !mayBeReached(there));
  const names = (certain.length > 0 ? certain : left).flatMap(([, [one]]) => one?.entity.name ?? []).slice(0, 3);
  const count = certain.length + openWithoutCalls * (left.length - certain.length);
  return { share: count / places.size, names, isSure: left.length === 0 || certain.length > 0 };
}

/** How much of a problem counts as unexplained if it may come from the candidate, and nothing is known of what its service calls. */
const openWithoutCalls = 0.35;

/**
 * Whether problems at a place may come from the candidate although no call leads to it: the candidate has a fault of its own, the place shows none,
 * its trouble did not begin earlier, and nothing is known of what it calls.
 */
function reachOfFault(
  candidate: Candidate,
  { graph, subjects }: ScoringContext,
): (there: readonly Finding[]) => boolean {
  const { findings: own, onset } = candidate;
  if (!own.some(isOwnFault)) return () => false;
  const slack = slackOf(candidate);
  const began = onset === undefined ? Number.NEGATIVE_INFINITY : Date.parse(onset);
  return (there) =>
    !there.some(isOwnFault) &&
    (earliestOf(there) ?? began) >= began - slack &&
    there.every(({ entity }) => graph.calleesOf(subjects.serviceOf(entity) ?? '').size === 0);
}
