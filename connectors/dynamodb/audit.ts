// The audit: a table of its own, that nobody has the right to change or delete from (lib/tables.ts, lib/capabilities.ts). The id decides
// whether a line is there; the index by day lists them.
import * as z from 'zod';
import { InvalidInput } from '../../core/errors.ts';
import { AuditEntry } from '../../core/model/audit.ts';
import type { AuditLog } from '../../core/ports/records.ts';
import { stored, type Table } from './table.ts';

const AuditItem = z.object({ entry: AuditEntry });
const dayMs = 24 * 3_600_000;
/** Listing longer spans day by day would be a scan in disguise. */
const maxDays = 732;

export function auditLog(table: Table): AuditLog {
  return {
    async append(entry) {
      const item = { pk: `AUDIT#${entry.id}`, sk: 'AUDIT', day: entry.at.slice(0, 10), at: entry.at, entry };
      await table.put(item, { expression: 'attribute_not_exists(pk)' });
    },
    async list({ since, until }) {
      const days = daysOf(since, until);
      const items = await Promise.all(days.map((day) => table.ofDay(day)));
      return items
        .flat()
        .map((item) => stored(AuditItem, item).entry)
        .filter(({ at }) => at >= since && at < until);
    },
  };
}

function daysOf(since: string, until: string): string[] {
  const [first, last] = [Date.parse(`${since.slice(0, 10)}T00:00:00Z`), Date.parse(`${until.slice(0, 10)}T00:00:00Z`)];
  const count = Math.max(0, Math.floor((last - first) / dayMs) + 1);
  if (!(count <= maxDays)) throw new InvalidInput(`The audit is read for at most ${maxDays} days at once.`);
  return Array.from({ length: count }, (_, n) => new Date(first + n * dayMs).toISOString().slice(0, 10));
}
