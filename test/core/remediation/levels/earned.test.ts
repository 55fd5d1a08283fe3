import { beforeEach, describe, expect, test } from 'vitest';
import type { LevelCase, LevelRow } from '../../../../core/model/levels.ts';
import { rowKey } from '../../../../core/model/levels.ts';
import { Catalog } from '../../../../core/ports/catalog.ts';
import {
  approvePromotion,
  demoteAfter,
  effectiveLevel,
  levelReport,
  whyTooLittleEvidence,
} from '../../../../core/remediation/levels/earned.ts';
import { figuresOf, verdictOf } from '../../../../core/remediation/levels/evidence.ts';
import { casesWithoutMiss, wilson } from '../../../../core/remediation/levels/wilson.ts';
import { askedText, resultText } from '../../../../core/remediation/levels/words.ts';
import { aCase } from '../../../contract/levels.ts';
import { parallel, type TestClock, testClock } from '../../../contract/records.ts';
import { storesForTests } from '../../../stores.ts';

describe("Wilson's interval", () => {
  // Newcombe, Statistics in Medicine 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (helped, cases, lower, upper) => {
    expect(wilson(helped, cases).lower).toBeCloseTo(lower, 4);
    expect(wilson(helped, cases).upper).toBeCloseTo(upper, 4);
  });
  test('knows nothing without cases, and refuses what is no share', () => {
    expect(wilson(0, 0)).toEqual({ lower: 0, upper: 1 });
    expect(() => wilson(2, 1)).toThrow(RangeError);
  });
  test('35 cases without a miss suffice for 0.9, and 34 do not', () => {
    expect(casesWithoutMiss(0.9)).toBe(35);
    expect(wilson(35, 35).lower).toBeGreaterThan(0.9);
    expect(wilson(34, 34).lower).toBeLessThan(0.9);
  });
});

const { row } = aCase();
const catalogue = (over: object = {}) =>
  Catalog.parse({
    environments: { production: { level: 'crawl', maxLevel: 'walk' }, staging: { level: 'crawl', maxLevel: 'run' } },
    services: [{ name: 'billing' }],
    approvers: ['ana', 'ben'],
    promotion: {},
    ...over,
  });
const shadow: NonNullable<LevelCase['comparison']> = {
  people: 'same',
  fixes: [],
  resolved: true,
  at: '2026-11-20T03:48:00.000Z',
  text: '',
};

