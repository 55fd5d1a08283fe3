// Ends an investigation's place in the queue: it frees the slot and applies the diagnosis to the pages that were held for it. A repeated call
// does the same.
import type { Left } from '../model/workflow.ts';
import { rankOf, urgencyOf } from '../storms/urgency.ts';
import { changeSlots, type DispatchPorts, settleAndDispatch, withoutLease } from './dispatch.ts';
import { type StormRules, stormRules } from './rules.ts';

/** If there is a diagnosis, it must be on record before the call. */
export async function leaveQueue(
  { incident, page, diagnosis }: Left,
  ports: DispatchPorts,
  rules: StormRules = stormRules,
): Promise<void> {
  if (incident === undefined) return;
  // The execution may have been told while its page stayed in the queue.
  if (page !== undefined) {
    const rank = rankOf(urgencyOf(page, incident.trigger));
    await ports.line.forget({ incidentId: incident.id, rank });
  }
  const { id: incidentId } = incident;
  const first = diagnosis?.hypotheses[0];
  const isKnown = first !== undefined && first.cause !== 'unknown' && first.proposal === undefined;
  const at = ports.clock.now().toISOString();
  await changeSlots((slots) => {
    const facts = slots.leases.find((lease) => lease.incidentId === incidentId)?.facts ?? page;
    const left = withoutLease(slots, incidentId);
    if (!isKnown || facts === undefined || left.diagnosed.some((one) => one.incidentId === incidentId)) return left;
    return { ...left, diagnosed: [...left.diagnosed, { incidentId, facts, at }] };
  }, ports);
  await settleAndDispatch(await ports.line.held(incidentId), ports, rules);
}
