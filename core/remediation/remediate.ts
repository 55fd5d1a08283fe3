// Carries out the action once. It checks right before the action everything that allowed it: somebody may have turned on the kill switch or
// revoked the preference, or the approval may be for another action. A crash anywhere in this step is safe, because the executor is idempotent by
// key.

import { Unavailable, WatchkeeperError } from '../errors.ts';
import { exactErrorOf } from '../fingerprint/fingerprint.ts';
import type { Action, Decision, RemediationResult } from '../model/action.ts';
import type { EventOf } from '../model/timeline.ts';
import type { ApprovalResolved, Remediated } from '../model/workflow.ts';
import type { PolicyRequest } from '../ports/channels.ts';
import { summaryOf } from '../record/action-summary.ts';
import { recordAudit } from '../record/audit/record.ts';
import { describe } from '../record/describe.ts';
import { record } from '../record/timeline.ts';
import { redact } from '../redaction/redact.ts';
import { markPage } from '../reporting/pager-status.ts';
import { publishProgress } from '../reporting/progress.ts';
import { actOf, authorize } from './authorization.ts';
import { authorizationFactsOf } from './authorization-facts.ts';
import { actionProblem } from './catalogue.ts';
import { conflictingActionOf } from './conflicting-action.ts';
import { isTaughtFor } from './decide.ts';
import { runPlan } from './plan-run.ts';
import { changedSince } from './precondition.ts';
import { publishApprovalOutcome } from './publish-approval-outcome.ts';
import type { RemediatePorts } from './remediate-ports.ts';
import { isSameAction } from './same-action.ts';
import { brokenOn, takeTargetSnapshot } from './target-snapshot.ts';
import { verificationPlan } from './verification-plan.ts';

export async function remediate(
  input: ApprovalResolved,
  ports: RemediatePorts,
): Promise<
  Pick<Remediated, 'remediation' | 'verificationPlan' | 'planRun'> & { decision?: Decision; afterwards?: undefined }
> {
  const { incident, decision } = input;
  if (decision.kind === 'ask' && decision.plan !== undefined) return runPlan(input, decision, ports);
  if (decision.kind !== 'ask' && decision.kind !== 'act') {
    return {
      remediation: { kind: 'refused', why: `The decision was to ${decision.kind}.`, policies: [] },
      verificationPlan: [],
    };
  }
  const { action } = decision;
  await ports.incidents.update(incident.id, { status: 'acting' });
  if (decision.kind === 'ask') await publishApprovalOutcome(decision.approvalId, incident, ports);
  const remediation =
    (await overSince(input, action, ports)) ??
    (await movedSince(input, action, ports)) ??
    (await act(input, action, ports));
  const event = remediationEvent(decision, remediation);
  await audit(input, action, remediation, describe(event), ports);
  await record(
    incident.id,
    event,
    {
      step: 'Remediate',
      key: decision.kind === 'ask' ? decision.approvalId : undefined,
      evidenceIds: action.evidenceIds,
    },
    ports,
  );
  const acted = remediation.kind === 'done' || remediation.kind === 'already-done';
  if (acted) {
    await ports.incidents.update(incident.id, { status: 'verifying' });
    await publishProgress(incident.id, ports);
  }
  if (acted && decision.kind === 'ask')
    await markPage('acknowledged', { incident, context: input.context, action }, ports);
  return { remediation, verificationPlan: acted ? verificationPlan(input, action, ports.clock.now()) : [] };
}

/** Refuses an action without an approval if its page was resolved meanwhile, because nobody would notice that it is no longer needed. */
async function overSince(
  { decision, incident }: ApprovalResolved,
  { idempotencyKey }: Action,
  { incidents, ledger }: RemediatePorts,
): Promise<RemediationResult | undefined> {
  // If an earlier try began the action, its own result is reported.
  if (decision.kind !== 'act' || (await ledger.isBegun(idempotencyKey))) return undefined;
  const now = await incidents.get(incident.id);
  if (now?.pageStatus !== 'resolved') return undefined;
  return { kind: 'refused', why: 'The page was resolved before it could be done without asking.', policies: [] };
}

