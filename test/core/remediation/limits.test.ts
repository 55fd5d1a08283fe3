import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import type { Decision } from '../../../core/model/action.ts';
import type { ApprovalResolved, Synthesized } from '../../../core/model/workflow.ts';
import { answerApproval } from '../../../core/remediation/answer.ts';
import { askApproval } from '../../../core/remediation/ask.ts';
import { decide } from '../../../core/remediation/decide.ts';
import { switches, throwKillSwitch } from '../../../core/remediation/kill-switch.ts';
import { remediate } from '../../../core/remediation/remediate.ts';
import { anIncident, aTrigger, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog, aService, aWorld, diagnosed, type World } from './world.ts';

// When, how often, how much, by whose word: the real policies with the real counters, at the decision and right before the act.

const open = storesForTests();
let now = at('02:48:00');
const clock = { now: () => new Date(now) };
let stores: DynamoStores;
let world: World;
beforeEach(async () => {
  now = at('02:48:00');
  stores = await open(clock);
  world = aWorld(stores, clock);
  world.ports.workflow = { resume: async () => 'resumed' };
});

let count = 0;
/** The same error in another incident. */
const again = async (input = diagnosed()): Promise<Synthesized> => {
  count += 1;
  const incident = anIncident({
    id: `inc-${count}`,
    sourceId: `PD-${count}`,
    trigger: input.incident.trigger,
    openedAt: now,
  });
  await stores.incidents.open(incident);
  return { ...input, incident };
};
const decided = async (input: Synthesized) => (await decide(input, world.ports)).decision;
async function asked(input: Synthesized): Promise<Extract<Decision, { kind: 'ask' }>> {
  const decision = await decided(input);
  if (decision.kind !== 'ask') throw new Error(`It was to ask: ${decision.why}`);
  await askApproval({ ...input, decision }, 'token', 'question', world.ports);
  return decision;
}
const say = (approvalId: string, by: string) => answerApproval({ approvalId, verdict: 'approve', by }, world.ports);
async function done(input: Synthesized, ...people: string[]) {
  const decision = await asked(input);
  for (const by of people) await say(decision.approvalId, by);
  const approval = {
    kind: 'approved',
    approvalId: decision.approvalId,
    by: people[0] ?? '',
    at: now,
    remember: false,
  } as const;
  const { remediation } = await remediate({ ...input, decision, approval } satisfies ApprovalResolved, world.ports);
  await stores.incidents.update(input.incident.id, { status: 'closed' });
  now = new Date(Date.parse(now) + 1).toISOString();
  return remediation;
}
const rollback = () => diagnosed({ cause: 'code-change', changeId: 'c-1', entity: { ...cronJob, kind: 'Deployment' } });

describe('the same thing again', () => {
  test('is done three times a day for people, and the fourth is called a symptom', async () => {
    for (const hour of ['03', '04', '05']) {
      now = at(`${hour}:00:00`);
      expect(await done(await again(), 'ana')).toMatchObject({ kind: 'done' });
    }
    now = at('06:00:00');
    expect(await decided(await again())).toMatchObject({
      kind: 'refuse',
      policies: ['same-thing-again'],
      why: expect.stringContaining('too often within a day'),
    });
    now = '2026-11-21T05:00:01.000Z';
    expect((await decided(await again())).kind).toBe('ask');
  });
  test('on another target is not the same', async () => {
    world.catalog = aCatalog({ budgets: { samePerDay: 1 } });
    await done(await again(), 'ana');
    expect((await decided(await again())).kind).toBe('refuse');
    const other = { ...cronJob, name: 'payroll' };
    expect((await decided(await again(diagnosed({ entity: other })))).kind).toBe('ask');
  });
});

describe('two incidents for one cause', () => {
  const approve = async (input: Synthesized, decision: Extract<Decision, { kind: 'ask' }>) => {
    await say(decision.approvalId, 'ana');
    const approval = {
      kind: 'approved',
      approvalId: decision.approvalId,
      by: 'ana',
      at: now,
      remember: false,
    } as const;
    return (await remediate({ ...input, decision, approval }, world.ports)).remediation;
  };

  test('that were both approved act once, and the other is told what was done', async () => {
    const [one, two] = [await again(), await again()];
    const [first, second] = [await asked(one), await asked(two)];
    const results = await Promise.all([approve(one, first), approve(two, second)]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['done', 'refused']);
    expect(results.find(({ kind }) => kind === 'refused')).toMatchObject({
      policies: ['another-incident-acts'],
      why: expect.stringMatching(/Incident inc-\d+ did rerun-cronjob to it at 2026/),
    });
    expect(world.carriedOut).toHaveLength(1);
  });
  test('do not act after each other on what the second saw before the first had acted', async () => {
    const [one, two] = [await again(), await again()];
    expect(await done(one, 'ana')).toMatchObject({ kind: 'done' });
    now = at('02:59:00');
    expect(await decided(two)).toMatchObject({ kind: 'refuse', policies: ['another-incident-acts'] });
    expect((await decided(await again())).kind).toBe('ask');
  });
  test('wait for what came of it, but not for one that will never say', async () => {
    const one = await again();
    expect(await approve(one, await asked(one))).toMatchObject({ kind: 'done' });
    now = at('02:49:00');
    const two = await again();
    expect(await decided(two)).toMatchObject({ kind: 'refuse', policies: ['another-incident-acts'] });
    const elsewhere = await again(diagnosed({ entity: { ...cronJob, name: 'payroll' } }));
    expect((await decided(elsewhere)).kind).toBe('ask');
    await stores.incidents.update(one.incident.id, { status: 'closed' });
    expect((await decided(two)).kind).toBe('ask');
    await stores.incidents.update(one.incident.id, { status: 'verifying' });
    now = at('03:20:00');
    expect((await decided(two)).kind).toBe('ask');
  });
});

