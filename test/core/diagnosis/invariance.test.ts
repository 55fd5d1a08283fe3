// What a diagnosis must not depend on: in which order reports and findings came, how things are called, what was said twice, and what is
// well somewhere else.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CauseCode } from '../../../core/causes/causes.ts';
import { diagnose } from '../../../core/diagnosis/diagnose.ts';
import { supportedFindings } from '../../../core/diagnosis/supported.ts';
import type { Evidence, Finding } from '../../../core/model/report.ts';
import type { Ports } from '../../../core/ports/index.ts';
import { aContext, aFinding, anIncident, aReport, at } from '../../builders.ts';
import { partly } from '../../partly.ts';

const names = ['alpha', 'bravo', 'carol', 'delta', 'ember', 'frost'];
const causes: readonly (CauseCode | undefined)[] = [
  undefined,
  'oom-killed',
  'application-errors',
  'dependency-unavailable',
  'database-connections-exhausted',
  'cpu-overload',
  'network-delay',
  'image-not-found',
  'code-change',
  'traffic-surge',
  'certificate-expired',
];
const specialists = ['kubernetes', 'metrics', 'logs', 'changes'] as const;

interface Told {
  readonly findings: readonly Finding[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  readonly paged: string;
}

const name = fc.constantFrom(...names);
const finding = fc
  .record({
    specialist: fc.constantFrom(...specialists),
    on: name,
    cause: fc.constantFrom(...causes),
    symptom: fc.boolean(),
    severity: fc.constantFrom('critical' as const, 'major' as const, 'minor' as const),
    confidence: fc.integer({ min: 20, max: 95 }),
    minute: fc.option(fc.integer({ min: 10, max: 50 }), { nil: undefined }),
    dependency: fc.option(name, { nil: undefined }),
  })
  .map((draft) => ({ ...draft, key: JSON.stringify(draft) }));
type Draft = typeof finding extends fc.Arbitrary<infer T> ? T : never;
const edge = fc.record({ from: name, to: name });
const told: fc.Arbitrary<Told> = fc
  .record({
    drafts: fc.uniqueArray(finding, { minLength: 1, maxLength: 10, selector: ({ key }) => key }),
    edges: fc.array(edge, { maxLength: 8 }),
    paged: name,
  })
  .map(({ drafts, edges, paged }) => ({ findings: drafts.map(toFinding), edges, paged }));

const entity = (of: string) => ({ kind: 'Deployment', name: of, namespace: 'shop', cluster: 'c1' });
function toFinding(
  { specialist, on, cause, symptom, severity, confidence, minute, dependency }: Draft,
  place: number,
): Finding {
  const isChange = cause === 'code-change';
  const { cause: _, ...base } = aFinding({
    specialist,
    id: `${specialist}-1-${place}`,
    claim: `Finding ${place} of ${on}`,
    entity: entity(on),
    role: isChange ? 'change' : symptom || cause === undefined ? 'symptom' : 'cause',
    severity,
    confidence: confidence / 100,
    evidenceIds: [`e${place}`],
  });
  return {
    ...base,
    ...(cause && { cause }),
    ...(isChange && { changeId: `change-${place}` }),
    ...(minute !== undefined && { onset: at(`02:${minute}:00`) }),
    ...(dependency !== undefined && dependency !== on && { dependency: entity(dependency) }),
  };
}

/** Evidence is not read here beyond its excerpt. */
const evidenceOf = (findings: readonly Finding[]): ReadonlyMap<string, Evidence> =>
  new Map(
    findings.flatMap(({ evidenceIds, claim }) =>
      evidenceIds.map(
        (id) => [id, { id, incidentId: 'inc-1', source: 's', query: 'q', excerpt: claim, hash: id }] as const,
      ),
    ),
  );

function answer({ findings, edges, paged }: Told) {
  const reports = [...Map.groupBy(findings, ({ specialist }) => specialist)].map(([specialist, own]) =>
    aReport({ specialist, findings: own }),
  );
  const { diagnosis } = diagnose({
    incident: anIncident(),
    context: aContext({ service: { value: paged, source: 'alert', confidence: 0.9, alternatives: [] } }),
    reports,
    supported: { findings, evidence: evidenceOf(findings), changes: new Map(), dropped: 0, gaps: [] },
    dependencies: edges,
  });
  return diagnosis;
}
/** Hypotheses with what they are sure of; two that are equally sure have no order that means anything. */
const said = (given: Told, nameOf = (one: string) => one) =>
  answer(given)
    .hypotheses.map(({ entity: of, cause, confidence }) => `${confidence.toFixed(6)} ${nameOf(of.name)} ${cause}`)
    .sort();
const sure = (given: Told) => {
  const [first, second] = answer(given).hypotheses;
  return first !== undefined && first.confidence - (second?.confidence ?? 0) > 1e-6;
};

/** A permutation by random keys that come with the case. */
const shuffled = <T>(items: readonly T[], keys: readonly number[]): T[] =>
  items
    .map((item, place) => ({ item, key: keys[place % keys.length] ?? 0, place }))
    .sort((a, b) => a.key - b.key || b.place - a.place)
    .map(({ item }) => item);
const keys = fc.array(fc.integer(), { minLength: 10, maxLength: 10 });
const runs = { numRuns: 400 };

test('the cases that are made up are answered, and not all alike', () => {
  const firsts = fc.sample(told, { numRuns: 300, seed: 1 }).map((given) => answer(given).hypotheses[0]?.cause);
  const known = firsts.filter((cause) => cause !== 'unknown');
  expect(known.length).toBeGreaterThan(150);
  expect(new Set(known).size).toBeGreaterThan(7);
});

describe('a diagnosis does not depend on', () => {
  test('the order in which findings and calls are told', () => {
    fc.assert(
      fc.property(told, keys, (given, by) => {
        const other = { ...given, findings: shuffled(given.findings, by), edges: shuffled(given.edges, by) };
        expect(said(other)).toEqual(said(given));
      }),
      runs,
    );
  });

  test('how things are called', () => {
    fc.assert(
      fc.property(told, fc.shuffledSubarray(names, { minLength: names.length }), (given, others) => {
        const to = (one: string) => `svc-${others[names.indexOf(one)] ?? one}`;
        const renamed: Told = {
          paged: to(given.paged),
          edges: given.edges.map(({ from, to: callee }) => ({ from: to(from), to: to(callee) })),
          findings: given.findings.map((one) => ({
            ...one,
            entity: entity(to(one.entity.name)),
            ...(one.dependency && { dependency: entity(to(one.dependency.name)) }),
          })),
        };
        expect(said(renamed)).toEqual(said(given, to));
      }),
      runs,
    );
  });

  test('what a specialist reports again', async () => {
    const store = (findings: readonly Finding[]) =>
      partly<Ports['evidence']>({
        get: async (_: string, id: string) => evidenceOf(findings).get(id),
        full: async () => undefined,
      });
    await fc.assert(
      fc.asyncProperty(told, keys, async (given, by) => {
        const reports = [...Map.groupBy(given.findings, ({ specialist }) => specialist)].map(([specialist, findings]) =>
          aReport({ specialist, findings }),
        );
        const again = await supportedFindings('inc-1', shuffled([...reports, ...reports], by), store(given.findings));
        expect(again.dropped).toBe(0);
        expect(again.findings).toHaveLength(given.findings.length);
        expect(said({ ...given, findings: again.findings })).toEqual(said(given));
      }),
      runs,
    );
  });

  test('that something else is well', () => {
    fc.assert(
      fc.property(told, (given) => {
        fc.pre(sure(given));
        const well: Finding = {
          ...aFinding({
            specialist: 'kubernetes',
            id: 'kubernetes-1-99',
            claim: 'Deployment zulu is well.',
            severity: 'info',
          }),
          entity: entity('zulu'),
          role: 'context',
          evidenceIds: ['e99'],
        };
        const { cause: _, ...healthy } = well;
        expect(said({ ...given, findings: [...given.findings, healthy] })).toEqual(said(given));
      }),
      runs,
    );
  });
});

test('confidences leave room for what nobody looked at', () => {
  fc.assert(
    fc.property(told, (given) => {
      const causes = answer(given).hypotheses.filter(({ cause }) => cause !== 'unknown');
      const sum = causes.reduce((total, { confidence }) => total + confidence, 0);
      expect(sum).toBeLessThan(1);
    }),
    runs,
  );
});
