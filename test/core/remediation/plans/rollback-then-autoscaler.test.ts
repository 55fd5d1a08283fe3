import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../../connectors/dynamodb/index.ts';
import { anIncident, at } from '../../../builders.ts';
import { storesForTests } from '../../../stores.ts';
import { aCourse, answer, asked, brokenByChange, run, type SimulatedCourse } from './course.ts';

const open = storesForTests();
const clock = { now: () => new Date(at('02:48:00')) };

let stores: DynamoStores;
let course: SimulatedCourse;
beforeEach(async () => {
  stores = await open(clock);
  course = aCourse(stores, clock, { autoscaler: 'disabled' });
  await stores.incidents.open(anIncident());
});

const changes = () => course.cluster.book.map(({ object, detail }) => `${object} ${detail}`);
const events = async () => (await stores.incidents.timeline('inc-1')).map(({ event }) => event);

describe('roll back, verify, enable the autoscaler', () => {
  test('is offered in place of the rollback, with each step and its target', async () => {
    const decision = await asked(brokenByChange(), course);
    expect(decision.action.id).toBe('rollback-rollout');
    expect(decision.plan?.plan).toMatchObject({
      id: 'rollback-then-autoscaler',
      approval: 'as-a-whole',
      reversible: 'all',
      steps: [
        { name: 'roll back', action: { id: 'rollback-rollout' }, target: { kind: 'Deployment', name: 'checkout' } },
        { name: 'verify' },
        { action: { id: 'enable-autoscaler' }, target: { kind: 'HorizontalPodAutoscaler', name: 'checkout-hpa' } },
      ],
      affects: { pods: 3 },
    });
  });

  test.each([undefined, 'enabled'] as const)('is not offered with an autoscaler that is %s', async (autoscaler) => {
    course = aCourse(stores, clock, autoscaler === undefined ? {} : { autoscaler });
    expect((await asked(brokenByChange(), course)).plan).toBeUndefined();
  });

  test('goes all the way: each change once, in order, and the specialists are asked again', async () => {
    const state = await answer(brokenByChange(), await asked(brokenByChange(), course), 'approve', course);
    const end = await run(state, course);
    expect(end.remediation).toMatchObject({ kind: 'done' });
    expect(changes()).toEqual([
      expect.stringContaining('Deployment/checkout template'),
      expect.stringContaining('HorizontalPodAutoscaler/checkout-hpa behavior.scaleUp.selectPolicy "Max"'),
    ]);
    expect((await events()).flatMap((event) => (event.type === 'PlanMoved' ? [event.to] : []))).toEqual([
      'step-done',
      'step-done',
      'step-done',
      'finished',
    ]);
  });

  test('shows every step before the approval', async () => {
    await answer(brokenByChange(), await asked(brokenByChange(), course), 'approve', course);
    const question = course.world.published.find(({ kind }) => kind === 'question');
    expect(question?.headline).toBe('Roll Deployment shop/checkout back and enable its autoscaler again, in 3 steps?');
    expect(question?.lines.filter((line) => /^\d\. /.test(line))).toEqual([
      expect.stringMatching(/^1\. Roll Deployment shop\/checkout in backend-1 back .*Until: .*15 min at most/),
      expect.stringMatching(/^2\. Watch Deployment shop\/checkout/),
      expect.stringMatching(/^3\. Enable HorizontalPodAutoscaler shop\/checkout-hpa in backend-1 to scale up and down/),
    ]);
  });

  test('asks again if the target changed before the first step', async () => {
    const state = await answer(brokenByChange(), await asked(brokenByChange(), course), 'approve', course);
    course.cluster.deployment.metadata.generation += 1;
    expect((await run(state, course)).remediation).toMatchObject({ kind: 'changed' });
    expect(changes()).toEqual([]);
  });

  test('withdrawn in the middle, it stops before the next step, says what is done and what is left, and asks', async () => {
    const decision = await asked(brokenByChange(), course);
    const state = await answer(brokenByChange(), decision, 'approve', course);
    const end = await run(state, course, async (entry) => {
      if (entry === 2) await course.ports.approvals.stop(decision.approvalId, { by: 'ben', at: at('02:50:00') });
    });
    expect(end.remediation).toMatchObject({
      kind: 'asks',
      why: expect.stringMatching(/half done\. ben withdrew the approval .* Done: Roll .* Not done: Enable /),
    });
    expect(changes()).toHaveLength(1);
    expect(end.decision).toMatchObject({ plan: { about: 'half-done', back: ['roll back'] } });
  });

  test('goes on after it was stopped, and repeats nothing', async () => {
    const decision = await asked(brokenByChange(), course);
    const state = await answer(brokenByChange(), decision, 'approve', course);
    const half = await run(state, course, async (entry) => {
      if (entry === 2) await course.ports.approvals.stop(decision.approvalId, { by: 'ben', at: at('02:50:00') });
    });
    if (half.decision.kind !== 'ask') throw new Error('It did not ask.');
    const end = await run(await answer(half, half.decision, 'approve', course), course);
    expect(end.remediation.kind).toBe('done');
    expect(changes()).toHaveLength(2);
  });

  test('is taken back after it was stopped: it rolls forward again', async () => {
    const decision = await asked(brokenByChange(), course);
    const state = await answer(brokenByChange(), decision, 'approve', course);
    const half = await run(state, course, async (entry) => {
      if (entry === 2) await course.ports.approvals.stop(decision.approvalId, { by: 'ben', at: at('02:50:00') });
    });
    if (half.decision.kind !== 'ask') throw new Error('It did not ask.');
    const end = await run(await answer(half, half.decision, 'take-back', course), course);
    expect(end.remediation).toMatchObject({
      kind: 'ended',
      why: expect.stringMatching(/^The plan was taken back\. ana said to take it back\. Taken back: Roll /),
    });
    expect(course.cluster.deployment.spec.template.spec.containers[0].image).toBe('shop/checkout:2');
  });

  test('stops at the kill switch', async () => {
    const state = await answer(brokenByChange(), await asked(brokenByChange(), course), 'approve', course);
    const end = await run(state, course, async (entry) => {
      if (entry === 2)
        await stores.controls.setKillSwitch({ on: true, by: 'ben', at: at('02:50:00'), why: 'a migration' });
    });
    expect(end.remediation).toMatchObject({ kind: 'asks', why: expect.stringContaining('kill switch') });
    expect(changes()).toHaveLength(1);
  });

  test('touches no autoscaler of the same name that is another object', async () => {
    const state = await answer(brokenByChange(), await asked(brokenByChange(), course), 'approve', course);
    const end = await run(state, course, (entry) => {
      if (entry === 2) course.cluster.scaler.metadata.uid = 'another';
    });
    expect(end.remediation).toMatchObject({ kind: 'asks', why: expect.stringContaining('is not the object any more') });
    expect(changes()).toHaveLength(1);
  });
});
