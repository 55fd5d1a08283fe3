// Gives free slots to the next pages in the queue. Entering, leaving and sweeping call it, and any number of calls may run at once. The slots are
// one record with a version, so a single call decides each change. If a call ends before it tells an execution, the next call tells it.
import { Unavailable } from '../errors.ts';
import type { Admission, Lease, Slots, Waiting } from '../model/admission.ts';
import type { Queued } from '../ports/admission.ts';
import type { Ports } from '../ports/index.ts';
import { type Answer, type Answers, type Choice, choose, coverOf, current, relatedTo, withoutHold } from './choose.ts';
import { type StormRules, stormRules } from './rules.ts';

export type DispatchPorts = Pick<Ports, 'line' | 'limits' | 'workflow' | 'executions' | 'incidents' | 'clock'>;

/** Other calls write the slots too; after this many lost races a call gives up. */
const maxTries = 40;
/** The number of pages that one round reads. */
const atOnce = 25;

/**
 * Returns the ids of the incidents whose executions were resumed. @throws Unavailable if the slots cannot be written; calling again continues.
 */
export async function dispatch(
  ports: DispatchPorts,
  rules: StormRules = stormRules,
  answers: CachedAnswers = cachedAnswers(ports),
): Promise<ReadonlySet<string>> {
  const wentOn = new Set<string>();
  const held: Queued[] = [];
  let after: Queued | undefined;
  for (let tries = 0; tries < maxTries; ) {
    const now = ports.clock.now();
    const slots = current(await ports.line.slots(), now);
    const { concurrent } = ports.limits;
    if (slots.leases.length >= concurrent) break;
    const queue = await ports.line.next(atOnce, after);
    const known = await answers(relatedTo(queue, slots.diagnosed, rules));
    const choices = choose(queue, { slots, concurrent, answers: known, now, rules });
    const leases = choices.flatMap((choice) => (choice.kind === 'admit' ? [choice.lease] : []));
    if (leases.length > 0 && !(await ports.line.replace({ ...slots, leases: [...slots.leases, ...leases] }))) {
      tries += 1;
      if (tries === maxTries) throw new Unavailable('The line of waiting pages is written by too many at once.');
      continue;
    }
    await Promise.all(
      choices.map(async (choice) => {
        if (choice.kind === 'hold') {
          await ports.line.move(choice.queued, choice.to);
          held.push({ ...choice.queued, page: choice.to });
        } else if (await answer(choice.queued, admissionOf(choice), ports)) wentOn.add(choice.queued.page.incidentId);
      }),
    );
    if (queue.length < atOnce) break;
    after = queue.at(-1);
  }
  return held.length === 0 ? wentOn : both(wentOn, await settleHolds(held, ports, rules, answers));
}

const admissionOf = (choice: Exclude<Choice<Queued>, { kind: 'hold' }>): Admission =>
  choice.kind === 'cover' ? choice.answer : { kind: 'admitted' };

/**
 * Settles held pages whose hold has ended, because the other investigation is over or the time has run out. If that diagnosis covers the page,
 * its execution is resumed; otherwise the page returns to the queue. Dispatch also calls this after it holds a page, because the other
 * investigation may have ended meanwhile.
 */
export async function settleHolds(
  held: readonly Queued[],
  ports: DispatchPorts,
  rules: StormRules = stormRules,
  answers: CachedAnswers = cachedAnswers(ports),
): Promise<ReadonlySet<string>> {
  const { wentOn, back } = await settle(held, ports, rules, answers);
  return back === 0 ? wentOn : both(wentOn, await dispatch(ports, rules, answers));
}

/** Settles held pages and then dispatches in any case, even if no page returned to the queue. Both steps share the diagnoses that they read. */
export async function settleAndDispatch(
  held: readonly Queued[],
  ports: DispatchPorts,
  rules: StormRules = stormRules,
): Promise<void> {
  const answers = cachedAnswers(ports);
  await settle(held, ports, rules, answers);
  await dispatch(ports, rules, answers);
}