/** The difference between the current target and the state that people approved; undefined if there is none. */
async function movedSince(
  { approval: outcome, incident }: ApprovalResolved,
  action: Action,
  ports: RemediatePorts,
): Promise<RemediationResult | undefined> {
  if (outcome?.kind !== 'approved') return undefined;
  const approval = await ports.approvals.get(outcome.approvalId);
  if (approval?.state !== 'decided' || approval.incidentId !== incident.id) return undefined;
  return changedSince(approval, action, ports);
}

const audit = (
  { incident, decision, approval }: ApprovalResolved,
  action: Action,
  result: RemediationResult,
  text: string,
  ports: RemediatePorts,
): Promise<void> =>
  recordAudit(
    {
      incidentId: incident.id,
      actor:
        decision.kind === 'act'
          ? { kind: 'preference', id: decision.preferenceId }
          : { kind: 'person', id: approval?.kind === 'approved' ? approval.by : 'nobody' },
      kind: 'action',
      outcome: result.kind,
      ...(decision.kind === 'ask' ? { about: decision.approvalId } : {}),
      action,
      text,
      policies: result.kind === 'refused' ? result.policies : [],
      policyVersion: ports.policies.version,
      evidenceIds: action.evidenceIds,
    },
    ports,
  );

async function act(input: ApprovalResolved, action: Action, ports: RemediatePorts): Promise<RemediationResult> {
  const problem = actionProblem(action, input.incident.id);
  if (problem) return refused(problem);
  const key = action.idempotencyKey;
  const startedAt = ports.clock.now().toISOString();
  const begun = await ports.ledger.begin({ key, incidentId: input.incident.id, action, at: startedAt });
  if (begun.kind === 'finished') return begun.result;
  const refusal = await refusalOf(input, action, begun.kind === 'begun', ports);
  const result = refusal ?? (await carryOut(input.incident.id, action, startedAt, ports));
  const final =
    refusal && begun.kind === 'begun'
      ? ({
          ...refused(
            `${refusal.why} An earlier try began at ${begun.at}; it is unknown whether it took effect.`,
            refusal.policies,
          ),
          uncertain: true,
        } as const)
      : result;
  await ports.ledger.finish(key, final);
  return final;
}

/** Throws `Unavailable`, so that the workflow tries the step again; the executor knows the key. A person handles any other failure. */
async function carryOut(
  incidentId: string,
  action: Action,
  startedAt: string,
  ports: RemediatePorts,
): Promise<RemediationResult> {
  try {
    const outcome = await ports.executor.execute({ ...action, incidentId });
    switch (outcome.kind) {
      case 'refused':
        return refused(redact(outcome.why));
      case 'already-done':
        return { kind: 'already-done', detail: redact(outcome.detail) };
      case 'going':
        return { kind: 'failed', why: `It is not through: ${redact(outcome.detail)}` };
      case 'done':
        return { kind: 'done', detail: redact(outcome.detail), startedAt, finishedAt: ports.clock.now().toISOString() };
    }
  } catch (error) {
    if (!(error instanceof WatchkeeperError) || error instanceof Unavailable) throw error;
    return { kind: 'failed', why: `${redact(error.message)} It is unknown whether it took effect.` };
  }
}

type Refusal = Extract<RemediationResult, { kind: 'refused' }>;
const refused = (why: string, policies: readonly string[] = []): Refusal => ({
  kind: 'refused',
  why,
  policies: [...policies],
});

/**
 * Why the action may not be done now: no permission is on record, the action exceeds the current limits, or the policies forbid it. If an earlier
 * try has `begun`, it may have changed the target itself, so the limits are not checked and the executor knows the key.
 */
async function refusalOf(
  input: ApprovalResolved,
  action: Action,
  begun: boolean,
  ports: RemediatePorts,
): Promise<Refusal | undefined> {
  const permission = await permissionFor(input, action, ports);
  if (permission.kind === 'refused') return permission;
  const first = input.diagnosis.hypotheses[0];
  if (!first) return refused('There is no hypothesis to act on.');
  const catalog = await ports.catalog.load();
  const { actor, approvals, requesterApproved } = permission;
  const snapshot = await takeTargetSnapshot(action.target, input.incident.id, ports.targets);
  const broken = begun ? undefined : brokenOn(action, snapshot);
  if (broken) return refused(broken);
  const facts = {
    ...(await authorizationFactsOf(input, first, action, catalog, ports, snapshot)),
    approvals,
    requesterApproved,
  };
  const environment = facts.place.environment ?? 'unknown';
  // The policies judge the same list that counts the action, so that a budget holds even if many incidents act at once.
  const allowed = await ports.acts.enter(environment, actOf(action, facts), async (acts) => {
    const conflicting = await conflictingActionOf(
      action.target,
      { acts, incident: input.incident, now: facts.now },
      ports,
    );
    return authorize(actor, action, { ...facts, acts, conflicting }, ports.policies);
  });
  return allowed.allowed ? undefined : refused(allowed.why, allowed.policies);
}

