import { beforeEach, describe, expect, test } from 'vitest';
import type { Waiting } from '../../core/model/admission.ts';
import { PageFacts } from '../../core/model/storm.ts';
import type { Line } from '../../core/ports/admission.ts';
import { at } from '../builders.ts';
import { type OpenStores, parallel, testClock } from './records.ts';

export const aPlace = (n: number, over: Partial<Waiting> = {}): Waiting => ({
  incidentId: `inc-${n}`,
  execution: `execution-${n}`,
  facts: PageFacts.parse({ incidentId: `inc-${n}`, openedAt: at('02:47:10'), symptom: 'unknown' }),
  enteredAt: at('02:47:20'),
  rank: Date.parse(at('02:47:10')) + n,
  heldBefore: [],
  ...over,
});
const heldBehind = (behind: string) => ({
  held: { behind, because: { kind: 'same-thing', thing: 'billing' } as const, until: at('02:49:00') },
});

export function lineContract(open: OpenStores): void {
  describe('the line of waiting pages', () => {
    let line: Line;
    beforeEach(async () => {
      line = (await open(testClock())).line;
    });
    const ids = (queue: readonly { readonly page: Waiting }[]) => queue.map(({ page }) => page.incidentId);

    test('has no slots taken at first', async () => {
      expect(await line.slots()).toEqual({ version: 0, leases: [], diagnosed: [] });
      expect(await line.next(10)).toEqual([]);
    });
    test('of many who write the slots at once, one does', async () => {
      const slots = await line.slots();
      const wrote = await parallel(30, () => line.replace(slots));
      expect(wrote.filter(Boolean)).toHaveLength(1);
      expect((await line.slots()).version).toBe(1);
      expect(await line.replace(slots)).toBe(false);
    });
    test('goes by rank, and on after a page', async () => {
      for (const n of [3, 1, 2]) await line.wait(aPlace(n), `token-${n}`);
      const [first, ...rest] = await line.next(2);
      expect(ids([first!, ...rest])).toEqual(['inc-1', 'inc-2']);
      expect(first).toEqual({ page: aPlace(1), taskToken: 'token-1' });
      expect(ids(await line.next(5, first))).toEqual(['inc-2', 'inc-3']);
    });
    test('gives a page that comes again its place, with the new token', async () => {
      await line.wait(aPlace(1), 'token-1');
      const [before] = await line.next(1);
      await line.wait(aPlace(1), 'token-2');
      await line.remove(before!);
      expect(await line.next(5)).toEqual([{ page: aPlace(1), taskToken: 'token-2' }]);
    });
    test('keeps those that are held apart, and lets them in again', async () => {
      await line.wait(aPlace(1), 'token-1');
      await line.wait(aPlace(2, heldBehind('inc-9')), 'token-2');
      const [queued] = await line.next(5);
      await line.move(queued!, { ...queued!.page, ...heldBehind('inc-1') });
      expect(await line.next(5)).toEqual([]);
      expect(ids(await line.held('inc-9'))).toEqual(['inc-2']);
      expect(ids(await line.held())).toEqual(['inc-1', 'inc-2']);
      const [held] = await line.held('inc-9');
      await line.move(held!, aPlace(2));
      expect(ids(await line.held())).toEqual(['inc-1']);
      expect(ids(await line.next(5))).toEqual(['inc-2']);
    });
    test('counts who stands before a page, so far', async () => {
      for (const n of [1, 2, 3, 4]) await line.wait(aPlace(n), `token-${n}`);
      expect(await line.ahead(aPlace(3), 10)).toBe(2);
      expect(await line.ahead(aPlace(9), 10)).toBe(4);
      expect(await line.ahead(aPlace(9), 2)).toBe(2);
      expect(await line.ahead(aPlace(1), 2)).toBe(0);
    });
  });
}
