import { beforeEach, describe, expect, test } from 'vitest';
import { noMemory } from '../../../connectors/agentcore/index.ts';
import { diskMemory } from '../../../connectors/disk/index.ts';
import { assembleContext } from '../../../core/context/assemble.ts';
import { Unavailable } from '../../../core/errors.ts';
import type { ServiceFact } from '../../../core/model/fact.ts';
import { Catalog } from '../../../core/ports/catalog.ts';
import { noTelemetry } from '../../../core/ports/none.ts';
import { planFor } from '../../../core/specialists/plan.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { anIncident, aTrigger } from '../../builders.ts';
import { aFact, calls } from '../../contract/memory.ts';
import { testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';

const open = storesForTests();
const clock = testClock();
const catalog = Catalog.parse({
  environments: { production: { level: 'walk' }, staging: { level: 'run' } },
  services: [{ name: 'cart', placements: [{ cluster: 'backend-2', namespace: 'shop', environment: 'production' }] }],
});

type Ports = Parameters<typeof assembleContext>[1];
let ports: Ports;
beforeEach(async () => {
  ports = {
    incidents: (await open(clock)).incidents,
    clock,
    catalog: { load: async () => catalog },
    pager: {
      alerts: async () => ({ kind: 'data', alerts: [] }),
      mark: async () => ({ kind: 'written' }),
      statusUpdate: async () => ({ kind: 'written' }),
      note: async () => ({ kind: 'written' }),
    },
    memory: { ...noMemory(), recall: async () => [] },
    telemetry: { ...noTelemetry, calls: { observe: async () => observed([]) } },
  };
});
const observed = <T>(data: T) => ({ kind: 'data', data, query: '', bytes: 0 }) as const;

const assemble = (over: Partial<Ports> = {}, trigger = aTrigger({ title: 'cart is slow' })) =>
  assembleContext(
    { trigger, incident: anIncident({ trigger }), execution: 'e-1', opening: { kind: 'opened' } },
    { ...ports, ...over },
    planFor,
  );
const told = async () => (await ports.incidents.timeline('inc-1')).map((entry) => entry.text).join('\n');

describe('assembling the context', () => {
  test('plans a brief for each specialist, with the question and the context', async () => {
    const { plan, context, round, priorReports } = await assemble();
    expect(plan.map((brief) => brief.specialist)).toEqual([
      'kubernetes',
      'metrics',
      'logs',
      'changes',
      'traces',
      'knowledge',
    ]);
    expect(plan[0]?.question).toContain('cart');
    expect(plan.every((brief) => brief.context === context && brief.budget.tokens === 1000)).toBe(true);
    expect({ round, priorReports }).toEqual({ round: 1, priorReports: [] });
  });

  test("reads the page's alerts, which the webhook leaves out", async () => {
    const alerts = [{ summary: 'CPU', severity: 'critical', details: { cluster: 'backend-7' } }];
    const { context, plan } = await assemble({
      pager: { ...ports.pager, alerts: async () => ({ kind: 'data', alerts }) },
    });
    expect(context.cluster).toMatchObject({ value: 'backend-7', source: 'details.alerts.0.cluster' });
    expect(plan[0]?.trigger.details).toMatchObject({ 'alerts.0.summary': 'CPU' });
  });

  test('passes on what memory has, shortened', async () => {
    const { context } = await assemble({ memory: { ...ports.memory, recall: async () => ['x'.repeat(1000)] } });
    expect(context.similar[0]).toHaveLength(300);
  });

  describe('what people taught', () => {
    const memoryWith = async (...facts: readonly ServiceFact[]) => {
      const memory = diskMemory(memoryDisk());
      for (const fact of facts) await memory.teach(fact);
      return memory;
    };
    const call = aFact(calls('cart', 'session-cache'));
    const note = aFact({ kind: 'note', service: 'session-cache', text: 'evicts at 80 %' });

    test('about the service and what it talks to goes along, with its origin, and changes nothing of who and where', async () => {
      const unrelated = aFact(calls('search', 'index'));
      const placed = aFact({ kind: 'runs-in', service: 'cart', what: 'environment', place: 'staging' });
      const { context } = await assemble({ memory: await memoryWith(note, call, unrelated, placed) });
      expect(new Set(context.facts.map(({ id }) => id))).toEqual(new Set([call, placed, note].map(({ id }) => id)));
      expect(context).toMatchObject({ environment: { value: 'production' }, callees: [] });
      expect(await told()).toContain('cart talks to session-cache (taught by ada on 2026-11-20)');
    });

    test('of another cluster is left out', async () => {
      const there = aFact({ ...calls('cart', 'session-cache'), cluster: 'backend-9' } as typeof call.statement);
      expect((await assemble({ memory: await memoryWith(there) })).context.facts).toEqual([]);
    });

    test('is limited to what can travel', async () => {
      const many = Array.from({ length: 25 }, (_, index) => aFact(calls('cart', `spoke-${index}`)));
      expect((await assemble({ memory: await memoryWith(...many) })).context.facts).toHaveLength(8);
    });

    test('costs nothing where it cannot be read', async () => {
      const away = async () => {
        throw new Unavailable('down');
      };
      expect((await assemble({ memory: { ...noMemory(), facts: away } })).plan).toHaveLength(6);
      expect(await told()).toContain('The memory of taught facts did not answer.');
    });
  });

  test('tells the timeline who and where, and from what', async () => {
    await assemble();
    expect(await told()).toContain("cluster backend-2 (from the catalogue's entry for cart)");
  });
});

describe('a source that does not answer costs knowledge, not the investigation', () => {
  const down = async () => {
    throw new Unavailable('down');
  };
  test.each<[string, (usual: Ports) => Partial<Ports>, string]>([
    ['the catalogue', () => ({ catalog: { load: down } }), 'The service catalogue cannot be read'],
    [
      'PagerDuty',
      ({ pager }) => ({
        pager: { ...pager, alerts: async () => ({ kind: 'gap', gap: { source: 'pagerduty', reason: 'No token.' } }) },
      }),
      'No token.',
    ],
    [
      'the call graph',
      ({ telemetry }) => ({ telemetry: { ...telemetry, calls: { observe: down } } }),
      'The call graph did not answer.',
    ],
    ['no call graph', () => ({ telemetry: noTelemetry }), 'No source for call graph is configured.'],
    [
      'memory',
      ({ memory }) => ({ memory: { ...memory, recall: down } }),
      'The memory of past incidents did not answer.',
    ],
  ])('%s', async (_, without, sentence) => {
    const { plan } = await assemble(without(ports));
    expect(plan).toHaveLength(6);
    expect(await told()).toContain(sentence);
  });
});

test('the largest alert keeps the whole value far below what Step Functions carries', async () => {
  const huge = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`key-${n}`, '语"\\'.repeat(400)]));
  const alerts = Array.from({ length: 100 }, () => ({ summary: '语'.repeat(1000), details: huge }));
  const trigger = aTrigger({ title: `cart is slow ${'语'.repeat(980)}` });
  const facts = Array.from({ length: 25 }, (_, n) =>
    aFact({ kind: 'note', service: 'cart', text: `${n} ${'语'.repeat(290)}` }),
  );
  const result = await assemble(
    {
      memory: { ...noMemory(), facts: async () => facts },
      pager: { ...ports.pager, alerts: async () => ({ kind: 'data', alerts }) },
    },
    trigger,
  );
  expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(128 * 1024);
});
