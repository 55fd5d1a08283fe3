import { beforeEach, describe, expect, test } from 'vitest';
import type { PreferenceStore } from '../../core/ports/records.ts';
import { aPreference, at } from '../builders.ts';
import { type OpenStores, parallel, testClock } from './records.ts';

export function preferenceStoreContract(open: OpenStores): void {
  describe('preferences', () => {
    const preference = aPreference();
    let store: PreferenceStore;
    beforeEach(async () => {
      store = (await open(testClock())).preferences;
    });

    test('what was taught is found by its fingerprint and listed', async () => {
      await store.teach(preference);
      expect(await store.find(preference.fingerprint)).toEqual([preference]);
      expect(await store.find('wk1-other')).toEqual([]);
      expect(await store.get('pref-1')).toEqual(preference);
      expect(await store.list()).toEqual([preference]);
    });
    test('taught twice by a retry it is there once, and keeps its count', async () => {
      await store.teach(preference);
      await store.use('pref-1', 'inc-2', at('03:00:00'));
      await store.teach(preference);
      expect(await store.list()).toEqual([{ ...preference, uses: 1, usedToday: { day: '2026-11-20', count: 1 } }]);
    });
    test('taught anew it takes the place of the older one for the same action', async () => {
      await store.teach(preference);
      const newer = aPreference({ id: 'pref-2', taughtAt: at('05:00:00'), taughtBy: 'ben' });
      await store.teach(newer);
      await store.teach(aPreference({ id: 'pref-3', actionId: 'restart-rollout', taughtAt: at('06:00:00') }));
      const states = Object.fromEntries((await store.find(preference.fingerprint)).map(({ id, state }) => [id, state]));
      expect(states).toEqual({ 'pref-1': 'revoked', 'pref-2': 'active', 'pref-3': 'active' });
      await store.teach(preference);
      expect(await store.get('pref-2')).toEqual(newer);
    });
    test('a use is counted', async () => {
      await store.teach(preference);
      expect(await store.use('pref-1', 'inc-2', at('03:00:00'))).toEqual({ kind: 'used' });
      expect(await store.get('pref-1')).toMatchObject({ uses: 1, usedToday: { day: '2026-11-20', count: 1 } });
    });
    test('one incident counts once, however often it asks', async () => {
      await store.teach(preference);
      const answers = await parallel(20, () => store.use('pref-1', 'inc-2', at('03:00:00')));
      expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['used']));
      expect(await store.get('pref-1')).toMatchObject({ uses: 1, usedToday: { count: 1 } });
    });
    test('a retry after midnight still counts once', async () => {
      await store.teach(preference);
      await store.use('pref-1', 'inc-2', at('23:59:59'));
      expect(await store.use('pref-1', 'inc-2', '2026-11-21T00:00:01.000Z')).toEqual({ kind: 'used' });
      expect(await store.get('pref-1')).toMatchObject({ uses: 1 });
    });
    test('of thirty incidents at once as many use it as the limit of the day says', async () => {
      await store.teach(preference);
      const answers = await parallel(30, (n) => store.use('pref-1', `inc-${n}`, at('03:00:00')));
      expect(answers.filter(({ kind }) => kind === 'used')).toHaveLength(3);
      const refused = answers.filter(({ kind }) => kind === 'refused');
      expect(refused).toHaveLength(27);
      for (const one of refused) expect(one).toEqual({ kind: 'refused', why: 'Its limit of 3 uses a day is reached.' });
      expect(await store.get('pref-1')).toMatchObject({ uses: 3, usedToday: { day: '2026-11-20', count: 3 } });
    });
    test('all of many that use it at once are counted', async () => {
      await store.teach({ ...preference, maxUsesPerDay: 1000 });
      const answers = await parallel(50, (n) => store.use('pref-1', `inc-${n}`, at('03:00:00')));
      expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['used']));
      expect(await store.get('pref-1')).toMatchObject({ uses: 50, usedToday: { count: 50 } });
    });
    test('the next day counts anew', async () => {
      await store.teach(preference);
      for (const n of [1, 2, 3]) await store.use('pref-1', `inc-${n}`, at('03:00:00'));
      const answers = await parallel(10, (n) => store.use('pref-1', `inc-next-${n}`, '2026-11-21T03:00:00.000Z'));
      expect(answers.filter(({ kind }) => kind === 'used')).toHaveLength(3);
      expect(await store.get('pref-1')).toMatchObject({ uses: 6, usedToday: { day: '2026-11-21', count: 3 } });
    });
    test('a clock that is behind counts towards the latest day', async () => {
      await store.teach(preference);
      await store.use('pref-1', 'inc-1', '2026-11-21T00:00:01.000Z');
      await store.use('pref-1', 'inc-2', at('23:59:59'));
      expect(await store.get('pref-1')).toMatchObject({ usedToday: { day: '2026-11-21', count: 2 } });
    });
    test.each(['suspended', 'revoked'] as const)('what is %s is not used, and says why it is', async (state) => {
      await store.teach(preference);
      await store.setState('pref-1', state, 'it did not help');
      expect(await store.get('pref-1')).toEqual({ ...preference, state, stateReason: 'it did not help' });
      expect(await store.use('pref-1', 'inc-2', at('03:00:00'))).toEqual({ kind: 'refused', why: `It is ${state}.` });
    });
    test('what has expired is not used', async () => {
      await store.teach(preference);
      expect(await store.use('pref-1', 'inc-2', preference.expiresAt)).toEqual({
        kind: 'refused',
        why: `It expired at ${preference.expiresAt}.`,
      });
    });
    test('what was never taught is not used', async () => {
      expect(await store.use('pref-9', 'inc-2', at('03:00:00'))).toMatchObject({ kind: 'refused' });
      await store.setState('pref-9', 'active', 'x');
      expect(await store.get('pref-9')).toBeUndefined();
    });
    test('none is used after it was suspended, whatever happens at the same time', async () => {
      await store.teach({ ...preference, maxUsesPerDay: 1000 });
      await Promise.all([
        parallel(20, (n) => store.use('pref-1', `inc-${n}`, at('03:00:00'))),
        store.setState('pref-1', 'suspended', 'it did not help'),
      ]);
      const { uses } = (await store.get('pref-1'))!;
      expect(await store.use('pref-1', 'inc-new', at('03:00:01'))).toMatchObject({ kind: 'refused' });
      expect(await store.get('pref-1')).toMatchObject({ state: 'suspended', uses });
    });
  });
}
