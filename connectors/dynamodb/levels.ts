// Stores cases, earned levels and people's fixes. A write is conditional on the version that it replaces.
import * as z from 'zod';
import { EarnedLevel, KnownFix, LevelCase, rowKey } from '../../core/model/levels.ts';
import type { DueCase, LevelStore } from '../../core/ports/levels.ts';
import type { Clock } from '../../core/ports/world.ts';
import { type Condition, epochSeconds, type Key, stored, type Table } from './table.ts';

const casePartition = 'LEVEL-CASES';
const duePartition = 'LEVEL-DUE';
const earnedPartition = 'LEVELS';
const keptDays = 400;
const keptSeconds = keptDays * 86_400;

const caseKey = (incidentId: string, action: string): Key => ({
  pk: casePartition,
  sk: `CASE#${incidentId}#${action}`,
});
const dueKey = ({ compareAt, incidentId, action }: DueCase): Key => ({
  pk: duePartition,
  sk: `DUE#${compareAt}#${incidentId}#${action}`,
});
const DueItem = z.object({ due: z.object({ incidentId: z.string(), action: z.string(), compareAt: z.string() }) });
const CaseItem = z.object({ case: LevelCase });
const EarnedItem = z.object({ earned: EarnedLevel });
const FixItem = z.object({ fix: KnownFix });

/** A new record, or exactly the version before this one. */
const replaces = (version: number): Condition =>
  version === 1
    ? { expression: 'attribute_not_exists(pk)' }
    : { expression: 'version = :before', values: { ':before': version - 1 } };

export function levelStore(table: Table, clock: Clock): LevelStore {
  const isKept = (at: string) => Date.parse(at) >= clock.now().getTime() - keptSeconds * 1000;
  const expiresAt = () => epochSeconds(clock.now()) + keptSeconds;
  return {
    async writeCase(one) {
      // First the reminder, so that a crash in between leaves a reminder without a case, which the comparison takes off the list.
      if (one.version === 1) {
        const due = { incidentId: one.incidentId, action: one.row.action, compareAt: one.compareAt };
        await table.put({ ...dueKey(due), due, expiresAt: expiresAt() });
      }
      return table.put(
        {
          ...caseKey(one.incidentId, one.row.action),
          version: one.version,
          case: LevelCase.parse(one),
          expiresAt: expiresAt(),
        },
        replaces(one.version),
      );
    },
    async due(now, limit) {
      const items = await table.first(duePartition, 'DUE#', limit);
      return items
        .map((item) => stored(DueItem, item).due)
        .filter(({ compareAt }) => Date.parse(compareAt) <= now.getTime());
    },
    async settle(due) {
      await table.delete(dueKey(due));
    },
    async case(incidentId, action) {
      const item = await table.get(caseKey(incidentId, action));
      return item && stored(CaseItem, item).case;
    },
    async cases() {
      const items = await table.query(casePartition, 'CASE#');
      return items
        .map((item) => stored(CaseItem, item).case)
        .filter(({ at }) => isKept(at))
        .sort((a, b) => a.at.localeCompare(b.at) || a.incidentId.localeCompare(b.incidentId));
    },
    async earned(row) {
      const item = await table.get({ pk: earnedPartition, sk: `ROW#${rowKey(row)}` });
      return item && stored(EarnedItem, item).earned;
    },
    async allEarned() {
      return (await table.query(earnedPartition, 'ROW#')).map((item) => stored(EarnedItem, item).earned);
    },
    writeEarned: (one) =>
      table.put(
        { pk: earnedPartition, sk: `ROW#${rowKey(one.row)}`, version: one.version, earned: EarnedLevel.parse(one) },
        replaces(one.version),
      ),
    async keepFix(fix) {
      await table.put(
        {
          pk: `FIXES#${fix.fingerprint}`,
          sk: `INCIDENT#${fix.incidentId}`,
          fix: KnownFix.parse(fix),
          expiresAt: expiresAt(),
        },
        { expression: 'attribute_not_exists(pk)' },
      );
    },
    async fixes(fingerprint) {
      const items = await table.query(`FIXES#${fingerprint}`, 'INCIDENT#');
      return items
        .map((item) => stored(FixItem, item).fix)
        .filter(({ fix }) => isKept(fix.at))
        .sort((a, b) => a.fix.at.localeCompare(b.fix.at));
    },
  };
}
