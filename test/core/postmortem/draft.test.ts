import { beforeEach, describe, expect, test } from 'vitest';
import type { DynamoStores } from '../../../connectors/dynamodb/index.ts';
import { knowledgeIndex } from '../../../connectors/knowledge-index/index.ts';
import { applyPageUpdate } from '../../../core/intake/apply-page-update.ts';
import type { PageUpdate } from '../../../core/model/events.ts';
import type { Concluded } from '../../../core/model/workflow.ts';
import { writeDraft, writeDraftAgain } from '../../../core/postmortem/draft.ts';
import { investigateKnowledge } from '../../../core/specialists/knowledge/investigate.ts';
import { aBrief, aContext, anAsk, anEntry, anIncident, aReport, aTrigger, at, cronJob } from '../../builders.ts';
import { storesForTests } from '../../stores.ts';
import { aWorld, diagnosed, type World } from '../remediation/world.ts';

const open = storesForTests();
const clock = { now: () => new Date(at('03:30:00')) };
let stores: DynamoStores;
let world: World;
beforeEach(async () => {
  stores = await open(clock);
  world = aWorld(stores, clock);
  await stores.incidents.open(anIncident({ trigger: alert }));
});

const alert = aTrigger({ details: { 'firing.labels.alertname': 'KubeJobFailed' } });
const here = aContext({ workload: cronJob });
const ended = async (over: Partial<Concluded> = {}): Promise<Concluded> => {
  const state = diagnosed({}, here);
  await stores.incidents.saveDiagnosis('inc-1', (over.diagnosis ?? state.diagnosis) as Concluded['diagnosis']);
  return { ...state, incident: anIncident({ trigger: alert }), decision: anAsk(), ...over };
};
const latest = (): string => world.documents.at(-1)?.markdown ?? '';
const update = (over: Partial<PageUpdate> = {}) =>
  applyPageUpdate(
    { eventId: 'e-9', sourceId: 'PD-1', status: 'resolved', at: at('03:10:00'), by: 'Ana Ruiz', ...over },
    world.ports,
  );

test('evidence is quoted from the evidence store, with what was asked and its hash', async () => {
  const kept = await world.ports.evidence.put({
    incidentId: 'inc-1',
    source: 'logs',
    query: 'the last lines',
    excerpt: 'FATAL ```` connection reset\n# not a heading',
    full: 'all of it',
  });
  const { diagnosis } = diagnosed({ evidenceIds: [kept.id, 'ev-gone'] });
  const markdown = await writeDraft(await ended({ diagnosis }), world.ports);
  expect(markdown).toContain(
    `1. logs; SHA-256 ${kept.hash}\n\n    \`\`\`text\n    the last lines\n\n    FATAL '''' connection reset\n    # not a heading\n    \`\`\`\n\n2. ev-gone: not readable any more`,
  );
});

test('the change that set it off is named with author and title', async () => {
  const change = { id: 'c0ffee1', kind: 'commit', at: at('02:20:00'), author: 'jon', title: 'migrate the ledger' };
  const kept = await world.ports.evidence.put({
    incidentId: 'inc-1',
    source: 'changes',
    query: 'changes',
    excerpt: 'c0ffee1',
    full: { kind: 'change', change },
  });
  const [finding] = aReport().findings;
  const reports = [
    aReport({
      specialist: 'changes',
      findings: finding ? [{ ...finding, role: 'change', changeId: 'c0ffee1', evidenceIds: [kept.id] }] : [],
    }),
  ];
  const { diagnosis } = diagnosed({ changeId: 'c0ffee1' });
  const says = 'Commit c0ffee1 "migrate the ledger", by jon, at 2026-11-20 02:20:00 UTC.';
  expect(await writeDraft(await ended({ diagnosis, reports }), world.ports)).toContain(says);
  await writeDraftAgain('inc-1', world.ports);
  expect(latest()).toContain(says);
});

