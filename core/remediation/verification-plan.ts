// Plans the verification of an action: the specialists to ask again, and about which entities and time.
import type { Action } from '../model/action.ts';
import type { EntityRef } from '../model/entity.ts';
import type { Brief } from '../model/report.ts';
import type { ApprovalResolved } from '../model/workflow.ts';
import { specialistBudget } from '../specialists/plan.ts';
import { alertedSignalsIn } from './alerted-signals.ts';

/** Verification looks at up to this many seconds after the settling time, as far as they have passed. */
const observeSeconds = 600;

/**
 * Plans the verification: the specialists that found the problem or an alerted signal, and always Kubernetes, because the action was carried out
 * there.
 */
export function verificationPlan(input: ApprovalResolved, action: Action, now: Date): Brief[] {
  const first = input.diagnosis.hypotheses[0];
  const reports = [...input.priorReports, ...input.reports];
  const paged = alertedSignalsIn(input);
  const involved = reports.filter((report) =>
    report.findings.some((finding) => first?.findingIds.includes(finding.id) || paged.problems.includes(finding)),
  );
  const specialists = [...new Set(['kubernetes', ...involved.map((report) => report.specialist)])].filter(
    (name) => name !== 'changes' && name !== 'knowledge',
  );
  const focus = [action.target, first?.entity, paged.problems.length > 0 ? paged.entity : undefined].filter(
    (one, index, all): one is EntityRef =>
      one !== undefined && all.findIndex((other) => other?.name === one.name && other.kind === one.kind) === index,
  );
  // Problems before the action, or while it settled, must not count against it.
  const window = {
    baseline: input.context.window.baseline,
    incident: {
      start: new Date(now.getTime() + action.settleSeconds * 500).toISOString(),
      end: new Date(now.getTime() + (action.settleSeconds + observeSeconds) * 1000).toISOString(),
    },
  };
  return specialists.map((specialist) => ({
    incidentId: input.incident.id,
    specialist,
    round: input.takingBack === undefined ? 1 : 2,
    phase: 'verify',
    question: action.verify,
    focus,
    trigger: input.trigger,
    context: { ...input.context, window },
    budget: specialistBudget,
  }));
}
