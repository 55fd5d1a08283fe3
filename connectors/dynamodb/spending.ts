// Stores the model usage of an incident: one item whose numbers only grow, each by one conditional write, so that the ceiling holds under any
// concurrency. The unit is millionths of a dollar, because whole numbers add up exactly.
import * as z from 'zod';
import type { Spend, Spending } from '../../core/ports/records.ts';
import { type Key, stored, type Table } from './table.ts';

const spendKey = (incidentId: string): Key => ({ pk: `SPEND#${incidentId}`, sk: 'SPEND' });
const SpendItem = z.object({ microUsd: z.number(), tokens: z.number() });

const micro = (usd: number): number => Math.round(usd * 1_000_000);
const add = { expression: 'ADD microUsd :usd, tokens :tokens' };

export function spendingOf(table: Table): Spending {
  return {
    async reserve(incidentId, amount, limits, keepSeconds) {
      const roomUsd = micro(limits.usd) - micro(amount.usd);
      const roomTokens = limits.tokens - amount.tokens;
      if (roomUsd < 0 || roomTokens < 0) return false;
      return table.update(
        spendKey(incidentId),
        {
          expression: keepSeconds === undefined ? add.expression : `${add.expression} SET expiresAt = :until`,
          values: {
            ':usd': micro(amount.usd),
            ':tokens': Math.ceil(amount.tokens),
            ...(keepSeconds === undefined ? {} : { ':until': Math.floor(Date.now() / 1000) + keepSeconds }),
          },
        },
        {
          expression: 'attribute_not_exists(pk) OR (microUsd <= :roomUsd AND tokens <= :roomTokens)',
          values: { ':roomUsd': roomUsd, ':roomTokens': Math.floor(roomTokens) },
        },
      );
    },
    async settle(incidentId, reserved, actual) {
      await table.update(spendKey(incidentId), {
        ...add,
        values: {
          ':usd': micro(actual.usd) - micro(reserved.usd),
          ':tokens': Math.ceil(actual.tokens) - Math.ceil(reserved.tokens),
        },
      });
    },
    async of(incidentId): Promise<Spend> {
      const item = await table.get(spendKey(incidentId));
      const { microUsd, tokens } = item ? stored(SpendItem, item) : { microUsd: 0, tokens: 0 };
      return { usd: microUsd / 1_000_000, tokens };
    },
  };
}
