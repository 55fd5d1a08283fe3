// Stores the preferences that people taught. A preference and its counters are one item; one conditional write that checks state and limit counts a
// use, so that the limit holds under any concurrency.
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import { Preference } from '../../core/model/action.ts';
import { Proposal } from '../../core/model/proposal.ts';
import type { PreferenceStore } from '../../core/ports/records.ts';
import { type Condition, type Key, stored, type Table } from './table.ts';

const all = 'PREFERENCES';
const preferenceKey = (id: string): Key => ({ pk: all, sk: `PREFERENCE#${id}` });
/** `usedBy`: the incidents that used the preference on the latest day, so that a retry counts once. */
const PreferenceItem = z.object({ preference: Preference, usedBy: z.array(z.string()) });
const ProposalItem = z.object({ proposal: Proposal });
const proposalKey = ({ id, incidentId }: Pick<Proposal, 'id' | 'incidentId'>): Key => ({
  pk: `PROPOSAL#${incidentId}`,
  sk: `PROPOSAL#${id}`,
});
type Use = Awaited<ReturnType<PreferenceStore['use']>>;
const Pointer = z.object({ preferenceId: z.string() });

export function preferenceStore(table: Table): PreferenceStore {
  const read = async (id: string) => {
    const item = await table.get(preferenceKey(id));
    return item && stored(PreferenceItem, item);
  };

  const find: PreferenceStore['find'] = async (fingerprint) => {
    const pointers = await table.query(`FINGERPRINT#${fingerprint}`, 'PREFERENCE#');
    const items = await Promise.all(pointers.map((pointer) => read(stored(Pointer, pointer).preferenceId)));
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

  const use = async (id: string, incidentId: string, at: string, triesLeft: number): Promise<Use> => {
    const item = await read(id);
    if (!item) return { kind: 'refused', why: 'It does not exist any more.' };
    const { preference, usedBy } = item;
    const { usedToday } = preference;
    // If one clock is behind another, its uses count towards the latest day.
    const day = at.slice(0, 10) > usedToday.day ? at.slice(0, 10) : usedToday.day;
    if (usedBy.includes(incidentId)) return { kind: 'used' };
    if (preference.state !== 'active') return { kind: 'refused', why: `It is ${preference.state}.` };
    if (Date.parse(preference.expiresAt) <= Date.parse(at))
      return { kind: 'refused', why: `It expired at ${preference.expiresAt}.` };
    if ((usedToday.day === day ? usedToday.count : 0) >= preference.maxUsesPerDay)
      return { kind: 'refused', why: `Its limit of ${preference.maxUsesPerDay} uses a day is reached.` };
    const [update, condition] = usedToday.day === day ? anotherUse(day, incidentId) : firstUse(day, incidentId);
    if (await table.update(preferenceKey(id), update, condition)) return { kind: 'used' };
    // Another process changed the day, the state or the count meanwhile, so read the item again.
    if (triesLeft === 0) throw new Unavailable(`Preference ${id} is being used by too many at once.`);
    return use(id, incidentId, at, triesLeft - 1);
  };

  return {
    find,
    setState,
    use: (id, incidentId, at) => use(id, incidentId, at, 5),

    async teach(preference) {
      const before = await find(preference.fingerprint);
      await table.put({
        pk: `FINGERPRINT#${preference.fingerprint}`,
        sk: `PREFERENCE#${preference.id}`,
        preferenceId: preference.id,
      });
      const item = { ...preferenceKey(preference.id), preference, usedBy: [] };
      await table.put(item, { expression: 'attribute_not_exists(pk)' });
      const replaced = before.filter(
        (old) =>
          old.id !== preference.id &&
          old.actionId === preference.actionId &&
          old.state !== 'revoked' &&
          Date.parse(old.taughtAt) <= Date.parse(preference.taughtAt),
      );
      for (const old of replaced) {
        await setState(old.id, 'revoked', `Replaced by ${preference.id}, taught by ${preference.taughtBy}.`);
      }
    },

    async get(id) {
      return (await read(id))?.preference;
    },

    async propose(proposal) {
      await table.put({ ...proposalKey(proposal), proposal }, { expression: 'attribute_not_exists(pk)' });
    },

    async proposals(incidentId) {
      const items = await table.query(`PROPOSAL#${incidentId}`, 'PROPOSAL#');
      return items
        .map((item) => stored(ProposalItem, item).proposal)
        .sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id));
    },

    async settle(proposal, state) {
      await table.update(
        proposalKey(proposal),
        { expression: 'SET proposal.#state = :state', names: { '#state': 'state' }, values: { ':state': state } },
        { expression: 'proposal.#state = :open', values: { ':open': 'open' } },
      );
    },

    async list() {
      const items = await table.query(all, 'PREFERENCE#');
      return items
        .map((item) => stored(PreferenceItem, item).preference)
        .sort((a, b) => b.taughtAt.localeCompare(a.taughtAt));
    },
  };
}

const unused = 'preference.#state = :active AND NOT contains(usedBy, :incident)';
const unusedNames = { '#state': 'state', '#count': 'count', '#day': 'day' };

/** A further use on a day that already has some: the condition checks the limit on the item itself. */
const anotherUse = (day: string, incidentId: string): readonly [update: Condition, condition: Condition] => [
  {
    expression:
      'SET preference.uses = preference.uses + :one, preference.usedToday.#count = preference.usedToday.#count + :one, usedBy = list_append(usedBy, :incidents)',
    values: { ':one': 1, ':incidents': [incidentId] },
  },
  {
    expression: `${unused} AND preference.usedToday.#day = :day AND preference.usedToday.#count < preference.maxUsesPerDay`,
    names: unusedNames,
    values: { ':active': 'active', ':incident': incidentId, ':day': day },
  },
];

/** The first use of a day. */
const firstUse = (day: string, incidentId: string): readonly [update: Condition, condition: Condition] => [
  {
    expression: 'SET preference.uses = preference.uses + :one, preference.usedToday = :today, usedBy = :incidents',
    values: { ':one': 1, ':today': { day, count: 1 }, ':incidents': [incidentId] },
  },
  {
    expression: `${unused} AND preference.usedToday.#day < :day`,
    names: { '#state': 'state', '#day': 'day' },
    values: { ':active': 'active', ':incident': incidentId, ':day': day },
  },
];
