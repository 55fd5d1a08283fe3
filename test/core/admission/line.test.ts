// The line as a whole, over the real store on dynalite: hundreds that enter at once, executions that die, steps that are cut off anywhere.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enterAnyway, joinQueue } from '../../../core/admission/enter.ts';
import { leaveQueue } from '../../../core/admission/leave.ts';
import type { StormRules } from '../../../core/admission/rules.ts';
import { sweepLine } from '../../../core/admission/sweep.ts';
import type { Admission } from '../../../core/model/admission.ts';
import type { Trigger } from '../../../core/model/incident.ts';
import { PageFacts } from '../../../core/model/storm.ts';
import type { Planned } from '../../../core/model/workflow.ts';
import type { Line } from '../../../core/ports/admission.ts';
import { aContext, aDiagnosis, anIncident, aTrigger, at } from '../../builders.ts';
import { parallel, testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

const open = storesForTests();
const unrelated: StormRules = {
  relate: () => undefined,
  holdSecondsFor: () => 90,
  covers: () => ({ kind: 'separate', why: 'not-related' }),
};
/** All that page about one service may have one cause, and do. */
const because = { kind: 'calls', caller: 'web', callee: 'checkout' } as const;
const oneCause: StormRules = {
  ...unrelated,
  relate: (a, b) => (a.service === b.service ? because : undefined),
  covers: (_, leader, member) =>
    leader.service === member.service
      ? { kind: 'covered', because, cause: { kind: 'Service', name: 'checkout' } }
      : { kind: 'separate', why: 'cause-elsewhere' },
};

interface Entering {
  readonly severity?: Trigger['severity'];
  readonly service?: string;
  readonly opened?: string;
}

/** A line with an execution for each page: what it was told, and whether it lives. */
async function aLine(concurrent: number, rules: StormRules = unrelated, wrap: (line: Line) => Line = (line) => line) {
  const clock = testClock('02:50:00');
  const stores = await open(clock);
  const waits = new Map<string, number>();
  const told: { n: number; admission: Admission }[] = [];
  const dead = new Set<string>();
  let most = 0;
  const running = new Set<number>();
  const ports = {
    clock,
    incidents: stores.incidents,
    line: wrap(stores.line),
    limits: { concurrent },
    chat: { publish: async () => undefined },
    executions: {
      state: async (name: string) => (dead.has(name) ? ('failed' as const) : ('running' as const)),
      running: async () => new Set<string>(),
    },
    workflow: {
      async resume(token: string, admission: unknown) {
        const n = waits.get(token);
        if (n === undefined || dead.has(`execution-${n}`)) return 'gone' as const;
        waits.delete(token);
        told.push({ n, admission: admission as Admission });
        if ((admission as Admission).kind === 'admitted') running.add(n);
        most = Math.max(most, running.size);
        return 'resumed' as const;
      },
    },
  };
  const stateOf = (
    n: number,
    { severity = 'high', service = `svc-${n}`, opened = '02:47:10' }: Entering = {},
  ): Planned => {
    const trigger = aTrigger({ severity, sourceId: `PD-${n}`, eventId: `event-${n}` });
    const incident = anIncident({
      id: `inc-${n}`,
      sourceId: `PD-${n}`,
      trigger,
      openedAt: at(opened),
      execution: `execution-${n}`,
    });
    const page = PageFacts.parse({ incidentId: incident.id, openedAt: incident.openedAt, symptom: 'errors', service });
    const opening = { kind: 'opened' } as const;
    return {
      trigger,
      execution: `execution-${n}`,
      opening,
      incident,
      context: aContext(),
      plan: [],
      round: 1,
      priorReports: [],
      page,
    };
  };
  let tokens = 0;
  const enter = async (n: number, how: Entering = {}) => {
    const state = stateOf(n, how);
    await stores.incidents.open(state.incident);
    const token = `token-${n}-${tokens++}`;
    for (const [old, waiting] of waits) if (waiting === n) waits.delete(old);
    waits.set(token, n);
    await joinQueue(state, token, ports, rules);
  };
  const leave = async (n: number, how: Entering = {}) => {
    running.delete(n);
    const diagnosis = aDiagnosis();
    await stores.incidents.saveDiagnosis(`inc-${n}`, diagnosis);
    const { incident, page } = stateOf(n, how);
    await leaveQueue({ incident, page, diagnosis }, ports, rules);
  };
  return {
    ports,
    clock,
    told,
    running,
    enter,
    leave,
    stateOf,
    die: (n: number) => {
      running.delete(n);
      dead.add(`execution-${n}`);
    },
    sweep: () => sweepLine(ports, rules),
    most: () => most,
    admitted: () => told.filter(({ admission }) => admission.kind === 'admitted').map(({ n }) => n),
    covered: () => told.filter(({ admission }) => admission.kind === 'covered').map(({ n }) => n),
    status: async (n: number) => (await stores.incidents.get(`inc-${n}`))?.status,
    said: async (n: number) => (await stores.incidents.timeline(`inc-${n}`)).map(({ text }) => text),
  };
}

describe('pages that have nothing to do with each other', () => {
  test('go on at once while there are slots, and wait then, which is said', async () => {
    const line = await aLine(2);
    for (const n of [1, 2, 3, 4]) await line.enter(n);
    expect(line.admitted()).toEqual([1, 2]);
    expect(await line.status(3)).toBe('waiting');
    expect(await line.said(3)).toEqual(['It waits for a free slot, and is the next in line.']);
    expect(await line.said(4)).toEqual(['It waits for a free slot; 1 more urgent or older page is before it.']);
    await line.leave(1);
    expect(line.admitted()).toEqual([1, 2, 3]);
    expect(await line.status(3)).toBe('investigating');
  });

  test('two hundred that enter at once: never more than the limit, and nobody is lost', async () => {
    const line = await aLine(5);
    await parallel(200, (n) => line.enter(n));
    expect(line.admitted()).toHaveLength(5);
    for (let gone = 0; gone < 200; gone += 5) await Promise.all([...line.running].map((n) => line.leave(n)));
    expect(new Set(line.admitted()).size).toBe(200);
    expect(line.admitted()).toHaveLength(200);
    expect(line.most()).toBe(5);
  }, 120_000);

  test('the more urgent goes first, and an older one in the end', async () => {
    const line = await aLine(1);
    await line.enter(0);
    await line.enter(1, { severity: 'low', opened: '02:10:00' });
    await line.enter(2, { severity: 'low' });
    await line.enter(3, { severity: 'critical' });
    for (const n of [0, 1, 3]) await line.leave(n);
    expect(line.admitted()).toEqual([0, 1, 3, 2]);
  });

  test('a page that comes again after a crash keeps its slot, or its place with the new token', async () => {
    const line = await aLine(1);
    await line.enter(1);
    await line.enter(1);
    await line.enter(2);
    await line.enter(2);
    expect(line.admitted()).toEqual([1, 1]);
    await line.leave(1);
    expect(line.admitted()).toEqual([1, 1, 2]);
  });

  test('an execution that died gives its slot and its place to others', async () => {
    const line = await aLine(1);
    for (const n of [1, 2, 3]) await line.enter(n);
    line.die(1);
    line.die(2);
    await line.sweep();
    await line.sweep();
    expect(line.admitted()).toEqual([1, 3]);
  });

  test('a lease that nobody gives back ends by itself', async () => {
    const line = await aLine(1);
    for (const n of [1, 2]) await line.enter(n);
    line.clock.set('03:10:00');
    await line.sweep();
    expect(line.admitted()).toEqual([1, 2]);
  });

  test('whoever waited too long goes on beside the others, and those wait until there is room again', async () => {
    const line = await aLine(1);
    for (const n of [1, 2, 3]) await line.enter(n);
    await enterAnyway(line.stateOf(2), line.ports);
    expect(await line.status(2)).toBe('investigating');
    await line.leave(1);
    expect(line.admitted()).toEqual([1]);
    await line.leave(2);
    expect(line.admitted()).toEqual([1, 3]);
  });
});

describe('pages that may have one cause', () => {
  test('wait for the first diagnosis, and are answered by it', async () => {
    const line = await aLine(4, oneCause);
    await parallel(12, (n) => line.enter(n, { service: 'checkout' }));
    expect(line.admitted()).toHaveLength(1);
    const [leader = -1] = line.admitted();
    expect(await line.said(leader === 0 ? 1 : 0)).toEqual([
      `It waits for the diagnosis of inc-${leader}, which may answer it, too: web calls checkout.`,
    ]);
    await line.leave(leader, { service: 'checkout' });
    expect(line.covered()).toHaveLength(11);
    await line.enter(50, { service: 'checkout' });
    expect(line.covered()).toContain(50);
    expect(line.admitted()).toEqual([leader]);
  });

  test('who leaves reads each diagnosis once for all that wait', async () => {
    // All may have to do with each other, and no diagnosis answers another page: who was held goes back in the line, and is judged again there.
    const line = await aLine(2, { ...oneCause, covers: () => ({ kind: 'separate', why: 'cause-elsewhere' }) });
    for (const n of [1, 2]) await line.enter(n, { service: `service-${n}` });
    for (const n of [3, 4]) await line.enter(n, { service: `service-${n - 2}` });
    const read: string[] = [];
    const { diagnosis } = line.ports.incidents;
    line.ports.incidents.diagnosis = (id) => {
      read.push(id);
      return diagnosis(id);
    };
    await line.leave(1, { service: 'service-1' });
    expect(line.admitted()).toEqual([1, 2, 3]);
    expect(read).toEqual(['inc-1']);
  });
  test('are investigated where the first breaks off or takes too long', async () => {
    const line = await aLine(2, oneCause);
    for (const n of [1, 2, 3]) await line.enter(n, { service: 'checkout' });
    line.die(1);
    await line.sweep();
    expect(line.admitted()).toEqual([1, 2]);
    line.clock.set('02:52:00');
    await line.sweep();
    expect(line.admitted()).toEqual([1, 2, 3]);
  });
});

test('cut off at any write and done again, nothing is lost and nobody is admitted beyond the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 6 }),
      async (concurrent, cuts) => {
        const due = new Set(cuts);
        let writes = 0;
        const cut =
          <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
          async (...args: Args): Promise<T> => {
            const done = await work(...args);
            if (due.delete(writes++)) throw new Error('cut off');
            return done;
          };
        const line = await aLine(concurrent, oneCause, (whole) => ({
          ...whole,
          replace: cut(whole.replace),
          wait: cut(whole.wait),
          move: cut(whole.move),
          remove: cut(whole.remove),
        }));
        const again = async (step: () => Promise<void>) => {
          while (
            await step().then(
              () => false,
              () => true,
            )
          );
        };
        const serviceOf = (n: number) => ({ service: n % 2 === 0 ? 'checkout' : `svc-${n}` });
        const pages = [0, 1, 2, 3, 4, 5];
        for (const n of pages) await again(() => line.enter(n, serviceOf(n)));
        for (let rounds = 0; rounds < 12; rounds += 1) {
          for (const n of [...line.running]) await again(() => line.leave(n, serviceOf(n)));
          await again(line.sweep);
        }
        const reached = new Set(line.told.map(({ n }) => n));
        expect([...reached].toSorted()).toEqual(pages);
        expect(line.most()).toBeLessThanOrEqual(concurrent);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);
