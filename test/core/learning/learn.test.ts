import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { learn } from '../../../core/learning/learn.ts';
import type {
  ApprovalOutcome,
  Decision,
  RemediationResult,
  Verdict,
  Verification,
} from '../../../core/model/action.ts';
import type { Concluded } from '../../../core/model/workflow.ts';
import { record } from '../../../core/record/timeline.ts';
import { anAction, anApproval, anAsk, anIncident, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog, approved, aWorld, diagnosed, type World } from '../remediation/world.ts';

const open = storesForTests();
const clock = { now: () => new Date(at('03:00:00')) };
let stores: DynamoStores;
let world: World;
beforeEach(async () => {
  stores = await open(clock);
  world = aWorld(stores, clock);
  await stores.incidents.open(anIncident());
});

const approvalId = 'inc-1-rerun-cronjob';
const done: RemediationResult = {
  kind: 'done',
  detail: 'A Job was made.',
  startedAt: at('02:50:00'),
  finishedAt: at('02:50:01'),
};
const recovered: Verification = { kind: 'recovered', text: 'Recovered: the new Job succeeded.', evidenceIds: [] };

/** An incident in which ana was asked and said `verdict`, as record and workflow have it; acted on, and well again. */
async function ended(verdict: Verdict | undefined, over: Partial<Concluded> = {}): Promise<Concluded> {
  if (verdict) {
    await stores.approvals.request(anApproval(), 'token');
    await stores.approvals.decide(approvalId, { verdict, by: 'ana', at: at('02:49:00') });
  }
  return {
    ...diagnosed(),
    decision: anAsk({ approvalId }),
    approval: approved(approvalId, verdict === 'approve-and-remember'),
    remediation: done,
    verification: recovered,
    ...over,
  };
}
async function learned(input: Concluded): Promise<string[]> {
  await learn(input, world.ports);
  return (await stores.incidents.timeline('inc-1')).filter(({ kind }) => kind === 'learned').map(({ text }) => text);
}
const taught = () => stores.preferences.list();

describe('an error is remembered', () => {
  test('when it helped and that was asked for: this error, here, by whom, until when, how often', async () => {
    const lines = await learned(await ended('approve-and-remember'));
    expect(await taught()).toEqual([
      {
        id: 'inc-1-rerun-cronjob',
        fingerprint: expect.stringMatching(/^wk3-[0-9a-f]{32}$/),
        describes: {
          cause: 'job-failed',
          workload: 'CronJob/billing/nightly-invoices',
          environment: 'production',
          errorTemplate: 'ledger-api:8443 connection reset',
          errorDigest: expect.stringMatching(/^[0-9a-f]{32}$/),
        },
        actionId: 'rerun-cronjob',
        taughtBy: 'ana',
        taughtAt: at('02:49:00'),
        incidentId: 'inc-1',
        expiresAt: '2026-12-20T02:49:00.000Z',
        uses: 0,
        maxUsesPerDay: 3,
        usedToday: { day: '2026-11-20', count: 0 },
        state: 'active',
      },
    ]);
    expect(lines).toContain(
      'Remembered, as ana said. When CronJob/billing/nightly-invoices in production fails with exactly "ledger-api:8443 connection reset" ' +
        '(only what is known to vary may differ: times, ids, pod names, quantities), rerun-cronjob without asking: until 2026-12-20, at most 3 times a day, ' +
        'and no more once it did not help. Anyone can revoke it.',
    );
  });
  test('once, with its count, when the step runs again', async () => {
    const input = await ended('approve-and-remember');
    await learned(input);
    await stores.preferences.use('inc-1-rerun-cronjob', 'inc-2', at('03:10:00'));
    await learned(input);
    expect(await taught()).toMatchObject([{ uses: 1, usedToday: { count: 1 } }]);
  });
  test('where it is, when the hypothesis leaves that to the incident', async () => {
    const { diagnosis } = diagnosed({ entity: { kind: 'CronJob', name: cronJob.name } });
    await learned(await ended('approve-and-remember', { diagnosis }));
    expect((await taught())[0]?.describes.workload).toBe('CronJob/billing/nightly-invoices');
  });
  test('in the environment where the catalogue puts it, not in the one that the alert names', async () => {
    const environment = { value: 'staging', source: 'alert', confidence: 0.99, alternatives: [] };
    const { context } = diagnosed({}, { environment });
    await learned(await ended('approve-and-remember', { context }));
    expect((await taught())[0]?.describes.environment).toBe('production');
  });
});

