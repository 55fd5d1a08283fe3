// Turns candidates into competing hypotheses. A candidate that a better one explains becomes its symptom. The others compete with each other and
// with a cause outside the candidates, so that confidences sum to less than one.

import { accountsFor, accountsForInside, causes, isChange } from '../causes/causes.ts';
import type { Finding } from '../model/report.ts';
import type { CallGraph } from '../topology/call-graph.ts';
import { restsOnWeakFindings } from './broken-now.ts';
import type { Candidate } from './candidates.ts';
import { reachesState } from './cluster-wide.ts';
import { sameError } from './same-error.ts';
import { isInferred, isRun, observed, outsideHostOf, type ScoringContext, templatesOf } from './scene.ts';
import { type Scored, score } from './score.ts';
import { loadOf } from './signs/load.ts';
import { matchOfCandidate } from './signs/mechanism.ts';

export interface Ranked extends Scored {
  /** 0 to 1. */
  readonly confidence: number;
  /** The related change, if any: undoing the cause means undoing this change. */
  readonly changeId: string | undefined;
  /** Candidates that this hypothesis explains. */
  readonly explains: readonly Candidate[];
}

/** Log odds of a cause outside the candidates. */
const elsewhereLogOdds = 0;
/** Least log odds of a change, on its own, to be joined to a state that it can have caused. */
const changeGoesWith = -0.3;

/** Least log odds of a candidate to explain others. An unlikely reason must not hide a symptom. */
const leastToExplain = -0.7;

interface Kept {
  readonly scored: Scored;
  changeId: string | undefined;
  readonly explains: Candidate[];
}

export function rank(scene: ScoringContext): readonly Ranked[] {
  const scored = scene.candidates
    .map((candidate) => score(candidate, scene))
    .sort((a, b) => b.logOdds - a.logOdds || compare(a.candidate, b.candidate));
  const kept: Kept[] = [];
  for (const one of inOrder(scored, scene)) {
    const better = kept.find((other) => absorbs(other, one, scene));
    if (better) {
      better.explains.push(one.candidate);
      better.changeId ??= one.candidate.changeId;
    } else {
      kept.push({ scored: one, changeId: one.candidate.changeId, explains: [] });
    }
  }
  kept.sort((a, b) => b.scored.logOdds - a.scored.logOdds || compare(a.scored.candidate, b.scored.candidate));
  const odds = sharedOdds(kept, scene);
  const total = Math.exp(elsewhereLogOdds) + odds.reduce((sum, one) => sum + one, 0);
  return kept
    .map(({ scored: one, changeId, explains: explained }, place) => ({
      ...one,
      changeId,
      explains: explained,
      confidence: (odds[place] ?? 0) / total,
    }))
    .toSorted((a, b) => b.confidence - a.confidence);
}

/**
 * The odds of each hypothesis. Complaints in the logs of many services that serve are not independent suspicions, and neither are faults of which it is
 * not known whether the page has to do with them: together they weigh as much as the strongest of them, shared by the squares of their odds, so that
 * several alike leave the cause open and one that stands out keeps its weight.
 */
function sharedOdds(kept: readonly Kept[], scene: ScoringContext): readonly number[] {
  const all = kept.map(({ scored }) => ({
    odds: Math.exp(scored.logOdds),
    group: restsOnWeakFindings(scored.candidate, scene.brokenSubjects)
      ? 'weak'
      : scene.isLinkUnknown(scored.candidate.entity)
        ? 'link unknown'
        : undefined,
  }));
  const factors = new Map(
    [...Map.groupBy(all, ({ group }) => group)].map(([group, own]) => {
      const most = Math.max(0, ...own.map(({ odds }) => odds));
      return [group, most / own.reduce((sum, { odds }) => sum + odds ** 2, 0)] as const;
    }),
  );
  return all.map(({ odds, group }) => (group === undefined ? odds : odds ** 2 * (factors.get(group) ?? 1)));
}

const places: ReadonlySet<string> = new Set(['cluster', 'node', 'namespace']);

/**
 * Order of absorption: first places, then the workloads in them, then what another cause at the same subject accounts for, then effects, whatever
 * their weight. Each candidate is judged when everything that could explain it is present.
 */
function inOrder(scored: readonly Scored[], scene: ScoringContext): readonly Scored[] {
  const { subjects } = scene;
  const waiting = new Set(
    scored.flatMap(({ candidate }) => (outsideHostOf(candidate, scene) === undefined ? [] : [candidate.subject])),
  );
  const isAccountedFor = ({ candidate: one }: Scored): boolean =>
    scored.some(
      ({ candidate: other, logOdds, ruledOut }) =>
        other.subject === one.subject &&
        logOdds >= leastToExplain &&
        ruledOut === undefined &&
        ((!isChange(other.cause) && other.cause !== one.cause && accountsFor(other.cause, one.cause)) ||
          (isRun(other) && isChange(one.cause))),
    );
  const turn = (one: Scored): number => {
    const { candidate, logOdds } = one;
    if (outsideHostOf(candidate, scene) !== undefined) return 2;
    if (causes[candidate.cause].depth === 'effect') return 3;
    if (places.has(subjects.familyOf(candidate.entity)) && logOdds >= leastToExplain) return 0;
    return isAccountedFor(one) || (isInferred(candidate) && waiting.has(candidate.subject)) ? 2 : 1;
  };
  return scored.toSorted((a, b) => turn(a) - turn(b));
}

const compare = (a: Candidate, b: Candidate): number =>
  (a.onset ?? '~').localeCompare(b.onset ?? '~') || `${a.subject} ${a.cause}`.localeCompare(`${b.subject} ${b.cause}`);