describe('what people do to the page after the end', () => {
  test('is in the draft: until when, and who resolved it', async () => {
    expect(await writeDraft(await ended(), world.ports)).toContain('Status: draft; not resolved');
    await stores.incidents.update('inc-1', { status: 'closed' });
    await update();
    expect(latest()).toContain(
      'Status: draft; resolved at 2026-11-20 03:10:00 UTC by Ana Ruiz, according to the page.',
    );
    expect(latest()).toContain('| Page resolved by Ana Ruiz | 2026-11-20 03:10:00 UTC | 23 min |');
  });
  test('is written once more by the same event, as the same text', async () => {
    await writeDraft(await ended(), world.ports);
    await update({ status: 'acknowledged' });
    const first = latest();
    await update({ status: 'acknowledged' });
    expect(latest()).toBe(first);
    expect(new Set(world.documents.map(({ name }) => name))).toEqual(new Set(['postmortem-inc-1.md']));
  });
  test('keeps what people corrected above it', async () => {
    await writeDraft(await ended(), world.ports);
    await stores.incidents.append(
      anEntry({
        id: 'inc-1:Correct',
        at: at('03:05:00'),
        step: 'Correct',
        kind: 'note',
        actor: 'Ben',
        text: 'Corrected: it was the ledger.',
      }),
    );
    await update();
    expect(latest()).toMatch(
      /## Corrections by people\n\n- Ben says: it was the ledger\.\n\n## Summary\n\nBen says: it was the ledger\.\n/,
    );
  });
  test('changes nothing where there is no draft yet', async () => {
    await ended();
    expect(await update()).toEqual({ kind: 'updated', incidentId: 'inc-1' });
    expect(world.documents).toEqual([]);
  });
  test('is kept in the record though the draft cannot be written; the timeline says that it was not, and the draft does not', async () => {
    await writeDraft(await ended(), world.ports);
    world.outsideIsAway = true;
    expect(await update()).toEqual({ kind: 'updated', incidentId: 'inc-1' });
    expect((await stores.incidents.get('inc-1'))?.pageStatus).toBe('resolved');
    const gaps = (await stores.incidents.timeline('inc-1')).filter(({ kind }) => kind === 'gap');
    expect(gaps).toMatchObject([
      { step: 'PageUpdate', text: expect.stringMatching(/^The postmortem draft could not be written again/) },
    ]);
    world.outsideIsAway = false;
    await update({ eventId: 'e-10' });
    expect(latest()).not.toContain('could not be written again');
  });
  test('is in the draft, too, where it came while the draft was being written', async () => {
    const add = world.ports.telemetry.knowledge.add;
    let once = true;
    world.ports.telemetry.knowledge.add = async (document: never) => {
      if (once) {
        once = false;
        await update();
      }
      return add(document);
    };
    expect(await writeDraft(await ended(), world.ports)).toContain('by Ana Ruiz, according to the page.');
    expect(latest()).toContain('by Ana Ruiz, according to the page.');
  });
});

test('the next incident of the same alert cites the draft, and what people did to it since', async () => {
  const knowledge = knowledgeIndex([]);
  const ports = { ...world.ports, telemetry: { knowledge } };
  await writeDraft(
    await ended({
      verification: { kind: 'recovered', text: 'Recovered.', evidenceIds: [] },
      remediation: { kind: 'already-done', detail: 'A Job was made.' },
    }),
    ports,
  );
  const ask = async () => {
    const report = await investigateKnowledge(
      aBrief({ incidentId: 'inc-2', specialist: 'knowledge', trigger: alert, context: here }),
      { ...ports, incidents: { append: async () => undefined } },
    );
    return report.findings[0]?.claim;
  };
  const before = 'The same alert fired before on the same workload (postmortem-inc-1.md): ';
  const tried = ' Attempted: done: A Job was made. recovered: Recovered.';
  expect(await ask()).toBe(`${before}CronJob nightly-invoices failed.${tried}`);
  await stores.incidents.append(
    anEntry({
      id: 'inc-1:Correct',
      step: 'Correct',
      kind: 'note',
      actor: 'Ben',
      text: 'Corrected: it was the ledger migration.',
    }),
  );
  await applyPageUpdate({ eventId: 'e-9', sourceId: 'PD-1', status: 'resolved', at: at('03:10:00') }, ports);
  expect(await ask()).toBe(`${before}Ben says: it was the ledger migration.${tried}`);
});

test('a second incident with the same diagnosis keeps its own cause and what was tried', async () => {
  const knowledge = knowledgeIndex([]);
  const ports = { ...world.ports, telemetry: { knowledge } };
  await writeDraft(await ended(), ports);
  await stores.incidents.open(anIncident({ id: 'inc-2', sourceId: 'PD-2', trigger: alert }));
  await stores.incidents.append(
    anEntry({ id: 'inc-2:Synthesize:diagnosis', incidentId: 'inc-2', step: 'Synthesize', kind: 'diagnosis' }),
  );
  await writeDraft(
    { ...(await ended()), incident: anIncident({ id: 'inc-2', sourceId: 'PD-2', trigger: alert }) },
    ports,
  );
  const report = await investigateKnowledge(
    aBrief({ incidentId: 'inc-3', specialist: 'knowledge', trigger: alert, context: here }),
    { ...ports, incidents: { append: async () => undefined } },
  );
  expect(report.findings[0]?.claim).toContain(
    '(postmortem-inc-2.md): CronJob nightly-invoices failed. Attempted: Watchkeeper took no action',
  );
});
