import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../../connectors/dynamodb/index.ts';
import type { Synthesized } from '../../../../core/model/workflow.ts';
import type { SimulatedOptions } from '../../../../dojo/faults/simulated-cluster.ts';
import { anIncident, at } from '../../../builders.ts';
import { storesForTests } from '../../../stores.ts';
import { diagnosed } from '../world.ts';
import { type Asking, aCourse, answer, asked, inShop, lenient, run, type SimulatedCourse } from './course.ts';

const open = storesForTests();
const clock = { now: () => new Date(at('02:48:00')) };

let stores: DynamoStores;
let course: SimulatedCourse;
const courseOf = async (options: Partial<SimulatedOptions>) => {
  stores = await open(clock);
  course = aCourse(stores, clock, options);
  await stores.incidents.open(anIncident());
};
const changes = () => course.cluster.book.map(({ object, detail }) => `${object} ${detail}`);
const leaking = (): Synthesized => diagnosed({ entity: inShop('Deployment', 'checkout'), cause: 'memory-leak' });
const sick = (cause: 'node-pressure' | 'node-not-ready' = 'node-pressure'): Synthesized =>
  diagnosed({ entity: { kind: 'Node', name: 'node-1', namespace: '', cluster: 'backend-1' }, cause });

describe('scale out, restart in batches, scale back', () => {
  beforeEach(() => courseOf({ strategy: 'Recreate', replicas: 4 }));

  test('goes all the way: each pod once, never fewer ready than before, and as many pods as before at the end', async () => {
    const before = course.cluster.pods().map(({ metadata }) => metadata.uid);
    const decision = await asked(leaking(), course);
    expect(decision.plan?.plan).toMatchObject({ id: 'scaled-restart', approval: 'as-a-whole', reversible: 'some' });
    let least = 99;
    const end = await run(await answer(leaking(), decision, 'approve', course), course, () => {
      const ready = course.cluster.pods().filter(({ status }) => status.conditions[0].status === 'True').length;
      least = Math.min(least, ready);
    });
    expect(end.remediation).toMatchObject({ kind: 'done' });
    expect(least).toBeGreaterThanOrEqual(4);
    const evicted = course.cluster.book.filter(({ what }) => what === 'evicted').map(({ detail }) => detail);
    expect(evicted.toSorted()).toEqual(before.toSorted());
    expect(changes().filter((change) => change.startsWith('Deployment'))).toEqual([
      'Deployment/checkout replicas 6',
      'Deployment/checkout replicas 4',
    ]);
  });

  test('shows each pod before the approval', async () => {
    const decision = await asked(leaking(), course);
    await answer(leaking(), decision, 'approve', course);
    const lines = course.world.published.find(({ kind }) => kind === 'question')?.lines ?? [];
    for (const { metadata } of course.cluster.pods()) expect(lines.join(' ')).toContain(`shop/${metadata.name}`);
  });

  test('is asked step by step at level walk, because pods that were replaced do not come back', async () => {
    course.world.catalog = lenient('walk');
    const first = await asked(leaking(), course);
    expect(first.plan).toMatchObject({ plan: { approval: 'step-by-step' }, about: 'begin', on: ['scale out'] });
    const second = await run(await answer(leaking(), first, 'approve', course), course);
    expect(second.remediation.kind).toBe('asks');
    expect(changes()).toEqual(['Deployment/checkout replicas 6']);
    expect(second.decision).toMatchObject({ plan: { about: 'next', on: ['restart'], back: ['scale out'] } });
    const third = await run(await answer(second, second.decision as Asking, 'approve', course), course);
    expect(third.decision).toMatchObject({ plan: { about: 'next', on: ['scale back'] } });
    const end = await run(await answer(third, third.decision as Asking, 'approve', course), course);
    expect(end.remediation).toMatchObject({ kind: 'done' });
    expect(changes().at(-1)).toBe('Deployment/checkout replicas 4');
  });

  test('a next step that is rejected leaves a half-done plan that is said', async () => {
    course.world.catalog = lenient('walk');
    const second = await run(await answer(leaking(), await asked(leaking(), course), 'approve', course), course);
    expect(second.remediation).toMatchObject({
      kind: 'asks',
      why: expect.stringMatching(/^The plan is half done\. .* Done: Scale /),
    });
  });

  test('is not offered at level crawl', async () => {
    course.world.catalog = lenient('crawl');
    await expect(asked(leaking(), course)).rejects.toThrow(/not to refuse/);
  });

  test.each<[string, Partial<SimulatedOptions>]>([
    ['that replaces few pods at once', { strategy: 'RollingUpdate', replicas: 4 }],
    ['with one pod', { strategy: 'Recreate', replicas: 1 }],
    ['with an autoscaler', { strategy: 'Recreate', replicas: 4, autoscaler: 'enabled' }],
  ])('is not offered for a Deployment %s', async (_, options) => {
    await courseOf(options);
    const decision = await asked(leaking(), course);
    expect([decision.action.id, decision.plan]).toEqual(['restart-rollout', undefined]);
  });

  const runbook = (steps: readonly string[]) => ({
    ...leaking(),
    reports: leaking().reports.map((report) => ({
      ...report,
      checklist: {
        document: 'checkout.md',
        heading: 'It leaks',
        left: 0,
        steps: steps.map((text) => ({
          text,
          kind: 'action' as const,
          state: 'person' as const,
          evidenceIds: [],
          by: 'analysis',
        })),
      },
    })),
  });
  test.each<[string, readonly string[], string | undefined]>([
    [
      'names its steps in their order',
      ['Scale checkout out.', 'Restart the pods in batches.', 'Scale out is over: scaling back.'],
      'scaled-restart',
    ],
    [
      'names them in another order',
      ['Restart it in batches.', 'Scale checkout up by half.', 'Scale checkout down.'],
      undefined,
    ],
    ['only asks for a restart', ['Restart checkout.'], undefined],
  ])('is offered for a runbook that %s', async (_, steps, plan) => {
    await courseOf({ strategy: 'RollingUpdate', replicas: 4 });
    const decision = await asked(runbook(steps), course);
    expect(decision.plan?.plan.id).toBe(plan);
    if (plan !== undefined) expect(decision.plan?.plan.why).toContain('The runbook checkout.md');
  });

  test('with too few ready pods it is taken back by itself: the replicas are as before', async () => {
    const decision = await asked(leaking(), course);
    const state = await answer(leaking(), decision, 'approve', course);
    const end = await run(state, course, (entry) => {
      // From now on no pod becomes ready.
      if (entry === 3) course.cluster.hold(true);
    });
    expect(course.cluster.deployment.spec.replicas).toBe(4);
    expect(end.remediation).toMatchObject({ kind: expect.stringMatching(/ended|asks/) });
  });

  test('somebody scales it meanwhile: it stops, touches nothing more, and asks', async () => {
    const decision = await asked(leaking(), course);
    const state = await answer(leaking(), decision, 'approve', course);
    let changed = false;
    const end = await run(state, course, () => {
      if (!changed && course.cluster.book.filter(({ what }) => what === 'evicted').length === 4) {
        changed = true;
        course.cluster.deployment.spec.replicas = 9;
        course.cluster.deployment.metadata.generation += 1;
      }
    });
    expect(end.remediation).toMatchObject({
      kind: 'asks',
      why: expect.stringContaining('is at 9 and not at 6 any more'),
    });
    expect(course.cluster.deployment.spec.replicas).toBe(9);
  });
});

