import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import type { Action } from '../../../core/model/action.ts';
import type { ApprovalResolved } from '../../../core/model/workflow.ts';
import { decide } from '../../../core/remediation/decide.ts';
import { remediate } from '../../../core/remediation/remediate.ts';
import { aFinding, anApproval, anIncident, aReport, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog, approved, aWorld, diagnosed, type World } from './world.ts';

// An approved action and its entry in the ledger: what a crash, a second run or a changed world makes of it.

const open = storesForTests();
const clock = { now: () => new Date(at('02:50:00')) };
let stores: DynamoStores;
let world: World;
let asked: ApprovalResolved;
let action: Action;
beforeEach(async () => {
  stores = await open(clock);
  world = aWorld(stores, clock);
  await stores.incidents.open(anIncident());
  const { decision } = await decide(diagnosed(), world.ports);
  if (decision.kind !== 'ask') throw new Error(`It was to ask: ${decision.why}`);
  action = decision.action;
  await stores.approvals.request(anApproval({ id: decision.approvalId, action }), 'token');
  await stores.approvals.decide(decision.approvalId, { verdict: 'approve', by: 'ana', at: at('02:49:00') });
  asked = { ...diagnosed(), decision, approval: approved(decision.approvalId) };
});
const run = async (input = asked) => (await remediate(input, world.ports)).remediation;
const begin = () =>
  stores.ledger.begin({ key: action.idempotencyKey, incidentId: 'inc-1', action, at: at('02:49:30') });
const lastNote = async () => (await stores.incidents.timeline('inc-1')).findLast(({ kind }) => kind === 'action')?.text;

describe('an action that', () => {
  test('was done stays done when the step runs again, even if it would not be allowed any more', async () => {
    const first = await run();
    expect(first).toMatchObject({ kind: 'done', detail: 'A Job was made.' });
    world.catalog = aCatalog({ killSwitch: true });
    expect(await run()).toEqual(first);
    expect(world.carriedOut).toHaveLength(1);
  });
  test('was begun by a try that crashed is tried again under the same key, and the cluster says that it is done', async () => {
    await begin();
    world.execution = async () => ({ kind: 'already-done', detail: 'The Job is there.' });
    expect(await run()).toEqual({ kind: 'already-done', detail: 'The Job is there.' });
    expect(world.carriedOut.map(({ idempotencyKey }) => idempotencyKey)).toEqual([action.idempotencyKey]);
    expect(await lastNote()).toMatch(/^Already done by an earlier try, not done again/);
  });
  test('was begun and is forbidden by now is not repeated, and nobody claims to know whether it took effect', async () => {
    await begin();
    world.catalog = aCatalog({ killSwitch: true });
    expect(await run()).toMatchObject({
      kind: 'refused',
      policies: ['kill-switch'],
      why: expect.stringContaining(`An earlier try began at ${at('02:49:30')}; it is unknown whether it took effect.`),
    });
    expect(world.carriedOut).toEqual([]);
  });
  test('was never begun and is forbidden says nothing of an earlier try', async () => {
    world.catalog = aCatalog({ killSwitch: true });
    expect(await run()).toMatchObject({ kind: 'refused', why: expect.not.stringContaining('earlier try') });
  });
  test('was refused stays refused when the step runs again', async () => {
    world.catalog = aCatalog({ killSwitch: true });
    const first = await run();
    world.catalog = aCatalog();
    expect(await run()).toEqual(first);
    expect(world.carriedOut).toEqual([]);
  });
  test('the cluster refuses is not verified', async () => {
    world.execution = async () => ({ kind: 'refused', why: 'The CronJob is suspended.' });
    const { remediation, verificationPlan } = await remediate(asked, world.ports);
    expect(remediation).toEqual({ kind: 'refused', why: 'The CronJob is suspended.', policies: [] });
    expect(verificationPlan).toEqual([]);
    expect((await stores.incidents.get('inc-1'))?.status).toBe('acting');
  });
  test('breaks a rule of our own code is not hidden', async () => {
    world.execution = async () => {
      throw new TypeError('undefined is not a function');
    };
    await expect(run()).rejects.toThrow(TypeError);
    expect(await begin()).toEqual({ kind: 'begun', at: at('02:50:00') });
  });
});

