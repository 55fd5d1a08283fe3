import { beforeEach, describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { knowledgeIndex } from '../../../connectors/knowledge-index/index.ts';
import { learn } from '../../../core/learning/learn.ts';
import type { Context, Trigger } from '../../../core/model/incident.ts';
import type { KnowledgeBase, KnowledgeDocument } from '../../../core/ports/telemetry.ts';
import { investigateKnowledge } from '../../../core/specialists/knowledge/investigate.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, anAction, anIncident, aTrigger, at, cronJob } from '../../builders.ts';
import { aFact, calls } from '../../contract/memory.ts';
import { storesForTests } from '../../stores.ts';
import { aWorld, diagnosed } from '../remediation/world.ts';

const open = storesForTests();
const clock = { now: () => new Date(at('03:00:00')) };
let stores: DynamoStores;
beforeEach(async () => {
  stores = await open(clock);
});

const runbook: KnowledgeDocument = {
  name: 'nightly-invoices.md',
  title: 'Nightly invoices',
  service: 'billing',
  tags: ['runbook'],
  markdown: '## KubeJobFailed\n\nOnce ledger-api answers again, rerun the job.',
};
const alert = (job: string): Trigger =>
  aTrigger({
    title: `[FIRING:1] KubeJobFailed: Job billing/${job} failed`,
    details: { 'firing.labels.alertname': 'KubeJobFailed' },
  });
const here = aContext({ workload: cronJob });

/** An incident of that alert that ended well, as its end is written down. */
async function remembered(id: string, trigger: Trigger, context: Context, knowledge: KnowledgeBase): Promise<void> {
  const incident = anIncident({ id, sourceId: id, title: trigger.title, trigger });
  await stores.incidents.open(incident);
  const world = aWorld(stores, clock);
  await learn(
    {
      ...diagnosed({}, context),
      incident,
      decision: { kind: 'auto', why: '', policies: [], action: anAction(), preferenceId: 'p' } as never,
      remediation: {
        kind: 'done',
        detail: 'A Job was made.',
        startedAt: at('02:50:00'),
        finishedAt: at('02:50:01'),
      },
      verification: { kind: 'recovered', text: 'Recovered: the new Job succeeded.', evidenceIds: [] },
    },
    { ...world.ports, telemetry: { knowledge } },
  );
}

const evidence = diskEvidence(memoryDisk());
const ask = (trigger: Trigger, context: Context, knowledge: KnowledgeBase) =>
  investigateKnowledge(aBrief({ incidentId: 'inc-9', specialist: 'knowledge', trigger, context }), {
    evidence,
    clock,
    telemetry: { knowledge },
  } as never);

describe('the same alert again', () => {
  test('brings what was tried last time first, before the runbook, quoted from the postmortem', async () => {
    const knowledge = knowledgeIndex([runbook]);
    await remembered('inc-1', alert('nightly-invoices-29381640'), here, knowledge);
    const report = await ask(alert('nightly-invoices-29383080'), here, knowledge);
    expect(report.findings.map(({ role, cause, claim }) => [role, cause, claim])).toEqual([
      [
        'context',
        undefined,
        'The same alert fired before on the same workload (postmortem-inc-1.md): CronJob nightly-invoices failed. ' +
          'Attempted: done: A Job was made. recovered: Recovered: the new Job succeeded.',
      ],
      ['context', undefined, expect.stringContaining('"Nightly invoices"')],
    ]);
    expect(report.summary).toMatch(/^The same alert fired before on the same workload: "Postmortem draft: /);
    const [first] = report.findings;
    expect(await evidence.full('inc-9', first?.evidenceIds[0] ?? '')).toMatchObject({
      document: 'postmortem-inc-1.md',
      markdown: expect.stringContaining('A Job was made.'),
    });
  });
  test('brings the latest two of many', async () => {
    const knowledge = knowledgeIndex([]);
    for (const id of ['inc-1', 'inc-2', 'inc-3'])
      await remembered(id, alert('nightly-invoices-29381640'), here, knowledge);
    const report = await ask(alert('nightly-invoices-29383080'), here, knowledge);
    const past = report.findings.filter(({ claim }) => claim.startsWith('The same alert'));
    expect(past.map(({ claim }) => /postmortem-inc-\d/.exec(claim)?.[0])).toEqual([
      'postmortem-inc-3',
      'postmortem-inc-2',
    ]);
  });
  test.each([
    ['another workload', aContext({ workload: { ...cronJob, name: 'nightly-reports' } })],
    ['no known workload', aContext()],
    ['another environment', { ...here, environment: { ...here.environment, value: 'staging' } } as Context],
  ])('is not claimed of %s', async (_, context) => {
    const knowledge = knowledgeIndex([runbook]);
    await remembered('inc-1', alert('nightly-invoices-29381640'), here, knowledge);
    const report = await ask(alert('nightly-invoices-29383080'), context, knowledge);
    expect(report.findings.some(({ claim }) => claim.startsWith('The same alert'))).toBe(false);
    expect(report.findings[0]?.claim).toContain('"Nightly invoices"');
  });
  test('is not claimed by a knowledge base that looks up no tags', async () => {
    const likeness = {
      ...(await knowledgeIndex([runbook]).search({ scope: { incidentId: 'i' }, text: 'job', limit: 1 })),
    };
    const report = await ask(alert('nightly-invoices-29383080'), here, {
      search: async () => likeness,
      add: async () => undefined,
    });
    expect(report.findings.map(({ claim }) => claim)).toEqual([expect.stringContaining('"Nightly invoices"')]);
  });
});

test('what people taught about the service is cited with its origin, notes first, and as nobody’s cause', async () => {
  const call = aFact(calls('billing', 'ledger-api'));
  const note = aFact({ kind: 'note', service: 'billing', text: 'runs late on the first of a month' });
  const report = await ask(alert('nightly-invoices-29381640'), aContext({ facts: [call, note] }), knowledgeIndex([]));
  expect(report.findings.map(({ claim, role, confidence }) => ({ claim, role, confidence }))).toEqual([
    {
      claim: 'about billing: runs late on the first of a month (taught by ada on 2026-11-20)',
      role: 'context',
      confidence: 0.3,
    },
    { claim: 'billing talks to ledger-api (taught by ada on 2026-11-20)', role: 'context', confidence: 0.3 },
  ]);
  const cited = await evidence.get('inc-9', report.findings[0]?.evidenceIds[0] ?? '');
  expect(cited).toMatchObject({ source: 'memory', query: 'facts taught about billing' });
  expect(report.summary).toContain('People taught 2 things about it.');
});