describe('cordon, drain, verify elsewhere, uncordon', () => {
  test('goes all the way within the disruption budget, evicts what was shown, and uncordons a node that is well', async () => {
    await courseOf({ replicas: 6, minAvailable: 5 });
    const before = course.cluster.pods().filter(({ spec }) => spec.nodeName === 'node-1');
    const decision = await asked(sick(), course);
    expect(decision.plan?.plan.steps.map(({ name }) => name)).toEqual([
      'cordon',
      'drain',
      'verify elsewhere',
      'wait for the node',
      'uncordon',
    ]);
    const end = await run(await answer(sick(), decision, 'approve', course), course);
    expect(end.remediation).toMatchObject({ kind: 'done' });
    const evicted = course.cluster.book.filter(({ what }) => what === 'evicted').map(({ detail }) => detail);
    expect(evicted.toSorted()).toEqual(before.map(({ metadata }) => metadata.uid).toSorted());
    expect(changes()[0]).toBe('Node/node-1 unschedulable true');
    expect(course.cluster.machines[0].spec.unschedulable).toBeUndefined();
  });

  test('a node that stays sick keeps its cordon, and people are asked', async () => {
    await courseOf({ replicas: 6 });
    course.cluster.machines[0].status.conditions.push({ type: 'MemoryPressure', status: 'True' });
    const end = await run(await answer(sick(), await asked(sick(), course), 'approve', course), course);
    expect(end.remediation).toMatchObject({ kind: 'asks', why: expect.stringContaining('MemoryPressure') });
    expect(course.cluster.machines[0].spec.unschedulable).toBe(true);
  });

  test('a budget that allows no disruption is never broken: it stops, says so, and asks', async () => {
    await courseOf({ replicas: 6, minAvailable: 6 });
    const end = await run(await answer(sick(), await asked(sick(), course), 'approve', course), course);
    expect(end.remediation).toMatchObject({ kind: 'asks', why: expect.stringContaining('disruption budget') });
    expect(course.cluster.book.filter(({ what }) => what === 'evicted')).toEqual([]);
  });

  test('is not offered where the kubelet does not answer: an eviction would wait for ever', async () => {
    await courseOf({ replicas: 6 });
    expect((await asked(sick('node-not-ready'), course)).plan).toBeUndefined();
  });
});

describe('raise the limit, watch, propose', () => {
  const killed = (): Synthesized => diagnosed({ entity: inShop('Deployment', 'checkout'), cause: 'oom-killed' });

  test('goes all the way, and the proposal names the container and both limits', async () => {
    await courseOf({ labels: { 'app.kubernetes.io/managed-by': 'Helm' }, killed: true });
    const decision = await asked(killed(), course);
    expect(decision.plan?.plan.id).toBe('raise-limit-and-propose');
    const end = await run(await answer(killed(), decision, 'approve', course), course);
    expect(end.remediation).toMatchObject({ kind: 'done' });
    expect(course.world.published.flatMap(({ lines }) => lines).join(' ')).toContain(
      'set resources.limits.memory of container checkout to 512Mi (it was 256Mi)',
    );
  });

  test('is not offered for a workload that nothing deploys', async () => {
    await courseOf({ killed: true });
    const decision = await asked(killed(), course);
    expect([decision.action.id, decision.plan]).toEqual(['raise-memory-limit', undefined]);
  });
});