describe('an error is not remembered', () => {
  test('when nobody asked for it', async () => {
    expect((await learned(await ended('approve'))).join()).not.toMatch(/remembered/i);
    expect(await taught()).toEqual([]);
  });
  test.each<[Verification['kind'] | 'nothing']>([['not-recovered'], ['made-worse'], ['unknown'], ['nothing']])(
    'when verification says %s, and the text says so',
    async (kind) => {
      const verification = kind === 'nothing' ? undefined : { kind, text: 'Hm.', evidenceIds: [] };
      const lines = await learned(await ended('approve-and-remember', { verification }));
      expect(lines).toContainEqual(
        expect.stringContaining('Not remembered: no recovery was observed after the action'),
      );
      expect(await taught()).toEqual([]);
    },
  );
  test('when no error text tells it from others', async () => {
    const { diagnosis } = diagnosed({ errorTemplate: undefined });
    const lines = await learned(await ended('approve-and-remember', { diagnosis }));
    expect(lines).toContainEqual(expect.stringContaining('there is no error text'));
    expect(await taught()).toEqual([]);
  });
  test('when its environment is not known, which is what the text says', async () => {
    world.catalog = aCatalog({ clusters: [], services: [] });
    const { context } = diagnosed({}, { environment: undefined });
    const lines = await learned(await ended('approve-and-remember', { context }));
    expect(lines).toContainEqual('Not remembered: its environment is not known.');
    expect(await taught()).toEqual([]);
  });
  test.each<[string, () => Promise<Concluded>]>([
    ['says to approve only', async () => ({ ...(await ended('approve')), approval: approved(approvalId, true) })],
    ['says to reject', async () => ({ ...(await ended('reject')), approval: approved(approvalId, true) })],
    ['does not exist', async () => ({ ...(await ended(undefined)), approval: approved(approvalId, true) })],
    [
      'is of another incident',
      async () => {
        await stores.approvals.request(anApproval({ id: 'other', incidentId: 'inc-9' }), 'token');
        await stores.approvals.decide('other', { verdict: 'approve-and-remember', by: 'ana', at: at('02:49:00') });
        return { ...(await ended(undefined)), approval: approved('other', true) };
      },
    ],
    [
      'is about another action',
      async () => {
        const action = anAction({ id: 'restart-rollout' });
        const input = await ended('approve-and-remember');
        return input.decision.kind === 'ask' ? { ...input, decision: { ...input.decision, action } } : input;
      },
    ],
  ])('by the word of the workflow, when the record %s', async (_, input) => {
    const lines = await learned(await input());
    expect(lines).toContainEqual(expect.stringContaining('the record of the answer does not say'));
    expect(await taught()).toEqual([]);
  });
  test('when it was done without asking', async () => {
    const decision: Decision = { kind: 'act', why: '', policies: [], action: anAction(), preferenceId: 'pref-1' };
    await learned(await ended(undefined, { decision, approval: undefined }));
    expect(await taught()).toEqual([]);
  });
});