describe('an approval holds for', () => {
  test('this very target: a key that reads the same is not enough', async () => {
    // `a/b` + `c` and `a` + `b/c` are joined to one key; clusters are called by ARNs with a slash in them.
    const of = (cluster: string, namespace: string): Action => ({
      ...action,
      target: { ...cronJob, cluster, namespace },
      title: `Rerun CronJob ${namespace}/nightly-invoices in ${cluster}`,
      idempotencyKey: `inc-1:rerun-cronjob:a/b/c/CronJob/nightly-invoices`,
    });
    await stores.approvals.request(anApproval({ id: 'slashed', action: of('a/b', 'c') }), 'token');
    await stores.approvals.decide('slashed', { verdict: 'approve', by: 'ana', at: at('02:49:00') });
    if (asked.decision.kind !== 'ask') throw new Error('It was to ask.');
    const other = { ...asked, decision: { ...asked.decision, action: of('a', 'b/c') }, approval: approved('slashed') };
    expect(await run(other)).toMatchObject({ kind: 'refused', why: 'The approval was given for another action.' });
  });
  test.each(['pending', 'expired'] as const)('nothing while its record is %s', async (state) => {
    await stores.approvals.request(anApproval({ id: 'open', action }), 'token');
    if (state === 'expired') await stores.approvals.expire('open');
    expect(await run({ ...asked, approval: approved('open') })).toMatchObject({
      why: 'The record of the approval does not say that it was approved.',
    });
    expect(world.carriedOut).toEqual([]);
  });
  test.each([
    { kind: 'rejected', approvalId: 'inc-1-rerun-cronjob', by: 'ana', at: at('02:49:00') } as const,
    { kind: 'expired' } as const,
  ])('nothing when the workflow itself says $kind', async (approval) => {
    expect(await run({ ...asked, approval })).toMatchObject({ kind: 'refused', why: 'Nobody approved it.' });
  });
  test('a target that evidence names, not for one whose evidence is gone', async () => {
    const other = aReport({ findings: [aFinding({ evidenceIds: ['ev-9'] })] });
    expect(await run({ ...asked, reports: [other] })).toMatchObject({ policies: ['target-not-in-evidence'] });
  });
  test('nothing where it was not to ask', async () => {
    for (const kind of ['report', 'refuse'] as const)
      expect(await run({ ...asked, decision: { kind, why: '', policies: [] } })).toMatchObject({
        kind: 'refused',
        why: `The decision was to ${kind}.`,
      });
    expect(world.carriedOut).toEqual([]);
  });
});

describe('verification is planned', () => {
  test('with those that saw the problem, Kubernetes always, from when it takes effect on', async () => {
    const logs = aReport({
      specialist: 'logs',
      findings: [aFinding({ id: 'logs-1-1', specialist: 'logs', entity: { kind: 'Service', name: 'ledger-api' } })],
    });
    const changes = aReport({
      specialist: 'changes',
      findings: [aFinding({ id: 'changes-1-1', specialist: 'changes' })],
    });
    const metrics = aReport({
      specialist: 'metrics',
      findings: [aFinding({ id: 'metrics-1-1', specialist: 'metrics' })],
    });
    const [first] = asked.diagnosis.hypotheses;
    if (!first) throw new Error('There is a hypothesis.');
    const findingIds = ['kubernetes-1-1', 'logs-1-1', 'changes-1-1'];
    const input: ApprovalResolved = {
      ...asked,
      reports: [...asked.reports, logs, changes, metrics],
      diagnosis: { ...asked.diagnosis, hypotheses: [{ ...first, findingIds }] },
    };
    const { verificationPlan } = await remediate(input, world.ports);
    expect(verificationPlan.map(({ specialist, phase }) => [specialist, phase])).toEqual([
      ['kubernetes', 'verify'],
      ['logs', 'verify'],
    ]);
    expect(verificationPlan[0]).toMatchObject({
      question: action.verify,
      focus: [action.target],
      context: {
        window: {
          baseline: input.context.window.baseline,
          // 60 s to settle, and the ten minutes after.
          incident: { start: at('02:50:30'), end: at('03:01:00') },
        },
      },
    });
    expect((await stores.incidents.get('inc-1'))?.status).toBe('verifying');
  });
});
