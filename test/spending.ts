import type { Spending } from '../core/ports/records.ts';

/** What the table does, for tests of one process that are not about the table. */
export function memorySpending(): Spending {
  const spent = new Map<string, { usd: number; tokens: number }>();
  const of = (id: string) => spent.get(id) ?? { usd: 0, tokens: 0 };
  return {
    async reserve(id, amount, limits) {
      const now = of(id);
      if (now.usd + amount.usd > limits.usd || now.tokens + amount.tokens > limits.tokens) return false;
      spent.set(id, { usd: now.usd + amount.usd, tokens: now.tokens + amount.tokens });
      return true;
    },
    async settle(id, reserved, actual) {
      const now = of(id);
      spent.set(id, {
        usd: now.usd + actual.usd - reserved.usd,
        tokens: now.tokens + actual.tokens - reserved.tokens,
      });
    },
    of: async (id) => of(id),
  };
}
