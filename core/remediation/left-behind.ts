// Cleans up after an execution that ended without closing its incident. It withdraws open questions, and it reports the known state of actions
// that were approved or begun but not reported.
import type { Approval, PlanQuestion } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import type { LeftBehind } from '../model/timeline.ts';
import type { Ports } from '../ports/index.ts';
import { inverseOf } from './catalogue.ts';
import { ledgerKeys } from './plan-keys.ts';
import { publishApprovalOutcome } from './publish-approval-outcome.ts';

export type LeftBehindPorts = Pick<Ports, 'incidents' | 'approvals' | 'ledger' | 'chat' | 'clock'>;

/**
 * Withdraws the open questions of an incident and returns the unfinished work. `left` is the status in which the execution left the incident. A
 * repeated call returns the same.
 */
export async function settleLeftBehind(
  incident: Incident,
  left: Incident['status'],
  ports: LeftBehindPorts,
): Promise<LeftBehind[]> {
  const found: LeftBehind[] = [];
  for (const approval of await ports.approvals.ofIncident(incident.id)) {
    if (approval.state === 'pending') {
      await ports.approvals.expire(approval.id);
      await publishApprovalOutcome(approval.id, incident, ports);
    }
    // Somebody may have answered at the last moment.
    const settled = (await ports.approvals.get(approval.id)) ?? approval;
    found.push(...(await leftOf(settled, ports)));
  }
  if (left === 'acting' && found.length === 0) found.push({ state: 'unknown' });
  return found;
}

async function leftOf(approval: Approval, { ledger, clock }: Pick<Ports, 'ledger' | 'clock'>): Promise<LeftBehind[]> {
  const { question } = approval;
  switch (approval.state) {
    case 'pending':
    case 'expired':
      // If the question's time is over, it expired on its own and was not withdrawn here.
      if (Date.parse(approval.expiresAt) <= clock.now().getTime()) return [];
      return [{ state: 'question-withdrawn', question }];
    case 'withdrawn':
      return [];
    case 'decided': {
      if (approval.verdict === 'reject') return [];
      const about = { question, approvedBy: approval.decidedBy };
      if (approval.plan !== undefined) return [await leftOfPlan(approval.plan, approval.incidentId, about, ledger)];
      const entry = await ledger.look(approval.action.idempotencyKey);
      switch (entry.kind) {
        case 'none':
          return [{ state: 'not-begun', ...about }];
        case 'begun':
          return [{ state: 'begun', ...about }];
        case 'finished':
          return entry.result.kind === 'done' || entry.result.kind === 'already-done'
            ? [{ state: 'done', ...about }]
            : [{ state: 'not-done', ...about }];
      }
    }
  }
}

type LedgerEntry = Awaited<ReturnType<Ports['ledger']['look']>>;
const isDone = (entries: readonly LedgerEntry[]): boolean =>
  entries.some(
    (entry) => entry.kind === 'finished' && (entry.result.kind === 'done' || entry.result.kind === 'already-done'),
  );

/** What the ledger knows of the steps that the approval allowed, each under its first key and the keys of later tries. */
async function leftOfPlan(
  { plan, on, back: backed }: PlanQuestion,
  incidentId: string,
  about: { readonly question: string; readonly approvedBy: string },
  ledger: Pick<Ports['ledger'], 'look'>,
): Promise<LeftBehind> {
  const done: string[] = [];
  const uncertain: string[] = [];
  const left: string[] = [];
  for (const { name, title, action } of plan.steps) {
    if (action === undefined || !(on.includes(name) || backed.includes(name))) continue;
    const entries = await Promise.all(ledgerKeys(action).map((key) => ledger.look(key)));
    const results = entries.flatMap((entry) => (entry.kind === 'finished' ? [entry.result.kind] : []));
    const inverse = inverseOf(action, incidentId);
    const back = inverse === undefined ? [] : await Promise.all(ledgerKeys(inverse).map((key) => ledger.look(key)));
    if (isDone(back)) left.push(title);
    else if (isDone(entries)) done.push(title);
    else if (entries.some(({ kind }) => kind === 'begun') || results.includes('failed')) uncertain.push(title);
    else left.push(title);
  }
  return { state: 'plan', ...about, done, uncertain, left };
}
