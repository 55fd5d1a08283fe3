// Repairs the queue when no page enters or leaves: it frees slots of ended executions, settles holds that have ended, and tells executions that
// have a slot but were never told. A timer calls it; any number of calls may run at once.
import { record } from '../record/timeline.ts';
import { current } from './choose.ts';
import { answer, changeSlots, type DispatchPorts, isOver, settleAndDispatch, withoutLease } from './dispatch.ts';
import { type StormRules, stormRules } from './rules.ts';

export async function sweepLine(ports: DispatchPorts, rules: StormRules = stormRules): Promise<void> {
  const slots = current(await ports.line.slots(), ports.clock.now());
  const dead = await Promise.all(slots.leases.map(({ execution }) => isOver(execution, ports)));
  for (const { incidentId } of slots.leases.filter((_, index) => dead[index])) {
    await changeSlots((before) => withoutLease(before, incidentId), ports);
    await record(incidentId, { type: 'SlotFreed' }, { step: 'Admit', key: 'slot' }, ports);
  }
  const first = await ports.line.next(slots.leases.length + 1);
  const admitted = new Set(slots.leases.map(({ incidentId }) => incidentId));
  for (const queued of first.filter(({ page }) => admitted.has(page.incidentId)))
    await answer(queued, { kind: 'admitted' }, ports);
  await settleAndDispatch(await ports.line.held(), ports, rules);
}
