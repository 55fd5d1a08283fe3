import { beforeEach, describe, expect, test } from 'vitest';
import type { ActionLedger, AppliedActions, SeenEvents } from '../../core/ports/records.ts';
import { anAction, at } from '../builders.ts';
import { type OpenStores, parallel, type TestClock, testClock } from './records.ts';

export function seenEventsContract(open: OpenStores): void {
  describe('seen events', () => {
    let seen: SeenEvents;
    let clock: TestClock;
    beforeEach(async () => {
      clock = testClock('02:47:00');
      seen = (await open(clock)).seen;
    });

    test('the first of many that claim an event has it', async () => {
      const claims = await parallel(30, () => seen.claim('event-1', 60));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await seen.claim('event-2', 60)).toBe(true);
    });
    test('an event can be claimed again once its time is over', async () => {
      expect(await seen.claim('event-1', 60)).toBe(true);
      clock.set('02:48:00');
      expect(await seen.claim('event-1', 60)).toBe(false);
      clock.set('02:48:02');
      expect(await seen.claim('event-1', 60)).toBe(true);
      expect(await seen.claim('event-1', 60)).toBe(false);
    });
    test('an event is had from its claim until its time is over', async () => {
      expect(await seen.has('event-1')).toBe(false);
      await seen.claim('event-1', 60);
      expect(await seen.has('event-1')).toBe(true);
      clock.set('02:48:02');
      expect(await seen.has('event-1')).toBe(false);
    });
  });
}

export function actionLedgerContract(open: OpenStores): void {
  describe('the action ledger', () => {
    let ledger: ActionLedger;
    beforeEach(async () => {
      ledger = (await open(testClock())).ledger;
    });
    const entry = { key: 'k-1', incidentId: 'inc-1', action: anAction(), at: at('02:55:00') };
    const result = { kind: 'failed', why: 'The API server refused it.' } as const;

    test('of many that begin exactly one is fresh', async () => {
      const begun = await parallel(30, () => ledger.begin(entry));
      expect(begun.filter(({ kind }) => kind === 'fresh')).toHaveLength(1);
      expect(begun.filter(({ kind }) => kind === 'begun')).toHaveLength(29);
    });
    test('later ones learn when it was begun, then how it ended', async () => {
      await ledger.begin(entry);
      expect(await ledger.begin({ ...entry, at: at('02:59:00') })).toEqual({ kind: 'begun', at: entry.at });
      await ledger.finish('k-1', result);
      expect(await ledger.begin(entry)).toEqual({ kind: 'finished', result });
    });
    test('another key is another action', async () => {
      await ledger.begin(entry);
      expect(await ledger.begin({ ...entry, key: 'k-2' })).toEqual({ kind: 'fresh' });
    });
    test('what was not begun cannot be finished', async () => {
      await ledger.finish('k-9', result);
      expect(await ledger.begin({ ...entry, key: 'k-9' })).toEqual({ kind: 'fresh' });
    });
  });
}

export function appliedActionsContract(open: OpenStores): void {
  describe('applied actions', () => {
    let applied: AppliedActions;
    let clock: TestClock;
    beforeEach(async () => {
      clock = testClock();
      applied = (await open(clock)).applied;
    });

    test('a key is applied once, however many try', async () => {
      const added = await parallel(20, () => applied.add('inc-1', 'k-1', 'rerun-cronjob', 'c/n/CronJob/j'));
      expect(added.filter((one) => one === 'added')).toHaveLength(1);
      expect(await applied.of('inc-1')).toMatchObject([
        { key: 'k-1', actionId: 'rerun-cronjob', targetKey: 'c/n/CronJob/j' },
      ]);
    });
    test('they come in the order they were applied, each world its own', async () => {
      await applied.add('inc-1', 'z', 'restart-rollout', 't');
      clock.set('02:48:00');
      await applied.add('inc-1', 'a', 'rerun-cronjob', 't');
      expect((await applied.of('inc-1')).map(({ key }) => key)).toEqual(['z', 'a']);
      expect(await applied.of('inc-2')).toEqual([]);
    });
  });
}
