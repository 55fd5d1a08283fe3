// An investigation ended: its slot is free, and the pages that waited for its diagnosis are judged by it. Entered again it does the same.
import type { Left } from '../model/workflow.ts';
import { rankOf, urgencyOf } from '../storms/urgency.ts';
import { changeSlots, type DispatchPorts, settleAndDispatch, withoutLease } from './dispatch.ts';
import { type StormRules, stormRules } from './rules.ts';

/** The diagnosis, where there is one, has to be on record already. */
export async function leaveQueue(
  { incident, page, diagnosis }: Left,
  ports: DispatchPorts,
  rules: StormRules = stormRules,
): Promise<void> {
  if (incident === undefined) return;
  // It may have been told, and not been taken out of the line.
  if (page !== undefined) {
    const rank = rankOf(urgencyOf(page, incident.trigger));
    await ports.line.forget({ incidentId: incident.id, rank });
  }
  const { id: incidentId } = incident;
  const first = diagnosis?.hypotheses[0];
  const isKnown = first !== undefined && first.cause !== 'unknown';
  const at = ports.clock.now().toISOString();
  await changeSlots((slots) => {
    const told = slots.leases.find((lease) => lease.incidentId === incidentId)?.facts ?? page;
    const left = withoutLease(slots, incidentId);
    if (!isKnown || told === undefined || left.diagnosed.some((one) => one.incidentId === incidentId)) return left;
    return { ...left, diagnosed: [...left.diagnosed, { incidentId, facts: told, at }] };
  }, ports);
  await settleAndDispatch(await ports.line.held(incidentId), ports, rules);
}
