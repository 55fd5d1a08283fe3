// Acts, once. Everything that allowed the action is checked again right before it: the kill switch may have been thrown, the preference
// revoked, the approval given for something else. A crash anywhere in here is safe, because the executor is idempotent by key.
import { note } from '../incidents/timeline.ts';
import type { Action, RemediationResult } from '../model/action.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Brief } from '../model/report.ts';
import type { Asked } from '../model/workflow.ts';
import { specialistBudget } from '../planning/plan.ts';
import type { PolicyRequest } from '../ports/channels.ts';
import type { Ports } from '../ports/index.ts';
import { standingOf } from './decide.ts';
import { authorize } from './guard.ts';

type RemediatePorts = Pick<
  Ports,
  'incidents' | 'clock' | 'ids' | 'catalog' | 'policies' | 'approvals' | 'ledger' | 'preferences' | 'executor' | 'chat'
>;

export async function remediate(
  input: Asked,
  ports: RemediatePorts,
): Promise<{ remediation: RemediationResult; verificationPlan: Brief[] }> {
  const { incident, decision } = input;
  if (decision.kind !== 'ask' && decision.kind !== 'act') {
    return {
      remediation: { kind: 'refused', why: `The decision was to ${decision.kind}.`, policies: [] },
      verificationPlan: [],
    };
  }
  const { action } = decision;
  await ports.incidents.update(incident.id, { status: 'acting' });
  const remediation = await act(input, action, ports);
  await note(
    incident.id,
    { step: 'Remediate', kind: 'action', text: inWords(action, remediation), evidenceIds: action.evidenceIds },
    ports,
  );
  const acted = remediation.kind === 'done' || remediation.kind === 'already-done';
  if (acted) await ports.incidents.update(incident.id, { status: 'verifying' });
  return { remediation, verificationPlan: acted ? verificationPlan(input, action, ports.clock.now()) : [] };
}

async function act(input: Asked, action: Action, ports: RemediatePorts): Promise<RemediationResult> {
  const permission = await permissionFor(input, action, ports);
  if (permission.kind === 'refused') return permission;
  const first = input.diagnosis.hypotheses[0];
  if (!first) return { kind: 'refused', why: 'There is no hypothesis to act on.', policies: [] };
  const catalog = await ports.catalog.load();
  const allowed = await authorize(permission.actor, action, standingOf(input, first), catalog, ports.policies);
  if (!allowed.allowed) return { kind: 'refused', why: allowed.why, policies: [...allowed.policies] };

  const startedAt = ports.clock.now().toISOString();
  const begun = await ports.ledger.begin({
    key: action.idempotencyKey,
    incidentId: input.incident.id,
    action,
    at: startedAt,
  });
  if (begun.kind === 'finished') return begun.result;
  const outcome = await ports.executor.execute({ ...action, incidentId: input.incident.id });
  const result: RemediationResult =
    outcome.kind === 'refused'
      ? { kind: 'refused', why: outcome.why, policies: [] }
      : outcome.kind === 'already-done'
        ? { kind: 'already-done', detail: outcome.detail }
        : { kind: 'done', detail: outcome.detail, startedAt, finishedAt: ports.clock.now().toISOString() };
  await ports.ledger.finish(action.idempotencyKey, result);
  return result;
}

type Permission =
  | { readonly kind: 'granted'; readonly actor: PolicyRequest['actor'] }
  | Extract<RemediationResult, { kind: 'refused' }>;

/** What the workflow says is not enough: the record itself must say that this very action of this incident was approved or taught. */
async function permissionFor(input: Asked, action: Action, ports: RemediatePorts): Promise<Permission> {
  const refused = (why: string): Permission => ({ kind: 'refused', why, policies: [] });
  const { decision, approval: outcome } = input;
  if (decision.kind === 'act') {
    const preference = await ports.preferences.get(decision.preferenceId);
    if (!preference) return refused('The preference it was allowed by does not exist any more.');
    if (preference.state !== 'active') return refused(`The preference it was allowed by is ${preference.state}.`);
    if (preference.actionId !== action.id) return refused('The preference is for another action.');
    return { kind: 'granted', actor: { kind: 'preference', id: preference.id } };
  }
  if (outcome?.kind !== 'approved') return refused('Nobody approved it.');
  const approval = await ports.approvals.get(outcome.approvalId);
  if (approval?.state !== 'decided' || approval.verdict === 'reject')
    return refused('The record of the approval does not say that it was approved.');
  if (approval.incidentId !== input.incident.id) return refused('The approval belongs to another incident.');
  if (approval.action.idempotencyKey !== action.idempotencyKey || approval.action.title !== action.title) {
    return refused('The approval was given for another action.');
  }
  return { kind: 'granted', actor: { kind: 'person', id: approval.decidedBy } };
}

/** The same specialists that saw the problem, asked whether it is gone; Kubernetes always, because the action was done there. */
function verificationPlan(input: Asked, action: Action, now: Date): Brief[] {
  const first = input.diagnosis.hypotheses[0];
  const reports = [...input.priorReports, ...input.reports];
  const involved = reports.filter((report) =>
    report.findings.some((finding) => first?.findingIds.includes(finding.id)),
  );
  const specialists = [...new Set(['kubernetes', ...involved.map((report) => report.specialist)])].filter(
    (name) => name !== 'changes' && name !== 'knowledge',
  );
  const focus: EntityRef[] =
    first && first.entity.name !== action.target.name ? [action.target, first.entity] : [action.target];
  const { window } = input.context;
  const end = new Date(Math.max(now.getTime(), Date.parse(window.incident.end) + 15 * 60_000)).toISOString();
  return specialists.map((specialist) => ({
    incidentId: input.incident.id,
    specialist,
    round: 1,
    phase: 'verify',
    question: action.verify,
    focus,
    trigger: input.trigger,
    context: { ...input.context, window: { ...window, incident: { start: window.incident.start, end } } },
    budget: specialistBudget,
  }));
}

function inWords(action: Action, result: RemediationResult): string {
  switch (result.kind) {
    case 'done':
      return `Done: ${action.title}. ${result.detail}`;
    case 'already-done':
      return `Already done by an earlier try, not done again: ${action.title}. ${result.detail}`;
    case 'refused':
      return `Not done: ${action.title}. ${result.why}`;
    case 'failed':
      return `Failed: ${action.title}. ${result.why}`;
  }
}
