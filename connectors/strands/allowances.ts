// What models may cost: an incident, the stage's month and the stage's minute each have a ceiling. A call goes out only if all three have room for it.
// The sums are items of the table, changed by conditional writes, so they hold across functions and processes.
import type { Spend, Spending } from '../../core/ports/records.ts';
import type { ModelConfig } from './config.ts';

/** The ceiling that has no room. */
export type Denial = 'incident' | 'month' | 'minute';
export type Urgency = 'high' | 'low';

export interface Allowances {
  /** Reserves the amount everywhere, or nowhere and says which ceiling has no room. */
  reserve(incidentId: string, amount: Spend, urgency: Urgency): Promise<Denial | undefined>;
  settle(incidentId: string, reserved: Spend, actual: Spend): Promise<void>;
}

/** Pages of low urgency leave this share of each minute's tokens to the urgent ones. */
const keptForUrgent = 0.5;
const minuteKeptSeconds = 3600;
const none: Spend = { usd: 0, tokens: 0 };
const unlimited = Number.MAX_SAFE_INTEGER / 1_000_000;

type Ceilings = Pick<
  ModelConfig,
  'maxUsdPerIncident' | 'maxTokensPerIncident' | 'maxUsdPerMonth' | 'maxTokensPerMinute'
>;

export function allowancesOf(ceilings: Ceilings, spending: Spending, now: () => Date = () => new Date()): Allowances {
  const { maxUsdPerIncident, maxTokensPerIncident, maxUsdPerMonth, maxTokensPerMinute } = ceilings;
  /** A reservation is settled in the minute and month in which it was made. */
  const reservedIn = new WeakMap<Spend, string>();

  const purses = (incidentId: string, at: string, urgency: Urgency) => [
    { denial: 'incident' as const, id: incidentId, limits: { usd: maxUsdPerIncident, tokens: maxTokensPerIncident } },
    ...(maxUsdPerMonth === undefined
      ? []
      : [
          {
            denial: 'month' as const,
            id: `month:${at.slice(0, 7)}`,
            limits: { usd: maxUsdPerMonth, tokens: unlimited },
          },
        ]),
    ...(maxTokensPerMinute === undefined
      ? []
      : [
          {
            denial: 'minute' as const,
            id: `minute:${at.slice(0, 16)}`,
            limits: {
              usd: unlimited,
              tokens: urgency === 'high' ? maxTokensPerMinute : Math.floor(maxTokensPerMinute * (1 - keptForUrgent)),
            },
            keepSeconds: minuteKeptSeconds,
          },
        ]),
  ];

  return {
    async reserve(incidentId, amount, urgency) {
      const at = now().toISOString();
      const taken: string[] = [];
      for (const { denial, id, limits, ...kept } of purses(incidentId, at, urgency)) {
        if (await spending.reserve(id, amount, limits, kept.keepSeconds)) {
          taken.push(id);
          continue;
        }
        await Promise.all(taken.map((one) => spending.settle(one, amount, none)));
        return denial;
      }
      reservedIn.set(amount, at);
      return undefined;
    },
    async settle(incidentId, reserved, actual) {
      const at = reservedIn.get(reserved) ?? now().toISOString();
      await Promise.all(purses(incidentId, at, 'high').map(({ id }) => spending.settle(id, reserved, actual)));
    },
  };
}
