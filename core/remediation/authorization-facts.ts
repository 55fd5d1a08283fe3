// Collects the facts for the authorisation of an action: once for the decision and again right before the action.
import type { Action } from '../model/action.ts';
import { confidenceToAct, type Hypothesis } from '../model/diagnosis.ts';
import type { Synthesized } from '../model/workflow.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Ports } from '../ports/index.ts';
import type { AuthorizationFacts } from './authorization.ts';
import { conflictingActionOf } from './conflicting-action.ts';
import { impactOf } from './impact.ts';
import { withEarnedLevel } from './levels/earned.ts';
import { placeOf } from './target-place.ts';
import type { TargetSnapshot } from './target-snapshot.ts';
import { targetStateOf } from './target-state.ts';

/**
 * The facts about an action on its target, for the decision and again right before the action. They record whether a finding names the target.
 */
export async function authorizationFactsOf(
  input: Synthesized,
  hypothesis: Hypothesis,
  action: Action,
  catalog: Catalog,
  ports: Pick<Ports, 'clock' | 'acts' | 'controls' | 'incidents' | 'levels'>,
  { lookup: looked, around }: TargetSnapshot,
  /** The target that a finding has to name; a step of a plan can have another one, which the catalogue derives from it. */
  named: Action['target'] = action.target,
): Promise<AuthorizationFacts> {
  const { target } = action;
  const reports = [...input.priorReports, ...input.reports];
  const findings = reports.flatMap((report) => report.findings);
  const calls = reports.flatMap((report) => report.topology?.calls ?? []);
  const seenInEvidence = findings.some(
    ({ id, evidenceIds, entity }) =>
      hypothesis.findingIds.includes(id) &&
      evidenceIds.some((evidenceId) => hypothesis.evidenceIds.includes(evidenceId)) &&
      entity.kind === named.kind &&
      entity.name === named.name &&
      (entity.namespace === undefined || entity.namespace === named.namespace) &&
      (entity.cluster === undefined || entity.cluster === named.cluster),
  );
  const now = ports.clock.now();
  const incidentId = input.incident.id;
  const placed = placeOf(action, { context: input.context, now }, catalog);
  const place = await withEarnedLevel(placed, hypothesis.cause, action.id, catalog, ports);
  const [acts, killSwitch] = await Promise.all([
    ports.acts.recent(place.environment ?? 'unknown', now),
    ports.controls.killSwitch(),
  ]);
  const conflicting = await conflictingActionOf(target, { acts, incident: input.incident, now }, ports);
  return {
    place,
    confidence: confidenceToAct(hypothesis),
    seenInEvidence,
    modelOnly: hypothesis.proposal !== undefined,
    incidentId,
    now,
    killSwitch: killSwitch?.on ?? false,
    live: targetStateOf(looked),
    affects: impactOf(action, looked, around.objects, calls),
    acts,
    conflicting,
    approvals: 0,
    requesterApproved: false,
  };
}
