// Adding a cause is adding one entry: with it in the table of its group, the diagnosis ranks it, the report and the postmortem tell it, a storm is
// joined by its effects, people are understood when they name it, and a person is told what to do.
import { describe, expect, expectTypeOf, test, vi } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import type { CauseEntry } from '../../../core/causes/cause.ts';
import { accountsFor, CauseCode, causes } from '../../../core/causes/causes.ts';
import { type Diagnosed, diagnose } from '../../../core/diagnosis/diagnose.ts';
import { resolveCorrection } from '../../../core/learning/resolve-correction.ts';
import type { Decision } from '../../../core/model/action.ts';
import type { Finding } from '../../../core/model/report.ts';
import { PageFacts } from '../../../core/model/storm.ts';
import { postmortem } from '../../../core/postmortem/document.ts';
import { Material } from '../../../core/postmortem/record.ts';
import { nextStepOf } from '../../../core/remediation/next-step.ts';
import { report } from '../../../core/reporting/report.ts';
import { explainsPage } from '../../../core/storms/covers.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aContext, aFinding, anIncident, aReport, aTrigger, at } from '../../builders.ts';
import { testClock } from '../../contract/records.ts';
import { storesForTests } from '../../stores.ts';
import { aCatalog } from '../remediation/world.ts';

vi.mock('../../../core/causes/data.ts', async (importOriginal) => {
  const { dataCauses } = await importOriginal<typeof import('../../../core/causes/data.ts')>();
  const { added } = await import('../../fixtures/causes/cache-stampede.ts');
  return { dataCauses: { ...dataCauses, ...added } };
});

const open = storesForTests();
const stampede = CauseCode.parse('cache-stampede');
const catalogService = { kind: 'Deployment', name: 'catalog', namespace: 'shop', cluster: 'c1' };
const known = (value: string) => ({ value, source: 'alert', confidence: 0.9, alternatives: [] });
const context = aContext({ service: known('catalog'), namespace: known('shop'), cluster: known('c1') });
const finding = aFinding({
  entity: catalogService,
  cause: stampede,
  role: 'cause',
  severity: 'critical',
  confidence: 0.9,
  claim: 'The query top-products ran 400 times in one second.',
  onset: at('02:40:00'),
});

const reported: Decision = { kind: 'report', why: 'No action fits.', policies: [] };

function diagnosed(...findings: readonly Finding[]): Diagnosed {
  return diagnose({
    incident: anIncident(),
    context,
    reports: [aReport({ findings: [...findings] })],
    supported: { findings, evidence: new Map(), changes: new Map(), dropped: 0, gaps: [] },
    dependencies: [],
  });
}

