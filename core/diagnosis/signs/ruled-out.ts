// Whether what was found refutes a candidate, by the checks in the entry of its cause. A refuted candidate stays visible, says why, and is no
// answer.
import { causes } from '../../causes/causes.ts';
import type { Candidate } from '../candidates.ts';
import type { ScoringContext } from '../scene.ts';

/** The observation that refutes it, a clause without a full stop; undefined where nothing does. */
export function refutationOf(
  { cause, onset, subject }: Candidate,
  { findings, subjects }: Pick<ScoringContext, 'findings' | 'subjects'>,
): string | undefined {
  const checks = causes[cause].rulesOut.flatMap(({ check, observation }) =>
    check === 'by-hand' ? [] : [{ check, observation }],
  );
  if (checks.length === 0) return undefined;
  const isHere = ({ entity }: (typeof findings)[number]) => subjects.keyOf(entity) === subject;
  const suspicion = {
    cause,
    onset,
    here: findings.filter(isHere),
    elsewhere: findings.filter((finding) => !isHere(finding)),
  };
  return checks.find(({ check }) => check(suspicion))?.observation;
}
