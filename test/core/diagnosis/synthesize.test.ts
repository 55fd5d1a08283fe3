import { describe, expect, test } from 'vitest';
import { diskEvidence } from '../../../connectors/disk/index.ts';
import { synthesize } from '../../../core/diagnosis/synthesize.ts';
import { exactly } from '../../../core/fingerprint/identity.ts';
import { confidenceToAct, type Diagnosis } from '../../../core/model/diagnosis.ts';
import type { FactStatement } from '../../../core/model/fact.ts';
import type { Brief, Finding, Report } from '../../../core/model/report.ts';
import type { TimelineEntry } from '../../../core/model/timeline.ts';
import { Investigated } from '../../../core/model/workflow.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { memoryDisk } from '../../../local/runtime/files.ts';
import { aBrief, aContext, aFinding, anIncident, aReport, aTrigger, at, cronJob } from '../../builders.ts';
import { aFact, calls } from '../../contract/memory.ts';

type Ref = Finding['entity'];
const deployment = (name: string): Ref => ({ kind: 'Deployment', name, namespace: 'shop', cluster: 'c1' });
const service = (name: string): Ref => ({ kind: 'Service', name });
const known = (value: string) => ({ value, source: 'alert', confidence: 0.9, alternatives: [] });

type Draft = Partial<Omit<Finding, 'evidenceIds'>> & {
  /** What the excerpt of its evidence says; its own claim where absent. */
  readonly excerpt?: string;
  readonly full?: unknown;
};

/** Findings as specialists report them, each with evidence in the store. */
async function synthesized(given: {
  readonly findings: readonly Draft[];
  readonly edges?: readonly (readonly [string, string])[];
  readonly paged?: string;
  readonly taught?: readonly FactStatement[];
  readonly round?: number;
  readonly plan?: readonly Brief[];
  readonly spoil?: (reports: Report[]) => unknown[];
}) {
  const evidence = diskEvidence(memoryDisk());
  const timeline: TimelineEntry[] = [];
  const saved: Diagnosis[] = [];
  const bySpecialist = new Map<string, Finding[]>();
  for (const [place, { excerpt, full, ...draft }] of given.findings.entries()) {
    const finding = aFinding({ cause: undefined, ...draft } as Partial<Finding>);
    const put = await evidence.put({
      incidentId: 'inc-1',
      source: finding.specialist,
      query: `q${place}`,
      excerpt: excerpt ?? finding.claim,
      full: full ?? {},
    });
    const own = bySpecialist.get(finding.specialist) ?? [];
    const { cause, ...rest } = { ...finding, id: `${finding.specialist}-1-${own.length + 1}`, evidenceIds: [put.id] };
    bySpecialist.set(finding.specialist, [...own, cause === undefined ? rest : { ...rest, cause }]);
  }
  const reports = [...bySpecialist].map(([specialist, findings]) => aReport({ specialist, findings }));
  const paged = given.paged;
  const input = Investigated.parse({
    trigger: aTrigger(),
    execution: 'e1',
    opening: { kind: 'opened' },
    incident: anIncident(),
    context:
      paged === undefined
        ? aContext({ service: undefined } as never)
        : aContext({ service: known(paged), facts: (given.taught ?? []).map((says) => aFact(says)) }),
    plan: given.plan ?? [],
    round: given.round ?? 1,
    priorReports: [],
    reports: given.spoil ? given.spoil(reports) : reports,
  });
  const ports = {
    evidence,
    clock: { now: () => new Date(at('02:50:00')) },
    incidents: {
      append: async (entry: TimelineEntry) => void timeline.push(entry),
      saveDiagnosis: async (_: string, diagnosis: Diagnosis) => void saved.push(diagnosis),
      update: async () => undefined,
    },
    telemetry: {
      calls: {
        observe: async () => ({
          kind: 'data',
          data: (given.edges ?? []).map(([from, to]) => ({ from, to })),
          query: 'mesh',
          bytes: 1,
        }),
      },
    },
    reasoner: { reason: async () => ({ kind: 'unavailable', reason: 'no model configured' }) },
  } as unknown as Pick<Ports, 'incidents' | 'clock' | 'evidence' | 'telemetry' | 'reasoner' | 'specialistClient'>;
  return { ...(await synthesize(input, ports)), timeline, saved };
}

const first = (diagnosis: Diagnosis) => diagnosis.hypotheses[0];
const causesOf = (diagnosis: Diagnosis) => diagnosis.hypotheses.map(({ entity, cause }) => `${entity.name}: ${cause}`);

