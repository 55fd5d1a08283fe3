// Stores which events were received, which actions were begun and finished, and which actions changed a recorded world. Each is a put that succeeds
// only for the first caller.
import * as z from 'zod';
import { Impossible } from '../../core/errors.ts';
import { RemediationResult } from '../../core/model/action.ts';
import type { ActionLedger, AppliedActions, SeenEvents } from '../../core/ports/records.ts';
import type { Clock } from '../../core/ports/world.ts';
import { absentOrExpired, epochSeconds, type Key, stored, type Table } from './table.ts';

const eventKey = (eventId: string): Key => ({ pk: `EVENT#${eventId}`, sk: 'SEEN' });
const actionKey = (key: string): Key => ({ pk: `ACTION#${key}`, sk: 'ACTION' });
const SeenItem = z.object({ expiresAt: z.number() });
const ActionItem = z.object({ at: z.string(), result: RemediationResult.optional() });
const AppliedItem = z.object({ actionId: z.string(), targetKey: z.string(), key: z.string(), at: z.string() });
const absent = { expression: 'attribute_not_exists(pk)' };

export function seenEvents(table: Table, clock: Clock): SeenEvents {
  return {
    claim: (eventId, ttlSeconds) => {
      const now = epochSeconds(clock.now());
      return table.put({ ...eventKey(eventId), expiresAt: now + ttlSeconds }, absentOrExpired(now));
    },
    has: async (eventId) => {
      const item = await table.get(eventKey(eventId));
      return item !== undefined && stored(SeenItem, item).expiresAt >= epochSeconds(clock.now());
    },
  };
}

export function actionLedger(table: Table): ActionLedger {
  return {
    async isBegun(key) {
      return (await table.get(actionKey(key))) !== undefined;
    },
    async look(key) {
      const found = await table.get(actionKey(key));
      if (found === undefined) return { kind: 'none' };
      const { result } = stored(ActionItem, found);
      return result === undefined ? { kind: 'begun' } : { kind: 'finished', result };
    },
    async begin({ key, incidentId, action, at }) {
      if (await table.put({ ...actionKey(key), incidentId, action, at }, absent)) return { kind: 'fresh' };
      const found = await table.get(actionKey(key));
      if (!found) throw new Impossible(`The ledger has lost the action ${key}.`);
      const item = stored(ActionItem, found);
      return item.result ? { kind: 'finished', result: item.result } : { kind: 'begun', at: item.at };
    },
    async finish(key, result) {
      await table.update(
        actionKey(key),
        { expression: 'SET #result = :result', names: { '#result': 'result' }, values: { ':result': result } },
        { expression: 'attribute_exists(pk)' },
      );
    },
  };
}

export function appliedActions(table: Table, clock: Clock): AppliedActions {
  return {
    async add(incidentId, key, actionId, targetKey) {
      const item = {
        pk: `WORLD#${incidentId}`,
        sk: `ACTION#${key}`,
        actionId,
        targetKey,
        key,
        at: clock.now().toISOString(),
      };
      return (await table.put(item, absent)) ? 'added' : 'already';
    },
    async of(incidentId) {
      const items = (await table.query(`WORLD#${incidentId}`, 'ACTION#')).map((item) => stored(AppliedItem, item));
      return items.sort((a, b) => a.at.localeCompare(b.at));
    },
  };
}
