import { beforeEach, describe, expect, test } from 'vitest';
import type { CallGraphStore, SeenCall } from '../../core/ports/records.ts';
import { type OpenStores, parallel, type TestClock, testClock } from './records.ts';

export function callGraphContract(open: OpenStores): void {
  describe('the call graph', () => {
    let graph: CallGraphStore;
    let clock: TestClock;
    beforeEach(async () => {
      clock = testClock();
      graph = (await open(clock)).callGraph;
    });
    const seen = (from: string, to: string, over: Partial<SeenCall> = {}): SeenCall => ({
      from,
      to,
      seenAt: clock.now().toISOString(),
      ...over,
    });
    const names = async () => (await graph.all()).map(({ from, to }) => `${from} ${to}`).sort();

    test('is empty at first, and keeps what was seen with its figures', async () => {
      expect(await graph.all()).toEqual([]);
      const call = seen('web', 'cart', {
        fromCluster: 'near',
        toCluster: 'far',
        requestsPerSecond: 2.5,
        errorRatio: 0.1,
      });
      await graph.keep([call]);
      expect(await graph.all()).toEqual([call]);
    });
    test('merges what several incidents saw, and keeps the latest sight', async () => {
      const first = seen('web', 'cart', { requestsPerSecond: 1 });
      await graph.keep([first, seen('web', 'search')]);
      clock.set('04:00:00');
      await graph.keep([seen('web', 'cart'), seen('cart', 'db')]);
      await graph.keep([{ ...first, requestsPerSecond: 99 }]);
      expect(await names()).toEqual(['cart db', 'web cart', 'web search']);
      expect((await graph.all()).find(({ to }) => to === 'cart')).toMatchObject({
        seenAt: clock.now().toISOString(),
        requestsPerSecond: 1,
      });
    });
    test('the same call in two clusters is two calls', async () => {
      await graph.keep([seen('web', 'cart', { toCluster: 'near' }), seen('web', 'cart', { toCluster: 'far' })]);
      expect(await graph.all()).toHaveLength(2);
    });
    test('loses nothing of what several see at the same time', async () => {
      await parallel(4, (index) => graph.keep([seen('web', `callee-${index}`), seen(`caller-${index}`, 'web')]));
      expect(await names()).toHaveLength(8);
    });
    test('forgets what nobody saw for 30 days', async () => {
      await graph.keep([seen('web', 'gone')]);
      clock.set('2026-12-21T00:00:00.000Z');
      expect(await graph.all()).toEqual([]);
      await graph.keep([seen('web', 'cart')]);
      expect(await names()).toEqual(['web cart']);
    });
  });
}