const oom: Draft = {
  specialist: 'kubernetes',
  claim: '12 pods of Deployment cart were OOM-killed since 12:46 UTC, limit 512 MiB.',
  entity: deployment('cart'),
  cause: 'oom-killed',
  role: 'cause',
  severity: 'critical',
  confidence: 0.95,
  onset: at('12:46:00'),
};
const errors = (name: string, onset: string, over: Draft = {}): Draft => ({
  specialist: 'metrics',
  claim: `error ratio of ${name} rose from 0 % to 30 %.`,
  entity: service(name),
  role: 'symptom',
  severity: 'critical',
  confidence: 0.9,
  onset: at(onset),
  signal: { name: 'error_ratio', unit: 'ratio', before: 0, during: 0.3 },
  ...over,
});
const rollout: Draft = {
  specialist: 'changes',
  claim: 'Deploy cart 2.0 at 12:45 UTC.',
  entity: service('cart'),
  cause: 'code-change',
  role: 'change',
  severity: 'minor',
  confidence: 0.5,
  onset: at('12:45:00'),
  changeId: 'deploy-cart-2',
};

describe('a claim counts only', () => {
  test('with evidence of this incident: invented ids are dropped, counted and said', async () => {
    const { diagnosis } = await synthesized({
      findings: [oom],
      spoil: (reports) => [
        ...reports,
        aReport({ specialist: 'logs', findings: [aFinding({ specialist: 'logs', evidenceIds: ['invented'] })] }),
      ],
    });
    expect(causesOf(diagnosis)).toEqual(['cart: oom-killed']);
    expect(diagnosis.droppedClaims).toBe(1);
    expect(diagnosis.gaps).toContainEqual({
      source: 'logs',
      reason: '1 of its 1 claims had no evidence in this incident and were dropped.',
    });
  });

  test('in the name of the specialist who reports it', async () => {
    const { diagnosis } = await synthesized({
      findings: [oom],
      spoil: ([report]) => [{ ...report, specialist: 'knowledge' }],
    });
    expect(diagnosis.hypotheses).toEqual([]);
    expect(diagnosis.droppedClaims).toBe(1);
  });

  test('and a report that breaks its schema costs itself, not the others', async () => {
    const { diagnosis } = await synthesized({
      findings: [oom],
      spoil: (reports) => [...reports, { specialist: 'logs', findings: 'rm -rf /' }, null],
    });
    expect(causesOf(diagnosis)).toEqual(['cart: oom-killed']);
    expect(diagnosis.gaps.map(({ source }) => source)).toEqual(['logs', 'specialist']);
  });
});

describe('what specialists name differently is one thing:', () => {
  test('a pod, its Deployment and the Service in front of it', async () => {
    const { diagnosis } = await synthesized({
      findings: [
        oom,
        errors('cart', '12:47:00'),
        { ...oom, specialist: 'logs', entity: { kind: 'Pod', name: 'cart-7f9c8d6b5d-x7k2p', namespace: 'shop' } },
      ],
    });
    expect(diagnosis.hypotheses).toHaveLength(1);
    expect(first(diagnosis)?.entity).toEqual(deployment('cart'));
    expect(first(diagnosis)?.why).toContain('kubernetes and logs say so independently');
  });

  test('but not two services of one name in two clusters', async () => {
    const there = { ...deployment('cart'), cluster: 'c2' };
    const { diagnosis } = await synthesized({ findings: [oom, { ...oom, entity: there, cause: 'image-not-found' }] });
    expect(diagnosis.hypotheses.map(({ entity }) => entity.cluster).sort()).toEqual(['c1', 'c2']);
  });
});