type Permission =
  | {
      readonly kind: 'granted';
      readonly actor: PolicyRequest['actor'];
      /** The number of people who approved. */
      readonly approvals: number;
      readonly requesterApproved: boolean;
    }
  | Refusal;

/**
 * Checks the permission. The workflow's input is not enough: the record must show that people approved or taught exactly this action of this
 * incident.
 */
async function permissionFor(input: ApprovalResolved, action: Action, ports: RemediatePorts): Promise<Permission> {
  return input.decision.kind === 'act'
    ? taughtPermission(input, input.decision.preferenceId, action, ports)
    : approvedPermission(input, action, ports);
}

async function taughtPermission(
  { incident, diagnosis, context }: ApprovalResolved,
  preferenceId: string,
  action: Action,
  ports: RemediatePorts,
): Promise<Permission> {
  const preference = await ports.preferences.get(preferenceId);
  if (!preference) return refused('Nobody taught the permission that the action names.');
  const first = diagnosis.hypotheses[0];
  const error = first && exactErrorOf(first, context, await ports.catalog.load());
  if (error === undefined || 'missing' in error || !isTaughtFor(preference, action, error))
    return refused('The permission was taught for another error, another action or another workload.');
  if (preference.state !== 'active') return refused(`The permission is ${preference.state}.`);
  // The decision has counted this use. The same incident counts once.
  const used = await ports.preferences.use(preferenceId, incident.id, ports.clock.now().toISOString());
  if (used.kind === 'refused') return refused(`The permission does not apply: ${used.why}`);
  return { kind: 'granted', actor: { kind: 'preference', id: preferenceId }, approvals: 0, requesterApproved: false };
}

async function approvedPermission(
  { incident, approval: outcome }: ApprovalResolved,
  action: Action,
  ports: RemediatePorts,
): Promise<Permission> {
  if (outcome?.kind !== 'approved') return refused('Nobody approved it.');
  const approval = await ports.approvals.get(outcome.approvalId);
  if (approval?.state !== 'decided' || approval.verdict === 'reject')
    return refused('The record of the approval does not say that it was approved.');
  if (approval.incidentId !== incident.id) return refused('The approval belongs to another incident.');
  if (!isSameAction(approval.action, action)) return refused('The approval was given for another action.');
  const people = new Set([approval.decidedBy, ...approval.approvedBy.map(({ by }) => by)]);
  return {
    kind: 'granted',
    actor: { kind: 'person', id: approval.decidedBy },
    approvals: people.size,
    requesterApproved: incident.trigger.slack?.user !== undefined && people.has(incident.trigger.slack.user),
  };
}

function remediationEvent(
  decision: Extract<Decision, { kind: 'ask' | 'act' }>,
  result: RemediationResult,
): EventOf<'ActionRefused' | 'ActionFinished'> {
  const about = {
    action: summaryOf(decision.action),
    ...(decision.kind === 'ask' ? { approvalId: decision.approvalId } : { preferenceId: decision.preferenceId }),
  };
  switch (result.kind) {
    case 'done':
    case 'already-done':
      return { type: 'ActionFinished', ...about, result: { kind: result.kind, detail: result.detail } };
    case 'failed':
      return { type: 'ActionFinished', ...about, result: { kind: 'failed', why: result.why } };
    case 'refused':
      return {
        type: 'ActionRefused',
        ...about,
        changed: false,
        why: result.why,
        policies: result.policies,
        ...(result.uncertain && { uncertain: true }),
      };
    case 'changed':
      return { type: 'ActionRefused', ...about, changed: true, why: result.why, policies: [] };
  }
}
