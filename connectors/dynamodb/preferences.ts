// What people taught. A preference and its counters are one item; a use is counted by one conditional write against the counters it
// was decided on, so that a limit holds under any concurrency.
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import { Preference } from '../../core/model/action.ts';
import type { PreferenceStore } from '../../core/ports/records.ts';
import type { Key, Table } from './table.ts';

const all = 'PREFERENCES';
const preferenceKey = (id: string): Key => ({ pk: all, sk: `PREFERENCE#${id}` });
/** `usedBy`: the incidents that used it on the latest day, so that a retry counts once. */
const PreferenceItem = z.object({ preference: Preference, usedBy: z.array(z.string()) });
const Pointer = z.object({ preferenceId: z.string() });

export function preferenceStore(table: Table): PreferenceStore {
  const read = async (id: string) => {
    const item = await table.get(preferenceKey(id));
    return item && PreferenceItem.parse(item);
  };

  const find: PreferenceStore['find'] = async (fingerprint) => {
    const pointers = await table.query(`FINGERPRINT#${fingerprint}`, 'PREFERENCE#');
    const items = await Promise.all(pointers.map((pointer) => read(Pointer.parse(pointer).preferenceId)));
    return items.flatMap((item) => (item ? [item.preference] : []));
  };

  const setState: PreferenceStore['setState'] = async (id, state, reason) => {
    await table.update(
      preferenceKey(id),
      {
        expression: 'SET preference.#state = :state, preference.stateReason = :reason',
        names: { '#state': 'state' },
        values: { ':state': state, ':reason': reason },
      },
      { expression: 'attribute_exists(pk)' },
    );
  };

  const use = async (
    id: string,
    incidentId: string,
    at: string,
    triesLeft: number,
  ): Promise<Awaited<ReturnType<PreferenceStore['use']>>> => {
    const item = await read(id);
    if (!item) return { kind: 'refused', why: 'It does not exist any more.' };
    const { preference } = item;
    const day = at.slice(0, 10);
    const today = preference.usedToday.day === day ? preference.usedToday.count : 0;
    const usedBy = preference.usedToday.day === day ? item.usedBy : [];
    if (usedBy.includes(incidentId)) return { kind: 'used' };
    if (preference.state !== 'active') return { kind: 'refused', why: `It is ${preference.state}.` };
    if (preference.expiresAt <= at) return { kind: 'refused', why: `It expired at ${preference.expiresAt}.` };
    if (today >= preference.maxUsesPerDay)
      return { kind: 'refused', why: `Its limit of ${preference.maxUsesPerDay} uses a day is reached.` };
    const counted = await table.update(
      preferenceKey(id),
      {
        expression: 'SET preference.uses = :next, preference.usedToday = :today, usedBy = :usedBy',
        values: {
          ':next': preference.uses + 1,
          ':today': { day, count: today + 1 },
          ':usedBy': [...usedBy, incidentId],
        },
      },
      {
        expression: 'preference.uses = :uses AND preference.#state = :active',
        names: { '#state': 'state' },
        values: { ':uses': preference.uses, ':active': 'active' },
      },
    );
    if (counted) return { kind: 'used' };
    if (triesLeft === 0) throw new Unavailable(`Preference ${id} is being used by too many at once.`);
    return use(id, incidentId, at, triesLeft - 1);
  };

  return {
    find,
    setState,
    use: (id, incidentId, at) => use(id, incidentId, at, 20),

    async teach(preference) {
      const before = await find(preference.fingerprint);
      await table.put({
        pk: `FINGERPRINT#${preference.fingerprint}`,
        sk: `PREFERENCE#${preference.id}`,
        preferenceId: preference.id,
      });
      const isNew = await table.put(
        { ...preferenceKey(preference.id), preference, usedBy: [] },
        { expression: 'attribute_not_exists(pk)' },
      );
      if (!isNew) return;
      for (const old of before) {
        if (old.id !== preference.id && old.actionId === preference.actionId && old.state !== 'revoked') {
          await setState(old.id, 'revoked', `Replaced by ${preference.id}, taught by ${preference.taughtBy}.`);
        }
      }
    },

    async get(id) {
      return (await read(id))?.preference;
    },

    async list() {
      const items = await table.query(all, 'PREFERENCE#');
      return items
        .map((item) => PreferenceItem.parse(item).preference)
        .sort((a, b) => b.taughtAt.localeCompare(a.taughtAt));
    },
  };
}