describe('a budget', () => {
  test.each<[string, object, string]>([
    ['of an hour', { actsPerHour: 1 }, 'budget-per-hour'],
    ['of pods', { podsPerHour: 1 }, 'budget-blast-radius'],
  ])('%s refuses what comes beyond it, and says which', async (_, budgets, policy) => {
    world.catalog = aCatalog({ budgets });
    expect(await done(await again(), 'ana')).toMatchObject({ kind: 'done' });
    expect(await decided(await again())).toMatchObject({ kind: 'refuse', policies: [policy] });
    now = at('03:48:01');
    expect((await decided(await again())).kind).toBe('ask');
  });
  test("of an environment goes before the catalogue's", async () => {
    world.catalog = aCatalog({ environments: { production: { level: 'walk', budgets: { actsPerHour: 0 } } } });
    expect(await decided(await again())).toMatchObject({ kind: 'refuse', policies: ['budget-per-hour'] });
  });
  test('holds for incidents that were all asked before any was done', async () => {
    world.catalog = aCatalog({ budgets: { actsPerHour: 2 } });
    const jobs = ['a', 'b', 'c', 'd'].map((name) => diagnosed({ entity: { ...cronJob, name } }));
    const inputs = await Promise.all(jobs.map((job) => again(job)));
    const decisions: Extract<Decision, { kind: 'ask' }>[] = [];
    for (const input of inputs) decisions.push(await asked(input));
    for (const { approvalId } of decisions) await say(approvalId, 'ana');
    const results = await Promise.all(
      inputs.map((input, n) => {
        const decision = decisions[n];
        if (!decision) throw new Error('There is a decision each.');
        const approval = {
          kind: 'approved',
          approvalId: decision.approvalId,
          by: 'ana',
          at: now,
          remember: false,
        } as const;
        return remediate({ ...input, decision, approval }, world.ports);
      }),
    );
    const kinds = results.map(({ remediation }) => remediation.kind).sort();
    expect(kinds).toEqual(['done', 'done', 'refused', 'refused']);
    expect(world.carriedOut).toHaveLength(2);
  });
});

describe('what is high stakes', () => {
  test('takes two people, and the record of one is not enough', async () => {
    const input = await again(rollback());
    const decision = await asked(input);
    expect(decision).toMatchObject({ approvers: 2, why: expect.stringContaining('2 people have to approve') });
    await say(decision.approvalId, 'ana');
    const approval = {
      kind: 'approved',
      approvalId: decision.approvalId,
      by: 'ana',
      at: now,
      remember: false,
    } as const;
    expect((await remediate({ ...input, decision, approval }, world.ports)).remediation.kind).toBe('refused');
    expect(await done(await again(rollback()), 'ana', 'ben')).toMatchObject({ kind: 'done' });
  });
  test('is never approved by who asked for it, who may reject it', async () => {
    const trigger = aTrigger({ kind: 'mention', slack: { channel: 'C1', threadTs: '1.2', user: 'U1' } });
    const decision = await asked(await again({ ...rollback(), incident: anIncident({ trigger }) }));
    expect(await say(decision.approvalId, 'U1')).toEqual({
      kind: 'not-allowed',
      text: 'U1 asked for it, and it is high stakes: other people have to approve it.',
    });
    expect((await say(decision.approvalId, 'ana')).kind).toBe('counted');
    expect((await say(decision.approvalId, 'U1')).kind).toBe('not-allowed');
    expect(
      (await answerApproval({ approvalId: decision.approvalId, verdict: 'reject', by: 'U1' }, world.ports)).kind,
    ).toBe('decided');
    const lines = await stores.audit.list({ since: at('00:00:00'), until: at('23:00:00') });
    expect(lines.filter(({ kind }) => kind === 'answer-refused').map(({ actor }) => actor.id)).toEqual(['U1']);
  });
  test('takes one person where the catalogue says so', async () => {
    world.catalog = aCatalog({ environments: { production: { level: 'walk', approvalsForHighStakes: 1 } } });
    expect(await asked(await again(rollback()))).toMatchObject({ approvers: 1 });
  });
});

