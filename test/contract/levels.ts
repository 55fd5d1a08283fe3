import { beforeEach, describe, expect, test } from 'vitest';
import type { EarnedLevel, LevelCase, LevelRow } from '../../core/model/levels.ts';
import type { LevelStore } from '../../core/ports/levels.ts';
import { type OpenStores, parallel, type TestClock, testClock } from './records.ts';

const row: LevelRow = {
  environment: 'production',
  service: 'billing',
  cause: 'database-lock',
  action: 'rerun-cronjob',
};
const at = '2026-11-20T02:47:00.000Z';

export const aCase = (over: Partial<LevelCase> = {}): LevelCase => ({
  incidentId: 'inc-1',
  row,
  version: 1,
  at,
  how: 'shadowed',
  level: 'crawl',
  title: 'Rerun CronJob billing/nightly-invoices',
  why: 'A deadlock stopped the run.',
  target: { kind: 'CronJob', name: 'nightly-invoices', namespace: 'billing', cluster: 'backend-1' },
  compareAt: '2026-11-20T03:47:00.000Z',
  ...over,
});

export const anEarned = (over: Partial<EarnedLevel> = {}): EarnedLevel => ({
  row,
  version: 1,
  epoch: 0,
  why: '',
  approvals: [],
  history: [],
  ...over,
});

export function levelStoreContract(open: OpenStores): void {
  describe('the levels', () => {
    let levels: LevelStore;
    let clock: TestClock;
    beforeEach(async () => {
      clock = testClock();
      levels = (await open(clock)).levels;
    });

    test('a case is written once, and changed only over the version before it', async () => {
      expect(await levels.writeCase(aCase())).toBe(true);
      expect(await levels.writeCase(aCase({ title: 'another' }))).toBe(false);
      expect(await levels.writeCase(aCase({ version: 3 }))).toBe(false);
      expect(await levels.writeCase(aCase({ version: 2, answer: 'approved' }))).toBe(true);
      expect(await levels.cases()).toEqual([aCase({ version: 2, answer: 'approved' })]);
    });
    test('of several writers of one version one wins', async () => {
      const won = await parallel(5, () => levels.writeEarned(anEarned()));
      expect(won.filter(Boolean)).toHaveLength(1);
      const next = await parallel(5, (index) => levels.writeEarned(anEarned({ version: 2, epoch: index })));
      expect(next.filter(Boolean)).toHaveLength(1);
    });
    test('a row has its own level: another environment, service, cause or action has none', async () => {
      await levels.writeEarned(anEarned({ level: 'walk', way: 'promoted' }));
      expect((await levels.earned(row))?.level).toBe('walk');
      for (const other of [
        { environment: 'staging' },
        { service: 'billing/deadlock' },
        { cause: 'job-failed' },
        { action: 'rerun-job' },
      ] as const)
        expect(await levels.earned({ ...row, ...other })).toBeUndefined();
    });
    test('a case waits for its comparison until its hour is over, and only until it is settled', async () => {
      await levels.writeCase(aCase());
      expect(await levels.due(clock.now(), 10)).toEqual([]);
      clock.set('03:48:00');
      const [due] = await levels.due(clock.now(), 10);
      expect(due).toMatchObject({ incidentId: 'inc-1', action: 'rerun-cronjob' });
      if (due !== undefined) await levels.settle(due);
      expect(await levels.due(clock.now(), 10)).toEqual([]);
    });
    test('an incident has one fix, and only its own fingerprint finds it', async () => {
      const fix = { kind: 'job-rerun', action: 'rerun-cronjob', what: 'Job billing/again', at } as const;
      await levels.keepFix({ fingerprint: 'v2-a', incidentId: 'inc-1', fix, helped: true });
      await levels.keepFix({ fingerprint: 'v2-a', incidentId: 'inc-1', fix: { ...fix, what: 'other' }, helped: false });
      expect(await levels.fixes('v2-a')).toEqual([{ fingerprint: 'v2-a', incidentId: 'inc-1', fix, helped: true }]);
      expect(await levels.fixes('v2-')).toEqual([]);
      expect(await levels.fixes('v2-ab')).toEqual([]);
    });
    test('forgets cases after 400 days', async () => {
      await levels.writeCase(aCase());
      clock.set('2028-01-01T00:00:00.000Z');
      expect(await levels.cases()).toEqual([]);
    });
  });
}
