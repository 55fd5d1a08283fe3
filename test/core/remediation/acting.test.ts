import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { Misconfigured, Unavailable } from '../../../core/errors.ts';
import { learn } from '../../../core/learning/learn.ts';
import type { Decision, Verdict, Verification } from '../../../core/model/action.ts';
import type { ApprovalResolved, Concluded, Synthesized } from '../../../core/model/workflow.ts';
import { actionOf, suggestedAction } from '../../../core/remediation/catalogue.ts';
import { decide } from '../../../core/remediation/decide.ts';
import { remediate } from '../../../core/remediation/remediate.ts';
import { aHypothesis, anApproval, anIncident, aReport, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog, approved, aWorld, diagnosed, type World } from './world.ts';

// From a diagnosis to an act: the real policies, the real records, and an executor that counts.

const open = storesForTests();
const clock = { now: () => new Date(at('02:48:00')) };

let stores: DynamoStores;
let world: World;
beforeEach(async () => {
  stores = await open(clock);
  world = aWorld(stores, clock);
  await stores.incidents.open(anIncident());
});

const decided = async (input: Synthesized): Promise<Decision> => (await decide(input, world.ports)).decision;

/** What the workflow carries after a person answered: the record and the outcome say the same. */
async function answered(input: Synthesized, verdict: Verdict): Promise<ApprovalResolved> {
  const decision = await decided(input);
  if (decision.kind !== 'ask') throw new Error(`It was to ask, not to ${decision.kind}: ${decision.why}`);
  const { action, approvalId } = decision;
  await stores.approvals.request(
    anApproval({ id: approvalId, incidentId: input.incident.id, action, question: 'Rerun it?' }),
    'token',
  );
  await stores.approvals.decide(approvalId, { verdict, by: 'ana', at: at('02:49:00') });
  return { ...input, decision, approval: approved(approvalId, verdict === 'approve-and-remember') };
}
/** Teaches by the whole way: asked, approved with "don't ask again", done, recovered. */
async function teach(input = diagnosed()): Promise<void> {
  const asked = await answered(input, 'approve-and-remember');
  const { remediation } = await remediate(asked, world.ports);
  await learn(
    { ...asked, remediation, verification: { kind: 'recovered', text: 'It is well.', evidenceIds: [] } },
    world.ports,
  );
  world.carriedOut = [];
}
/** The same error, in an incident that began after the first was over. */
const again = (input = diagnosed(), id = 'inc-2'): Synthesized => ({
  ...input,
  incident: anIncident({ id, openedAt: at('02:50:00') }),
});