describe('a call that somebody taught', () => {
  const away = { ...oom, entity: { ...deployment('cart'), namespace: 'another' } };
  const findings = [away, errors('web', '12:47:30'), { ...errors('till', '12:47:40'), severity: 'minor' as const }];
  const diagnosed = (over: Partial<Parameters<typeof synthesized>[0]> = {}) =>
    synthesized({ paged: 'web', findings, ...over }).then(({ diagnosis }) => {
      const cart = diagnosis.hypotheses.find(({ entity }) => entity.name === 'cart');
      if (!cart) throw new Error('cart is not among the hypotheses.');
      return cart;
    });

  test('counts less than one that was seen, and says whose word it is', async () => {
    const nothing = await diagnosed();
    const taught = await diagnosed({ taught: [calls('web', 'cart')] });
    const seen = await diagnosed({ edges: [['web', 'cart']] });
    expect(taught.confidence).toBeGreaterThan(nothing.confidence);
    expect(taught.confidence).toBeLessThan(seen.confidence);
    expect(taught.why).toContain('web calls it (taught by ada on 2026-11-20)');
    expect(nothing).not.toHaveProperty('seenConfidence');
    expect(seen).not.toHaveProperty('seenConfidence');
  });

  test('never makes acting more likely', async () => {
    const nothing = await diagnosed();
    const taught = await diagnosed({ taught: [calls('web', 'cart')] });
    expect(confidenceToAct(taught)).toBeCloseTo(nothing.confidence, 10);
  });

  test('adds nothing where the call is seen anyway, or where the fact is no call', async () => {
    const edges = [['web', 'cart']] as const;
    const seen = await diagnosed({ edges });
    expect(await diagnosed({ edges, taught: [calls('web', 'cart')] })).toEqual(seen);
    expect(await diagnosed({ edges, taught: [{ kind: 'note', service: 'web', text: 'calls cart' }] })).toEqual(seen);
  });
});

describe('cause and symptom are told apart:', () => {
  test('a failing callee explains its callers, however loud they are', async () => {
    const { diagnosis } = await synthesized({
      paged: 'web',
      edges: [['web', 'cart']],
      findings: [oom, errors('web', '12:48:00'), errors('cart', '12:47:00')],
    });
    expect(causesOf(diagnosis)).toEqual(['cart: oom-killed']);
    expect(diagnosis.firstFailing).toBe('cart');
    expect(diagnosis.blastRadius).toEqual(['web']);
    expect(diagnosis.symptoms).toContain('error ratio of web rose from 0 % to 30 %.');
  });

  test('where only errors are seen, the deepest failing callee is the place to look', async () => {
    const { diagnosis } = await synthesized({
      paged: 'web',
      edges: [
        ['web', 'cart'],
        ['cart', 'stock'],
      ],
      findings: [errors('web', '12:48:00'), errors('cart', '12:47:30'), errors('stock', '12:46:00')],
    });
    expect(causesOf(diagnosis)).toEqual(['stock: application-errors']);
  });

  test('but a callee with few errors does not make the many of its caller', async () => {
    const few = { name: 'error_ratio', unit: 'ratio', before: 0, during: 0.004 };
    const { diagnosis } = await synthesized({
      paged: 'web',
      edges: [['web', 'cart']],
      findings: [errors('web', '12:48:00'), errors('cart', '12:46:00', { signal: few })],
    });
    expect(first(diagnosis)?.entity.name).toBe('web');
  });

  test('a full rollout behind a missing image is no rival of it', async () => {
    const { diagnosis } = await synthesized({
      findings: [
        { ...oom, cause: 'image-not-found' },
        { ...oom, cause: 'rollout-stuck', role: 'symptom', severity: 'major' },
      ],
    });
    expect(causesOf(diagnosis)).toEqual(['cart: image-not-found']);
  });

  test('a failed run is what is broken now, and the errors of its callee are behind it', async () => {
    const { diagnosis } = await synthesized({
      paged: 'nightly-invoices',
      edges: [['nightly-invoices', 'ledger']],
      findings: [
        {
          entity: cronJob,
          cause: 'job-failed',
          role: 'cause',
          severity: 'critical',
          confidence: 0.85,
          onset: at('02:40:00'),
        },
        errors('ledger', '02:38:00'),
      ],
    });
    expect(causesOf(diagnosis)).toEqual(['nightly-invoices: job-failed']);
  });

  test('one cause from outside that strikes many services is one hypothesis', async () => {
    const dns = (name: string): Draft => ({ ...errors(name, '12:40:00'), role: 'cause', cause: 'dns-failure' });
    const { diagnosis } = await synthesized({ paged: 'pay', findings: [dns('pay'), dns('mail'), dns('ads')] });
    expect(causesOf(diagnosis)).toEqual(['pay: dns-failure']);
    expect(diagnosis.blastRadius).toEqual(['mail', 'ads']);
  });
});