describe('who may answer', () => {
  test('is who the service names, else the environment, else the catalogue; groups as they are now', async () => {
    const catalog = (over: object) =>
      aCatalog({
        approvers: ['cat'],
        groups: { oncall: ['ana'] },
        environments: { production: { level: 'walk', approvers: ['env'] } },
        ...over,
      });
    world.catalog = catalog({ services: [aService({ approvers: ['group:oncall'] })] });
    const first = await asked(await again());
    expect(first.mayAnswer).toEqual(['group:oncall']);
    expect((await say(first.approvalId, 'env')).kind).toBe('not-allowed');
    world.catalog = { ...world.catalog, groups: { oncall: ['ben'] } };
    expect((await say(first.approvalId, 'ana')).kind).toBe('not-allowed');
    expect((await say(first.approvalId, 'ben')).kind).toBe('decided');
    world.catalog = catalog({});
    expect((await asked(await again())).mayAnswer).toEqual(['env']);
    world.catalog = catalog({ environments: { production: { level: 'walk' } } });
    expect((await asked(await again())).mayAnswer).toEqual(['cat']);
  });
});

describe('levels, protection and freezes', () => {
  test.each<[string, object, string]>([
    ['a level of this action', { services: [aService({ actions: { 'rerun-cronjob': 'crawl' } })] }, 'deny-by-default'],
    [
      'a level of this action in the environment',
      { environments: { production: { level: 'walk', actions: { 'rerun-cronjob': 'crawl' } } } },
      'deny-by-default',
    ],
    [
      'a freeze',
      { freezes: [{ name: 'Black Friday', once: { from: '2026-11-20T00:00', to: '2026-11-30T00:00' } }] },
      'freeze',
    ],
  ])('%s refuses', async (_, catalog, policy) => {
    world.catalog = aCatalog(catalog);
    expect(await decided(await again())).toMatchObject({ kind: 'refuse', policies: [policy] });
  });
  test('a freeze is named', async () => {
    world.catalog = aCatalog({
      freezes: [{ name: 'Black Friday', once: { from: '2026-11-20T00:00', to: '2026-11-30T00:00' } }],
    });
    expect((await decided(await again())).why).toContain('Freeze: Black Friday.');
  });
  test('a label on the live object protects it, and so does what it is', async () => {
    const labelled = (labels: object, spec: object = {}) =>
      ({ kind: 'object', object: { kind: 'CronJob', metadata: { name: 'x', labels }, spec } }) as World['target'];
    world.target = labelled({ 'watchkeeper/protected': 'true' });
    expect(await decided(await again())).toMatchObject({ kind: 'refuse', policies: ['protected-workload'] });
    world.target = labelled({ 'watchkeeper/protected': 'false' });
    expect((await decided(await again())).kind).toBe('ask');
    world.catalog = aCatalog({ protectedLabels: ['tier=gold', 'never'] });
    world.target = labelled({ tier: 'gold' });
    expect((await decided(await again())).kind).toBe('refuse');
    world.target = labelled({ never: '' });
    expect((await decided(await again())).kind).toBe('refuse');
    world.target = labelled({ 'app.kubernetes.io/component': 'database' });
    expect(await decided(await again())).toMatchObject({ kind: 'refuse', policies: ['database'] });
  });
});

describe('the kill switch', () => {
  test('thrown by anybody refuses at once, also what was approved before, and only approvers take it off', async () => {
    world.catalog = aCatalog({ approvers: ['ana'] });
    const input = await again();
    const decision = await asked(input);
    await say(decision.approvalId, 'ana');
    expect(
      await throwKillSwitch({ on: true, by: 'mallory', why: 'a migration\u202e runs' }, world.ports),
    ).toMatchObject({ on: true });
    const approval = {
      kind: 'approved',
      approvalId: decision.approvalId,
      by: 'ana',
      at: now,
      remember: false,
    } as const;
    expect((await remediate({ ...input, decision, approval }, world.ports)).remediation).toMatchObject({
      policies: ['kill-switch'],
    });
    await expect(throwKillSwitch({ on: false, by: 'mallory', why: 'x' }, world.ports)).rejects.toThrow(
      /not among the approvers/,
    );
    await throwKillSwitch({ on: false, by: 'ana', why: 'it is over' }, world.ports);
    expect(await switches(world.ports)).toMatchObject({ on: false, killSwitch: { by: 'ana' } });
    const lines = await stores.audit.list({ since: at('00:00:00'), until: at('23:00:00') });
    // Both are of one instant of this clock, and the audit holds both.
    expect(
      lines
        .filter(({ kind }) => kind === 'control')
        .map(({ outcome, text }) => [outcome, text])
        .toSorted(),
    ).toEqual([
      ['off', 'Kill switch off: it is over'],
      ['on', 'Kill switch on: a migration  runs'],
    ]);
  });
});