describe('the decision', () => {
  test('is to ask, by the policy that it names', async () => {
    expect(await decided(diagnosed())).toMatchObject({
      kind: 'ask',
      policies: ['walk-safe-actions'],
      action: { id: 'rerun-cronjob', target: cronJob },
    });
  });
  test.each<[string, Synthesized, RegExp]>([
    ['that is not sure', diagnosed({ confidence: 0.3 }), /not sure enough/],
    ['without an action for it', diagnosed({ cause: 'image-not-found' }), /no action for image-not-found/],
    ['of what is not known', diagnosed({ cause: 'unknown' }), /names no cause that an action could fix/],
    [
      'at a place that is not known',
      diagnosed({ entity: { kind: 'CronJob', name: 'nightly-invoices' } }, { cluster: undefined }),
      /Cluster or namespace of CronJob nightly-invoices is unknown/,
    ],
  ])('of a hypothesis %s is to report, and says why', async (_, input, why) => {
    expect(await decided(input)).toMatchObject({ kind: 'report', why: expect.stringMatching(why) });
  });
  test.each<[string, object, string]>([
    ['the kill switch', { killSwitch: true }, 'kill-switch'],
    ['crawl', { environments: { production: { level: 'crawl' } } }, 'deny-by-default'],
    [
      'a lower level of the service itself',
      { services: [{ ...aCatalog().services[0], level: 'crawl' }] },
      'deny-by-default',
    ],
    ['protection', { services: [{ ...aCatalog().services[0], protected: true }] }, 'protected-workload'],
  ])('is a refusal under %s', async (_, over, policy) => {
    world.catalog = aCatalog(over);
    expect(await decided(diagnosed())).toMatchObject({ kind: 'refuse', policies: [policy] });
  });
  test('takes the lowest level of those that share the place, and the protection of any', async () => {
    const [own] = aCatalog().services;
    world.catalog = aCatalog({
      services: [
        { ...own, workloads: ['Deployment/other'], name: 'a' },
        { ...own, workloads: ['Deployment/another'], name: 'b', level: 'crawl' },
      ],
    });
    expect(await decided(diagnosed())).toMatchObject({ kind: 'refuse' });
  });
  test('places the target once, however often the policies are asked', async () => {
    const { protectedLabels, ...catalog } = aCatalog({ environments: { production: { level: 'run' } } });
    let placed = 0;
    world.catalog = Object.defineProperty({ ...catalog, protectedLabels }, 'protectedLabels', {
      get: () => {
        placed += 1;
        return protectedLabels;
      },
    });
    const rollback = { cause: 'code-change', changeId: 'c1', entity: { ...cronJob, kind: 'Deployment' } } as const;
    expect(await decided(diagnosed(rollback))).toMatchObject({ kind: 'ask', approvers: 2 });
    expect(placed).toBe(1);
  });
  test('goes by where the target is, not by what the alert says of it', async () => {
    const staging = { value: 'staging', source: 'the alert', confidence: 0.99, alternatives: [] };
    const rollback = { cause: 'code-change', changeId: 'c1', entity: { ...cronJob, kind: 'Deployment' } } as const;
    world.catalog = aCatalog({ environments: { production: { level: 'crawl' }, staging: { level: 'run' } } });
    expect(await decided(diagnosed(rollback, { environment: staging }))).toMatchObject({ kind: 'refuse' });
    const elsewhere = { ...cronJob, cluster: 'unheard-of' };
    expect(await decided(diagnosed({ entity: elsewhere }, { environment: staging }))).toMatchObject({
      kind: 'refuse',
      why: expect.stringContaining('Level crawl, environment unknown'),
    });
  });
  test('is a refusal where no finding of this incident names the target', async () => {
    const input = diagnosed({ entity: { ...cronJob, name: 'payroll' } });
    const foreign = { ...input, reports: [aReport()] };
    expect(await decided(foreign)).toMatchObject({ kind: 'refuse', policies: ['target-not-in-evidence'] });
  });
  test('is to report where a trial is refused or cannot be asked for', async () => {
    world.trial = async () => ({ kind: 'refused', why: 'There is no CronJob.' });
    expect(await decided(diagnosed())).toMatchObject({
      kind: 'report',
      why: expect.stringContaining('There is no CronJob.'),
    });
    world.trial = async () => {
      throw new Unavailable('The API server is away.');
    };
    expect(await decided(diagnosed())).toMatchObject({ kind: 'report', why: expect.stringContaining('is away') });
  });
});

describe('what was taught', () => {
  test('is obeyed for the same error, and says by whom it was taught', async () => {
    await teach();
    expect(await decided(again())).toMatchObject({
      kind: 'act',
      why: expect.stringMatching(/Allowed without asking: taught by ana on 2026-11-20 for exactly this error/),
      policies: ['walk-safe-actions'],
    });
  });
  test.each<[string, Synthesized]>([
    ['error', diagnosed({ errorTemplate: 'payments-api:8443 connection reset' })],
    ['cause', diagnosed({ cause: 'job-deadline' })],
    ['workload', diagnosed({ entity: { ...cronJob, name: 'weekly-invoices' } })],
    ['namespace', diagnosed({ entity: { ...cronJob, namespace: 'payroll' } })],
  ])('is not obeyed for another %s', async (_, input) => {
    await teach();
    expect(await decided(again(input))).toMatchObject({ kind: 'ask' });
  });
  test('is not obeyed in another environment', async () => {
    await teach();
    world.catalog = aCatalog({ clusters: [{ name: 'backend-1', environment: 'staging' }], services: [] });
    expect(await decided(again())).toMatchObject({ kind: 'ask' });
  });
  test.each(['suspended', 'revoked'] as const)(
    'is not obeyed once it is %s, and the question says so',
    async (state) => {
      await teach();
      await stores.preferences.setState('inc-1-rerun-cronjob', state, 'Ben said so.');
      expect(await decided(again())).toMatchObject({
        kind: 'ask',
        why: expect.stringContaining(`it is ${state}. Ben said so.`),
      });
    },
  );
  test('is obeyed three times a day, then asked about', async () => {
    await teach();
    const kinds: string[] = [];
    for (const id of ['inc-2', 'inc-3', 'inc-4', 'inc-5']) kinds.push((await decided(again(diagnosed(), id))).kind);
    expect(kinds).toEqual(['act', 'act', 'act', 'ask']);
  });
  test('is not taught where it did not help, or nobody asked for it', async () => {
    const asked = await answered(diagnosed(), 'approve-and-remember');
    const { remediation } = await remediate(asked, world.ports);
    await learn(
      { ...asked, remediation, verification: { kind: 'unknown', text: 'Not known.', evidenceIds: [] } },
      world.ports,
    );
    expect(await stores.preferences.list()).toEqual([]);
  });
});

