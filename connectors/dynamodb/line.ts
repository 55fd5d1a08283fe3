// Stores the queue of waiting pages. One item holds the slots and a version, so that each write of it is a decision by one writer. Each queued page
// is an item of its own whose sort key is its place, so that one query finds the next few, however long the queue is.

import * as z from 'zod';
import { Slots, Waiting } from '../../core/model/admission.ts';
import type { Line, Queued } from '../../core/ports/admission.ts';
import { type Item, type Key, stored, type Table } from './table.ts';

const pk = 'LINE';
const slotsKey: Key = { pk, sk: 'SLOTS' };
const SlotsItem = z.object({ slots: Slots });
const PlaceItem = z.object({ page: Waiting, taskToken: z.string() });

const nextPrefix = 'NEXT#';
const heldPrefix = 'HELD#';
/** The digits of milliseconds since 1970; they suffice until the year 33658. */
const digits = 15;
const keyOf = ({ rank, incidentId, held }: Pick<Waiting, 'rank' | 'incidentId' | 'held'>): Key => ({
  pk,
  sk:
    held === undefined
      ? `${nextPrefix}${String(rank).padStart(digits, '0')}#${incidentId}`
      : `${heldPrefix}${held.behind}#${incidentId}`,
});

const read = (item: Item): Queued => stored(PlaceItem, item);

export function waitingLine(table: Table): Line {
  const put = (page: Waiting, taskToken: string) => table.put({ ...keyOf(page), page, taskToken });
  const remove = ({ page, taskToken }: Queued) =>
    table.delete(keyOf(page), { expression: 'taskToken = :token', values: { ':token': taskToken } });

  return {
    async slots() {
      const item = await table.get(slotsKey);
      return item === undefined ? { version: 0, leases: [], diagnosed: [] } : stored(SlotsItem, item).slots;
    },

    replace: (slots) =>
      table.put(
        { ...slotsKey, slots: { ...slots, version: slots.version + 1 } },
        {
          expression: 'attribute_not_exists(pk) OR slots.#version = :version',
          names: { '#version': 'version' },
          values: { ':version': slots.version },
        },
      ),

    async wait(page, taskToken) {
      await put(page, taskToken);
    },

    async next(atMost, after) {
      const items = await table.first(pk, nextPrefix, atMost, after && keyOf(after.page));
      return items.map(read);
    },

    async held(behind) {
      const items = await table.query(pk, behind === undefined ? heldPrefix : `${heldPrefix}${behind}#`);
      return items.map(read);
    },

    async move(from, to) {
      await put(to, from.taskToken);
      await remove(from);
    },

    async remove(queued) {
      await remove(queued);
    },

    async forget(page) {
      await table.delete(keyOf(page));
    },

    ahead: (page, atMost) => table.countBefore(pk, nextPrefix, keyOf(page).sk, atMost),
  };
}