describe('what came of it', () => {
  const nothing = { remediation: undefined, verification: undefined };
  const rejected: ApprovalOutcome = { kind: 'rejected', approvalId, by: 'ben', at: at('02:49:00') };
  test.each<[string, Partial<Concluded>, string]>([
    ['verified', {}, recovered.text],
    ['done, not verified', { verification: undefined }, 'A Job was made.'],
    [
      'refused by the cluster',
      { verification: undefined, remediation: { kind: 'refused', why: 'Suspended.', policies: [] } },
      'Watchkeeper took no action: Suspended.',
    ],
    ['rejected', { ...nothing, approval: rejected }, 'ben rejected the action; Watchkeeper took no action.'],
    [
      'not answered',
      { ...nothing, approval: { kind: 'expired' } },
      'Nobody answered in time; Watchkeeper took no action.',
    ],
    [
      'reported',
      { ...nothing, approval: undefined, decision: { kind: 'report', why: 'No cause.', policies: [] } },
      'Reported; nothing was to be done. No cause.',
    ],
    [
      'refused by the policies',
      { ...nothing, approval: undefined, decision: { kind: 'refuse', why: 'Kill switch.', policies: [] } },
      'Refused: Kill switch.',
    ],
  ])('when it was %s is said in the timeline, in the thread and in the memory', async (_, over, line) => {
    const lines = await learned(await ended(undefined, over));
    expect(lines[0]).toBe(line);
    expect(world.published).toMatchObject([{ kind: 'closing', lines: expect.arrayContaining([line]) }]);
    expect(world.remembered[0]).toContain(line);
    expect((await stores.incidents.get('inc-1'))?.status).toBe('closed');
  });
  test('is that the answer came too late, where it did', async () => {
    const lines = await learned(await ended('approve', { ...nothing, approval: { kind: 'expired' } }));
    expect(lines[0]).toBe('ana answered too late; the workflow had stopped waiting, and Watchkeeper took no action.');
  });
  test('closes a question that nobody answered', async () => {
    await stores.approvals.request(anApproval(), 'token');
    await learned(await ended(undefined, { ...nothing, approval: { kind: 'expired' } }));
    expect((await stores.approvals.get(approvalId))?.state).toBe('expired');
  });
  test('goes to the page with "recovered" or "not recovered", and not where nothing was verified', async () => {
    await learned(await ended(undefined));
    expect(world.notes).toEqual([expect.stringMatching(/^Recovered: CronJob nightly-invoices failed\n/)]);
    await learned(await ended(undefined, { verification: { ...recovered, kind: 'not-recovered' } }));
    expect(world.notes[1]).toMatch(/^Not recovered: CronJob nightly-invoices failed\n/);
    await learned(await ended(undefined, { verification: undefined }));
    expect(world.notes).toHaveLength(2);
  });
  test('is in the thread with a level that this action lowered, once', async () => {
    const row = {
      environment: 'production',
      service: 'billing',
      cause: 'job-failed',
      action: 'rerun-cronjob',
    } as const;
    const lowered = { type: 'LevelLowered', row, from: 'walk', to: 'crawl', why: 'It did not help.' } as const;
    await record('inc-1', lowered, { step: 'Verify', key: 'level' }, world.ports);
    await learned(await ended('approve', { verification: { ...recovered, kind: 'not-recovered' } }));
    const lines = world.published.filter(({ kind }) => kind === 'closing').flatMap((message) => message.lines);
    expect(lines.filter((line) => line.startsWith('From now on the level of rerun-cronjob'))).toHaveLength(1);
  });
  test('leaves a draft of a postmortem that says it is one', async () => {
    await learned(await ended('approve'));
    expect(world.documents).toMatchObject([
      {
        name: 'postmortem-inc-1.md',
        tags: expect.arrayContaining(['postmortem', 'draft']),
        service: 'billing',
        markdown: expect.stringContaining(recovered.text),
      },
    ]);
  });
  test('is kept, taught and closed though nobody can be told; the timeline says who was not', async () => {
    world.outsideIsAway = true;
    await learned(await ended('approve-and-remember'));
    const gaps = (await stores.incidents.timeline('inc-1'))
      .filter(({ kind }) => kind === 'gap')
      .map(({ text }) => text);
    expect(gaps.sort()).toEqual([
      'The memory could not be written.',
      'The page did not receive the result: No token.',
      'The postmortem draft could not be stored.',
      'The thread did not receive the result.',
    ]);
    expect(await taught()).toHaveLength(1);
    expect((await stores.incidents.get('inc-1'))?.status).toBe('closed');
  });
});
