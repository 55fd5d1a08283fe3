import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { exactErrorOf, formerFingerprintOf } from '../../../core/fingerprint/fingerprint.ts';
import type { Preference } from '../../../core/model/action.ts';
import type { ApprovalResolved, Synthesized } from '../../../core/model/workflow.ts';
import { decide } from '../../../core/remediation/decide.ts';
import { remediate } from '../../../core/remediation/remediate.ts';
import { aHypothesis, anAsk, anIncident, aPreference, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog, approved, aService, aWorld, diagnosed, type World } from './world.ts';

// What a preference allows, and what it never does: at the decision, and again right before the act.

const open = storesForTests();
let now = at('02:48:00');
const clock = { now: () => new Date(now) };
let stores: DynamoStores;
let world: World;
beforeEach(async () => {
  now = at('02:48:00');
  stores = await open(clock);
  world = aWorld(stores, clock);
  await stores.incidents.open(anIncident());
});

const decided = async (input: Synthesized) => (await decide(input, world.ports)).decision;

/** A preference for what `input` blames, as learning makes it. */
async function teach(input = diagnosed(), over: Partial<Preference> = {}): Promise<Preference> {
  const error = exactErrorOf(input.diagnosis.hypotheses[0] ?? aHypothesis(), input.context, world.catalog);
  if ('missing' in error) throw new Error(error.missing);
  const preference = aPreference({ ...error, ...over });
  await stores.preferences.teach(preference);
  return preference;
}

describe('what was taught is asked about', () => {
  test('once it has expired, and the question says so', async () => {
    await teach(diagnosed(), { expiresAt: at('02:47:59') });
    expect(await decided(diagnosed())).toMatchObject({
      kind: 'ask',
      why: expect.stringContaining(`taught by ana on 2026-11-20, but: It expired at ${at('02:47:59')}`),
    });
  });
  test('when the limit of the day is reached, and again acts the day after', async () => {
    await teach(diagnosed(), { maxUsesPerDay: 1, usedToday: { day: '2026-11-20', count: 1 } });
    expect(await decided(diagnosed())).toMatchObject({
      kind: 'ask',
      why: expect.stringContaining('Its limit of 1 uses a day is reached'),
    });
    now = '2026-11-21T02:48:00.000Z';
    expect((await decided(diagnosed())).kind).toBe('act');
  });
  test('when a record says another action, workload or environment than its fingerprint', async () => {
    const { describes } = await teach();
    for (const over of [
      { actionId: 'restart-rollout' as const },
      { describes: { ...describes, workload: 'CronJob/billing/payroll' } },
      { describes: { ...describes, environment: 'staging' } },
    ]) {
      stores = await open(clock);
      world = aWorld(stores, clock);
      await stores.incidents.open(anIncident());
      await teach(diagnosed(), over);
      expect(await decided(diagnosed())).toMatchObject({ kind: 'ask', why: expect.not.stringContaining('taught') });
      expect((await stores.preferences.list())[0]?.uses).toBe(0);
    }
  });
  test('for the reason that the newest of them has, when none holds', async () => {
    await teach(diagnosed(), { id: 'old', taughtBy: 'ben', taughtAt: at('01:00:00') });
    await teach();
    await stores.preferences.setState('pref-1', 'suspended', 'It did not help.');
    expect(await decided(diagnosed())).toMatchObject({
      kind: 'ask',
      why: expect.stringMatching(/taught by ana on 2026-11-20, but: it is suspended\. It did not help\.$/),
    });
  });
  test('where it was taught by the recipe before, and the question says that it needs to be taught again', async () => {
    const former = formerFingerprintOf(aHypothesis(), diagnosed().context, world.catalog);
    expect(former).toMatch(/^wk2-/);
    await stores.preferences.teach(aPreference({ fingerprint: former ?? '' }));
    expect(await decided(diagnosed())).toMatchObject({
      kind: 'ask',
      why: expect.stringContaining(
        'ana taught it on 2026-11-20, when errors were told apart less exactly: it needs to be taught again.',
      ),
    });
    expect((await stores.preferences.get('pref-1'))?.uses).toBe(0);
  });
  test('where a code of the error is another one', async () => {
    await teach(diagnosed({ errorTemplate: 'database error 1213' }));
    expect((await decided(diagnosed({ errorTemplate: 'database error 1213' }))).kind).toBe('act');
    expect((await decided(diagnosed({ errorTemplate: 'database error 1062' }))).kind).toBe('ask');
  });
  test('when no error text tells this error from others', async () => {
    await teach();
    expect((await decided(diagnosed({ errorTemplate: undefined }))).kind).toBe('ask');
  });
  test('for a rollback, at whatever level: that is never done unattended', async () => {
    const rollback = diagnosed({ cause: 'code-change', changeId: 'c-1', entity: { ...cronJob, kind: 'Deployment' } });
    world.catalog = aCatalog({ environments: { production: { level: 'run' } } });
    await teach(rollback, { actionId: 'rollback-rollout' });
    const decision = await decided(rollback);
    expect(decision).toMatchObject({ kind: 'ask', why: expect.stringContaining('never-unattended-high-stakes') });
    // A use that the policies refuse is not counted.
    expect((await stores.preferences.get('pref-1'))?.uses).toBe(0);
  });
});

