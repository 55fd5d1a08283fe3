// What an execution leaves behind that ended without closing its incident: questions that nobody waits for any more, and actions that were
// approved or begun and not told of. Questions are withdrawn; of actions it is said what is known.
import type { Approval } from '../model/action.ts';
import type { Incident } from '../model/incident.ts';
import type { Ports } from '../ports/index.ts';
import { publishApprovalOutcome } from './publish-approval-outcome.ts';

export type LeftBehindPorts = Pick<Ports, 'incidents' | 'approvals' | 'ledger' | 'chat' | 'clock'>;

/**
 * Withdraws the open questions of an incident and says, in a sentence each, what was left undone. `left` is the status that it was left in.
 * Doing it again says the same.
 */
export async function settleLeftBehind(
  incident: Incident,
  left: Incident['status'],
  ports: LeftBehindPorts,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const approval of await ports.approvals.ofIncident(incident.id)) {
    if (approval.state === 'pending') {
      await ports.approvals.expire(approval.id);
      await publishApprovalOutcome(approval.id, incident, ports);
    }
    // Somebody may have answered at the last moment.
    const settled = (await ports.approvals.get(approval.id)) ?? approval;
    lines.push(...(await leftOf(settled, ports)));
  }
  if (left === 'acting' && lines.length === 0) lines.push(`It broke off while it acted. ${notKnown}`);
  return lines;
}

const notKnown = 'Whether that took effect is not known: look before anything is done again.';

async function leftOf(approval: Approval, { ledger, clock }: Pick<Ports, 'ledger' | 'clock'>): Promise<string[]> {
  switch (approval.state) {
    case 'pending':
    case 'expired':
      // One whose time is over was told so, or nobody could answer it any more anyhow.
      if (Date.parse(approval.expiresAt) <= clock.now().getTime()) return [];
      return [`The question "${approval.question}" is withdrawn: nobody waits for its answer any more.`];
    case 'withdrawn':
      return [];
    case 'decided': {
      if (approval.verdict === 'reject') return [];
      const said = `${approval.decidedBy} had approved "${approval.question}"`;
      const entry = await ledger.look(approval.action.idempotencyKey);
      switch (entry.kind) {
        case 'none':
          return [`${said}; it had not been begun.`];
        case 'begun':
          return [`${said}; it was begun. ${notKnown}`];
        case 'finished':
          return entry.result.kind === 'done' || entry.result.kind === 'already-done'
            ? [`${said}; it was done.`]
            : [`${said}; it was not done.`];
      }
    }
  }
}
