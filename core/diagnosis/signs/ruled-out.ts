// Checks whether findings or observations refute a candidate, by the checks in its cause's entry. A refuted candidate stays visible with the
// reason, but cannot be the answer.
import { causes } from '../../causes/causes.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Observation } from '../../model/report.ts';
import type { Candidate } from '../candidates.ts';
import type { ScoringContext } from '../scene.ts';

/** The observation that refutes the candidate, as a clause without a full stop; undefined if none does. */
export function refutationOf(
  { cause, onset, subject, service, entity }: Candidate,
  { findings, observations, subjects }: Pick<ScoringContext, 'findings' | 'observations' | 'subjects'>,
): string | undefined {
  const checks = causes[cause].rulesOut.flatMap(({ check, observation }) =>
    check === 'by-hand' ? [] : [{ check, observation }],
  );
  if (checks.length === 0) return undefined;
  const isHere = (one: { readonly entity: EntityRef }): boolean => subjects.keyOf(one.entity) === subject;
  // Metrics name a service without its cluster. An observation then counts if only one cluster has an entity of that name.
  const namesakes = observations.filter((one) => service !== undefined && subjects.serviceOf(one.entity) === service);
  const clusters = new Set(namesakes.map((one) => one.entity.cluster));
  const isNamesake = (one: Observation): boolean =>
    entity.cluster === undefined && clusters.size === 1 && namesakes.includes(one);
  const suspicion = {
    cause,
    onset,
    here: findings.filter(isHere),
    elsewhere: findings.filter((finding) => !isHere(finding)),
    observations: observations.filter((one) => isHere(one) || isNamesake(one)),
    ofCluster: observations.filter((one) => one.entity.kind === 'Cluster' && one.entity.name === entity.cluster),
  };
  return checks.find(({ check }) => check(suspicion))?.observation;
}
