// Stores recent executions of actions, one item per environment. The list and its version are one item, so that an action's budget is checked
// against the same list that the action is added to; a slower writer checks again.
import * as z from 'zod';
import { Unavailable } from '../../core/errors.ts';
import type { Act, ActionHistory } from '../../core/ports/records.ts';
import { type Key, stored, type Table } from './table.ts';

const actsKey = (environment: string): Key => ({ pk: `ACTS#${environment}`, sk: 'ACTS' });
const ActsItem = z.object({
  version: z.number(),
  acts: z.array(
    z.object({
      key: z.string(),
      at: z.string(),
      incidentId: z.string(),
      actionId: z.string(),
      targetKey: z.string(),
      pods: z.number(),
    }),
  ),
});
const dayMs = 24 * 3_600_000;
const tries = 20;
/** The maximum number of entries. An item holds 400 KB; the catalogue's limits are below this count. */
const most = 1000;

export function actionHistory(table: Table): ActionHistory {
  const read = async (environment: string, now: Date) => {
    const item = await table.get(actsKey(environment));
    const { acts, version } = item ? stored(ActsItem, item) : { acts: [], version: 0 };
    return { acts: acts.filter(({ at }) => now.getTime() - Date.parse(at) < dayMs), version };
  };

  return {
    async recent(environment, now) {
      return (await read(environment, now)).acts;
    },
    async enter(environment, act, evaluate) {
      for (let left = tries; left > 0; left -= 1) {
        const { acts, version } = await read(environment, new Date(act.at));
        const otherActs = acts.filter(({ key }) => key !== act.key);
        const result = await evaluate(otherActs);
        if (!result.allowed || otherActs.length < acts.length) return result;
        if (await write(environment, [...otherActs, act].slice(-most), version)) return result;
      }
      throw new Unavailable(`Too many act at once in ${environment}.`);
    },
  };

  function write(environment: string, acts: readonly Act[], version: number): Promise<boolean> {
    const condition =
      version === 0
        ? { expression: 'attribute_not_exists(pk)' }
        : { expression: '#version = :version', names: { '#version': 'version' }, values: { ':version': version } };
    return table.put({ ...actsKey(environment), acts, version: version + 1 }, condition);
  }
}