async function settle(
  held: readonly Queued[],
  ports: DispatchPorts,
  rules: StormRules,
  answers: CachedAnswers,
): Promise<{ readonly wentOn: ReadonlySet<string>; readonly back: number }> {
  const wentOn = new Set<string>();
  let back = 0;
  if (held.length === 0) return { wentOn, back };
  const now = ports.clock.now();
  const slots = current(await ports.line.slots(), now);
  const over = held.filter(({ page }) => isHoldOver(page, slots, now));
  const known = await answers(relatedTo(over, slots.diagnosed, rules));
  await eachOf(over, async (queued) => {
    const covered = coverOf(queued.page, slots, held, known, rules);
    if (covered === undefined) {
      back += 1;
      await ports.line.move(queued, withoutHold(queued.page));
    } else if (await answer(queued, covered, ports)) wentOn.add(queued.page.incidentId);
  });
  return { wentOn, back };
}

const both = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> => new Set([...a, ...b]);

const isHoldOver = ({ held }: Waiting, { leases }: Slots, now: Date): boolean =>
  held === undefined ||
  Date.parse(held.until) <= now.getTime() ||
  !leases.some(({ incidentId }) => incidentId === held.behind);

/** Runs eight tasks at a time: a storm has many pages, but the process has one event loop and one table. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

/**
 * Tells the execution and removes the page from the queue. Returns whether the execution was resumed. An execution that no longer waits was told
 * before, continues by itself, or has ended; only an ended one returns its slot.
 */
export async function answer(queued: Queued, admission: Admission, ports: DispatchPorts): Promise<boolean> {
  const { incidentId, execution } = queued.page;
  if (admission.kind === 'admitted') await ports.incidents.turn(incidentId, { from: 'waiting', to: 'investigating' });
  const outcome = await ports.workflow.resume(queued.taskToken, admission);
  if (outcome === 'gone' && (await isOver(execution, ports))) await giveBack(incidentId, ports);
  await ports.line.remove(queued);
  return outcome === 'resumed';
}

/** Whether the execution has ended. If its state is unknown, it counts as running; its lease runs out by itself. */
export async function isOver(execution: string, { executions }: Pick<Ports, 'executions'>): Promise<boolean> {
  const state = await executions.state(execution);
  return state === 'succeeded' || state === 'failed';
}

/** Changes the slots while other calls may change them too. If `change` returns its argument, nothing is written. */
export async function changeSlots(
  change: (slots: Slots) => Slots,
  ports: Pick<Ports, 'line' | 'clock'>,
): Promise<void> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const slots = current(await ports.line.slots(), ports.clock.now());
    const changed = change(slots);
    if (changed === slots || (await ports.line.replace(changed))) return;
  }
  throw new Unavailable('The slots of investigations are being written by too many at once.');
}

export const withoutLease = (slots: Slots, incidentId: string): Slots =>
  slots.leases.some((lease) => lease.incidentId === incidentId)
    ? { ...slots, leases: slots.leases.filter((lease) => lease.incidentId !== incidentId) }
    : slots;

export const withLease = (slots: Slots, lease: Lease): Slots =>
  slots.leases.some(({ incidentId }) => incidentId === lease.incidentId)
    ? slots
    : { ...slots, leases: [...slots.leases, lease] };

const giveBack = (incidentId: string, ports: Pick<Ports, 'line' | 'clock'>): Promise<void> =>
  changeSlots((slots) => withoutLease(slots, incidentId), ports);

type CachedAnswers = (ids: readonly string[]) => Promise<Answers>;

/** Reads diagnoses, each at most once. */
export function cachedAnswers({ incidents }: Pick<Ports, 'incidents'>): CachedAnswers {
  const known = new Map<string, Answer>();
  const read = new Set<string>();
  return async (ids) => {
    const unread = ids.filter((id) => !read.has(id));
    await Promise.all(
      unread.map(async (id) => {
        read.add(id);
        const [incident, diagnosis] = await Promise.all([incidents.get(id), incidents.diagnosis(id)]);
        if (incident && diagnosis) known.set(id, { incident, diagnosis });
      }),
    );
    return known;
  };
}