describe('a change', () => {
  test('goes with the state that it can have made', async () => {
    const { diagnosis } = await synthesized({ paged: 'cart', findings: [oom, rollout] });
    expect(first(diagnosis)).toMatchObject({
      cause: 'oom-killed',
      changeId: 'deploy-cart-2',
      entity: deployment('cart'),
    });
    expect(diagnosis.hypotheses[0]?.changeId).toBe('deploy-cart-2');
  });

  test('does not go with what comes by itself', async () => {
    const { diagnosis } = await synthesized({
      paged: 'cart',
      findings: [
        { ...oom, cause: 'certificate-expired' },
        { ...rollout, confidence: 0.3 },
      ],
    });
    expect(first(diagnosis)).toMatchObject({ cause: 'certificate-expired' });
    expect(first(diagnosis)?.changeId).toBeUndefined();
  });

  test('that went live after the trouble began did not make it', async () => {
    const { diagnosis } = await synthesized({ paged: 'cart', findings: [errors('cart', '12:20:00'), rollout] });
    expect(first(diagnosis)?.cause).toBe('application-errors');
    const change = diagnosis.hypotheses.find(({ changeId }) => changeId);
    expect(change?.confidence ?? 0).toBeLessThan(0.1);
  });

  describe('that lowers a number', () => {
    const diagnosed = async (during: number, before = 38) => {
      const { diagnosis } = await synthesized({
        paged: 'cart',
        findings: [
          {
            ...rollout,
            claim: 'Infrastructure change c-1',
            changeId: 'c-1',
            confidence: 0.4,
            full: {
              kind: 'change',
              change: { kind: 'infrastructure', title: 'reserved concurrency', from: '50', to: '5' },
            },
          },
          errors('cart', '12:47:00'),
          {
            ...errors('cart', '12:47:00'),
            claim: 'concurrent_executions fell',
            entity: { kind: 'Function', name: 'cart' },
            signal: { name: 'concurrent_executions', unit: 'count', before, during },
          },
        ],
      });
      return first(diagnosis);
    };
    const isBound = expect.stringContaining('concurrent_executions stays at 5');
    test('is the likelier if a series there stays at the new value', async () => {
      const bound = await diagnosed(5);
      expect(bound).toMatchObject({ changeId: 'c-1', why: expect.arrayContaining([isBound]) });
      expect(bound?.confidence).toBeGreaterThan((await diagnosed(20))?.confidence ?? 1);
    });
    test.each([
      ['goes below it', 2, 38],
      ['stays above it', 20, 38],
      ['was below it before', 5, 5.2],
      ['was above the old value, too', 5, 400],
    ])('gains nothing from a series that %s', async (_, during, before) => {
      expect((await diagnosed(during, before))?.why).not.toContainEqual(isBound);
    });
  });

  test('is the likelier, the more it touches what the errors name', async () => {
    const change = (id: string, file: string): Draft => ({
      ...rollout,
      claim: `Commit ${id}`,
      changeId: id,
      confidence: 0.4,
      full: { kind: 'change', change: { kind: 'commit', title: `tidy ${file}`, files: [file], diff: '-a\n+b' } },
    });
    const { diagnosis } = await synthesized({
      paged: 'cart',
      findings: [
        change('c-1', 'cart/prices.go'),
        change('c-2', 'cart/ratelimit.go'),
        {
          ...errors('cart', '12:47:00'),
          specialist: 'logs',
          errorTemplate: 'panic at ratelimit.go:38',
          excerpt: 'panic at ratelimit.go:38',
        },
      ],
    });
    expect(first(diagnosis)?.changeId).toBe('c-2');
    expect(first(diagnosis)?.why).toContain('it touches ratelimit.go, which the errors name');
  });
});