describe('what was taught is obeyed', () => {
  test('by the newest that holds, and counted once for an incident however often it is decided', async () => {
    await teach(diagnosed(), { id: 'old', taughtBy: 'ben', taughtAt: at('01:00:00') });
    await teach();
    const first = await decided(diagnosed());
    expect(first).toMatchObject({ kind: 'act', preferenceId: 'pref-1' });
    expect(await decided(diagnosed())).toEqual(first);
    expect(await stores.preferences.get('pref-1')).toMatchObject({ uses: 1, usedToday: { count: 1 } });
    expect((await stores.preferences.get('old'))?.uses).toBe(0);
  });
  test('for a pod name, time and id that this error has never had before', async () => {
    const text = (pod: string, request: string) => `pod nightly-invoices-${pod}: reset, request ${request}`;
    await teach(diagnosed({ errorTemplate: text('29381640-x7k2p', '00000000-0000-4000-8000-000000000000') }));
    const again = diagnosed({ errorTemplate: text('29381700-qqqqq', '11111111-2222-4333-8444-555555555555') });
    expect((await decided(again)).kind).toBe('act');
  });
  test.each<[string, object]>([
    ['the kill switch', { killSwitch: true }],
    ['crawl', { services: [aService({ level: 'crawl' })] }],
    ['protection', { services: [aService({ protected: true })] }],
  ])('under %s by nobody, and no use is counted', async (_, catalog) => {
    await teach();
    world.catalog = aCatalog(catalog);
    expect((await decided(diagnosed())).kind).toBe('refuse');
    expect((await stores.preferences.get('pref-1'))?.uses).toBe(0);
  });
});

describe('right before the act', () => {
  async function toAct(): Promise<ApprovalResolved> {
    const decision = await decided(diagnosed());
    if (decision.kind !== 'act') throw new Error(`It was to act: ${decision.why}`);
    return { ...diagnosed(), decision };
  }
  const refusal = async (asked: ApprovalResolved) => {
    const { remediation, verificationPlan } = await remediate(asked, world.ports);
    expect(world.carriedOut).toEqual([]);
    expect(verificationPlan).toEqual([]);
    return remediation;
  };

  test('it is done, and counted once in all', async () => {
    await teach();
    expect((await remediate(await toAct(), world.ports)).remediation.kind).toBe('done');
    expect(world.carriedOut).toHaveLength(1);
    expect((await stores.preferences.get('pref-1'))?.uses).toBe(1);
  });
  test.each<[string, () => unknown, RegExp]>([
    ['was suspended', () => stores.preferences.setState('pref-1', 'suspended', 'It did not help.'), /is suspended/],
    ['was revoked', () => stores.preferences.setState('pref-1', 'revoked', 'Ben said so.'), /is revoked/],
    [
      'is for another environment by now',
      () => {
        world.catalog = aCatalog({ clusters: [{ name: 'backend-1', environment: 'staging' }], services: [] });
      },
      /taught for another error/,
    ],
    [
      'is forbidden by now',
      () => {
        world.catalog = aCatalog({ killSwitch: true });
      },
      /kill-switch/,
    ],
  ])('what allowed it %s: it is not done', async (_, change, why) => {
    await teach();
    const asked = await toAct();
    await change();
    expect(await refusal(asked)).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
  });
  test('the page was resolved meanwhile: it is not done, and what an earlier try began is told as it was', async () => {
    await teach();
    const asked = await toAct();
    await stores.incidents.update('inc-1', { pageStatus: 'resolved' });
    expect(await refusal(asked)).toEqual({
      kind: 'refused',
      why: 'The page was resolved before it could be done without asking.',
      policies: [],
    });
    await stores.incidents.update('inc-1', { pageStatus: 'triggered' });
    expect((await remediate(asked, world.ports)).remediation.kind).toBe('done');
    await stores.incidents.update('inc-1', { pageStatus: 'resolved' });
    expect((await remediate(asked, world.ports)).remediation.kind).toBe('done');
    expect(world.carriedOut).toHaveLength(1);
  });
  test.each<[string, Synthesized]>([
    ['error', diagnosed({ errorTemplate: 'column "tax_region" does not exist' })],
    ['cause', diagnosed({ cause: 'job-deadline' })],
  ])('a preference for another %s on the same workload allows nothing', async (_, other) => {
    await teach(other);
    const decision = await decided(diagnosed());
    if (decision.kind !== 'ask') throw new Error('It was to ask.');
    const forged: ApprovalResolved = { ...diagnosed(), decision: { ...decision, kind: 'act', preferenceId: 'pref-1' } };
    expect(await refusal(forged)).toMatchObject({ why: expect.stringContaining('another error') });
  });
  test('a preference that nobody taught allows nothing', async () => {
    await teach();
    const asked = await toAct();
    if (asked.decision.kind !== 'act') throw new Error('It was to act.');
    const forged: ApprovalResolved = { ...asked, decision: { ...asked.decision, preferenceId: 'pref-9' } };
    expect(await refusal(forged)).toMatchObject({ why: expect.stringContaining('Nobody taught the permission') });
  });
  test('an approval does not stand in for a preference, nor a preference for an approval', async () => {
    await teach();
    const asked = await toAct();
    if (asked.decision.kind !== 'act') throw new Error('It was to act.');
    const { preferenceId: _, ...rest } = asked.decision;
    const decision = anAsk({ ...rest, kind: 'ask', approvalId: 'pref-1' });
    expect(await refusal({ ...asked, decision, approval: approved('pref-1') })).toMatchObject({
      why: expect.stringContaining('does not say that it was approved'),
    });
  });
});
