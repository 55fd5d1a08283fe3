import { beforeEach, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { answerApproval } from '../../../core/remediation/answer.ts';
import { withdrawRelatedQuestions } from '../../../core/remediation/siblings.ts';
import { anAction, anApproval, anIncident, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aWorld, type World } from './world.ts';

// One incident acted on a target; others that wait for an answer about the same one, or about another.

const open = storesForTests();
const clock = { now: () => new Date(at('02:52:00')) };
let stores: DynamoStores;
let world: World;
let resumed: unknown[];
const acting = anIncident({ id: 'inc-acts', sourceId: 'PD-acts', execution: 'e-acts' });
beforeEach(async () => {
  stores = await open(clock);
  world = aWorld(stores, clock);
  resumed = [];
  world.ports.workflow = {
    resume: async (token: string, outcome: unknown) => resumed.push({ token, outcome }) && 'resumed',
  };
  await stores.incidents.open(acting);
});
async function waiting(id: string, target = cronJob): Promise<void> {
  await stores.incidents.open(anIncident({ id, sourceId: `PD-${id}`, execution: `e-${id}` }));
  await stores.incidents.update(id, { status: 'awaiting-approval' });
  await stores.approvals.request(
    anApproval({ id: `${id}-rerun`, incidentId: id, action: anAction({ target, idempotencyKey: `${id}:rerun` }) }),
    `token-${id}`,
  );
}
const state = async (id: string) => (await stores.approvals.get(`${id}-rerun`))?.state;

test('a question about the same target is withdrawn, says why, and ends its waiting', async () => {
  await waiting('inc-same');
  await waiting('inc-other', { ...cronJob, name: 'weekly-report' });
  await waiting('inc-elsewhere', { ...cronJob, cluster: 'backend-2' });
  await withdrawRelatedQuestions(acting, anAction(), world.ports);
  expect([await state('inc-same'), await state('inc-other'), await state('inc-elsewhere')]).toEqual([
    'withdrawn',
    'pending',
    'pending',
  ]);
  expect(resumed).toEqual([
    { token: 'token-inc-same', outcome: expect.objectContaining({ kind: 'withdrawn', approvalId: 'inc-same-rerun' }) },
  ]);
  expect(world.published).toMatchObject([
    {
      key: 'question-inc-same-rerun',
      lines: expect.arrayContaining([expect.stringMatching(/^Withdrawn: Incident inc-acts did this/)]),
    },
  ]);
  expect(world.published[0]?.approval).toBeUndefined();
  const answer = await answerApproval({ approvalId: 'inc-same-rerun', verdict: 'approve', by: 'ana' }, world.ports);
  expect(answer).toMatchObject({
    kind: 'expired',
    text: expect.stringContaining('it was withdrawn. Incident inc-acts'),
  });
});

test('twice is once, and its own question is none of them', async () => {
  await waiting('inc-same');
  await stores.incidents.update('inc-acts', { status: 'awaiting-approval' });
  await stores.approvals.request(anApproval({ id: 'inc-acts-rerun', incidentId: 'inc-acts' }), 'own');
  await withdrawRelatedQuestions(acting, anAction(), world.ports);
  await withdrawRelatedQuestions(acting, anAction(), world.ports);
  expect(await state('inc-acts')).toBe('pending');
  expect(resumed).toHaveLength(1);
});
