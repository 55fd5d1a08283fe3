// Stores the call graph: an item for each caller, with its calls. Several incidents see calls at the same time, so that an item is written only over the
// version that was read.
import * as z from 'zod';
import { limitConcurrency } from '../../core/limit-concurrency.ts';
import type { CallGraphStore } from '../../core/ports/records.ts';
import type { Clock } from '../../core/ports/world.ts';
import { KeptCall, keptDays, mergeCalls } from '../../core/topology/kept-calls.ts';
import { epochSeconds, type Key, stored, type Table } from './table.ts';

const partition = 'CALLS';
const callerKey = (from: string): Key => ({ pk: partition, sk: `FROM#${from}` });
const CallerItem = z.object({ version: z.number(), calls: z.array(KeptCall), expiresAt: z.number() });
const maxAttempts = 4;
/** Callers that one incident writes; others are written with the next. */
const maxCallers = 400;

export function callGraphStore(table: Table, clock: Clock): CallGraphStore {
  const read = async () => {
    const items = await table.query(partition, 'FROM#');
    return new Map(items.map((item) => [String(item.sk), stored(CallerItem, item)]));
  };
  const write = async (from: string, fresh: readonly KeptCall[], known: z.infer<typeof CallerItem> | undefined) => {
    let before = known;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const { calls, changed } = mergeCalls(before?.calls ?? [], fresh, clock.now());
      if (!changed) return;
      const version = before?.version ?? 0;
      const expiresAt = epochSeconds(clock.now()) + keptDays * 24 * 3600;
      const written = await table.put(
        { ...callerKey(from), version: version + 1, calls, expiresAt },
        { expression: 'attribute_not_exists(pk) OR version = :version', values: { ':version': version } },
      );
      if (written) return;
      const item = await table.get(callerKey(from));
      before = item && stored(CallerItem, item);
    }
  };
  return {
    async all() {
      const now = epochSeconds(clock.now());
      const oldest = clock.now().getTime() - keptDays * 24 * 3_600_000;
      return [...(await read()).values()]
        .filter(({ expiresAt }) => expiresAt >= now)
        .flatMap(({ calls }) => calls)
        .filter(({ seenAt }) => Date.parse(seenAt) >= oldest);
    },
    async keep(calls) {
      if (calls.length === 0) return;
      const known = await read();
      const turn = limitConcurrency(8);
      const callers = [...Map.groupBy(calls, ({ from }) => from)].slice(0, maxCallers);
      await Promise.all(callers.map(([from, some]) => turn(() => write(from, some, known.get(`FROM#${from}`)))));
    },
  };
}
