// From candidates to competing hypotheses: what a better candidate accounts for is no rival but its symptom; the rest compete with each other
// and with "something that nobody looked at", so that confidences sum to less than one.
import type { Finding } from '../model/report.ts';
import type { CallGraph } from './call-graph.ts';
import type { Candidate } from './candidates.ts';
import { accountsFor, canComeOfChange, depthOf, isChange } from './causality.ts';
import { type Scene, type Scored, score } from './score.ts';

export interface Ranked extends Scored {
  /** 0 to 1. */
  readonly confidence: number;
  /** A change that goes with it: what it would take to undo it. */
  readonly changeId: string | undefined;
  /** Candidates that it accounts for. */
  readonly explains: readonly Candidate[];
}

/** Log odds of a cause that is not among the candidates. */
const elsewhereLogOdds = -0.4;
/** A change is put with a state it can have made when it is at least this likely on its own. */
const changeGoesWith = -1;

/** A candidate less likely than this accounts for nothing: a symptom is not to vanish behind a far-fetched reason. */
const leastToExplain = -0.7;

interface Kept {
  readonly scored: Scored;
  changeId: string | undefined;
  readonly explains: Candidate[];
}

export function rank(scene: Scene): readonly Ranked[] {
  const scored = scene.candidates
    .map((candidate) => score(candidate, scene))
    .sort((a, b) => b.logOdds - a.logOdds || compare(a.candidate, b.candidate));
  const kept: Kept[] = [];
  for (const one of rootsFirst(scored)) {
    const better = kept.find((other) => absorbs(other, one, scene.graph));
    if (better) {
      better.explains.push(one.candidate);
      better.changeId ??= one.candidate.changeId;
    } else {
      kept.push({ scored: one, changeId: one.candidate.changeId, explains: [] });
    }
  }
  kept.sort((a, b) => b.scored.logOdds - a.scored.logOdds || compare(a.scored.candidate, b.scored.candidate));
  const total = Math.exp(elsewhereLogOdds) + kept.reduce((sum, one) => sum + Math.exp(one.scored.logOdds), 0);
  return kept.map(({ scored: one, changeId, explains: explained }) => ({
    ...one,
    changeId,
    explains: explained,
    confidence: Math.exp(one.logOdds) / total,
  }));
}

/** Effects come last, whatever their weight: they are judged once everything that could account for them is there. */
function rootsFirst(scored: readonly Scored[]): readonly Scored[] {
  const isEffect = ({ candidate }: Scored) => depthOf(candidate.cause) === 'effect';
  return [...scored.filter((one) => !isEffect(one)), ...scored.filter(isEffect)];
}

const compare = (a: Candidate, b: Candidate): number =>
  (a.onset ?? '~').localeCompare(b.onset ?? '~') || `${a.subject} ${a.cause}`.localeCompare(`${b.subject} ${b.cause}`);

/** Whether the second candidate belongs to what is kept already. Two changes of one thing stay rivals; a state and the one change that can have made it are one story. */
function absorbs(kept: Kept, one: Scored, graph: CallGraph): boolean {
  const [first, second] = [kept.scored.candidate, one.candidate];
  if (second.changeId !== undefined && isChange(second.cause)) {
    return second.changeId === kept.changeId || (kept.changeId === undefined && goesWith(first, one));
  }
  return kept.scored.logOdds >= leastToExplain && explains(first, second, graph);
}

/** Whether `first` accounts for the state `second`. */
function explains(first: Candidate, second: Candidate, graph: CallGraph): boolean {
  if (first.subject === second.subject) return accountsFor(first.cause, second.cause);
  if (depthOf(second.cause) === 'root' && !isPointing(second, first)) return false;
  if (isPointing(second, first)) return depthOf(second.cause) !== 'root' || second.cause === first.cause;
  return dependsOn(second, first, graph) && depthOf(second.cause) === 'effect';
}

/** Its own findings say that it fails towards the other. */
const isPointing = (candidate: Candidate, other: Candidate): boolean =>
  candidate.findings.some(
    ({ towards }) =>
      towards !== undefined &&
      towards.name.toLowerCase() === (other.service ?? other.entity.name).toLowerCase() &&
      (towards.cluster === undefined || other.entity.cluster === undefined || towards.cluster === other.entity.cluster),
  );

const dependsOn = (candidate: Candidate, other: Candidate, graph: CallGraph): boolean =>
  candidate.service !== undefined &&
  other.service !== undefined &&
  graph.calleesOf(candidate.service).has(other.service);

function goesWith(state: Candidate, change: Scored): boolean {
  return (
    change.candidate.subject === state.subject &&
    !isChange(state.cause) &&
    depthOf(state.cause) !== 'effect' &&
    canComeOfChange(state.cause) &&
    change.logOdds >= changeGoesWith &&
    !(state.onset !== undefined && change.candidate.onset !== undefined && change.candidate.onset > state.onset)
  );
}

/** What the first hypothesis leaves to be seen elsewhere. */
export function symptomsOf(first: Ranked, scene: Scene): readonly Finding[] {
  const own = new Set(first.candidate.findings);
  const explained = new Set(first.explains.flatMap(({ findings }) => findings));
  const callers = first.candidate.service === undefined ? undefined : scene.graph.callersOf(first.candidate.service);
  return scene.findings.filter((finding) => {
    if (own.has(finding) || finding.role === 'change' || finding.role === 'context') return false;
    if (explained.has(finding) || scene.subjects.keyOf(finding.entity) === first.candidate.subject) return true;
    const service = scene.subjects.serviceOf(finding.entity);
    const towards = finding.towards && scene.subjects.keyOf(finding.towards) === first.candidate.subject;
    return Boolean(towards) || (finding.role === 'symptom' && service !== undefined && Boolean(callers?.has(service)));
  });
}
