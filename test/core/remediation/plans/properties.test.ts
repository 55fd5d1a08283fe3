import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CauseCode } from '../../../../core/causes/causes.ts';
import { Unavailable } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/model/action.ts';
import type { ApprovalResolved, Remediated } from '../../../../core/model/workflow.ts';
import { remediate } from '../../../../core/remediation/remediate.ts';
import { parseShownPods } from '../../../../core/remediation/shown-pods.ts';
import type { SimulatedOptions } from '../../../../dojo/faults/simulated-cluster.ts';
import { anIncident, at } from '../../../builders.ts';
import { storesForTests } from '../../../stores.ts';
import { diagnosed } from '../world.ts';
import { type Asking, aCourse, answer, asked, inShop, lenient, type SimulatedCourse } from './course.ts';

// Whatever happens while a plan runs: no plan touches what its approval did not show, no more than it showed, nothing twice, and nothing is left
// half-done in silence.

const open = storesForTests();
const clock = { now: () => new Date(at('02:48:00')) };

const kinds: Readonly<
  Record<
    Plan['id'],
    {
      readonly cause: CauseCode;
      readonly change?: string;
      readonly node?: true;
      readonly options: Partial<SimulatedOptions>;
    }
  >
> = {
  'rollback-then-autoscaler': { cause: 'code-change', change: 'c-1', options: { autoscaler: 'disabled' } },
  'scaled-restart': { cause: 'memory-leak', options: { strategy: 'Recreate' } },
  'drain-sick-node': { cause: 'node-pressure', node: true, options: {} },
  'raise-limit-and-propose': {
    cause: 'oom-killed',
    options: { killed: true, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
  },
};

const happeningNames = [
  'crash after the step',
  'crash in the call',
  'call refused to connect',
  'answer lost',
  'withdrawn',
  'kill switch',
  'scaled by somebody',
  'replaced by another object',
  'rolled out by somebody',
  'pods started anew',
  'uncordoned by somebody',
  'no pod becomes ready',
] as const;
/** What happens before one entry of the step, or around its call. */
const happening = fc.record({ entry: fc.integer({ min: 0, max: 25 }), what: fc.constantFrom(...happeningNames) });
type Happening = (typeof happeningNames)[number];

class Crash extends Error {}

function happen(what: Happening, course: SimulatedCourse, decision: () => Asking): Promise<unknown> | undefined {
  const { deployment, machines } = course.cluster;
  const changed = () => {
    deployment.metadata.generation += 1;
  };
  switch (what) {
    case 'withdrawn':
      return course.ports.approvals.stop(decision().approvalId, { by: 'ben', at: at('02:50:00') });
    case 'kill switch':
      return course.ports.controls.setKillSwitch({ on: true, by: 'ben', at: at('02:50:00'), why: 'a migration' });
    case 'scaled by somebody':
      deployment.spec.replicas += 1;
      return void changed();
    case 'replaced by another object':
      deployment.metadata.uid = 'another';
      machines[0].metadata.uid = 'another';
      return undefined;
    case 'rolled out by somebody':
      deployment.spec.template.spec.containers[0].image = 'shop/checkout:9';
      return void changed();
    case 'pods started anew':
      return void course.cluster.renew();
    case 'uncordoned by somebody':
      delete machines[0].spec.unschedulable;
      return undefined;
    case 'no pod becomes ready':
      return void course.cluster.hold(true);
    default:
      return undefined;
  }
}

test('no plan touches more than its approval showed, nothing twice, and nothing stays half-done in silence', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(Object.keys(kinds) as Plan['id'][])),
      fc.record({
        replicas: fc.integer({ min: 2, max: 7 }),
        readyAfter: fc.integer({ min: 1, max: 4 }),
        minAvailable: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      }),
      fc.array(happening, { maxLength: 4 }),
      fc.array(fc.constantFrom('approve', 'take-back', 'reject'), { maxLength: 4 }),
      fc.constantFrom('run', 'walk'),
      async (id, { minAvailable, ...sizes }, happenings, answers, level) => {
        const { cause, change, node, options } = kinds[id];
        const stores = await open(clock);
        const course = aCourse(stores, clock, {
          ...options,
          ...sizes,
          ...(minAvailable === undefined ? {} : { minAvailable }),
        });
        course.world.catalog = lenient(level);
        await stores.incidents.open(anIncident());
        const entity = node
          ? { kind: 'Node', name: 'node-1', namespace: '', cluster: 'backend-1' }
          : inShop('Deployment', 'checkout');
        const input = diagnosed({ entity, cause, ...(change === undefined ? {} : { changeId: change }) });
        let decision: Asking;
        try {
          decision = await asked(input, course);
        } catch {
          return;
        }
        const plan = decision.plan?.plan;
        if (plan === undefined) return;
        let entry = 0;
        const here = (what: Happening) => happenings.some((one) => one.entry === entry && one.what === what);
        const execute = course.world.execution;
        course.world.execution = async (action) => {
          if (here('call refused to connect')) throw new Unavailable('no answer');
          const made = await execute(action);
          if (here('answer lost')) throw new Unavailable('no answer');
          if (here('crash in the call')) throw new Crash();
          return made;
        };
        let state: ApprovalResolved & Partial<Pick<Remediated, 'remediation'>> = await answer(
          input,
          decision,
          'approve',
          course,
        );
        const left = [...answers];
        for (; entry < 900; entry += 1) {
          for (const { what } of happenings.filter((one) => one.entry === entry))
            await happen(what, course, () => decision);
          let made: Awaited<ReturnType<typeof remediate>>;
          try {
            made = await remediate(state, course.ports);
          } catch (error) {
            if (error instanceof Crash) continue;
            throw error;
          }
          // The process died before the result was on disk: the step runs again on the state before.
          if (here('crash after the step')) continue;
          const { verificationPlan: _, ...more } = made;
          state = { ...state, ...more } as typeof state;
          if (made.remediation.kind === 'going') continue;
          if (made.remediation.kind !== 'asks') break;
          const wanted = left.shift() ?? 'reject';
          decision = state.decision as Asking;
          const verdict =
            wanted === 'take-back' && (decision.plan?.about !== 'half-done' || decision.plan.back.length === 0)
              ? 'reject'
              : wanted;
          if (verdict === 'approve' && decision.plan?.on.length === 0) break;
          state = await answer(state, decision, verdict, course);
          if (verdict === 'reject') break;
        }
        expect(entry).toBeLessThan(900);
        const { book } = course.cluster;
        const targets = new Set(plan.steps.map(({ target }) => `${target.kind}/${target.name}`));
        const shown = new Set(
          plan.steps
            .flatMap(({ action }) => parseShownPods(String(action?.parameters.pods ?? '')) ?? [])
            .map(({ uid }) => uid),
        );
        const evicted = book.filter(({ what }) => what === 'evicted').map(({ detail }) => detail);
        const patched = book.filter(({ what }) => what === 'patched');
        for (const { object } of patched) expect(targets).toContain(object);
        for (const uid of evicted) expect(shown).toContain(uid.slice(0, 8));
        expect(new Set(evicted).size).toBe(evicted.length);
        expect(evicted.length).toBeLessThanOrEqual(plan.affects.pods);
        const each = patched.map(({ object, detail }) => `${object} ${detail}`);
        expect(each.filter((one, index) => each.indexOf(one) !== index)).toEqual([]);
        const kind = state.remediation?.kind;
        if (kind === 'changed') {
          expect(book).toEqual([]);
          return;
        }
        if (book.length > 0 && kind !== 'done') {
          const why = state.remediation !== undefined && 'why' in state.remediation ? state.remediation.why : '';
          expect(why).toMatch(/The plan is half done|The plan was taken back|Unknown whether|Could not be taken back/);
        }
        const timeline = (await stores.incidents.timeline('inc-1')).map(({ event }) => event);
        if (kind === 'ended' && book.length > 0)
          expect(timeline.some((event) => event.type === 'PlanMoved' && event.to !== 'step-done')).toBe(true);
      },
    ),
    { numRuns: Number(process.env.PROPERTY_RUNS ?? 40) },
  );
}, 900_000);
