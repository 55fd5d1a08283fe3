// The Costs port on a recording: the daily spending of each account on each service; the last day is today.
import type { Cost, Costs } from '../../core/ports/costs.ts';
import type { Clock } from '../../core/ports/world.ts';
import type { RecordedCosts } from './scenario.ts';

const dayMs = 86_400_000;

/** A day outside the recording costs nothing; today's costs are estimates, as on real bills. */
export function recordedCosts({ accounts, spent }: RecordedCosts, clock: Clock): Costs {
  return {
    accounts: async () => ({ kind: 'data', accounts }),
    async costs({ accounts: ids, start, end, by }) {
      if (by === 'region' || by === 'tag')
        return { kind: 'gap', gap: { source: 'cost', reason: `The recording does not split costs by ${by}.` } };
      const today = Date.parse(`${clock.now().toISOString().slice(0, 10)}T00:00:00Z`);
      const [from, to] = [start, end].map((day) => (Date.parse(`${day}T00:00:00Z`) - today) / dayMs);
      const sums = new Map<string, number>();
      for (const { account, service, usd } of spent) {
        if (ids.length > 0 && !ids.includes(account)) continue;
        usd.forEach((each, place) => {
          const day = place - usd.length + 1;
          if (day < (from ?? 0) || day >= (to ?? 0)) return;
          const date = new Date(today + day * dayMs).toISOString();
          const key = { service, account, day: date.slice(0, 10), month: `${date.slice(0, 7)}-01` }[by];
          sums.set(key, (sums.get(key) ?? 0) + each);
        });
      }
      const costs: Cost[] = [...sums]
        .map(([key, usd]) => ({ key, usd }))
        .sort((a, b) => (by === 'day' || by === 'month' ? a.key.localeCompare(b.key) : b.usd - a.usd));
      return { kind: 'data', costs: costs.filter(({ usd }) => usd !== 0), estimated: (to ?? 0) > 0 };
    },
  };
}
