import { beforeEach, describe, expect, test } from 'vitest';
import type { PostHistory } from '../../core/ports/records.ts';
import { type OpenStores, parallel, type TestClock, testClock } from './records.ts';

export function postBookContract(open: OpenStores): void {
  describe('where messages went', () => {
    let clock: TestClock;
    let posts: PostHistory;
    beforeEach(async () => {
      clock = testClock();
      posts = (await open(clock)).posts;
    });
    const post = { channel: 'C1', ts: '1700000000.000100' };

    test('is not known of what nobody began, and of what was begun only that', async () => {
      expect(await posts.find('diagnosis-inc-1')).toBeUndefined();
      expect(await posts.begin('diagnosis-inc-1')).toEqual({ kind: 'fresh' });
      expect(await posts.begin('diagnosis-inc-1')).toEqual({ kind: 'begun' });
      expect(await posts.find('diagnosis-inc-1')).toBeUndefined();
    });
    test('of many who begin at once one is the first', async () => {
      const begun = await parallel(20, () => posts.begin('diagnosis-inc-1'));
      expect(begun.filter(({ kind }) => kind === 'fresh')).toHaveLength(1);
    });
    test('is known from then on, and can become another place', async () => {
      await posts.begin('diagnosis-inc-1');
      await posts.posted('diagnosis-inc-1', post);
      expect(await posts.begin('diagnosis-inc-1')).toEqual({ kind: 'posted', post });
      await posts.posted('diagnosis-inc-1', { ...post, ts: '1700000001.000100' });
      expect(await posts.find('diagnosis-inc-1')).toEqual({ ...post, ts: '1700000001.000100' });
      expect(await posts.find('diagnosis-inc-2')).toBeUndefined();
    });
    test('is forgotten after a quarter', async () => {
      await posts.posted('diagnosis-inc-1', post);
      clock.set('2027-02-19T00:00:00Z');
      expect(await posts.find('diagnosis-inc-1')).toBeUndefined();
      expect(await posts.begin('diagnosis-inc-1')).toEqual({ kind: 'fresh' });
    });
  });
}