describe('the act', () => {
  test('is carried out once, however often the step runs', async () => {
    const asked = await answered(diagnosed(), 'approve');
    const first = await remediate(asked, world.ports);
    expect(first.remediation).toMatchObject({ kind: 'done' });
    expect(first.verificationPlan.map(({ specialist }) => specialist)).toContain('kubernetes');
    expect((await remediate(asked, world.ports)).remediation).toEqual(first.remediation);
    expect(world.carriedOut).toHaveLength(1);
  });
  test('is tried again with the same key where the cluster was away', async () => {
    const asked = await answered(diagnosed(), 'approve');
    world.execution = async () => {
      throw new Unavailable('The API server is away.');
    };
    await expect(remediate(asked, world.ports)).rejects.toThrow('is away');
    world.execution = async () => ({ kind: 'done', detail: 'A Job was made.' });
    expect((await remediate(asked, world.ports)).remediation).toMatchObject({ kind: 'done' });
    expect(new Set(world.carriedOut.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });
  test('that failed for another reason says that its effect is not known, and is not repeated', async () => {
    const asked = await answered(diagnosed(), 'approve');
    world.execution = async () => {
      throw new Misconfigured('No access.');
    };
    const { remediation, verificationPlan } = await remediate(asked, world.ports);
    expect(remediation).toEqual({ kind: 'failed', why: 'No access. It is unknown whether it took effect.' });
    expect(verificationPlan).toEqual([]);
    await remediate(asked, world.ports);
    expect(world.carriedOut).toHaveLength(1);
  });

  type Change = (asked: ApprovalResolved) => ApprovalResolved | Promise<ApprovalResolved>;
  const thrown =
    (over: object): Change =>
    (asked) => {
      world.catalog = aCatalog(over);
      return asked;
    };
  const withAction =
    (over: object): Change =>
    (asked) =>
      asked.decision.kind === 'ask'
        ? { ...asked, decision: { ...asked.decision, action: { ...asked.decision.action, ...over } } }
        : asked;
  test.each<[string, Change, RegExp]>([
    ['nobody approved', (asked) => ({ ...asked, approval: undefined }), /Nobody approved it/],
    [
      'the record does not know the approval',
      (asked) => ({ ...asked, approval: approved('invented') }),
      /does not say that it was approved/,
    ],
    ['the kill switch was thrown', thrown({ killSwitch: true }), /kill-switch/],
    ['the level was lowered', thrown({ environments: { production: { level: 'crawl' } } }), /Level crawl/],
    ['another target took its place', withAction({ target: { ...cronJob, name: 'payroll' } }), /another target/],
    ['another kind of target did', withAction({ target: { ...cronJob, kind: 'Namespace' } }), /not for a Namespace/],
    ['parameters were added', withAction({ parameters: { force: true } }), /parameters of rerun-cronjob do not fit/],
    ['another incident made it', withAction({ idempotencyKey: 'inc-9:rerun-cronjob:x' }), /another incident/],
    [
      'another action was approved',
      (asked) => {
        const entity = { ...cronJob, kind: 'Deployment' };
        const entry = suggestedAction(aHypothesis({ cause: 'memory-leak', entity }));
        return entry ? withAction(actionOf(entry, entity, { incidentId: 'inc-1', evidenceIds: [] }))(asked) : asked;
      },
      /given for another action/,
    ],
  ])('is not carried out when %s', async (_, change, why) => {
    const asked = await change(await answered(diagnosed(), 'approve'));
    const { remediation } = await remediate(asked, world.ports);
    expect(remediation).toMatchObject({ kind: 'refused', why: expect.stringMatching(why) });
    expect(world.carriedOut).toEqual([]);
  });
  test('is not carried out when the record says rejected, whatever the workflow says', async () => {
    const asked = await answered(diagnosed(), 'reject');
    const forged: ApprovalResolved = { ...asked, approval: approved('inc-1-rerun-cronjob') };
    expect((await remediate(forged, world.ports)).remediation).toMatchObject({ kind: 'refused' });
    expect(world.carriedOut).toEqual([]);
  });
  test("is not carried out by another incident's approval", async () => {
    await answered(diagnosed(), 'approve');
    await stores.incidents.open(anIncident({ id: 'inc-2', sourceId: 'PD-2' }));
    const other = again();
    const decision = await decided(other);
    const stolen: ApprovalResolved = { ...other, decision, approval: approved('inc-1-rerun-cronjob') };
    expect((await remediate(stolen, world.ports)).remediation).toMatchObject({
      kind: 'refused',
      why: 'The approval belongs to another incident.',
    });
    expect(world.carriedOut).toEqual([]);
  });
  test('is not carried out by what was revoked after the decision', async () => {
    await teach();
    await stores.incidents.open(anIncident({ id: 'inc-2', sourceId: 'PD-2' }));
    const input = again();
    const decision = await decided(input);
    expect(decision.kind).toBe('act');
    await stores.preferences.setState('inc-1-rerun-cronjob', 'revoked', 'Ben said so.');
    expect((await remediate({ ...input, decision }, world.ports)).remediation).toMatchObject({
      kind: 'refused',
      why: 'The permission is revoked.',
    });
    expect(world.carriedOut).toEqual([]);
  });
  test('is not carried out by what was taught for another workload', async () => {
    await teach();
    await stores.incidents.open(anIncident({ id: 'inc-2', sourceId: 'PD-2' }));
    const input = again(diagnosed({ entity: { ...cronJob, name: 'payroll' } }));
    const asking = await decided(input);
    if (asking.kind !== 'ask') throw new Error('It was to ask.');
    const forged: Decision = { ...asking, kind: 'act', preferenceId: 'inc-1-rerun-cronjob' };
    expect((await remediate({ ...input, decision: forged }, world.ports)).remediation).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('another action or another workload'),
    });
    expect(world.carriedOut).toEqual([]);
  });
});

