// A query that was answered holds nothing open: an iterator left open pins its snapshot, its blocks and its files for the life of the process.
import { AbstractValueIterator } from 'abstract-level';
import { expect, it, vi } from 'vitest';
import { storesForTests } from '../stores.ts';

const openStores = storesForTests();

it('closes the iterator of every query', async () => {
  const opened = vi.spyOn(AbstractValueIterator.prototype, 'next');
  const closed = vi.spyOn(AbstractValueIterator.prototype, 'close');
  const stores = await openStores({ now: () => new Date('2026-03-02T03:00:00Z') });
  await stores.incidents.timeline('inc-1');
  await stores.incidents.list(10);
  expect(new Set(opened.mock.contexts).size).toBe(2);
  await vi.waitFor(() => expect(new Set(closed.mock.contexts)).toEqual(new Set(opened.mock.contexts)));
});