describe('earned levels', () => {
  const open = storesForTests();
  let stores: Awaited<ReturnType<typeof open>>;
  let clock: TestClock;
  let catalog: Catalog;
  beforeEach(async () => {
    clock = testClock('05:00:00');
    stores = await open(clock);
    catalog = catalogue();
  });
  const ports = () => ({ ...stores, clock, catalog: { load: async () => catalog } });
  const add = async (count: number, over: Partial<LevelCase> = {}, name = 'inc') => {
    for (let index = 0; index < count; index += 1)
      await stores.levels.writeCase(aCase({ incidentId: `${name}-${index}`, comparison: shadow, ...over }));
  };
  const approve = (by: string, epoch = 0, over: Partial<LevelRow> = {}) =>
    approvePromotion({ key: rowKey({ ...row, ...over }), epoch, to: 'walk', by }, ports());
  const now = async () => (await levelReport(ports()))[0];

  test('are proposed only when the evidence suffices, with the reason until then', async () => {
    await add(34);
    expect(await now()).toMatchObject({ level: 'crawl', why: expect.stringContaining('34 of 34') });
    await add(1, {}, 'more');
    expect(await now()).toMatchObject({ proposal: { to: 'walk', epoch: 0, approvedBy: [] } });
    await add(1, { result: 'harmed' }, 'bad');
    expect(await now()).toMatchObject({ why: expect.stringContaining('worse once') });
  });
  test('take two different approvers; the same person twice, a stranger, and an approval without a proposal do not count', async () => {
    await add(10);
    expect((await approve('ana')).kind).toBe('refused');
    await add(40, {}, 'more');
    expect((await approve('eve')).kind).toBe('refused');
    expect((await approve('ana')).kind).toBe('counted');
    expect((await approve('ana')).kind).toBe('refused');
    expect((await now())?.level).toBe('crawl');
    expect((await approve('ben')).kind).toBe('promoted');
    expect(await now()).toMatchObject({ level: 'walk', history: [{ from: 'crawl', to: 'walk', by: ['ana', 'ben'] }] });
  });
  test('one person at the same moment is one person', async () => {
    await add(40);
    const answers = await parallel(4, () => approve('ana'));
    expect(answers.filter(({ kind }) => kind === 'counted')).toHaveLength(1);
    expect(answers.filter(({ kind }) => kind === 'promoted')).toHaveLength(0);
  });
  test('a replayed approval changes nothing after a demotion', async () => {
    await add(40);
    await approve('ana');
    await approve('ben');
    clock.set('06:00:00');
    const harm = aCase({ incidentId: 'harm', at: '2026-11-20T05:30:00.000Z', result: 'harmed' });
    await stores.levels.writeCase(harm);
    expect(await demoteAfter(harm, ports())).toMatchObject({ from: 'walk', to: 'crawl' });
    expect(await demoteAfter(harm, ports())).toMatchObject({ from: 'walk', to: 'crawl' });
    expect((await now())?.level).toBe('crawl');
    expect((await approve('ana')).kind).toBe('refused');
    expect((await approve('ben')).kind).toBe('refused');
    expect((await now())?.level).toBe('crawl');
    await add(40, { at: '2026-11-20T05:59:00.000Z' }, 'old');
    expect((await approve('ana')).kind).toBe('refused');
    await add(40, { at: '2026-11-20T06:30:00.000Z' }, 'new');
    expect((await approve('ana', 0)).kind).toBe('refused');
    expect((await approve('ana', 2)).kind).toBe('counted');
  });
  test('of another environment stay as they are', async () => {
    await add(40);
    await add(40, { row: { ...row, environment: 'staging' } }, 'staging');
    await approve('ana');
    expect((await approve('ben', 0, { environment: 'staging' })).kind).toBe('counted');
    for (const one of await levelReport(ports())) expect(one.level).toBe('crawl');
  });
  test('never exceed the maximum of the catalogue, which may be lowered later', async () => {
    catalog = catalogue({ environments: { production: { level: 'crawl' } } });
    await add(40);
    expect(await now()).toMatchObject({ why: expect.stringContaining('no more than crawl') });
    catalog = catalogue();
    await approve('ana');
    await approve('ben');
    expect((await now())?.level).toBe('walk');
    catalog = catalogue({ environments: { production: { level: 'crawl', maxLevel: 'crawl' } } });
    expect((await now())?.level).toBe('crawl');
    catalog = catalogue({
      environments: { production: { level: 'crawl', maxLevel: 'run', actions: { 'rerun-cronjob': 'crawl' } } },
    });
    expect((await now())?.level).toBe('crawl');
  });
  test('a deleted service keeps its figures and earns nothing', async () => {
    await add(40);
    await approve('ana');
    catalog = catalogue({ services: [] });
    expect(await now()).toMatchObject({ level: 'crawl', why: 'The catalogue no longer has this service.' });
    expect((await approve('ben')).kind).toBe('refused');
  });
  test('an approval counts for a week, and not from the future beyond the skew of clocks', async () => {
    await add(40);
    clock.set('2026-11-20T07:00:00.000Z');
    await approve('ana');
    clock.set('2026-11-20T06:00:00.000Z');
    expect((await approve('ben')).kind).toBe('counted');
    clock.set('2026-11-29T06:00:00.000Z');
    expect((await approve('ana')).kind).toBe('counted');
  });
  test('are lost after two actions that did not help, not after one', async () => {
    catalog = catalogue({ environments: { production: { level: 'walk' } } });
    const failed = (incidentId: string) => aCase({ incidentId, how: 'asked', result: 'not-helped' });
    await stores.levels.writeCase(failed('one'));
    expect(await demoteAfter(failed('one'), ports())).toBeUndefined();
    await stores.levels.writeCase(failed('two'));
    expect(await demoteAfter(failed('two'), ports())).toMatchObject({ from: 'walk', to: 'crawl' });
    expect((await now())?.level).toBe('crawl');
  });
  test('need the block promotion: without it nothing is earned, lost or refused', async () => {
    catalog = catalogue({ promotion: undefined });
    const harm = aCase({ incidentId: 'harm', result: 'harmed' });
    await stores.levels.writeCase(harm);
    expect(await demoteAfter(harm, ports())).toBeUndefined();
    expect(await whyTooLittleEvidence(row, catalog, ports())).toBeUndefined();
  });
  test('teaching needs the evidence, unless the catalogue says otherwise', async () => {
    await add(3);
    expect(await whyTooLittleEvidence(row, catalog, ports())).toContain(
      'It takes 20 cases with a known result, and there are 3.',
    );
    expect(
      await whyTooLittleEvidence(row, catalogue({ promotion: { teachingNeedsEvidence: false } }), ports()),
    ).toBeUndefined();
    await add(40, {}, 'more');
    expect(await whyTooLittleEvidence(row, catalog, ports())).toBeUndefined();
  });
});

test('a demotion wins over a higher level in the catalogue; a promotion never lowers it', () => {
  expect(effectiveLevel({ level: 'run', ceiling: 'run' }, { level: 'crawl', way: 'demoted' })).toBe('crawl');
  expect(effectiveLevel({ level: 'run', ceiling: 'run' }, { level: 'walk', way: 'promoted' })).toBe('run');
});

test.each<[Partial<LevelCase>, string]>([
  [{ comparison: shadow }, 'helped'],
  [{ comparison: { ...shadow, resolved: false } }, 'not-helped'],
  [{ comparison: { ...shadow, people: 'other' } }, 'not-helped'],
  [{ comparison: { ...shadow, people: 'none-seen' } }, 'not-known'],
  [{ answer: 'rejected', comparison: shadow }, 'not-helped'],
  [{ result: 'harmed', answer: 'approved' }, 'harmed'],
  [{}, 'open'],
])('%j is %s', (over, verdict) => {
  expect(verdictOf(aCase(over))).toBe(verdict);
});

test('the words of the figures leave out what is zero, except harm', () => {
  const open = figuresOf([aCase()]);
  expect([askedText(open), resultText(open)]).toEqual(['Shadowed 1', 'No result yet: not compared yet 1']);
  const asked = figuresOf([
    aCase({ how: 'asked', answer: 'approved', result: 'helped' }),
    aCase({ how: 'unattended' }),
  ]);
  expect(askedText(asked)).toBe('Asked 1 (approved 1), done without asking 1');
  expect(resultText(asked)).toMatch(/^Helped 1, did not help 0, harmed 0, not compared yet 1; share that helped 100 %/);
  expect([askedText(figuresOf([])), resultText(figuresOf([]))]).toEqual(['No case yet', 'No result yet']);
});
