// Compares what a change's diff does with the kinds of faults that findings show. A diff that was read and has nothing to do with them counts against
// the change, whatever its time.
import { type Fault, type FaultMatch, faultsIn, type Mechanism, matchOfFaults } from '../../analysis/changes/faults.ts';
import { mechanismsOfChange } from '../../analysis/changes/operations.ts';
import type { Finding } from '../../model/report.ts';
import type { Candidate } from '../candidates.ts';
import { observed, type ScoringContext, type Sign } from '../scene.ts';
import { touchesNamed } from './words-match.ts';

/** Findings below this confidence do not say what kind of fault it is. */
const leastConfidence = 0.3;

export const mechanismsOfCandidate = (
  { changeId }: Candidate,
  { changes }: Pick<ScoringContext, 'changes'>,
): readonly Mechanism[] | undefined => {
  const change = changes.get(changeId ?? '');
  return change && mechanismsOfChange(change);
};

/** The kinds of faults that the findings show. */
export function faultsOf(
  findings: readonly Finding[],
  { excerptsOf, candidates }: Pick<ScoringContext, 'excerptsOf' | 'candidates'>,
): ReadonlySet<Fault> {
  const names = new Set(candidates.map(({ entity }) => entity.name));
  const texts = findings
    .filter(({ confidence }) => confidence >= leastConfidence)
    .map(
      (finding) =>
        `${finding.claim}\n${finding.signal?.name ?? ''}\n${finding.errorTemplate ?? ''}\n${excerptsOf(finding)}`,
    );
  return faultsIn(texts.join('\n'), names);
}

/** Faults that more traffic produces without a change. */
const byTraffic: readonly Fault[] = ['load', 'cpu-starved', 'backlog'];

const hasMoreTraffic = ({ subject }: Candidate, { findings, subjects }: ScoringContext): boolean =>
  findings.some(({ cause, entity }) => cause === 'traffic-surge' && subjects.keyOf(entity) === subject);

/** How the diff of a change relates to what the findings show. */
export function matchOfCandidate(candidate: Candidate, scene: ScoringContext): FaultMatch {
  const near = observed(scene.findings).filter(({ entity }) => !scene.isElsewhere(entity));
  const explained: ReadonlySet<Fault> = new Set(hasMoreTraffic(candidate, scene) ? byTraffic : []);
  const faults = new Set([...faultsOf(near, scene)].filter((fault) => !explained.has(fault)));
  const match = matchOfFaults(faults, mechanismsOfCandidate(candidate, scene));
  return match.kind === 'unrelated' && touchesNamed(candidate, scene) ? { kind: 'unknown' } : match;
}

export function signsOfMechanism(candidate: Candidate, scene: ScoringContext): Sign[] {
  const match = matchOfCandidate(candidate, scene);
  const surge: Sign[] =
    match.kind !== 'produces' && hasMoreTraffic(candidate, scene)
      ? [{ weight: -0.9, text: 'more traffic came, which a change there does not bring' }]
      : [];
  switch (match.kind) {
    case 'produces':
      return [{ weight: 1.1, text: `it ${match.mechanism.text}, and the observed fault is of this kind` }];
    case 'concerns':
      return [{ weight: 0.4, text: 'it concerns the observed fault' }, ...surge];
    case 'unrelated':
      return [{ weight: -1.2, text: 'nothing in it produces the observed fault' }, ...surge];
    case 'unknown':
      return surge;
  }
}
