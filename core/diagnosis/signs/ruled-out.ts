// Whether what was found refutes a candidate, by the checks in the entry of its cause. A refuted candidate stays visible, says why, and is no
// answer.
import { causes } from '../../causes/causes.ts';
import type { EntityRef } from '../../model/entity.ts';
import type { Observation } from '../../model/report.ts';
import type { Candidate } from '../candidates.ts';
import type { ScoringContext } from '../scene.ts';

/** The observation that refutes it, a clause without a full stop; undefined where nothing does. */
export function refutationOf(
  { cause, onset, subject, service, entity }: Candidate,
  { findings, observations, subjects }: Pick<ScoringContext, 'findings' | 'observations' | 'subjects'>,
): string | undefined {
  const checks = causes[cause].rulesOut.flatMap(({ check, observation }) =>
    check === 'by-hand' ? [] : [{ check, observation }],
  );
  if (checks.length === 0) return undefined;
  const isHere = (one: { readonly entity: EntityRef }): boolean => subjects.keyOf(one.entity) === subject;
  // Metrics name a service without its cluster: then a cluster's word counts where only one cluster has something of that name.
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