/**
 * Whether the second candidate belongs to a hypothesis kept already. Two changes of one entity stay rivals. A state and the one change that can
 * have caused it form one hypothesis.
 */
function absorbs(kept: Kept, one: Scored, scene: ScoringContext): boolean {
  const [first, second] = [kept.scored.candidate, one.candidate];
  if (second.changeId !== undefined && isChange(second.cause)) {
    return (
      second.changeId === kept.changeId ||
      (kept.changeId === undefined && (goesWith(first, one) || reachesState(second, first, scene)))
    );
  }
  // Time and place alone do not make a change the cause of a fault that its diff cannot produce.
  if (isChange(first.cause) && matchOfCandidate(first, scene).kind === 'unrelated') return false;
  return (
    kept.scored.logOdds >= leastToExplain &&
    (explains(first, second, scene) || (isChange(first.cause) && loadOf(first, scene).subjects.has(second.subject)))
  );
}

/** An observation whose reason is elsewhere: an effect, or the symptom of one that often has another cause behind it. */
const isConsequence = ({ cause, findings }: Candidate): boolean =>
  causes[cause].depth === 'effect' ||
  (causes[cause].depth === 'partial' && !isChange(cause) && findings.every(({ role }) => role === 'symptom'));

/** Whether `first` explains the state `second`. */
function explains(first: Candidate, second: Candidate, scene: ScoringContext): boolean {
  const { graph } = scene;
  if (first.subject === second.subject) {
    if (outsideHostOf(first, scene) !== undefined && isInferred(second)) return true;
    if (outsideHostOf(second, scene) !== undefined && isInferred(first)) return false;
    return accountsFor(first.cause, second.cause) || isDetailOfRun(first, second);
  }
  if (causes[first.cause].strikesMany && (first.cause === second.cause || second.entity.kind === 'Vendor')) return true;
  if (isPointing(second, first)) return causes[second.cause].depth !== 'root' || second.cause === first.cause;
  if (isInside(second, first, scene)) return accountsForInside(first.cause, second.cause);
  if (!isConsequence(second)) return false;
  // A failed run's dependency is behind the failure, but the run itself is what is broken now and can be rerun.
  if (isRun(first) && dependsOn(first, second, graph)) return true;
  return dependsOn(second, first, graph) || sharesError(first, second);
}

/** Errors that look like those of something new, without a known change, tell why a run failed. The failed run is what is broken. */
const isDetailOfRun = (run: Candidate, detail: Candidate): boolean =>
  isRun(run) && isChange(detail.cause) && detail.changeId === undefined;

const sharesError = (first: Candidate, second: Candidate): boolean =>
  sameError(templatesOf([...first.findings, ...first.symptoms]), templatesOf([...second.findings, ...second.symptoms]));

/** Whether the candidate runs in the namespace, or on the node, of the other candidate. */
const isInside = (
  candidate: Candidate,
  place: Candidate,
  { subjects, nodesOf }: Pick<ScoringContext, 'subjects' | 'nodesOf'>,
): boolean =>
  (subjects.familyOf(place.entity) === 'namespace'
    ? candidate.entity.namespace === place.entity.name
    : subjects.familyOf(place.entity) === 'node' && nodesOf(candidate.subject).has(place.entity.name)) &&
  (candidate.entity.cluster === undefined ||
    place.entity.cluster === undefined ||
    candidate.entity.cluster === place.entity.cluster);

/** Whether the candidate's own findings name the other as the failing dependency. */
const isPointing = (candidate: Candidate, other: Candidate): boolean =>
  candidate.findings.some(
    ({ dependency }) =>
      dependency !== undefined &&
      dependency.name.toLowerCase() === (other.service ?? other.entity.name).toLowerCase() &&
      (dependency.cluster === undefined ||
        other.entity.cluster === undefined ||
        dependency.cluster === other.entity.cluster),
  );

const dependsOn = (candidate: Candidate, other: Candidate, graph: CallGraph): boolean =>
  candidate.service !== undefined &&
  other.service !== undefined &&
  graph.calleesOf(candidate.service).has(other.service);

function goesWith(state: Candidate, change: Scored): boolean {
  return (
    change.candidate.subject === state.subject &&
    !isChange(state.cause) &&
    causes[state.cause].depth !== 'effect' &&
    causes[state.cause].canComeOfChange &&
    change.logOdds >= changeGoesWith &&
    !isAfter(change.candidate.onset, state.onset)
  );
}

/** Times within a minute of each other have no order. */
const isAfter = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && Date.parse(one) > Date.parse(other) + 60_000;

/** Findings that follow from the first hypothesis: at the same entity, at its callers, at entities that point to it, or with the same error. */
export function symptomsOf(first: Ranked, { findings, graph, subjects }: ScoringContext): readonly Finding[] {
  const { candidate } = first;
  const own = new Set(candidate.findings);
  const explained = new Set(first.explains.flatMap((one) => one.findings));
  const callers = candidate.service === undefined ? undefined : graph.callersOf(candidate.service);
  const templates = templatesOf([...candidate.findings, ...candidate.symptoms]);
  return observed(findings).filter((finding) => {
    if (own.has(finding)) return false;
    if (explained.has(finding) || subjects.keyOf(finding.entity) === candidate.subject) return true;
    if (finding.dependency && subjects.keyOf(finding.dependency) === candidate.subject) return true;
    if (finding.errorTemplate !== undefined && sameError([finding.errorTemplate], templates)) return true;
    const service = subjects.serviceOf(finding.entity);
    return finding.role === 'symptom' && service !== undefined && Boolean(callers?.has(service));
  });
}