describe('an added cause', () => {
  const { diagnosis } = diagnosed(finding);
  const [first] = diagnosis.hypotheses;

  test('is what the diagnosis answers, by its title', () => {
    expect(first).toMatchObject({ cause: 'cache-stampede', entity: catalogService });
    expect(first?.confidence).toBeGreaterThan(0.8);
    expect(diagnosis.text).toContain('many callers rebuild one cache entry at once');
  });

  test('accounts for the causes that its entry names, and for every effect', () => {
    const busy = aFinding({ id: 'k-2', entity: catalogService, cause: 'cpu-overload', confidence: 0.6 });
    expect(diagnosed(finding, busy).ranked.map(({ candidate }) => candidate.cause)).toEqual(['cache-stampede']);
    expect(accountsFor(stampede, 'application-errors')).toBe(true);
    expect(accountsFor(stampede, 'disk-full')).toBe(false);
  });

  test('is ruled out by its own check', () => {
    const signal = { name: 'cache_requests', unit: '1/s', before: 100, during: 0 };
    const silent = aFinding({ id: 'm-1', specialist: 'metrics', entity: catalogService, cause: undefined, signal });
    const { hypotheses } = diagnosed(finding, silent).diagnosis;
    expect(hypotheses.find(({ cause }) => cause === stampede)?.ruledOut).toBe('the cache is not asked at all');
    expect(hypotheses[0]?.cause).not.toBe('cache-stampede');
  });

  test('tells a person what to do where no action is offered', () => {
    if (first === undefined) throw new Error('nothing was diagnosed');
    expect(nextStepOf(reported, first, [])).toBe(
      'Let one caller of Deployment catalog rebuild an entry while the others wait or get the old one.',
    );
  });

  test('is the headline of the report', async () => {
    const headlines: string[] = [];
    const clock = testClock();
    const { incidents } = await open(clock);
    await incidents.open(anIncident());
    const decided = {
      trigger: aTrigger(),
      execution: 'execution-1',
      opening: { kind: 'opened' as const },
      incident: anIncident(),
      context,
      plan: [],
      round: 1,
      priorReports: [],
      reports: [aReport({ findings: [finding] })],
      diagnosis,
      synthesis: { kind: 'concluded' as const },
      decision: reported,
    };
    await report(decided, {
      incidents,
      clock,
      evidence: diskEvidence(memoryDisk()),
      catalog: { load: async () => aCatalog() },
      chat: { publish: async ({ headline }) => void headlines.push(headline) },
      pager: {
        alerts: async () => ({ kind: 'data', alerts: [] }),
        mark: async () => ({ kind: 'written' }),
        statusUpdate: async () => ({ kind: 'written' }),
        note: async () => ({ kind: 'written' }),
      },
    });
    expect(headlines.join('\n')).toContain('Many callers rebuild one cache entry at once: Deployment catalog');
  });

  test('is in the postmortem, with what prevents it', () => {
    const text = postmortem({
      incident: anIncident({ status: 'closed' }),
      diagnosis,
      timeline: [],
      approvals: [],
      material: Material.parse({ context }),
      evidence: new Map(),
    });
    expect(text).toContain('Many callers rebuild one cache entry at once (cache-stampede) at Deployment shop/catalog');
    expect(text).toContain('Spread the expiry of the entries that Deployment shop/catalog');
  });

  test('joins the pages that its effects explain, and no others', () => {
    const page = (symptom: 'latency' | 'crash') =>
      PageFacts.parse({
        incidentId: `caller-${symptom}`,
        openedAt: at('02:45:00'),
        symptom,
        service: 'checkout',
        cluster: 'c1',
        namespace: 'shop',
        callees: { catalog: 1 },
      });
    const leader = PageFacts.parse({
      incidentId: 'inc-1',
      openedAt: at('02:44:00'),
      symptom: 'latency',
      service: 'catalog',
      cluster: 'c1',
      namespace: 'shop',
    });
    expect(explainsPage(diagnosis, leader, page('latency'))).toMatchObject({ kind: 'covered' });
    expect(explainsPage(diagnosis, leader, page('crash'))).toMatchObject({ kind: 'separate' });
  });

  test.each(['no, it was catalog, a thundering herd', 'it was catalog: dogpiling', 'catalog had a cache stampede'])(
    'is understood when people say: %s',
    (said) => {
      expect(resolveCorrection(said, [catalogService])).toMatchObject({
        cause: 'cache-stampede',
        entity: catalogService,
      });
    },
  );
});

/** The fields that an entry may lack without an error: none. */
type Optional = { [Field in keyof CauseEntry]: Omit<CauseEntry, Field> extends CauseEntry ? Field : never };

test('an entry that lacks any field does not compile', () => {
  expectTypeOf<Optional[keyof CauseEntry]>().toBeNever();
});

test('an entry that names a cause which does not exist does not compile', () => {
  const entry = { ...causes['data-growth'], explains: ['no-such-cause'] } as const;
  expectTypeOf(entry).toExtend<CauseEntry>();
  expectTypeOf(entry).not.toExtend<(typeof causes)['data-growth']>();
});
