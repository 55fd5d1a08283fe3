// Puts a page into the queue: its execution continues at once, or it waits and people read the reason. If the step runs again after a crash, the
// page keeps its place and gets a new task token.

import { pageFacts } from '../context/page-facts.ts';
import type { Waiting } from '../model/admission.ts';
import type { TimelineEvent } from '../model/timeline.ts';
import type { Planned } from '../model/workflow.ts';
import type { Ports } from '../ports/index.ts';
import { record } from '../record/timeline.ts';
import { publishProgress } from '../reporting/progress.ts';
import { rankOf, urgencyOf } from '../storms/urgency.ts';
import { choose, current, leaseOf, relatedTo } from './choose.ts';
import { cachedAnswers, changeSlots, type DispatchPorts, dispatch, settleHolds, withLease } from './dispatch.ts';
import { type StormRules, stormRules } from './rules.ts';

type EnterPorts = DispatchPorts & Pick<Ports, 'chat'>;

/** The largest number of pages ahead that is counted. */
const maxCounted = 200;

const pageOf = (state: Planned, now: Date): Waiting => {
  const facts = state.page ?? pageFacts(state);
  return {
    incidentId: state.incident.id,
    execution: state.execution,
    facts,
    enteredAt: now.toISOString(),
    rank: rankOf(urgencyOf(facts, state.incident.trigger)),
    heldBefore: [],
  };
};

export async function joinQueue(
  state: Planned,
  taskToken: string,
  ports: EnterPorts,
  rules: StormRules = stormRules,
): Promise<void> {
  const page = pageOf(state, ports.clock.now());
  const place = await goOn(page, taskToken, ports, rules);
  if (place === 'went on') return;
  await waitAt(place, taskToken, ports, rules);
}

/**
 * Lets the execution continue without queueing if no page is ahead and nothing forbids it. Otherwise returns the place at which the page has to
 * wait.
 */
async function goOn(
  page: Waiting,
  taskToken: string,
  ports: EnterPorts,
  rules: StormRules,
): Promise<Waiting | 'went on'> {
  const answers = cachedAnswers(ports);
  for (;;) {
    const now = ports.clock.now();
    const slots = current(await ports.line.slots(), now);
    const queued = { page };
    const known = await answers(relatedTo([queued], slots.diagnosed, rules));
    const [choice] = choose([queued], { slots, concurrent: ports.limits.concurrent, answers: known, now, rules });
    switch (choice?.kind) {
      case undefined:
        return page;
      case 'hold':
        return choice.to;
      case 'cover':
        await ports.workflow.resume(taskToken, choice.answer);
        return 'went on';
      case 'tell':
        await ports.workflow.resume(taskToken, { kind: 'admitted' });
        return 'went on';
      case 'admit': {
        if ((await ports.line.next(1)).length > 0) return page;
        if (!(await ports.line.replace({ ...slots, leases: [...slots.leases, choice.lease] }))) continue;
        await ports.workflow.resume(taskToken, { kind: 'admitted' });
        return 'went on';
      }
    }
  }
}

async function waitAt(place: Waiting, taskToken: string, ports: EnterPorts, rules: StormRules): Promise<void> {
  const { incidentId } = place;
  // The page waited before this process began, so an older entry in the queue may have a stale task token.
  if (!(await ports.incidents.turn(incidentId, { from: 'investigating', to: 'waiting' })))
    await forgetHeld(place, ports);
  const ahead = place.held === undefined ? await ports.line.ahead(place, maxCounted) : 0;
  await ports.line.wait(place, taskToken);
  const event: TimelineEvent =
    place.held === undefined
      ? { type: 'WaitingForSlot', ahead, maxCounted }
      : { type: 'WaitingForDiagnosis', behind: place.held.behind, because: place.held.because };
  await record(incidentId, event, { step: 'Admit', key: place.held?.behind ?? 'line' }, ports);
  const wentOn =
    place.held === undefined
      ? await dispatch(ports, rules)
      : await settleHolds([{ page: place, taskToken }], ports, rules);
  if (!wentOn.has(incidentId)) await publishProgress(incidentId, ports);
}

async function forgetHeld({ incidentId }: Waiting, ports: Pick<Ports, 'line'>): Promise<void> {
  for (const queued of await ports.line.held())
    if (queued.page.incidentId === incidentId) await ports.line.remove(queued);
}

/** Starts the investigation with or without a free slot, because the page has waited its longest time or the queue cannot be used. */
export async function enterAnyway(state: Planned, ports: EnterPorts): Promise<void> {
  const now = ports.clock.now();
  const page = pageOf(state, now);
  await record(
    page.incidentId,
    { type: 'WaitEnded', why: 'waited-long-enough' },
    { step: 'Admit', key: 'anyway' },
    ports,
  );
  await ports.incidents.turn(page.incidentId, { from: 'waiting', to: 'investigating' });
  await changeSlots((slots) => withLease(slots, leaseOf(page, now)), ports);
  await ports.line.forget(page);
  await forgetHeld(page, ports);
}