describe('the page', () => {
  const catalog = (page: object) => aCatalog({ environments: { production: { level: 'walk', page } } });
  const ended = async (kind: Verification['kind'], more: Partial<Concluded> = {}) => {
    const asked = await answered(diagnosed(), 'approve');
    const { remediation } = await remediate(asked, world.ports);
    const verification = { kind, text: 'As it is.', evidenceIds: [] };
    await learn({ ...asked, remediation, verification, ...more }, world.ports);
  };
  const told = async () => (await stores.incidents.timeline('inc-1')).map(({ text }) => text);

  test('is left alone where the catalogue says nothing', async () => {
    await ended('recovered');
    expect(world.marked).toEqual([]);
  });
  test('is acknowledged once what was approved is done, and resolved once it recovered', async () => {
    world.catalog = catalog({ acknowledge: true, resolve: true });
    await ended('recovered');
    expect(world.marked).toEqual(['acknowledged', 'resolved']);
    expect(await told()).toContain('The page is resolved, as the catalogue allows in production.');
  });
  test.each(['not-recovered', 'made-worse', 'unknown'] as const)('is never resolved where it is %s', async (kind) => {
    world.catalog = catalog({ resolve: true });
    await ended(kind);
    expect(world.marked).toEqual([]);
  });
  test('is not resolved by taking something back, which mends that alone', async () => {
    world.catalog = catalog({ resolve: true });
    await ended('recovered', { takingBack: { action: anApproval().action, why: 'It got worse.' } });
    expect(world.marked).toEqual([]);
  });
  test('tells those who follow it how it ended, where the catalogue allows that', async () => {
    await ended('recovered');
    expect(world.updates).toEqual([]);
    world.catalog = catalog({ statusUpdates: true });
    await ended('not-recovered');
    expect(world.updates).toEqual([
      'CronJob nightly-invoices failed is not over: no recovery was observed after the action, and people have taken over.',
    ]);
  });
  test('has a note of what was done, on whose word, and how it ended', async () => {
    await ended('recovered');
    expect(world.notes.at(-1)).toMatch(
      /^Recovered: CronJob nightly-invoices failed\nDone: Rerun CronJob .+, approved by ana at \d\d:\d\d UTC\.\nAs it is\./,
    );
  });
  test('that cannot be reached is said, and fails nothing', async () => {
    world.catalog = catalog({ acknowledge: true, resolve: true });
    world.outsideIsAway = true;
    await ended('recovered');
    expect(await told()).toContain('The page could not be resolved: No token.');
  });
  test('is not touched where nobody was paged', async () => {
    world.catalog = catalog({ acknowledge: true, resolve: true });
    const input = diagnosed();
    const asked = await answered(
      { ...input, incident: { ...input.incident, trigger: { ...input.incident.trigger, kind: 'mention' } } },
      'approve',
    );
    await remediate(asked, world.ports);
    expect(world.marked).toEqual([]);
  });
});