describe('an honest diagnosis', () => {
  test('says that it does not know when the evidence is thin, and what to look at', async () => {
    const { diagnosis } = await synthesized({
      paged: 'cart',
      findings: [
        {
          ...oom,
          cause: 'environment-address',
          entity: deployment('ads'),
          severity: 'info',
          confidence: 0.3,
          role: 'cause',
        },
      ],
    });
    expect(first(diagnosis)).toMatchObject({ cause: 'unknown' });
    expect(first(diagnosis)?.confidence).toBeLessThan(0.25);
    expect(diagnosis.text).toMatch(/is unknown\..*First check/s);
    expect(diagnosis.fingerprint).toBeUndefined();
  });

  test('claims nothing when nothing was found', async () => {
    const { diagnosis, synthesis } = await synthesized({ findings: [] });
    expect(diagnosis.hypotheses).toEqual([]);
    expect(diagnosis.text).toContain('is unknown');
    expect(synthesis).toEqual({ kind: 'concluded' });
  });

  test('keeps rivals with what speaks against them, and never adds up to certainty', async () => {
    const { diagnosis } = await synthesized({
      paged: 'cart',
      findings: [oom, { ...oom, cause: 'image-not-found', entity: deployment('ads'), confidence: 0.8 }],
    });
    const [, rival] = diagnosis.hypotheses;
    expect(rival?.against).toContain('cart (oom-killed) explains more');
    expect(diagnosis.hypotheses.reduce((sum, { confidence }) => sum + confidence, 0)).toBeLessThan(1);
  });

  test('is saved and told, with the model that took no part', async () => {
    const { diagnosis, saved, timeline } = await synthesized({ findings: [oom] });
    expect(saved).toEqual([diagnosis]);
    expect(diagnosis.model).toBe('none');
    expect(timeline.map(({ kind, text }) => [kind, text.includes('OOM-killed')])).toEqual([['diagnosis', true]]);
  });

  test('gives the same error the same fingerprint, and another error another', async () => {
    const failing = (text: string) =>
      synthesized({
        paged: 'cart',
        findings: [{ ...oom, cause: 'application-crash', specialist: 'logs', ...exactly(text) }],
      }).then(({ diagnosis }) => diagnosis.fingerprint);
    const [one, again, other] = await Promise.all(['pool 1 empty', 'pool 1 empty', 'pool 2 empty'].map(failing));
    expect(one).toMatch(/^wk3-/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });
});

describe('one more round', () => {
  const brief = aBrief({ specialist: 'kubernetes' });
  const pointing: Draft = {
    ...errors('web', '12:48:00'),
    specialist: 'kubernetes',
    cause: 'dependency-unavailable',
    confidence: 0.5,
    dependency: { kind: 'Service', name: 'cart', cluster: 'c2' },
  };

  test('is asked about what is pointed at and nobody looked at', async () => {
    const { synthesis, plan, round, priorReports, saved } = await synthesized({
      paged: 'web',
      findings: [pointing],
      plan: [brief],
    });
    expect(synthesis.kind).toBe('another-round');
    expect(plan).toEqual([
      {
        ...brief,
        round: 2,
        focus: [pointing.dependency],
        question: 'What is wrong at Service cart, a dependency of web?',
      },
    ]);
    expect([round, priorReports.length, saved]).toEqual([2, 1, []]);
  });

  test('is asked about what runs behind a name, so that it can be acted on', async () => {
    const { synthesis, plan } = await synthesized({
      paged: 'cart',
      plan: [brief, aBrief({ specialist: 'logs' })],
      findings: [
        { ...errors('cart', '12:47:00'), cause: 'database-connections-exhausted', role: 'cause' },
        {
          specialist: 'kubernetes',
          role: 'context',
          entity: deployment('ads'),
          severity: 'info',
          claim: 'ads is well',
        },
      ],
    });
    expect(synthesis).toEqual({
      kind: 'another-round',
      why: 'The findings do not name the workload behind Service cart.',
    });
    expect(plan.map(({ specialist, focus }) => [specialist, focus])).toEqual([['kubernetes', [service('cart')]]]);
  });

  describe('about the service where metrics alone place the fault', () => {
    const slow: Draft = {
      specialist: 'metrics',
      entity: service('stock'),
      cause: 'slow-itself',
      role: 'cause',
      severity: 'critical',
      confidence: 0.75,
      onset: '2026-11-18T12:47:00Z',
      claim: 'p95 latency of stock rose',
    };
    const elsewhere = (specialist: 'logs' | 'changes', name: string): Draft => ({
      specialist,
      role: specialist === 'logs' ? 'symptom' : 'context',
      entity: service(name),
      severity: 'minor',
      confidence: 0.3,
      claim: `a line about ${name}`,
    });
    const asked = async (findings: readonly Draft[], paged = 'web') => {
      const { plan, synthesis } = await synthesized({
        paged,
        edges: [['web', 'stock']],
        plan: [aBrief({ specialist: 'logs' }), aBrief({ specialist: 'changes' })],
        findings,
      });
      return synthesis.kind === 'another-round' ? plan.map(({ specialist, focus }) => [specialist, focus]) : [];
    };

    test('its logs and changes are asked for', async () =>
      expect(await asked([slow, elsewhere('logs', 'ads'), elsewhere('changes', 'web')])).toEqual([
        ['logs', [service('stock')]],
        ['changes', [service('stock')]],
      ]));
    test('not if its log was read already', async () =>
      expect(await asked([slow, elsewhere('logs', 'stock'), elsewhere('changes', 'web')])).toEqual([]));
    test('nor of the paged service itself, which was asked about first', async () =>
      expect(await asked([slow, elsewhere('logs', 'ads'), elsewhere('changes', 'web')], 'stock')).toEqual([]));
  });

  test('is not asked about a word that nobody knows as a service', async () => {
    const said: Draft = { ...pointing, dependency: { kind: 'Service', name: 'the' } };
    const { synthesis, diagnosis } = await synthesized({ paged: 'web', findings: [said], plan: [brief] });
    expect(synthesis.kind).toBe('concluded');
    expect(first(diagnosis)?.entity.name).not.toBe('the');
  });

  describe('about changes', () => {
    const weighing = aBrief({ specialist: 'changes', context: aContext({ service: undefined } as never) });
    const failing: Draft = { ...errors('cart', '12:47:00'), cause: 'application-errors', role: 'cause' };
    const change: Draft = {
      specialist: 'changes',
      role: 'change',
      entity: service('ads'),
      severity: 'info',
      claim: 'ads 2.',
    };
    const asked = async (paged: string | undefined, ...findings: Draft[]) => {
      const plan = [{ ...weighing, ...(paged !== undefined && { context: aContext({ service: known(paged) }) }) }];
      const { synthesis, plan: next } = await synthesized({ ...(paged !== undefined && { paged }), findings, plan });
      return synthesis.kind === 'another-round' ? next.map(({ focus }) => focus[0]?.name) : undefined;
    };

    test('is asked where the trouble is, if the page names no service or one that nothing else knows', async () => {
      expect(await asked(undefined, failing, change)).toEqual(['cart']);
      expect(await asked('shop-team', failing, change)).toEqual(['cart']);
    });
    test('is not asked if the page names the service, or the cause is found', async () => {
      expect(await asked('cart', failing, change)).toBeUndefined();
      const found: Draft = { ...failing, specialist: 'kubernetes', cause: 'oom-killed', confidence: 0.95 };
      expect(await asked(undefined, found, change)).toBeUndefined();
    });
  });

  test('is never a third one', async () => {
    const { synthesis, round } = await synthesized({ paged: 'web', findings: [pointing], plan: [brief], round: 2 });
    expect([synthesis.kind, round]).toEqual(['concluded', 2]);
  });

  test('tells where the workload is, as the cluster says', async () => {
    const { diagnosis } = await synthesized({
      paged: 'cart',
      round: 2,
      findings: [
        { ...errors('cart', '12:47:00'), cause: 'database-connections-exhausted', role: 'cause' },
        {
          specialist: 'kubernetes',
          role: 'context',
          entity: deployment('cart'),
          severity: 'info',
          claim: 'cart has 6 of 6 replicas.',
        },
      ],
    });
    expect(first(diagnosis)?.entity).toEqual(deployment('cart'));
    expect(first(diagnosis)?.findingIds).toContain('kubernetes-1-1');
  });
});

test('a node that is the cause says what has pods on it', async () => {
  const node = { kind: 'Node', name: 'n-1', cluster: 'c1' };
  const { diagnosis } = await synthesized({
    findings: [
      {
        specialist: 'kubernetes',
        claim: 'Node n-1 is not ready',
        entity: node,
        cause: 'node-kubelet',
        severity: 'critical',
      },
    ],
    spoil: (reports) =>
      reports.map((report) => ({
        ...report,
        topology: {
          calls: [],
          databases: [],
          onNodes: [
            { node, workload: deployment('cart') },
            { node: { ...node, name: 'n-2' }, workload: deployment('web') },
          ],
        },
      })),
  });
  expect(diagnosis.affected).toEqual([deployment('cart')]);
});

describe('what is broken elsewhere', () => {
  const other = (name: string): Draft => ({
    claim: `Deployment ${name} cannot pull its image.`,
    entity: { kind: 'Deployment', name, namespace: `team-${name}`, cluster: 'c1' },
    cause: 'image-not-found',
    role: 'cause',
    severity: 'critical',
    confidence: 0.95,
    onset: at('12:40:00'),
  });
  const noise = ['a', 'b', 'c', 'd', 'e', 'f'].map(other);

  test('leaves a clear cause clear', async () => {
    const alone = first((await synthesized({ findings: [oom], paged: 'cart' })).diagnosis);
    const among = first((await synthesized({ findings: [...noise, oom], paged: 'cart' })).diagnosis);
    expect(among).toMatchObject({ entity: { name: 'cart' }, cause: 'oom-killed' });
    expect(among?.confidence).toBeGreaterThan((alone?.confidence ?? 1) - 0.2);
  });
  test('is the cause where what was paged calls it', async () => {
    const { diagnosis } = await synthesized({
      findings: [errors('cart', '12:41:00'), other('pay')],
      edges: [['cart', 'pay']],
      paged: 'cart',
    });
    expect(first(diagnosis)).toMatchObject({ entity: { name: 'pay' }, cause: 'image-not-found' });
    expect(first(diagnosis)?.confidence).toBeGreaterThan(0.6);
  });
});

describe('a cause that the findings refute', () => {
  const before = errors('cart', '12:20:00');
  test('is shown with the reason, and is no answer', async () => {
    const { diagnosis } = await synthesized({ findings: [rollout, before], paged: 'cart' });
    const change = diagnosis.hypotheses.find(({ cause }) => cause === 'code-change');
    expect(change).toMatchObject({ ruledOut: 'the trouble began before the change went live' });
    expect(change?.against[0]).toBe('ruled out: the trouble began before the change went live');
    expect(diagnosis.hypotheses[0]?.cause).toBe('application-errors');
  });

  test('is not put first by being alone', async () => {
    const surge = errors('cart', '12:46:00', {
      cause: 'traffic-surge',
      role: 'cause',
      confidence: 0.95,
      signal: { name: 'requests_per_second', unit: '1/s', before: 100, during: 80 },
    });
    const { diagnosis } = await synthesized({ findings: [surge], paged: 'cart' });
    expect(causesOf(diagnosis)).toEqual(['cart: unknown', 'cart: traffic-surge']);
    expect(diagnosis.hypotheses[1]).toMatchObject({ ruledOut: 'its traffic did not rise' });
  });

  test('is refuted by what a source sees to be well at it, and not at another', async () => {
    const throttled = errors('cart', '12:46:00', {
      cause: 'cpu-throttled',
      role: 'cause',
      confidence: 0.95,
      signal: { name: 'cpu_throttled_seconds', unit: 's', before: 0, during: 0.4 },
    });
    const seenAt = async (name: string, ...clusters: readonly string[]) => {
      const { diagnosis } = await synthesized({
        findings: [throttled],
        paged: 'cart',
        spoil: (reports) => [
          ...reports,
          aReport({
            findings: [],
            observations: clusters.map((cluster) => ({
              kind: 'no-cpu-limit',
              entity: { ...deployment(name), cluster },
            })),
          }),
        ],
      });
      return causesOf(diagnosis)[0];
    };
    expect(await seenAt('cart', 'c1')).toBe('cart: unknown');
    expect(await seenAt('checkout', 'c1')).toBe('cart: cpu-throttled');
    // Which of them it is, nobody knows.
    expect(await seenAt('cart', 'c1', 'c2')).toBe('cart: cpu-throttled');
  });

  test('stands where the same findings do not refute it', async () => {
    const after = { ...before, onset: at('12:46:00') };
    const { diagnosis } = await synthesized({ findings: [rollout, after], paged: 'cart' });
    expect(diagnosis.hypotheses.filter(({ ruledOut }) => ruledOut !== undefined)).toEqual([]);
  });
});

describe('where metrics infer that a service is slow by itself', () => {
  const slow: Draft = {
    specialist: 'metrics',
    entity: service('stock'),
    cause: 'slow-itself',
    role: 'cause',
    severity: 'critical',
    confidence: 0.75,
    claim: 'p95 latency of stock rose, and it waits for nothing else that is slow',
  };
  const line = (extra: Draft): Draft => ({
    specialist: 'logs',
    entity: service('stock'),
    role: 'symptom',
    severity: 'critical',
    confidence: 0.6,
    claim: 'New at stock, 12 times: connect timed out',
    ...extra,
  });
  const confidence = async (findings: readonly Draft[]) => {
    const { diagnosis } = await synthesized({ paged: 'stock', findings });
    return diagnosis?.hypotheses.find(({ cause }) => cause === 'slow-itself')?.confidence ?? 0;
  };

  test('its own log that says that it waits for another counts against it', async () => {
    const alone = await confidence([slow]);
    expect(await confidence([slow, line({ cause: 'dependency-unavailable' })])).toBeLessThan(alone / 2);
  });
  test('another kind of line, a minor one, or one of another service does not', async () => {
    const one = await confidence([slow, line({ cause: 'dependency-unavailable', severity: 'minor', role: 'context' })]);
    expect(one).toBeCloseTo(await confidence([slow]), 1);
    const other = line({ cause: 'dependency-unavailable', entity: service('ads'), confidence: 0.1 });
    expect(await confidence([slow, other])).toBeGreaterThan(0.4);
  });
});

describe('where a log says that a host outside does not answer', () => {
  const slow: Draft = {
    specialist: 'metrics',
    entity: service('stock'),
    cause: 'slow-itself',
    role: 'cause',
    severity: 'critical',
    confidence: 0.75,
    claim: 'p95 latency of stock rose, and it waits for nothing else that is slow',
  };
  const waits = (host: string, extra: Draft = {}): Draft => ({
    specialist: 'logs',
    entity: service('stock'),
    cause: 'dependency-unavailable',
    role: 'symptom',
    severity: 'critical',
    confidence: 0.6,
    claim: `New at stock, 12 times: POST https://${host}/v3: connect timed out`,
    dependency: service(host),
    ...extra,
  });
  const top = async (findings: readonly Draft[]) => {
    const { diagnosis } = await synthesized({
      paged: 'stock',
      edges: [['cart', 'stock']],
      findings: [...findings, errors('cart', '12:46:00')],
    });
    return first(diagnosis);
  };
  const outside = waits('api.bank.example');

  test('the wait is the cause, and the slowness that metrics infer is its effect', async () => {
    expect(await top([slow, outside])).toMatchObject({ entity: { name: 'stock' }, cause: 'dependency-unavailable' });
    expect((await top([slow, outside]))?.confidence).toBeGreaterThan(0.4);
  });
  test('a minor line does not say so', async () => {
    expect(await top([slow, waits('api.bank.example', { severity: 'minor' })])).toMatchObject({ cause: 'slow-itself' });
  });
  test('nor does a name inside the cluster that nothing knows', async () => {
    const inside = await top([slow, waits('ledger.billing.svc.cluster.local')]);
    expect(JSON.stringify(inside)).not.toContain('a host outside');
    expect(inside?.cause).not.toBe('dependency-unavailable');
  });
  test('nor a host that the sources know', async () => {
    const known = await top([slow, outside, errors('api.bank.example', '12:46:00', { severity: 'minor' })]);
    expect(JSON.stringify(known)).not.toContain('a host outside');
  });
  test('several silent hosts outside leave it less sure', async () => {
    const one = (await top([slow, outside]))?.confidence ?? 0;
    const both = await top([slow, outside, waits('mail.post.example')]);
    expect(both?.cause === 'dependency-unavailable' ? both.confidence : 0).toBeLessThan(one - 0.1);
  });
  test('a cause of its own in the cluster stays first', async () => {
    const own: Draft = { ...oom, entity: deployment('stock') };
    expect(await top([slow, outside, own])).toMatchObject({ cause: 'oom-killed' });
  });
});

describe('where a service and its caller get more traffic at the same time', () => {
  const surge = (name: string): Draft => ({
    specialist: 'metrics',
    entity: service(name),
    cause: 'traffic-surge',
    role: 'cause',
    severity: 'major',
    confidence: 0.7,
    claim: `requests of ${name} rose 580 %`,
    onset: at('12:46:00'),
    signal: { name: 'requests_per_second', unit: '1/s', before: 14, during: 94 },
  });
  const placed = (name: string): Draft =>
    errors(name, '12:46:00', {
      cause: 'application-errors',
      role: 'cause',
      confidence: 0.8,
      claim: `errors of ${name} rose by more than what it calls accounts for`,
      signal: { name: 'errors_per_second', unit: '1/s', before: 0, during: 25 },
    });
  const top = async (...findings: readonly Draft[]) => {
    const { diagnosis } = await synthesized({
      paged: 'cart',
      edges: [['cart', 'stock']],
      findings: [surge('cart'), surge('stock'), ...findings],
    });
    return causesOf(diagnosis)[0];
  };
  test('the place is the one whose failure metrics place there', async () => {
    expect(await top(placed('stock'))).toBe('stock: traffic-surge');
  });
  test('without such a failure, the origin is the caller', async () => {
    expect(await top()).toBe('cart: traffic-surge');
  });
  test('likewise where metrics place a failure at the caller, too', async () => {
    expect(await top(placed('stock'), placed('cart'))).toBe('cart: traffic-surge');
  });
});
